//go:build soak

package faults

import (
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestSoak composes faults at random for as long as SOAK says (10 minutes if it
// says nothing), on three nodes with 50 clients, from the seed SEED. It works in
// rounds: clients and faults, then quiet and all checks, then the memory.
func TestSoak(t *testing.T) {
	length, err := time.ParseDuration(os.Getenv("SOAK"))
	if err != nil {
		length = 10 * time.Minute
	}
	seed, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("SOAK=%s SEED=%d", length, seed)
	s := &soak{cluster: newCluster(t, 3, length+10*patience), rnd: rand.New(rand.NewPCG(seed, 5)), counts: map[string]int{}}
	began := time.Now()
	for round := 0; time.Since(began) < length; round++ {
		s.round(round, min(20*time.Second, length))
	}
	t.Logf("%d operations, %d registrations acknowledged, %d records, faults %v", s.operations, s.acks, s.records, s.counts)
}

// soak is the cluster and what has happened to it.
type soak struct {
	*cluster
	rnd        *rand.Rand
	counts     map[string]int
	operations int
	acks       int64
	records    int
}

func (s *soak) round(number int, length time.Duration) {
	s.primary()
	l := s.load(50, func(l *load) { l.base, l.pace = 1000*(number+1), 60*time.Millisecond })
	for began := time.Now(); time.Since(began) < length; {
		s.fault()
		s.pause(time.Duration(200+s.rnd.IntN(800)) * time.Millisecond)
	}
	for _, n := range s.others(nil) {
		n.thaw()
		n.clock.reset()
	}
	l.progress(50)
	r := s.check(l)
	s.operations += len(l.history)
	s.acks += l.acks.Load()
	l.history = nil
	s.records = len(s.readAll())
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s.t.Logf("round %d: %d operations so far, %d records, heap %d MiB, %d goroutines, %s, %s",
		number, s.operations, s.records, m.HeapAlloc>>20, runtime.NumGoroutine(), r.Held["I9"], r.Held["I10"])
	// Three nodes keep the schemas and the broker the records.
	if limit := uint64(128<<20 + s.records*16<<10); m.HeapAlloc > limit {
		s.t.Fatalf("I13: the heap has %d MiB with %d records; at most %d", m.HeapAlloc>>20, s.records, limit>>20)
	}
}

// fault is one fault from beginning to end.
func (s *soak) fault() {
	nodes := s.others(nil)
	n := nodes[s.rnd.IntN(len(nodes))]
	lasts := time.Duration(200+s.rnd.IntN(2800)) * time.Millisecond
	faults := []struct {
		name string
		do   func()
	}{
		{"crash", func() { n.crash(); s.pause(lasts / 2); s.start(n.name) }},
		{"stop", func() {
			if err := n.stop(); err != nil {
				s.t.Errorf("stopping: %v", err)
			}
			s.start(n.name)
		}},
		{"freeze", func() { n.freeze(); s.pause(lasts); n.thaw() }},
		{"zombie", func() {
			late := n.hold(kmsg.Produce)
			n.clock.stand()
			n.freeze()
			s.pause(lasts)
			close(late.release)
			n.thaw()
			s.pause(lasts / 4)
			n.clock.run()
		}},
		{"late record", func() { late := n.hold(kmsg.Produce); s.pause(lasts); close(late.release) }},
		{"lost answer", func() { n.lose(kmsg.Produce); s.pause(lasts / 4) }},
		{"error", func() {
			codes := []*kerr.Error{kerr.RequestTimedOut, kerr.NotEnoughReplicasAfterAppend, kerr.UnknownServerError, kerr.NotLeaderForPartition}
			s.refuse(codes[s.rnd.IntN(len(codes))])
		}},
		{"move", func() {
			if err := s.kafka.MoveTopicPartition(topic, 0, int32(s.rnd.IntN(3))); err != nil {
				s.t.Error(err)
			}
		}},
		{"coordinator", s.kafka.RehashCoordinators},
		{"clock", func() { n.clock.jump(time.Duration(s.rnd.IntN(5)-2) * time.Hour) }},
		{"slow", func() { n.delay(kmsg.Produce, lasts/4); s.pause(lasts); n.delay(kmsg.Produce, 0) }},
	}
	f := faults[s.rnd.IntN(len(faults))]
	s.counts[f.name]++
	f.do()
}

func (c *clock) reset() { c.run(); c.offset.Store(0) }

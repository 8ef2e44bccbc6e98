//go:build realkafka

package brokers

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// registry starts a node of the registry of a test.
func registry(t *testing.T, port int, environ ...string) *node {
	t.Helper()
	name := strings.ToLower(t.Name())
	return start(t, "registry", port, append([]string{
		"KARAPACE_TOPIC_NAME=" + topicOf(t), "KARAPACE_GROUP_ID=" + name, "KARAPACE_WAITING_TIME_BEFORE_ACTING_AS_MASTER_MS=1000",
		"KARAPACE_SESSION_TIMEOUT_MS=6000", // The least that the broker grants.
	}, environ...)...)
}

func topicOf(t *testing.T) string { return "_schemas_" + strings.ToLower(t.Name()) }

// TestF17 fills the disk of the broker that leads the schemas topic, then of a
// second one, so that nothing can be written any more.
func TestF17FullDisk(t *testing.T) {
	defer kafka.whole(t)
	a, b := registry(t, freePort(t)), registry(t, freePort(t))
	l := startLoad(t, topicOf(t), 4, a, b)
	l.progress(20)
	l.resetGap()
	first := kafka.leader(t, topicOf(t))
	kafka.node(t, first, "full")
	eventually(t, "broker that ends because its disk is full", func() bool { return !kafka.running(first) })
	l.progress(20)
	l.mu.Lock()
	gap := l.gap
	l.mu.Unlock()

	second := kafka.leader(t, topicOf(t))
	kafka.node(t, second, "full")
	eventually(t, "second broker that ends", func() bool { return !kafka.running(second) })
	reads, failed := l.reads.Load(), l.failedReads.Load()
	pass(t, 3*time.Second)
	if now := l.reads.Load(); now-reads < 10 || l.failedReads.Load() > failed {
		t.Errorf("I10: %d reads without a writable Kafka, %d failed", now-reads, l.failedReads.Load()-failed)
	}
	served := l.reads.Load() - reads
	kafka.node(t, first, "start")
	kafka.node(t, second, "start")
	l.progress(20)
	what := l.check()
	for status := range l.statuses {
		if status != 0 && status != 200 && status != 500 && status != 503 {
			t.Errorf("I10: status %d", status)
		}
	}
	what["I10"] = fmt.Sprintf("one disk: no writes for %.1f s; two disks: %d reads served, writes again with space", gap.Seconds(), served)
	held(t, what)
}

// TestF17Paused stops the leading broker as a disk that hangs does: it neither
// answers nor closes its connections.
func TestF17PausedBroker(t *testing.T) {
	defer kafka.whole(t)
	a, b := registry(t, freePort(t)), registry(t, freePort(t))
	l := startLoad(t, topicOf(t), 4, a, b)
	l.progress(20)
	l.resetGap()
	leader := kafka.leader(t, topicOf(t))
	kafka.node(t, leader, "pause")
	l.progress(20)
	kafka.node(t, leader, "resume")
	l.progress(20)
	what := l.check()
	if n := l.failedReads.Load(); n > 0 {
		t.Errorf("I10: %d reads failed", n)
	}
	what["I10"] = fmt.Sprintf("no writes for %.1f s, %d reads without an error", l.gap.Seconds(), l.reads.Load())
	held(t, what)
}

// TestF18 replaces three nodes one by one while clients register, and with the
// first one restarts the broker that is Kafka's controller.
func TestF18RollingUpgrade(t *testing.T) {
	defer kafka.whole(t)
	nodes := []*node{registry(t, freePort(t)), registry(t, freePort(t)), registry(t, freePort(t))}
	l := startLoad(t, topicOf(t), 4, nodes...)
	l.progress(20)
	l.resetGap()
	controller := kafka.controller(t)
	kafka.node(t, controller, "term")
	for i, old := range nodes {
		old.stop()
		nodes[i] = registry(t, old.port)
		l.replace(old, nodes[i])
		l.progress(10)
	}
	eventually(t, "broker that has stopped", func() bool { return !kafka.running(controller) })
	kafka.whole(t)
	l.progress(10)
	if now := kafka.controller(t); now == controller {
		t.Errorf("broker %d is still the controller", now)
	}
	var primaries []string
	eventually(t, "primary that all agree on", func() bool {
		urls := map[string]bool{}
		primaries = nil
		for _, n := range nodes {
			r := n.role()
			urls[r.URL] = true
			if r.Primary {
				primaries = append(primaries, r.URL)
			}
		}
		return len(urls) == 1 && len(primaries) == 1 && urls[primaries[0]]
	})
	what := l.check()
	what["I9"] = "one primary, named by all nodes"
	what["I10"] = fmt.Sprintf("no writes for %.1f s at most", l.gap.Seconds())
	held(t, what)
}

// TestF19 gives a node a memory limit of 64 MiB, 100,000 schemas and bodies
// that want more than that.
func TestF19Memory(t *testing.T) {
	const schemas = 100_000
	first := registry(t, freePort(t)) // Makes the topic.
	first.stop()
	client := kafka.client(t, kgo.DefaultProduceTopic(topicOf(t)), kgo.MaxBufferedRecords(schemas))
	for i := range schemas {
		client.Produce(t.Context(), &kgo.Record{
			Key: fmt.Appendf(nil, `{"keytype":"SCHEMA","subject":"s%d","version":1,"magic":1}`, i),
			Value: fmt.Appendf(nil, `{"subject":"s%d","version":1,"id":%d,"schema":"{\"fields\":[{\"name\":\"f%d\",\"type\":\"int\"}],\"name\":\"R\",\"type\":\"record\"}","deleted":false}`,
				i, i+1, i),
		}, func(_ *kgo.Record, err error) {
			if err != nil {
				t.Error(err)
			}
		})
	}
	if err := client.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	n := registry(t, freePort(t), "GOMEMLIMIT=64MiB", "KARAPACE_WAITING_TIME_BEFORE_ACTING_AS_MASTER_MS=0")
	ready := time.Since(began)
	body := `{"schema":"` + strings.Repeat("[", 4<<20) + `"}`
	hostile := make(chan int, 16)
	for range cap(hostile) {
		go func() {
			status, err := n.send(t.Context(), "POST", "/subjects/hostile/versions", schemaType, body, nil)
			if err != nil {
				status = -1
			}
			hostile <- status
		}()
	}
	statuses := map[int]int{}
	for range cap(hostile) {
		if err := n.get("/schemas/ids/77777", nil); err != nil {
			t.Errorf("I10: a read between them: %v", err)
		}
		statuses[<-hostile]++
	}
	for status := range statuses {
		if status != http.StatusRequestEntityTooLarge && status != http.StatusUnprocessableEntity && status != http.StatusServiceUnavailable && status != -1 {
			t.Errorf("status %d for a hostile body", status)
		}
	}
	if id, status := register(t.Context(), n, registration{subject: "new", text: `"int"`}); id != schemas+1 {
		t.Errorf("a registration afterwards: id %d, status %d", id, status)
	}
	t.Logf("ready after %s, hostile bodies %v, at most %d MiB resident", ready, statuses, n.memory())
	if n.memory() > 512 {
		t.Errorf("%d MiB resident", n.memory())
	}
	held(t, map[string]string{
		"I2": "100,000 schemas", "I10": fmt.Sprintf("ready after %.1f s, 16 reads between 16 bodies of 4 MiB, the process lives; at most %d MiB resident", ready.Seconds(), n.memory()),
	})
}

// TestF20 leaves the primary a tenth of its time, in slices of 10 ms.
func TestF20Starved(t *testing.T) {
	a, b := registry(t, freePort(t)), registry(t, freePort(t))
	primary := a
	eventually(t, "primary", func() bool {
		if b.role().Primary {
			primary = b
		}
		return primary.role().Primary && a.role().Generation == b.role().Generation
	})
	before := primary.role().Generation
	ctx, cancel := context.WithTimeout(t.Context(), 13*time.Second)
	defer cancel()
	starved := make(chan struct{})
	go func() {
		defer close(starved)
		for ctx.Err() == nil {
			primary.signal(syscall.SIGSTOP)
			pass(t, 90*time.Millisecond)
			primary.signal(syscall.SIGCONT)
			pass(t, 10*time.Millisecond)
		}
	}()
	l := startLoad(t, topicOf(t), 2, a, b)
	<-starved
	l.progress(5)
	what := l.check()
	if now := primary.role(); !now.Primary || now.Generation != before {
		t.Errorf("I9: it was primary in generation %d and is now %+v", before, now)
	}
	what["I9"] = "the role stayed through two sessions"
	what["I10"] = fmt.Sprintf("%d writes meanwhile, no longer than %.1f s apart", len(l.done), l.gap.Seconds())
	held(t, what)
}

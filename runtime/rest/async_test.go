package rest

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr/funcr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// async produces values to topic one without waiting.
func (f *fixture) async(values ...string) error {
	f.t.Helper()
	meta, err := f.Topic(f.t.Context(), "one")
	if err != nil {
		f.t.Fatal(err)
	}
	r := ProduceRequest{Topic: meta, Format: JSON, Async: true}
	for _, v := range values {
		r.Records = append(r.Records, ProduceRecord{Value: []byte(v)})
	}
	p, err := f.Produce(f.t.Context(), r)
	if len(p.Outcomes) != 0 {
		f.t.Errorf("outcomes that nobody can know: %v", p.Outcomes)
	}
	return err
}

// An asynchronous request is answered before Kafka has its records, which
// arrive all the same; what waits is bounded as for others.
func TestAsynchronousProduceDoesNotWait(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(s *Settings) { s.MaxBufferedBytes = 10_000 })
	started, free := f.holdKey(kmsg.Produce)
	if err := f.async("1", "2"); err != nil {
		t.Fatal(err)
	}
	<-started
	refused := 0
	for range 20 {
		if f.async(text(1000)) != nil {
			refused++
		}
	}
	if refused < 10 {
		t.Errorf("%d of 20 requests were refused", refused)
	}
	free()
	f.eventually("the records are there", func() bool {
		_, end, err := f.PartitionOffsets(t.Context(), "one", 0)
		return err == nil && end == int64(2+20-refused)
	})
	f.eventually("nothing waits", func() bool {
		f.buffer.mu.Lock()
		defer f.buffer.mu.Unlock()
		return f.buffer.total == 0
	})
}

// What fails behind an answer is logged, in one line for many.
func TestFailuresThatNobodyWaitsForAreLogged(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(s *Settings) { s.MaxRecordBytes = 1000 })
	var mu sync.Mutex
	var lines []string
	f.logger = funcr.New(func(_, args string) {
		mu.Lock()
		defer mu.Unlock()
		lines = append(lines, args)
	}, funcr.Options{})
	logged := func(n int, want string) {
		t.Helper()
		f.eventually(want, func() bool {
			mu.Lock()
			defer mu.Unlock()
			return len(lines) == n && strings.Contains(lines[n-1], want)
		})
	}
	for range 3 {
		if err := f.async(text(5000), "1", text(5000)); err != nil {
			t.Fatal(err)
		}
	}
	logged(1, `"records"=2`)
	f.eventually("the others are counted", func() bool {
		f.failures.mu.Lock()
		defer f.failures.mu.Unlock()
		return f.failures.records == 4
	})
	f.clock.add(failuresEvery + time.Second)
	if err := f.async(text(5000)); err != nil {
		t.Fatal(err)
	}
	logged(2, `"records"=5`)
}

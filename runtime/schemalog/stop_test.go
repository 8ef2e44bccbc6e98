package schemalog

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/store"
)

// busyState keeps its first Apply until it is told to go on.
type busyState struct {
	*store.Store
	first            sync.Once
	entered, release chan struct{}
	applied          atomic.Int64
}

func (s *busyState) Apply(recs []record.Record) []record.Problem {
	s.first.Do(func() {
		close(s.entered)
		<-s.release
	})
	s.applied.Add(int64(len(recs)))
	return s.Store.Apply(recs)
}

// A node that is stopped while it reads a long topic does not first apply all
// that a fetch brought: on a busy machine that took longer than it was given.
func TestStopDuringReplay(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.compacted()
	records := make([]*kgo.Record, 3*applyAtOnce)
	for i := range records {
		records[i] = foreign(fmt.Sprint("s", i), 1, i+1, "x")
	}
	f.produce(records...)
	state := &busyState{Store: store.New(), entered: make(chan struct{}), release: make(chan struct{})}
	l := New(Config{Reader: f.opts(), Writer: f.opts()}, state)
	ctx, cancel := context.WithCancel(f.ctx)
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	<-state.entered
	cancel()
	close(state.release)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if n := state.applied.Load(); n > applyAtOnce {
		t.Errorf("%d records were applied after the end was asked for; want at most %d", n, applyAtOnce)
	}
}

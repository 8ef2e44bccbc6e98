package schemalog

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/plastron-dev/plastron/runtime/record"
)

func TestTooLarge(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.start(func(c *Config) { c.MaxRecordBytes = 2000 }).writable()
	_, err := n.Append(f.ctx, []record.Record{schemaRecord("a", 1, 1, "x"), schemaRecord("a", 2, 2, strings.Repeat("x", 2000))})
	is(t, err, ErrTooLarge)
	n.mustAppend(schemaRecord("b", 1, 1, strings.Repeat("x", 1500)))
	if got := len(f.dump()); got != 1 {
		t.Fatalf("%d records in the topic; want 1", got)
	}
}

// TestTooLargeForTheBroker has a limit of the topic below ours, and the broker
// refuses whole batches. Appends that share a batch with one that is too large
// must not suffer.
func TestTooLargeForTheBroker(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.start(nil).writable()
	refuse := refusing(kerr.MessageTooLarge)
	hold, held := make(chan struct{}), make(chan struct{})
	var first atomic.Bool
	f.controlling(kmsg.Produce, func(req kmsg.Request) (kmsg.Response, error, bool) {
		if first.CompareAndSwap(false, true) {
			close(held)
			<-hold // Let the others gather behind the first.
		}
		if strings.Contains(string(req.(*kmsg.ProduceRequest).Topics[0].Partitions[0].Records), "huge") {
			return refuse(req)
		}
		return nil, nil, false
	})
	var wg sync.WaitGroup
	add := func(i int, text string, want error) {
		wg.Go(func() {
			_, err := n.Append(f.ctx, []record.Record{schemaRecord("a", i, i, text)})
			if !errors.Is(err, want) {
				t.Errorf("append %d (%s): %v; want %v", i, text, err, want)
			}
		})
	}
	add(1, "x", nil)
	<-held
	for i := 2; i < 12; i++ {
		add(i, "x", nil)
	}
	add(12, "huge", ErrTooLarge)
	close(hold)
	wg.Wait()
	n.expect("a", 11)
	n.mustAppend(schemaRecord("b", 1, 99, "y"))
}

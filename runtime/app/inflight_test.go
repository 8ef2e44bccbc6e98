package app

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schemalog"
)

// heldLog lets an append return when something is sent on result.
type heldLog struct {
	entered chan struct{}
	result  chan error
}

func (h heldLog) Append(context.Context, []record.Record) (int64, error) {
	h.entered <- struct{}{}
	return 0, <-h.result
}

func (h heldLog) Barrier(context.Context) error { return nil }

func TestReleaseWaitsForAppends(t *testing.T) {
	t.Parallel()
	h := heldLog{entered: make(chan struct{}), result: make(chan error)}
	f := &inFlight{log: h}
	appended := make(chan error, 1)
	start := func() {
		go func() {
			_, err := f.Append(t.Context(), nil)
			appended <- err
		}()
		<-h.entered
	}

	if err := f.release(t.Context()); err != nil {
		t.Fatal("nothing runs:", err)
	}
	start()
	ended, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := f.release(ended); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal("released while an append runs:", err)
	}
	released := make(chan error, 1)
	go func() { released <- f.release(t.Context()) }()
	h.result <- nil
	if err := errors.Join(<-appended, <-released); err != nil {
		t.Fatal(err)
	}

	// An append of unknown outcome may still land: only a barrier clears it.
	start()
	h.result <- schemalog.ErrUnknownOutcome
	<-appended
	if f.release(t.Context()) == nil {
		t.Fatal("vouched for an append of unknown outcome")
	}
	if err := errors.Join(f.Barrier(t.Context()), f.release(t.Context())); err != nil {
		t.Fatal(err)
	}
}

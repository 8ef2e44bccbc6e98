package app

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schemalog"
)

// appender is what the registry writes to.
type appender interface {
	Append(ctx context.Context, records []record.Record) (int64, error)
	Barrier(ctx context.Context) error
}

// inFlight passes appends on and knows whether any is under way, so that a
// node that gives up its role can vouch that nothing of it will still land in
// the topic.
type inFlight struct {
	log appender

	mu sync.Mutex

	running int
	// doubt is set while the outcome of an append is unknown: its records may
	// still arrive, and only a barrier behind them tells.
	doubt bool
	// idle is closed when running becomes 0; nil while nobody waits.
	idle chan struct{}
}

// Append implements registry.Log.
func (f *inFlight) Append(ctx context.Context, records []record.Record) (int64, error) {
	f.enter()
	offset, err := f.log.Append(ctx, records)
	f.leave(errors.Is(err, schemalog.ErrUnknownOutcome))
	return offset, err
}

// Barrier implements registry.Log. A barrier is a record too. Behind it, what is
// still under way is void, so that there is no doubt any more.
func (f *inFlight) Barrier(ctx context.Context) error {
	f.enter()
	err := f.log.Barrier(ctx)
	f.leave(errors.Is(err, schemalog.ErrUnknownOutcome))
	if err == nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.doubt = false
	}
	return err
}

func (f *inFlight) enter() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.running++
}

func (f *inFlight) leave(unknown bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.running--
	f.doubt = f.doubt || unknown
	if f.running == 0 && f.idle != nil {
		close(f.idle)
		f.idle = nil
	}
}

// release waits until no append is under way. It is called after the role was
// given up, so no new one begins: whoever appends asks for the role before.
func (f *inFlight) release(ctx context.Context) error {
	f.mu.Lock()
	for f.running > 0 {
		if f.idle == nil {
			f.idle = make(chan struct{})
		}
		idle := f.idle
		f.mu.Unlock()
		select {
		case <-idle:
		case <-ctx.Done():
			return fmt.Errorf("waiting for an append to end: %w", ctx.Err())
		}
		f.mu.Lock()
	}
	defer f.mu.Unlock()
	if f.doubt {
		return errors.New("the outcome of an append is unknown, its records may still arrive")
	}
	return nil
}

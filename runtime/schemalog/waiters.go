package schemalog

import (
	"context"
	"slices"
	"sync"
)

// waiters knows the position up to which the state was built, and wakes those
// who wait for it to pass theirs.
type waiters struct {
	mu      sync.Mutex
	applied int64 // everything up to here is in the state; -1 for nothing
	list    []*waiter
}

type waiter struct {
	offset int64
	done   chan error // receives nil when applied, or why that will not happen
}

func newWaiters() *waiters { return &waiters{applied: -1} }

// position returns the last applied offset.
func (w *waiters) position() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.applied
}

// advance moves the position forward and wakes whom it has reached.
func (w *waiters) advance(applied int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if applied <= w.applied {
		return
	}
	w.applied = applied
	w.list = slices.DeleteFunc(w.list, func(x *waiter) bool {
		if x.offset > applied {
			return false
		}
		x.done <- nil
		return true
	})
}

// reset sets the position for a topic that is not the one before: whoever
// waits for an offset of that one waits in vain.
func (w *waiters) reset(applied int64, reason error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.applied = applied
	for _, x := range w.list {
		x.done <- reason
	}
	w.list = nil
}

// wait returns when the position has reached offset. The position is looked at
// under the lock under which the waiter is entered:
//
//	T1 an append is acknowledged at offset 7
//	T2 the reader applies 7 and wakes all waiters up to 7: there is none
//	T1 enters a waiter for 7 and sleeps until the next record arrives
//
// On a quiet topic the next record may be hours away. With the look, T1 sees
// in its last step that 7 was applied.
func (w *waiters) wait(ctx context.Context, offset int64) error {
	w.mu.Lock()
	if w.applied >= offset {
		w.mu.Unlock()
		return nil
	}
	x := &waiter{offset: offset, done: make(chan error, 1)}
	w.list = append(w.list, x)
	w.mu.Unlock()

	select {
	case err := <-x.done:
		return err
	case <-ctx.Done():
		w.mu.Lock()
		defer w.mu.Unlock()
		w.list = slices.DeleteFunc(w.list, func(y *waiter) bool { return y == x })
		return ctx.Err()
	}
}

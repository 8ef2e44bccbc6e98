package schemalog

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestWaiterForWhatWasAppliedAlready(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	w := newWaiters()
	w.advance(7)
	// No further record comes: a waiter that is only woken by one would hang.
	for _, offset := range []int64{-1, 0, 7} {
		if err := w.wait(ctx, offset); err != nil {
			t.Fatalf("waiting for %d: %v", offset, err)
		}
	}
	w.advance(5)
	if w.position() != 7 {
		t.Fatal("the position went back")
	}
}

func TestWaitersAreWokenInTheirTurn(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	w := newWaiters()
	results := make([]chan error, 5)
	for i := range results {
		results[i] = make(chan error, 1)
		go func() { results[i] <- w.wait(ctx, int64(i)) }()
	}
	w.advance(1)
	for i := range 2 {
		if err := <-results[i]; err != nil {
			t.Fatal(err)
		}
	}
	w.advance(2)
	if err := <-results[2]; err != nil {
		t.Fatal(err)
	}
	for i := 3; i < 5; i++ {
		select {
		case err := <-results[i]:
			t.Fatalf("waiter %d was woken: %v", i, err)
		default:
		}
	}
	for w.entered() < 2 {
		select {
		case <-ctx.Done():
			t.Fatal("the waiters did not enter")
		default:
		}
	}
	reason := errors.New("another topic")
	w.reset(0, reason)
	for i := 3; i < 5; i++ {
		if err := <-results[i]; !errors.Is(err, reason) {
			t.Fatal(err)
		}
	}
}

func TestWaiterGivesUp(t *testing.T) {
	t.Parallel()
	w := newWaiters()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.wait(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if w.entered() != 0 {
		t.Fatal("the waiter is still entered")
	}
}

func (w *waiters) entered() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.list)
}

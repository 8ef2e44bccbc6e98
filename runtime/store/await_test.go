package store

import (
	"context"
	"errors"
	"runtime"
	"testing"
)

func (s *Store) somebodyWaits() bool {
	s.waiting.Lock()
	defer s.waiting.Unlock()
	return s.grown != nil
}

func TestAwait(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	f.schema("s", "a", 1, 1)
	f.schema("s", "b", 2, 2)
	done := make(chan error, 3)
	for range cap(done) {
		go func() { done <- f.store.Await(t.Context(), 2) }()
	}
	for !f.store.somebodyWaits() {
		runtime.Gosched()
	}
	f.schema("s", "c", 3, 3)
	for range cap(done) {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if err := f.store.Await(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.store.Await(ended, 99); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

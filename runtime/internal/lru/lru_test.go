package lru

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func counted(value string, weight int, calls *int) Load[string] {
	return func(context.Context) (string, int, error) {
		*calls++
		return value, weight, nil
	}
}

func TestCacheIsBoundedInCountAndWeight(t *testing.T) {
	t.Parallel()
	calls := 0
	c := New[int, string](Config{Count: 3, Weight: 100})
	f := func(key, weight, wantCalls int) {
		t.Helper()
		if _, err := c.Get(t.Context(), key, counted("x", weight, &calls)); err != nil {
			t.Fatal(err)
		}
		if calls != wantCalls {
			t.Fatalf("key %d: %d loads, want %d", key, calls, wantCalls)
		}
	}

	f(1, 10, 1)
	f(2, 10, 2)
	f(3, 10, 3)
	f(1, 10, 3)
	f(4, 10, 4) // pushes 2 out, which was used least recently
	f(1, 10, 4)
	f(2, 10, 5)
	f(5, 90, 6) // 2 and 5 fill the weight, the others are gone
	f(2, 10, 6)
	f(6, 101, 7) // heavier than the whole cache: never kept
	f(6, 101, 8)
	if c.weight != 100 || c.Len() != 2 || c.order.Len() != 2 {
		t.Fatalf("weight %d, entries %d, list %d", c.weight, c.Len(), c.order.Len())
	}
	c.Drop(2)
	c.Drop(2)
	f(2, 10, 9)
}

func TestEntriesExpire(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	calls := 0
	c := New[int, string](Config{Count: 3, Age: time.Minute, Clock: func() time.Time { return now }})
	f := func(after time.Duration, wantCalls int) {
		t.Helper()
		now = now.Add(after)
		if _, err := c.Get(t.Context(), 1, counted("x", 1, &calls)); err != nil || calls != wantCalls {
			t.Fatalf("%d loads, error %v, want %d loads", calls, err, wantCalls)
		}
	}
	f(0, 1)
	f(59*time.Second, 1)
	f(time.Second, 2)
	f(59*time.Second, 2)
}

func TestConcurrentMissesShareOneLoad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := New[int, string](Config{Count: 10})
		var calls atomic.Int32
		release := make(chan struct{})
		results := make(chan error, 20)
		for range cap(results) {
			go func() {
				_, err := c.Get(t.Context(), 7, func(context.Context) (string, int, error) {
					calls.Add(1)
					<-release
					return "x", 1, nil
				})
				results <- err
			}()
		}
		synctest.Wait()
		close(release)
		for range cap(results) {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		if calls.Load() != 1 {
			t.Errorf("%d loads", calls.Load())
		}
	})
}

func TestWaitersSurviveTheCallerThatGaveUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := New[int, string](Config{Count: 10})
		first, giveUp := context.WithCancel(t.Context())
		failed := make(chan error, 1)
		go func() {
			_, err := c.Get(first, 7, func(ctx context.Context) (string, int, error) {
				<-ctx.Done()
				return "", 0, ctx.Err()
			})
			failed <- err
		}()
		synctest.Wait()
		got := make(chan string, 1)
		go func() {
			value, err := c.Get(t.Context(), 7, func(context.Context) (string, int, error) { return "x", 1, nil })
			if err != nil {
				value = err.Error()
			}
			got <- value
		}()
		synctest.Wait()
		giveUp()
		if err := <-failed; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if value := <-got; value != "x" {
			t.Error(value)
		}
	})
}

func TestWaiterMayGiveUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := New[int, string](Config{Count: 10})
		release, done := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			_, _ = c.Get(t.Context(), 7, func(context.Context) (string, int, error) { <-release; return "x", 1, nil })
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.Get(ctx, 7, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		close(release)
		<-done
	})
}

func TestFailuresAndPanicsAreNotRemembered(t *testing.T) {
	t.Parallel()
	c := New[int, string](Config{Count: 10})
	missing := errors.New("missing")
	if _, err := c.Get(t.Context(), 7, func(context.Context) (string, int, error) { return "", 0, missing }); !errors.Is(err, missing) {
		t.Fatal(err)
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = c.Get(t.Context(), 7, func(context.Context) (string, int, error) { panic("broken") })
	}()
	calls := 0
	if value, err := c.Get(t.Context(), 7, counted("x", 1, &calls)); err != nil || value != "x" {
		t.Fatal(value, err)
	}
}

func BenchmarkHit(b *testing.B) {
	c := New[int, string](Config{Count: 1000, Weight: 1 << 20})
	calls := 0
	for key := range 100 {
		_, _ = c.Get(b.Context(), key, counted("x", 1, &calls))
	}
	for b.Loop() {
		_, _ = c.Get(b.Context(), 7, nil)
	}
}

package client

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/plastron-dev/plastron/runtime/schema"
)

func fetchText(text string, calls *int) fetchSchema {
	return func(context.Context) (schema.Schema, error) {
		*calls++
		return schema.Schema{Type: schema.Avro, Text: text}, nil
	}
}

func TestCacheIsBoundedInCountAndBytes(t *testing.T) {
	t.Parallel()
	calls := 0
	c := newSchemaCache(3, 100)
	get := func(id schema.ID, size int) {
		t.Helper()
		if _, err := c.get(t.Context(), id, fetchText(strings.Repeat("x", size), &calls)); err != nil {
			t.Fatal(err)
		}
	}
	f := func(id schema.ID, size, wantCalls int) {
		t.Helper()
		get(id, size)
		if calls != wantCalls {
			t.Fatalf("id %d: %d fetches, want %d", id, calls, wantCalls)
		}
	}

	f(1, 10, 1)
	f(2, 10, 2)
	f(3, 10, 3)
	f(1, 10, 3)
	f(4, 10, 4) // pushes 2 out, which was used least recently
	f(1, 10, 4)
	f(2, 10, 5)
	f(5, 90, 6) // 2 and 5 fill the bytes, the others are gone
	f(2, 10, 6)
	f(6, 101, 7) // larger than the whole cache: never kept
	f(6, 101, 8)
	if c.bytes != 100 || len(c.entries) != 2 || c.order.Len() != 2 {
		t.Fatalf("bytes %d, entries %d, list %d", c.bytes, len(c.entries), c.order.Len())
	}
}

func TestConcurrentMissesShareOneFetch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newSchemaCache(10, 1000)
		var calls atomic.Int32
		release := make(chan struct{})
		results := make(chan error, 20)
		for range cap(results) {
			go func() {
				_, err := c.get(t.Context(), 7, func(context.Context) (schema.Schema, error) {
					calls.Add(1)
					<-release
					return schema.Schema{Text: "x"}, nil
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
			t.Errorf("%d fetches", calls.Load())
		}
	})
}

func TestWaitersSurviveTheCallerThatGaveUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newSchemaCache(10, 1000)
		first, giveUp := context.WithCancel(t.Context())
		failed := make(chan error, 1)
		go func() {
			_, err := c.get(first, 7, func(ctx context.Context) (schema.Schema, error) {
				<-ctx.Done()
				return schema.Schema{}, &Error{Class: Canceled, Err: ctx.Err()}
			})
			failed <- err
		}()
		synctest.Wait()
		got := make(chan string, 1)
		go func() {
			s, err := c.get(t.Context(), 7, func(context.Context) (schema.Schema, error) { return schema.Schema{Text: "x"}, nil })
			got <- s.Text + " " + errorText(err)
		}()
		synctest.Wait()
		giveUp()
		if err := <-failed; ClassOf(err) != Canceled {
			t.Error(err)
		}
		if text := <-got; text != "x " {
			t.Error(text)
		}
	})
}

func TestFailuresAreNotRemembered(t *testing.T) {
	t.Parallel()
	c := newSchemaCache(10, 1000)
	missing := errors.New("missing")
	if _, err := c.get(t.Context(), 7, func(context.Context) (schema.Schema, error) { return schema.Schema{}, missing }); !errors.Is(err, missing) {
		t.Fatal(err)
	}
	calls := 0
	if s, err := c.get(t.Context(), 7, fetchText("x", &calls)); err != nil || s.Text != "x" {
		t.Fatal(s, err)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func BenchmarkByIDCached(b *testing.B) {
	c := newSchemaCache(1000, 1<<20)
	calls := 0
	for id := range schema.ID(100) {
		_, _ = c.get(b.Context(), id, fetchText(strconv.Itoa(int(id)), &calls))
	}
	for b.Loop() {
		_, _ = c.get(b.Context(), 7, nil)
	}
}

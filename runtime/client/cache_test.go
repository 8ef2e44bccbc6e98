package client

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	f := func(c Config, ids []schema.ID, asked int) {
		t.Helper()
		log := &exchangeLog{status: 200, answer: `{"schema":"` + strings.Repeat("x", 100) + `"}`}
		client := newClient(t, c, log)
		for _, id := range ids {
			if _, err := client.ByID(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		if len(log.seen) != asked {
			t.Fatalf("%+v: asked %d times for %v; want %d", c, len(log.seen), ids, asked)
		}
	}

	f(Config{CachedIDs: 2}, []schema.ID{1, 2, 1, 2}, 2)
	f(Config{CachedIDs: 2}, []schema.ID{1, 2, 3, 1}, 4) // The oldest is forgotten.
	f(Config{CachedBytes: 250}, []schema.ID{1, 2, 3, 1}, 4)
	f(Config{CachedBytes: 50}, []schema.ID{1, 1}, 2) // Too large to be kept.
}

// TestManyAskOnce lets many callers want one schema: one request is made, and
// one of them who gives up takes the answer from nobody else.
func TestManyAskOnce(t *testing.T) {
	t.Parallel()
	asked, release := make(chan struct{}, 16), make(chan struct{})
	c := newClient(t, Config{}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		<-release
		_, _ = io.WriteString(w, `{"schema":"\"int\""}`)
	}))
	impatient, giveUp := context.WithCancel(t.Context())
	var first, others sync.WaitGroup
	first.Go(func() {
		if _, err := c.ByID(impatient, 1); ClassOf(err) != Canceled {
			t.Errorf("who gave up got %v", err)
		}
	})
	<-asked
	for range 8 {
		others.Go(func() {
			if s, err := c.ByID(t.Context(), 1); err != nil || s.Text != `"int"` {
				t.Errorf("%v, %v", s, err)
			}
		})
	}
	giveUp()
	first.Wait()
	close(release)
	others.Wait()
	if more := len(asked); more > 1 {
		t.Fatalf("%d more requests", more)
	}
}

// TestFailuresAreNotRemembered asks again after a registry that was away.
func TestFailuresAreNotRemembered(t *testing.T) {
	t.Parallel()
	log := &exchangeLog{status: 503}
	c := newClient(t, Config{}, log)
	if _, err := c.ByID(t.Context(), 1); ClassOf(err) != Unavailable {
		t.Fatal(err)
	}
	log.status, log.answer = 200, `{"schema":"\"int\""}`
	if s, err := c.ByID(t.Context(), 1); err != nil || s.Text != `"int"` {
		t.Fatal(s, err)
	}
}

// TestWritesAreSentOnce counts what reaches two registries that take a request
// and fail, for every method that changes something.
func TestWritesAreSentOnce(t *testing.T) {
	t.Parallel()
	f := func(name string, do func(c *Client) error) {
		t.Helper()
		a, b := &exchangeLog{status: 500, answer: `{"error_code":50002}`}, &exchangeLog{status: 500, answer: `{"error_code":50002}`}
		err := do(newClient(t, Config{}, a, b))
		if ClassOf(err) != UnknownOutcome || len(a.seen)+len(b.seen) != 1 {
			t.Fatalf("%s: %v after %d requests", name, err, len(a.seen)+len(b.seen))
		}
	}
	ctx := t.Context()

	f("Register", func(c *Client) error { _, err := c.Register(ctx, "s", schema.Schema{}); return err })
	f("DeleteVersion", func(c *Client) error { return c.DeleteVersion(ctx, "s", 1) })
	f("PurgeVersion", func(c *Client) error { return c.PurgeVersion(ctx, "s", 1) })
	f("DeleteSubject", func(c *Client) error { _, err := c.DeleteSubject(ctx, "s"); return err })
	f("PurgeSubject", func(c *Client) error { _, err := c.PurgeSubject(ctx, "s"); return err })
	f("SetGlobalConfig", func(c *Client) error { return c.SetGlobalConfig(ctx, Settings{}) })
	f("DeleteGlobalConfig", func(c *Client) error { return c.DeleteGlobalConfig(ctx) })
	f("SetSubjectConfig", func(c *Client) error { return c.SetSubjectConfig(ctx, "s", Settings{}) })
	f("DeleteSubjectConfig", func(c *Client) error { return c.DeleteSubjectConfig(ctx, "s") })

	// Reads and checks go on to the next address.
	a, b := &exchangeLog{status: 500}, &exchangeLog{status: 200, answer: `{"is_compatible":true}`}
	if got, err := newClient(t, Config{}, a, b).CheckCompatibility(ctx, "s", 1, schema.Schema{}); err != nil || !got.Compatible || len(a.seen) != 1 {
		t.Fatal(got, err)
	}
}

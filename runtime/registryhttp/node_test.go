package registryhttp

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/plastron-dev/plastron/runtime/forward"
	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/registry"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// topic is the log that nodes share.
type topic struct {
	mu      sync.Mutex
	records []record.Record
	readers []*store.Store
	naming  schema.Naming
}

func (t *topic) Append(_ context.Context, records []record.Record) (int64, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, rec := range records {
		rec.Offset, rec.Timestamp, rec.RawKey = int64(len(t.records)), 1_700_000_000_000, rec.KeyBytes()
		t.records = append(t.records, rec)
		for _, s := range t.readers {
			s.Apply([]record.Record{rec})
		}
	}
	return int64(len(t.records)) - 1, nil
}

func (t *topic) Barrier(context.Context) error { return nil }

// node is a registry with its HTTP surface, and what a test can do to it.
type node struct {
	http.Handler
	topic *topic
	store *store.Store

	mu      sync.Mutex
	primary string // URL of the primary, "" for nobody
	self    bool
	changed chan struct{}

	notReady atomic.Bool
	status   Status
}

func (n *node) View() *store.View { return n.store.View() }

func (n *node) MayWrite() bool {
	_, self := n.Primary()
	return self
}

func (n *node) Primary() (string, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.primary, n.self
}

func (n *node) Changed() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.changed
}

// elect tells the node who is primary.
func (n *node) elect(url string, self bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.primary, n.self = url, self
	close(n.changed)
	n.changed = make(chan struct{})
}

type option func(*Deps)

// newNode starts a primary.
func newNode(t testing.TB, shared *topic, flavour schema.Flavour, options ...option) *node {
	t.Helper()
	n := &node{topic: shared, store: store.NewNaming(shared.naming), self: true, changed: make(chan struct{}), status: Status{Healthy: true, Ready: true, Primary: true}}
	shared.mu.Lock()
	n.store.Apply(shared.records)
	shared.readers = append(shared.readers, n.store)
	shared.mu.Unlock()
	service := registry.New(registry.Deps{Log: shared, Views: n, Role: n, Flavour: flavour})
	hand, err := forward.New(forward.Config{Wait: 200 * time.Millisecond, PassResponse: []string{OffsetHeader}}, n, nil)
	if err != nil {
		t.Fatal(err)
	}
	d := Deps{
		Registry: service, Forward: hand, MaxBody: 3 << 20, PrimaryWait: 500 * time.Millisecond,
		Ready: func() bool { return !n.notReady.Load() }, Status: func() Status { return n.status },
		Version: "1.2.3", Commit: "abc", GroupID: "schema-registry", ClusterID: func() string { return "kafka-1" },
	}
	for _, o := range options {
		o(&d)
	}
	n.Handler = httpserver.Chain{ErrorType: MediaType, MaxBody: d.MaxBody, Timeout: Deadline(10 * time.Second)}.Wrap(New(d))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := service.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
		hand.Close()
	})
	return n
}

// ask sends one request; a header is "Name: value".
func (n *node) ask(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, target, reader)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	n.ServeHTTP(w, r)
	return w
}

// steps is an f-test over one node: each step is a request with its answer.
type steps struct {
	t *testing.T
	n *node
}

func (s steps) do(method, target, body string, status int, want string, headers ...string) {
	s.t.Helper()
	w := s.n.ask(method, target, body, headers...)
	if w.Code != status || w.Body.String() != want {
		s.t.Fatalf("%s %s %s\n got %d %s\nwant %d %s", method, target, body, w.Code, w.Body, status, want)
	}
}

func newSteps(t *testing.T, flavour schema.Flavour, options ...option) steps {
	t.Helper()
	return steps{t, newNode(t, &topic{}, flavour, options...)}
}

const javaHeader = unknownProperties + ": true"

var errTest = errors.New("test")

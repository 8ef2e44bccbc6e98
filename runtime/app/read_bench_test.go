package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/plastron-dev/plastron/runtime/config"
)

// sink is a ResponseWriter that keeps nothing.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(status int)      { s.status = status }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }

// node starts a registry with one schema, id 1.
func node(tb testing.TB, environ ...string) (*registryNode, http.Handler) {
	tb.Helper()
	n := emptyNode(tb, environ...)
	w := httptest.NewRecorder()
	body := `{"schema":"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}"}`
	n.chain.ServeHTTP(w, httptest.NewRequest("POST", "/subjects/s/versions", newReader(body)))
	if w.Code != http.StatusOK || w.Body.String() != `{"id":1}` {
		tb.Fatal(w.Code, w.Body)
	}
	return n, n.chain
}

// emptyNode starts a registry on an embedded broker.
func emptyNode(tb testing.TB, environ ...string) *registryNode {
	tb.Helper()
	c, _, err := config.Load(config.Input{Role: config.RoleAll, Environ: append(environ, "KARAPACE_PORT=0", "KARAPACE_LOG_LEVEL=ERROR")})
	if err != nil {
		tb.Fatal(err)
	}
	o := DevOptions{Options: Options{Config: c, Version: "test", Log: sinkWriter{}}, Output: sinkWriter{}}
	d, err := newDevServer(o)
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	parts := append(d.parts(), part{name: "ready", open: func(context.Context) error { close(ready); return nil }})
	go func() { ended <- d.run(ctx, parts) }()
	tb.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			tb.Error(err)
		}
	})
	select {
	case <-ready:
	case err := <-ended:
		ended <- nil
		tb.Fatal(err)
	}
	return d.registry
}

// BenchmarkGetByID is GET /schemas/ids/1 through everything but the network.
func BenchmarkGetByID(b *testing.B) {
	_, handler := node(b)
	r := httptest.NewRequest("GET", "/schemas/ids/1", http.NoBody)
	w := &sink{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		handler.ServeHTTP(w, r)
	}
	if w.status != 0 && w.status != http.StatusOK {
		b.Fatal(w.status)
	}
}

// TestGetByIDAllocates holds the hot path to its bar: 10 objects, of which the
// network's own are not counted here.
func TestGetByIDAllocates(t *testing.T) {
	_, handler := node(t)
	r := httptest.NewRequest("GET", "/schemas/ids/1", http.NoBody)
	w := &sink{header: http.Header{}}
	n := testing.AllocsPerRun(200, func() {
		clear(w.header)
		handler.ServeHTTP(w, r)
	})
	if n > 10 {
		t.Fatalf("%v objects per request", n)
	}
}

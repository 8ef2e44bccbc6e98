package auth

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// protected returns the middleware of a server with one user.
func protected(tb testing.TB) *Auth {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "auth.json")
	write(tb, path, fileOf(ann, annReads))
	a, err := New(Config{File: path})
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

func small(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"schema":"\"int\""}`) }

// BenchmarkRead asks a server without and one with authentication by turns, so
// that both see the same machine, and reports how their medians compare. The
// aim is 0.9 of the open one at least.
func BenchmarkRead(b *testing.B) {
	open, basic := httptest.NewServer(http.HandlerFunc(small)), httptest.NewServer(protected(b).Middleware(http.HandlerFunc(small)))
	defer open.Close()
	defer basic.Close()
	client := open.Client()
	ask := func(url string) time.Duration {
		r, err := http.NewRequest(http.MethodGet, url+"/schemas/ids/1", nil)
		if err != nil {
			b.Fatal(err)
		}
		r.SetBasicAuth("ann", "s3cret!")
		began := time.Now()
		got, err := client.Do(r)
		if err != nil || got.StatusCode != http.StatusOK {
			b.Fatal(got, err)
		}
		_, _ = io.Copy(io.Discard, got.Body)
		got.Body.Close()
		return time.Since(began)
	}
	ask(basic.URL) // The one that computes a hash.
	var without, with []time.Duration
	for b.Loop() {
		without, with = append(without, ask(open.URL)), append(with, ask(basic.URL))
	}
	b.ReportMetric(float64(median(without))/float64(median(with)), "p50-open/p50-basic")
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

// TestAuthenticatedReadAllocates holds what a known user costs: the request with
// its principal, and nothing for the credentials.
func TestAuthenticatedReadAllocates(t *testing.T) {
	a := protected(t)
	var header http.Header
	handler := a.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { header = r.Header }))
	r := httptest.NewRequest(http.MethodGet, "/schemas/ids/1", http.NoBody)
	r.SetBasicAuth("ann", "s3cret!")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK || header == nil {
		t.Fatal(w.Code, w.Body)
	}
	if n := testing.AllocsPerRun(500, func() { handler.ServeHTTP(w, r) }); n > 3 {
		t.Fatalf("%v objects for a user who is known", n)
	}
}

package httpserver

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"
)

// dial opens a connection to a server of start.
func dial(t *testing.T, base string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	// Far beyond every limit of these tests: who waits that long has failed.
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

// ended waits until the server has closed the connection and returns what it
// said before.
func ended(t *testing.T, c net.Conn) string {
	t.Helper()
	said, err := io.ReadAll(c)
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		t.Fatalf("the connection is still open; it said %q", said)
	}
	return string(said)
}

// serving runs a server until the end of the test.
func serving(t *testing.T, config Config, handler http.HandlerFunc) string {
	t.Helper()
	base, stop, done := start(t, config, handler)
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return base
}

func unreached(t *testing.T) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s reached the handler", r.URL) }
}

// TestHostileSlowHeaders sends half a header and waits.
func TestHostileSlowHeaders(t *testing.T) {
	t.Parallel()
	base := serving(t, Config{ReadHeaderTimeout: 50 * time.Millisecond}, unreached(t))
	c := dial(t, base)
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "); err != nil {
		t.Fatal(err)
	}
	ended(t, c)
}

// TestHostileSlowBodies announces more than it sends.
func TestHostileSlowBodies(t *testing.T) {
	t.Parallel()
	failure := make(chan error, 1)
	base := serving(t, Config{ReadTimeout: 50 * time.Millisecond}, Chain{MaxBody: 100}.Wrap(http.HandlerFunc(
		func(_ http.ResponseWriter, r *http.Request) {
			_, err := ReadBody(r, 0)
			failure <- err
		})).ServeHTTP)
	c := dial(t, base)
	if _, err := io.WriteString(c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	if err := <-failure; !errors.Is(err, ErrBodyUnread) {
		t.Fatal(err)
	}
	ended(t, c)
}

// TestHostileIdleConnections makes one request and stays.
func TestHostileIdleConnections(t *testing.T) {
	t.Parallel()
	base := serving(t, Config{IdleTimeout: 50 * time.Millisecond}, func(http.ResponseWriter, *http.Request) {})
	c := dial(t, base)
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if said := ended(t, c); !strings.HasPrefix(said, "HTTP/1.1 200") {
		t.Fatal(said)
	}
}

// TestHostileChunks sends chunks for ever: the body ends at its limit, and the
// connection with it.
func TestHostileChunks(t *testing.T) {
	t.Parallel()
	failure := make(chan error, 1)
	base := serving(t, Config{}, Chain{MaxBody: 1 << 16}.Wrap(http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) {
			_, err := ReadBody(r, 0)
			failure <- err
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		})).ServeHTTP)
	c := dial(t, base)
	if _, err := io.WriteString(c, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	chunk := fmt.Sprintf("%x\r\n%s\r\n", 4096, strings.Repeat("x", 4096))
	sent := 0
	for ; sent < 64<<20; sent += len(chunk) {
		if _, err := io.WriteString(c, chunk); err != nil {
			break // The server has hung up, as it should.
		}
	}
	if err := <-failure; !errors.Is(err, ErrBodyTooLarge) {
		t.Fatal(err)
	}
	if sent >= 64<<20 {
		t.Fatalf("the server took %d bytes", sent)
	}
}

// TestHostileHeaders are headers beyond the limit, and such as end in the
// middle of a name.
func TestHostileHeaders(t *testing.T) {
	t.Parallel()
	base := serving(t, Config{MaxHeaderBytes: 1 << 12}, unreached(t))
	f := func(request, status string) {
		t.Helper()
		c := dial(t, base)
		go func() { _, _ = io.WriteString(c, request) }() // The server may hang up before all is sent.
		answer, err := bufio.NewReader(c).ReadString('\n')
		if err != nil || !strings.HasPrefix(answer, "HTTP/1.1 "+status) {
			t.Fatalf("%.40q: %q, %v; want %s", request, answer, err, status)
		}
	}

	f("GET / HTTP/1.1\r\nHost: a\r\nX-Large: "+strings.Repeat("x", 1<<16)+"\r\n\r\n", "431")
	f("GET /"+strings.Repeat("x", 1<<16)+" HTTP/1.1\r\nHost: a\r\n\r\n", "431")
	f("GET / HTTP/1.1\r\nHost: a\r\n"+strings.Repeat("X: y\r\n", 1<<14)+"\r\n", "431")
	f("GET / HTTP/1.1\r\nHost: a\r\nX-Na me: b\r\n\r\n", "400")
	f("GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n", "400")
	f("GET / HTTP/1.1\r\n\r\n", "400")
	f("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400")
	f("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", "400")
	f("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n{}", "400")
	f("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n{}", "501") // net/http knows chunked alone.
}

// TestHostileRequestIDs: what would break a log line or a header is replaced.
func TestHostileRequestIDs(t *testing.T) {
	t.Parallel()
	handler := Chain{NewID: func() string { return "made" }}.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for _, id := range []string{"", "a\r\nSet-Cookie: b=c", "a\x00b", "a b", "é", strings.Repeat("x", 129)} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header[requestIDHeader] = []string{id}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if got := w.Header().Get(requestIDHeader); got != "made" {
			t.Fatalf("%q became %q", id, got)
		}
	}
}

// TestHostileCompression are bombs: what comes out is bounded in bytes, and so
// is the memory that it takes. It is not parallel, since it counts memory.
func TestHostileCompression(t *testing.T) {
	const limit, bomb = 1 << 18, 16 << 20
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(z, zeros{}, bomb); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	f := func(encoding, body string, want error) {
		t.Helper()
		var got error
		handler := Chain{MaxBody: limit}.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, got = ReadBody(r, 0)
		}))
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Encoding", encoding)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		handler.ServeHTTP(httptest.NewRecorder(), r)
		runtime.ReadMemStats(&after)
		if !errors.Is(got, want) {
			t.Fatalf("%s: %v, want %v", encoding, got, want)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 16*limit {
			t.Fatalf("%s: %d bytes of memory for a body of at most %d", encoding, took, limit)
		}
	}

	f("gzip", packed.String(), ErrBodyTooLarge)
	for _, encoding := range []string{"deflate", "zstd", "br", "compress", "gzip, gzip", "gzip, br"} {
		f(encoding, packed.String(), ErrBodyEncoding)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

package registryhttp

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// TestHostileForwarding: nodes that take each other for the primary, clients
// that pretend to be nodes, and requests that name another host. A request
// travels once at most, and only to the primary.
func TestHostileForwarding(t *testing.T) {
	t.Parallel()
	bothFlavours(t, func(t *testing.T, s steps) {
		const body = `{"schema":"\"int\""}`
		var calls atomic.Int64
		counted := func(n *node) *httptest.Server {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				n.ServeHTTP(w, r)
			}))
			t.Cleanup(server.Close)
			return server
		}
		a, b := s.n, newNode(t, s.n.topic, schema.Karapace)
		atA, atB := counted(a), counted(b)

		// A loop: each answers once, with a refusal that says that nothing was
		// written.
		a.elect(atB.URL, false)
		b.elect(atA.URL, false)
		for _, request := range []string{"POST /subjects/l/versions", "PUT /config/l", "DELETE /subjects/l"} {
			calls.Store(0)
			method, target, _ := strings.Cut(request, " ")
			text := map[string]string{"POST": body, "PUT": `{"compatibility":"NONE"}`}[method]
			s.hostile("a loop", method, target, text, 500)
			if n := calls.Load(); n == 0 || n > 40 {
				t.Fatalf("%s was forwarded %d times", request, n)
			}
		}
		if n := len(a.store.View().Subjects()); n != 0 {
			t.Fatalf("%d subjects were written in a loop", n)
		}
		// A node that takes itself for another one.
		a.elect(atA.URL, false)
		s.hostile("itself", "POST", "/subjects/l/versions", body, 500)

		// A client that says it is a node writes nothing where nobody may.
		a.elect(atB.URL, false)
		calls.Store(0)
		s.hostile("a forged mark", "POST", "/subjects/l/versions", body, 500, "X-Forward: true")
		if n := calls.Load(); n != 0 {
			t.Fatalf("what was marked as forwarded went on %d times", n)
		}

		// Whatever a request says of hosts, the primary gets it.
		b.elect("", true)
		other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s %s was led astray", r.Method, r.URL) }))
		t.Cleanup(other.Close)
		for i, header := range []string{
			"X-Forwarded-Host: ", "X-Forwarded-For: ", "X-Forwarded-Proto: ", "Forwarded: host=", "X-Original-Url: ", "X-Rewrite-Url: ", "Location: ", "Referer: ",
		} {
			target := fmt.Sprintf("/subjects/h%d/versions", i)
			answer := s.hostile(header, "POST", target, body, 200, header+other.URL)
			if strings.Contains(answer, other.URL) {
				t.Fatalf("%s: %s", header, answer)
			}
		}
		for _, target := range []string{other.URL + "/subjects/x/versions", "//" + strings.TrimPrefix(other.URL, "http://") + "/subjects/x/versions"} {
			if w := a.ask("POST", target, body); w.Code != 200 && w.Code != 404 {
				t.Fatalf("%s: %d %s", target, w.Code, w.Body)
			}
		}
	})
}

// TestHostilePrimaries answer what no registry answers: the client gets an
// error of its own node, or the answer without what does not belong in it.
func TestHostilePrimaries(t *testing.T) {
	t.Parallel()
	bothFlavours(t, func(t *testing.T, s steps) {
		const body = `{"schema":"\"int\""}`
		asked := make(chan string, 10)
		inside := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.URL.Path }))
		t.Cleanup(inside.Close)
		f := func(name string, status int, answer http.HandlerFunc) http.Header {
			t.Helper()
			server := httptest.NewServer(answer)
			defer server.Close()
			s.n.elect(server.URL, false)
			w := s.n.ask("POST", "/subjects/a/versions", body)
			if w.Code != status {
				t.Fatalf("%s: %d %.200s; want %d", name, w.Code, w.Body, status)
			}
			return w.Header()
		}

		header := f("a redirect into the network", 302, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", inside.URL+"/latest/meta-data")
			w.Header().Set("Set-Cookie", "a=b")
			w.WriteHeader(http.StatusFound)
		})
		if header.Get("Location") != "" || header.Get("Set-Cookie") != "" {
			t.Fatalf("%v went to the client", header)
		}
		f("an endless answer", 500, func(w http.ResponseWriter, _ *http.Request) {
			for chunk := make([]byte, 1<<20); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		})
		f("half an answer", 500, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "{")
		})
		f("no HTTP", 500, func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, _ = io.WriteString(connection, "SSH-2.0-x\r\n")
				_ = connection.Close()
			}
		})
		for _, url := range []string{"file:///etc/passwd", "gopher://127.0.0.1:1", "http://", "http://127.0.0.1:1/path?", "http://[::1", "\x00"} {
			s.n.elect(url, false)
			s.hostile(url, "POST", "/subjects/a/versions", body, 500)
		}
		select {
		case path := <-asked:
			t.Fatalf("%s was asked for", path)
		default:
		}
	})
}

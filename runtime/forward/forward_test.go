package forward

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeRole is an election whose outcome the test sets.
type fakeRole struct {
	mu   sync.Mutex
	url  string
	self bool
	over chan struct{}
}

func newRole(url string, self bool) *fakeRole {
	return &fakeRole{url: url, self: self, over: make(chan struct{})}
}

func (r *fakeRole) Primary() (string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.url, r.self
}

func (r *fakeRole) Changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.over
}

func (r *fakeRole) set(url string, self bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.url, r.self = url, self
	close(r.over)
	r.over = make(chan struct{})
}

func forwarder(t *testing.T, cfg Config, role Role) *Forwarder {
	t.Helper()
	f, err := New(cfg, role, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func server(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// inbound is a request as net/http hands it to a handler.
func inbound(method, target, body string) *http.Request {
	return httptest.NewRequest(method, target, strings.NewReader(body))
}

func TestRequestTravelsUnchanged(t *testing.T) {
	t.Parallel()
	f := func(method, target, wantURI string) {
		t.Helper()
		var uri, gotMethod, body string
		var header http.Header
		primary := server(t, func(_ http.ResponseWriter, r *http.Request) {
			raw, _ := io.ReadAll(r.Body)
			uri, gotMethod, body, header = r.RequestURI, r.Method, string(raw), r.Header
		})
		r := inbound(method, target, "")
		r.Header = http.Header{
			"Authorization": {"Basic eA=="}, "Content-Type": {"application/vnd.schemaregistry.v1+json"}, "Accept": {"*/*"},
			"Traceparent": {"00-1"}, "Tracestate": {"a=b"}, "X-Request-Id": {"7"}, "Confluent-Accept-Unknown-Properties": {"true"},
			// None of these:
			"Connection": {"close"}, "Cookie": {"c=1"}, "Host": {"evil"}, "X-Forwarded-For": {"1.2.3.4"},
			"Transfer-Encoding": {"chunked"}, "Accept-Encoding": {"gzip"}, "User-Agent": {"Java"},
			"X-Custom": {"let through"},
		}
		fw := forwarder(t, Config{UserAgent: "plastron/1", PassRequest: []string{"x-custom"}}, newRole("", false))
		const raw = "{\"schema\": \"\\\"int\\\"\"}\n "
		if err := fw.Forward(httptest.NewRecorder(), r, []byte(raw), primary.URL); err != nil {
			t.Fatal(err)
		}
		if uri != wantURI || gotMethod != method || body != raw {
			t.Errorf("the primary got %s %s %q; want %s %s %q", gotMethod, uri, body, method, wantURI, raw)
		}
		header.Del("Content-Length")
		want := http.Header{
			"Authorization": {"Basic eA=="}, "Content-Type": {"application/vnd.schemaregistry.v1+json"}, "Accept": {"*/*"},
			"Traceparent": {"00-1"}, "Tracestate": {"a=b"}, "X-Request-Id": {"7"}, "Confluent-Accept-Unknown-Properties": {"true"},
			"User-Agent": {"plastron/1"}, "X-Forward": {"true"}, "X-Custom": {"let through"},
		}
		if diff := cmp.Diff(want, header); diff != "" {
			t.Error(diff)
		}
	}
	f("POST", "/subjects/a/versions?normalize=true", "/subjects/a/versions?normalize=true")
	f("POST", "/subjects/team%2Ford/versions", "/subjects/team%2Ford/versions")
	f("DELETE", "/subjects/%3a.ctx%3a%c3%a9%2fx/versions/1?permanent=true&x=%2F", "/subjects/%3a.ctx%3a%c3%a9%2fx/versions/1?permanent=true&x=%2F")
	f("PUT", "/config/a%20b+c", "/config/a%20b+c")
	f("PUT", "/config/..%2f..", "/config/..%2f..")
}

// Whatever a client puts into the request line, the target stays the primary.
func TestTargetStaysThePrimary(t *testing.T) {
	t.Parallel()
	f := func(uri string) {
		t.Helper()
		r := inbound("POST", "/", "")
		r.RequestURI = uri
		target, err := targetURL(r, "http://primary:8081")
		if err == nil && (target.Host != "primary:8081" || target.Scheme != "http" || target.User != nil) {
			t.Errorf("%q goes to %s", uri, target)
		}
	}
	f("//evil.example/x")
	f("@evil.example/x")
	f("http://evil.example/x")
	f("*")
	f("/\\evil.example")
	f("/x?@evil.example")
	f("/x#@evil.example")
}

func TestAnswerTravelsUnchanged(t *testing.T) {
	t.Parallel()
	f := func(status int, header http.Header, body string, want http.Header) {
		t.Helper()
		primary := server(t, func(w http.ResponseWriter, _ *http.Request) {
			for name, values := range header {
				w.Header()[name] = values
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
		rec := httptest.NewRecorder()
		fw := forwarder(t, Config{}, newRole("", false))
		if err := fw.Forward(rec, inbound("POST", "/", ""), nil, primary.URL); err != nil {
			t.Fatal(err)
		}
		if rec.Code != status || rec.Body.String() != body {
			t.Errorf("passed on %d %q; want %d %q", rec.Code, rec.Body, status, body)
		}
		if diff := cmp.Diff(want, rec.Header()); diff != "" {
			t.Error(diff)
		}
	}
	json := http.Header{"Content-Type": {"application/json"}}
	f(200, json, `{"id": 1}`, json)
	f(409, json, `{"error_code":409,"message":"x","extra":[1]}`, json)
	denied := http.Header{"Www-Authenticate": {`Basic realm="a"`, "Bearer"}, "Content-Type": {"text/plain"}}
	f(401, denied, "no", denied)
	f(503, http.Header{"Retry-After": {"3"}, "Content-Type": {"a/b"}, "Set-Cookie": {"c=1"}, "Server": {"x"}}, "later",
		http.Header{"Retry-After": {"3"}, "Content-Type": {"a/b"}})
	// Redirects are an answer like any other, and not followed.
	f(307, http.Header{"Location": {"http://evil.example/"}, "Content-Type": {"text/plain"}}, "", http.Header{"Content-Type": {"text/plain"}})
}

func TestErrors(t *testing.T) {
	t.Parallel()
	f := func(cfg Config, primary string, want error) {
		t.Helper()
		rec := httptest.NewRecorder()
		fw := forwarder(t, cfg, newRole("", false))
		err := fw.Forward(rec, inbound("POST", "/x", ""), []byte("x"), primary)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v; want %v", primary, err, want)
		}
		if rec.Body.Len() > 0 || len(rec.Header()) > 0 {
			t.Error("something was written beside the error")
		}
	}
	f(Config{}, closedPort(t), ErrUnreachable)
	f(Config{}, "ftp://a:1", ErrUnreachable)
	f(Config{}, "", ErrUnreachable)
	f(Config{ConnectTimeout: 50 * time.Millisecond}, silentTLS(t), ErrUnreachable)

	hangup := server(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	f(Config{}, hangup.URL, ErrUnknownOutcome)
	cut := server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		_, _ = io.WriteString(w, "half")
	})
	f(Config{}, cut.URL, ErrUnknownOutcome)
	slow := server(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // Else the server does not notice that the client is gone.
		<-r.Context().Done()
	})
	f(Config{Timeout: 50 * time.Millisecond}, slow.URL, ErrUnknownOutcome)
	long := server(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "12345") })
	f(Config{MaxAnswer: 4}, long.URL, ErrUnknownOutcome)
	moved := server(t, func(w http.ResponseWriter, _ *http.Request) {
		MarkRefused(w.Header())
		w.WriteHeader(500)
	})
	f(Config{}, moved.URL, ErrRefused)
}

func TestLimitsOfAnExchange(t *testing.T) {
	t.Parallel()
	cfg := forwarder(t, Config{}, newRole("", false)).cfg
	if cfg.ConnectTimeout != 2*time.Second || cfg.Timeout != time.Minute || cfg.MaxAnswer != 16<<20 {
		t.Errorf("%+v", cfg)
	}
}

// closedPort is an address where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return "http://" + ln.Addr().String()
}

// silentTLS accepts and never answers the handshake.
func silentTLS(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	return "https://" + ln.Addr().String()
}

func TestAwait(t *testing.T) {
	t.Parallel()
	role := newRole("", false)
	fw := forwarder(t, Config{Wait: 20 * time.Millisecond}, role)
	if _, _, err := fw.Await(context.Background()); !errors.Is(err, ErrNoPrimary) {
		t.Errorf("without a primary: %v", err)
	}
	role.set("http://a", false)
	if url, self, err := fw.Await(context.Background()); url != "http://a" || self || err != nil {
		t.Errorf("with a primary: %q, %v, %v", url, self, err)
	}
	role.set("http://me", true)
	if _, self, err := fw.Await(context.Background()); !self || err != nil {
		t.Errorf("as primary: %v, %v", self, err)
	}
}

// A primary appears while the request waits.
func TestDoWaitsForAPrimary(t *testing.T) {
	t.Parallel()
	primary := server(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })
	role := &signallingRole{fakeRole: newRole("", false), asked: make(chan struct{}, 1)}
	fw := forwarder(t, Config{}, role)
	go func() {
		<-role.asked
		role.set(primary.URL, false)
	}()
	rec := httptest.NewRecorder()
	if self, err := fw.Do(rec, inbound("POST", "/x", ""), nil); self || err != nil || rec.Body.String() != "ok" {
		t.Errorf("self %v, %v, answer %q", self, err, rec.Body)
	}
}

// signallingRole tells when the role was read.
type signallingRole struct {
	*fakeRole
	asked chan struct{}
}

func (r *signallingRole) Primary() (string, bool) {
	url, self := r.fakeRole.Primary()
	select {
	case r.asked <- struct{}{}:
	default:
	}
	return url, self
}

// The primary that was killed is still named; the request goes to the next.
func TestDoTriesAgainWhenNothingHappened(t *testing.T) {
	t.Parallel()
	f := func(first string) {
		t.Helper()
		next := server(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })
		role := newRole(first, false)
		fw := forwarder(t, Config{}, role)
		done := make(chan struct{})
		go func() {
			defer close(done)
			role.set(next.URL, false)
		}()
		rec := httptest.NewRecorder()
		if self, err := fw.Do(rec, inbound("POST", "/x", ""), nil); self || err != nil || rec.Body.String() != "ok" {
			t.Errorf("self %v, %v, answer %q", self, err, rec.Body)
		}
		<-done
	}
	f(closedPort(t))
	f(server(t, func(w http.ResponseWriter, _ *http.Request) {
		MarkRefused(w.Header())
		w.WriteHeader(500)
	}).URL)
}

// What may have been carried out is not sent a second time.
func TestDoNeverRepeatsWhatMayHaveHappened(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	primary := server(t, func(http.ResponseWriter, *http.Request) {
		calls.Add(1)
		panic(http.ErrAbortHandler)
	})
	fw := forwarder(t, Config{}, newRole(primary.URL, false))
	if _, err := fw.Do(httptest.NewRecorder(), inbound("POST", "/x", ""), []byte("x")); !errors.Is(err, ErrUnknownOutcome) || calls.Load() != 1 {
		t.Errorf("%d calls, %v", calls.Load(), err)
	}
}

func TestLoopGuard(t *testing.T) {
	t.Parallel()
	primary := server(t, func(http.ResponseWriter, *http.Request) { t.Error("forwarded a second time") })
	r := inbound("POST", "/x", "")
	r.Header.Set("X-Forward", "true")
	fw := forwarder(t, Config{}, newRole(primary.URL, false))
	if _, err := fw.Do(httptest.NewRecorder(), r, nil); !errors.Is(err, ErrLoop) {
		t.Errorf("got %v", err)
	}
	// This node is the primary: it serves what was forwarded.
	fw = forwarder(t, Config{}, newRole("", true))
	if self, err := fw.Do(httptest.NewRecorder(), r, nil); !self || err != nil {
		t.Errorf("as primary: %v, %v", self, err)
	}
}

func TestDoEndsAtTheDeadline(t *testing.T) {
	t.Parallel()
	f := func(url string, want error) {
		t.Helper()
		fw := forwarder(t, Config{Wait: 80 * time.Millisecond}, newRole(url, false))
		if _, err := fw.Do(httptest.NewRecorder(), inbound("POST", "/x", ""), nil); !errors.Is(err, want) {
			t.Errorf("%q: %v; want %v", url, err, want)
		}
	}
	f("", ErrNoPrimary)
	f(closedPort(t), ErrUnreachable)
}

// https with a private authority, and a primary that demands a client
// certificate: the node shows its own server certificate.
func TestTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, pool := writeCert(t, dir)
	primary := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.TLS.PeerCertificates[0].Subject.CommonName)
	}))
	primary.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert}
	primary.Config.ErrorLog = log.New(io.Discard, "", 0)
	primary.StartTLS()
	t.Cleanup(primary.Close)

	file := func(name string) string { return filepath.Join(dir, name) }
	f := func(cfg Config, want error, answer string) {
		t.Helper()
		rec := httptest.NewRecorder()
		err := forwarder(t, cfg, newRole("", false)).Forward(rec, inbound("POST", "/", ""), nil, primary.URL)
		if !errors.Is(err, want) || rec.Body.String() != answer {
			t.Errorf("%v, %q; want %v, %q", err, rec.Body, want, answer)
		}
	}
	f(Config{CAFile: file("cert.pem"), CertFile: file("cert.pem"), KeyFile: file("key.pem")}, nil, "node")
	f(Config{}, ErrUnreachable, "")

	for _, cfg := range []Config{
		{CAFile: file("absent")}, {CAFile: file("key.pem")}, {CertFile: file("cert.pem")},
		{CertFile: file("cert.pem"), KeyFile: file("cert.pem")},
	} {
		if _, err := New(cfg, newRole("", false), nil); err == nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
}

func writeCert(t *testing.T, dir string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "node"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
	for name, raw := range map[string][]byte{"cert.pem": certPEM, "key.pem": keyPEM} {
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certPEM)
	return pair, pool
}

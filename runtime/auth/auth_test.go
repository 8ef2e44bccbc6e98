package auth

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func fileOf(users, permissions string) string {
	return `{"users":[` + users + `],"permissions":[` + permissions + `]}`
}

const annReads = `{"username":"ann","operation":"Read","resource":"Subject:a"}`

func basic(user, password string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/subjects", nil)
	r.SetBasicAuth(user, password)
	return r
}

func TestBasic(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "auth.json")
	write(t, path, fileOf(ann, annReads))
	a, err := New(Config{File: path})
	if err != nil {
		t.Fatal(err)
	}
	f := func(name string, r *http.Request, want bool) {
		t.Helper()
		for range 2 { // The second answer is a remembered one.
			p, err := a.Authenticate(r)
			if (err == nil) != want || want && p != (Principal{Name: "ann", Source: Basic}) {
				t.Fatalf("%s: %v, %v", name, p, err)
			}
		}
	}

	f("right", basic("ann", "s3cret!"), true)
	f("wrong password", basic("ann", "s3cret"), false)
	f("unknown user", basic("bob", "s3cret!"), false)
	f("no header", httptest.NewRequest(http.MethodGet, "/subjects", nil), false)
	f("long", basic("ann", strings.Repeat("x", 1<<20)), false)
	twice := basic("ann", "s3cret!")
	twice.Header.Add("Authorization", "Basic x")
	f("two headers", twice, false)
	lower := basic("ann", "s3cret!")
	lower.Header.Set("Authorization", strings.Replace(lower.Header.Get("Authorization"), "Basic", "basic", 1))
	f("scheme in lower case", lower, true)
	bearer := httptest.NewRequest(http.MethodGet, "/subjects", nil)
	bearer.Header.Set("Authorization", "Bearer x")
	f("another scheme", bearer, false)
	for _, path := range []string{"/_health", "/docs", "/ui", "/ui/", "/ui/main.js"} {
		if p, err := a.Authenticate(httptest.NewRequest(http.MethodGet, path, nil)); err != nil || p != (Principal{}) {
			t.Fatal("open path:", path, p, err)
		}
	}
	if a.Allowed(Principal{}, Read, SubjectResource("a")) || a.Allowed(Principal{Name: "ann"}, Read, SubjectResource("a")) {
		t.Fatal("nobody may read")
	}
	if p := (Principal{Name: "ann", Source: Basic}); !a.Allowed(p, Read, SubjectResource("a")) || a.Allowed(p, Write, SubjectResource("a")) || a.Unrestricted(p, Read) {
		t.Fatal("ann's permissions")
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	a, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := a.Authenticate(httptest.NewRequest(http.MethodGet, "/subjects", nil))
	if err != nil || a.Enabled() || !a.Allowed(p, Write, GlobalResource) || !a.Unrestricted(p, Write) {
		t.Fatal("an open server refuses", err)
	}
}

// TestReload changes the file under a running Auth.
func TestReload(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "auth.json")
	write(t, path, fileOf(ann, annReads))
	a, err := New(Config{File: path})
	if err != nil {
		t.Fatal(err)
	}
	f := func(step string, want bool) {
		t.Helper()
		if _, err := a.Authenticate(basic("ann", "s3cret!")); (err == nil) != want {
			t.Fatalf("%s: %v", step, err)
		}
	}

	f("at first", true)
	write(t, path, `{"users":`)
	a.reload()
	f("broken file", true)
	changed, err := NewCredentials("ann", "other", "", SHA256)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(changed)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, fileOf(string(text), ""))
	a.reload()
	f("changed password", false)
	if _, err := a.Authenticate(basic("ann", "other")); err != nil {
		t.Fatal("new password:", err)
	}
}

// TestRunTakesOver waits for Run to notice a new file.
func TestRunTakesOver(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "auth.json")
	write(t, path, fileOf("", ""))
	a, err := New(Config{File: path, Interval: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	before := a.rules.Load()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = a.Run(ctx) }()
	write(t, path, fileOf(ann, annReads))
	for tick := time.NewTicker(time.Millisecond); a.rules.Load() == before || len(a.rules.Load().users) == 0; <-tick.C {
	}
	cancel()
	<-ended
	if _, err := a.Authenticate(basic("ann", "s3cret!")); err != nil {
		t.Fatal(err)
	}
}

func TestStartRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "auth.json")
	if _, err := New(Config{File: path}); err == nil || !strings.Contains(err.Error(), "Failed to load auth file") {
		t.Fatal(err)
	}
	write(t, path, "{")
	if _, err := New(Config{File: path}); err == nil || !strings.Contains(err.Error(), "Failed to load auth file") {
		t.Fatal(err)
	}
	if _, err := New(Config{File: path, OIDC: &OIDC{}}); err == nil {
		t.Fatal("file and tokens together")
	}
}

func TestMiddleware(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "auth.json")
	write(t, path, fileOf(ann, annReads))
	a, err := New(Config{File: path})
	if err != nil {
		t.Fatal(err)
	}
	h := a.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(From(r.Context()).Name)) }))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, basic("ann", "s3cret!"))
	if w.Body.String() != "ann" {
		t.Fatal(w.Body)
	}
	w = httptest.NewRecorder()
	h.ServeHTTP(w, basic("ann", ""))
	got := []string{w.Result().Status, w.Header().Get("WWW-Authenticate"), w.Body.String()}
	want := []string{"401 Unauthorized", `Basic realm="Karapace Schema Registry"`, `{"error_code":401,"message":"Unauthorized"}`}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
}

func TestCertificateUser(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "auth.json")
	write(t, path, fileOf(ann, annReads))
	f := func(on bool, chains [][]*x509.Certificate, want bool) {
		t.Helper()
		a, err := New(Config{File: path, CertificateUsers: on})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, "/subjects", nil)
		r.TLS = &tls.ConnectionState{VerifiedChains: chains}
		p, err := a.Authenticate(r)
		if (err == nil) != want || want && !a.Allowed(p, Read, SubjectResource("a")) {
			t.Fatalf("%v, %v; want %v", p, err, want)
		}
	}
	named := func(name string) [][]*x509.Certificate {
		return [][]*x509.Certificate{{{Subject: pkix.Name{CommonName: name}}}}
	}

	f(true, named("ann"), true)
	f(true, named("bob"), false)
	f(true, nil, false)
	f(false, named("ann"), false)
}

// TestHostileLogins sends a flood of guesses: some are refused at once, and
// who was verified before is served meanwhile.
func TestHostileLogins(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "auth.json")
	write(t, path, fileOf(ann, annReads))
	a, err := New(Config{File: path})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Authenticate(basic("ann", "s3cret!")); err != nil {
		t.Fatal(err)
	}
	for range cap(a.hashing.slots) {
		if err := a.hashing.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range maxWaiting {
		wg.Go(func() { _, _ = a.Authenticate(basic("ann", "guess").WithContext(ctx)) })
	}
	for tick := time.NewTicker(time.Millisecond); len(a.hashing.queue) < maxWaiting; <-tick.C {
	}
	_, err = a.Authenticate(basic("ann", "one more"))
	if kindOf(err) != Busy || a.Answer(err).Status != http.StatusTooManyRequests {
		t.Fatal(err)
	}
	if _, err := a.Authenticate(basic("ann", "s3cret!")); err != nil {
		t.Fatal("verified user:", err)
	}
	cancel()
	wg.Wait()
}

// TestHostilePasswords: a password is hashed up to its greatest length, and no
// longer one costs a hash, whoever sends it.
func TestHostilePasswords(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "auth.json")
	long := strings.Repeat("x", MaxPassword)
	user, err := NewCredentials("ann", long, "", SHA1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewCredentials("ann", long+"x", "", SHA1); err == nil {
		t.Fatal("a password that nobody can log in with")
	}
	entry, err := json.Marshal(user)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, fileOf(string(entry), annReads))
	a, err := New(Config{File: path})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Authenticate(basic("ann", long)); err != nil {
		t.Fatal("as long as allowed:", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range cap(a.hashing.slots) { // What is hashed now waits for ever.
		if err := a.hashing.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	f := func(user string, size int, want Kind) {
		t.Helper()
		if _, err := a.Authenticate(basic(user, strings.Repeat("y", size)).WithContext(ctx)); kindOf(err) != want {
			t.Errorf("%s with %d bytes: %v", user, size, err)
		}
	}

	f("ann", MaxPassword, Busy)
	f("ann", MaxPassword+1, Unauthenticated)
	f("nobody", MaxPassword+1, Unauthenticated)
	f("ann", 1<<20, Unauthenticated)
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	m := newMemory[int](100)
	kept := m.key("kept")
	m.put(kept, 1)
	for i := range 10_000 {
		m.put(m.key(strings.Repeat("x", i)), i)
		if _, ok := m.get(kept); !ok {
			t.Fatal("forgot what is in use")
		}
	}
	if m.size() > 100 {
		t.Fatal(m.size())
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	path := filepath.Join(b.TempDir(), "auth.json")
	write(b, path, fileOf(ann, annReads))
	a, err := New(Config{File: path})
	if err != nil {
		b.Fatal(err)
	}
	r := basic("ann", "s3cret!")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Authenticate(r); err != nil {
			b.Fatal(err)
		}
	}
}

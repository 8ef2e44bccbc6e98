package kafka

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
)

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestPasswordFileIsReadForEachConnection changes a user's password on the
// broker and in the file; test/realkafka does it under a running registry.
func TestPasswordFileIsReadForEachConnection(t *testing.T) {
	t.Parallel()
	addr := broker(t, kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-512", "u", "old"), kfake.Superuser("SCRAM-SHA-512", "admin", "admin-pw"))
	file := filepath.Join(t.TempDir(), "password")
	put(t, file, "old\n")
	s := Security{Protocol: ProtocolSASLPlaintext, Mechanism: MechanismScram512, Username: "u", PasswordFile: file}
	if err := ping(t, addr, s); err != nil {
		t.Fatal(err)
	}
	admin, err := NewClient(Options{Bootstrap: []string{addr}, Security: Security{
		Protocol: ProtocolSASLPlaintext, Mechanism: MechanismScram512, Username: "admin", Password: "admin-pw",
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	changed, err := kadm.NewClient(admin).AlterUserSCRAMs(t.Context(), nil, []kadm.UpsertSCRAM{
		{User: "u", Mechanism: kadm.ScramSha512, Iterations: 4096, Password: "new"},
	})
	if err != nil || changed.Error() != nil {
		t.Fatal(err, changed.Error())
	}
	if err := ping(t, addr, s); err == nil {
		t.Fatal("the old password still works")
	}
	put(t, file, "new\n")
	if err := ping(t, addr, s); err != nil {
		t.Fatal(err)
	}
}

func TestCredentialsAreAskedForEachTime(t *testing.T) {
	t.Parallel()
	addr := broker(t, kfake.EnableSASL(), kfake.Superuser("PLAIN", "u", "pw"))
	var password atomic.Pointer[string]
	set := func(text string) { password.Store(&text) }
	set("wrong")
	s := Security{Protocol: ProtocolSASLPlaintext, Username: "first", Password: "first",
		Credentials: func() (string, string, error) { return "u", *password.Load(), nil }}
	if ping(t, addr, s) == nil {
		t.Fatal("a wrong password works")
	}
	set("pw")
	if err := ping(t, addr, s); err != nil {
		t.Fatal(err)
	}
}

// TestReplacedCertificatesHoldForNewConnections has a broker that moves to
// another authority and asks for client certificates of that one.
func TestReplacedCertificatesHoldForNewConnections(t *testing.T) {
	t.Parallel()
	before, after := newAuthority(t), newAuthority(t)
	config := func(a *authority) *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{a.leaf("broker", 7, "127.0.0.1")}, ClientCAs: a.pool(), ClientAuth: tls.RequireAndVerifyClientCert}
	}
	old, replaced := config(before), config(after)
	var now atomic.Pointer[tls.Config]
	now.Store(old)
	addr := broker(t, kfake.TLS(&tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return now.Load(), nil }}))
	before.leaf("client", 8)
	after.leaf("client", 8)

	dir := t.TempDir()
	install := func(a *authority, names ...string) {
		t.Helper()
		for _, name := range names {
			text, err := os.ReadFile(a.file(name))
			if err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(dir, name), string(text))
		}
	}
	install(before, "ca.crt", "client.crt", "client.key")
	s := Security{Protocol: ProtocolSSL, CAFile: filepath.Join(dir, "ca.crt"), CertFile: filepath.Join(dir, "client.crt"), KeyFile: filepath.Join(dir, "client.key")}
	d, err := newTLSDialer(s, 2*time.Second, Options{}.Logger)
	if err != nil {
		t.Fatal(err)
	}
	connect := func() error {
		conn, err := d.dial(t.Context(), "tcp", addr)
		if err != nil {
			return err
		}
		defer conn.Close()
		// In TLS 1.3 a refused certificate is told with the first read.
		if err := conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
			return err
		}
		if _, err = conn.Read(make([]byte, 1)); err != nil && strings.Contains(err.Error(), "tls") {
			return err
		}
		return nil
	}
	if err := connect(); err != nil {
		t.Fatal(err)
	}
	now.Store(replaced)
	if connect() == nil {
		t.Fatal("the old authority still works")
	}
	// Half of a replacement does not lose what worked.
	install(after, "client.crt")
	now.Store(old)
	if err := connect(); err != nil {
		t.Fatal("a certificate without its key was used:", err)
	}
	install(after, "ca.crt", "client.key")
	now.Store(replaced)
	if err := connect(); err != nil {
		t.Fatal(err)
	}
}

// issuer is a token endpoint.
type issuer struct {
	*httptest.Server
	asked atomic.Int32
}

func newIssuer(t *testing.T, status int, body string) *issuer {
	t.Helper()
	i := &issuer{}
	i.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.asked.Add(1)
		user, password, _ := r.BasicAuth()
		if r.Method != http.MethodPost || r.FormValue("grant_type") != "client_credentials" || r.FormValue("scope") != "kafka" || user != "me%2Fus" || password != "s3cret" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":"invalid_client"}`))
			return
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) oauth(t *testing.T) OAuth {
	t.Helper()
	a := newAuthority(t)
	a.write("issuer.crt", "CERTIFICATE", i.Certificate().Raw)
	return OAuth{Endpoint: i.URL, ClientID: "me/us", Secret: "s3cret", Scope: "kafka", CAFile: a.file("issuer.crt")}
}

func TestTokensAreKeptWhileFresh(t *testing.T) {
	t.Parallel()
	i := newIssuer(t, 200, `{"access_token":"t1","token_type":"bearer","expires_in":100}`)
	now := time.Unix(1_000_000, 0)
	source := i.oauth(t).tokens(func() time.Time { return now })
	f := func(after time.Duration, asked int32) {
		t.Helper()
		now = now.Add(after)
		token, err := source.Get(t.Context())
		if err != nil || token != "t1" || i.asked.Load() != asked {
			t.Fatalf("after %v: %q %v, asked %d times; want %d", after, token, err, i.asked.Load(), asked)
		}
	}

	f(0, 1)
	f(79*time.Second, 1)
	f(2*time.Second, 2)
}

func TestSecretOfTheClientFromAFile(t *testing.T) {
	t.Parallel()
	i := newIssuer(t, 200, `{"access_token":"t1"}`)
	o := i.oauth(t)
	o.Secret, o.SecretFile = "", filepath.Join(t.TempDir(), "secret")
	source := o.tokens(time.Now)
	put(t, o.SecretFile, "wrong")
	if _, err := source.Get(t.Context()); err == nil || !strings.Contains(err.Error(), "sasl_oauth_client_secret") {
		t.Fatal(err)
	}
	put(t, o.SecretFile, "s3cret\n")
	if token, err := source.Get(t.Context()); err != nil || token != "t1" {
		t.Fatal(token, err)
	}
}

func TestWrongAnswersOfTheIssuer(t *testing.T) {
	t.Parallel()
	f := func(status int, body, want string) {
		t.Helper()
		i := newIssuer(t, status, body)
		_, err := i.oauth(t).tokens(time.Now).Get(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%d %q: %v; want %q", status, body, err, want)
		}
	}

	f(200, `{}`, "without an access_token")
	f(200, `no`, "not JSON")
	f(500, `no`, "answered 500")
	f(400, `{"error":"invalid_scope"}`, `answered 400 "invalid_scope": check sasl_oauth_client_id`)
	f(302, ``, "answered 302")

	i := newIssuer(t, 200, `{"access_token":"t"}`)
	o := i.oauth(t)
	o.CAFile = ""
	_, err := o.tokens(time.Now).Get(t.Context())
	var unknown x509.UnknownAuthorityError
	if err == nil || !strings.Contains(err.Error(), unknown.Error()) {
		t.Error("an issuer that nobody vouches for:", err)
	}
}

func TestReadSecret(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	f := func(text, want, problem string) {
		t.Helper()
		put(t, path, text)
		got, err := readSecret("some_key", path)
		if got != want || (err == nil) != (problem == "") || err != nil && !strings.Contains(err.Error(), problem) {
			t.Fatalf("%q: %q, %v", text, got, err)
		}
	}

	f("a b\r\n", "a b", "")
	f("\n", "", "is empty")
	f(strings.Repeat("x", maxSecret+1), "", "is empty or has more than")
	if _, err := readSecret("some_key", path+".gone"); err == nil || !strings.Contains(err.Error(), "reading some_key") {
		t.Fatal(err)
	}
}

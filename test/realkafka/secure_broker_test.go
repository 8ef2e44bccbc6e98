//go:build realkafka

package realkafka

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/app"
	"github.com/plastron-dev/plastron/runtime/kafka"
)

// secureBroker is a broker with all listeners of hack/kafka.
type secureBroker struct{ dir string }

func startSecureBroker(t *testing.T) *secureBroker {
	t.Helper()
	b := &secureBroker{dir: filepath.Join(t.TempDir(), "kafka")}
	t.Cleanup(func() { b.script(t, "down") })
	b.script(t, "up", "1")
	copyFile(t, b.file("ca.crt"), b.file("old-ca.crt"))
	return b
}

// script runs hack/kafka/kafka.sh for this broker.
func (b *secureBroker) script(t *testing.T, args ...string) {
	t.Helper()
	c := exec.Command("../../hack/kafka/kafka.sh", args...)
	c.Env = append(os.Environ(), "KAFKA_DIR="+b.dir, "KAFKA_SECURITY=1", "KAFKA_PORTS=")
	// The broker outlives the script and would keep a pipe open.
	out, err := os.CreateTemp("", "kafka")
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(out.Name())
	defer out.Close()
	c.Stdout, c.Stderr = out, out
	if err := c.Run(); err != nil {
		text, _ := os.ReadFile(out.Name())
		t.Fatalf("kafka.sh %v: %v: %s", args, err, text)
	}
}

func (b *secureBroker) file(name string) string { return filepath.Join(b.dir, name) }

func (b *secureBroker) bootstrap(t *testing.T, listener string) string {
	t.Helper()
	text, err := os.ReadFile(b.file("bootstrap." + listener))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func (b *secureBroker) restart(t *testing.T) {
	t.Helper()
	b.script(t, "node", "1", "kill")
	// The start refuses while the old process is there.
	for b.running() {
	}
	b.script(t, "node", "1", "start")
}

func (b *secureBroker) running() bool {
	c := exec.Command("../../hack/kafka/kafka.sh", "status")
	c.Env = append(os.Environ(), "KAFKA_DIR="+b.dir)
	return c.Run() == nil
}

// admin uses the listener that asks for nothing.
func (b *secureBroker) admin(t *testing.T) *kadm.Client {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.bootstrap(t, "plain")), kgo.DisableClientMetrics())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return kadm.NewClient(client)
}

// grant gives what docs/security.md says that a registry needs, for names that
// begin with prefix.
func (b *secureBroker) grant(t *testing.T, principal, prefix string) {
	t.Helper()
	allow := func() *kadm.ACLBuilder {
		return kadm.NewACLs().Allow(principal).AllowHosts("*").ResourcePatternType(kadm.ACLPatternPrefixed)
	}
	for _, acls := range []*kadm.ACLBuilder{
		allow().Topics(prefix).Operations(kadm.OpDescribe, kadm.OpDescribeConfigs, kadm.OpRead, kadm.OpWrite, kadm.OpCreate),
		allow().Groups(prefix).Operations(kadm.OpDescribe, kadm.OpRead),
	} {
		results, err := b.admin(t).CreateACLs(t.Context(), acls)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if r.Err != nil {
				t.Fatal(r.Err, r.ErrMessage)
			}
		}
	}
}

func (b *secureBroker) setPassword(t *testing.T, user, password string) {
	t.Helper()
	changed, err := b.admin(t).AlterUserSCRAMs(t.Context(), nil, []kadm.UpsertSCRAM{
		{User: user, Mechanism: kadm.ScramSha512, Iterations: 4096, Password: password},
	})
	if err != nil || changed.Error() != nil {
		t.Fatal(err, changed.Error())
	}
	poll(t, time.Minute, func() error { return b.ping(t, user, password, b.file("ca.crt")) })
}

// ping connects once.
func (b *secureBroker) ping(t *testing.T, user, password, ca string) error {
	t.Helper()
	client, err := kafka.NewClient(kafka.Options{Bootstrap: []string{b.bootstrap(t, "sasltls")}, Security: kafka.Security{
		Protocol: kafka.ProtocolSASLSSL, Mechanism: kafka.MechanismScram512, Username: user, Password: password, CAFile: ca,
	}}, kgo.RequestRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	return client.Ping(t.Context())
}

// install gives the broker other certificates, which it reads at its start.
func (b *secureBroker) install(t *testing.T, a *authority) {
	t.Helper()
	key, err := os.ReadFile(a.file("broker.key"))
	if err != nil {
		t.Fatal(err)
	}
	cert, err := os.ReadFile(a.file("broker.crt"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, b.file("broker.pem"), string(key)+string(cert))
	copyFile(t, a.file("ca.crt"), b.file("ca.crt"))
}

// authority makes certificates.
type authority struct {
	dir  string
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t *testing.T, name string) *authority {
	t.Helper()
	a := &authority{dir: t.TempDir(), key: newKey(t)}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	put(t, a.file("ca.crt"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a *authority) file(name string) string { return filepath.Join(a.dir, name) }

func (a *authority) leaf(t *testing.T, name string) {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	put(t, a.file(name+".crt"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	put(t, a.file(name+".key"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})))
}

// token is an unsigned token, which the test broker takes.
func token(subject string, life time.Duration) string {
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	now := time.Now()
	issued := now.Add(min(life, 0) - time.Second)
	return part(`{"alg":"none"}`) + "." + part(fmt.Sprintf(`{"sub":%q,"iat":%d,"exp":%d}`, subject, issued.Unix(), now.Add(life).Unix())) + "."
}

// registry is a node inside the test.
type registry struct {
	base   string
	client *http.Client
	ended  chan error
}

func runRegistry(t *testing.T, base string, o app.Options) *registry {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	transport := &http.Transport{}
	r := &registry{base: base, client: &http.Client{Transport: transport, Timeout: time.Minute}, ended: make(chan error, 1)}
	go func() { r.ended <- app.RunRegistry(ctx, o) }()
	t.Cleanup(func() {
		cancel()
		if err := <-r.ended; err != nil {
			t.Errorf("the registry ended with %v", err)
		}
		transport.CloseIdleConnections()
	})
	return r
}

// ask returns status and body.
func (r *registry) ask(method, path, body string) (int, string, error) {
	request, err := http.NewRequest(method, r.base+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	answer, err := r.client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}

// await returns when the node takes writes.
func (r *registry) await(t *testing.T) {
	t.Helper()
	poll(t, time.Minute, func() error {
		status, text, err := r.ask("GET", "/master_available", "")
		if err == nil && !strings.Contains(text, "true") {
			_, health, _ := r.ask("GET", "/_health", "")
			err = fmt.Errorf("%d %s; %s", status, text, health)
		}
		return err
	})
}

// health returns what the node says when that contains the text.
func (r *registry) health(t *testing.T, want string) string {
	t.Helper()
	last := ""
	poll(t, time.Minute, func() error {
		_, text, err := r.ask("GET", "/_health", "")
		if last = text; err == nil && !strings.Contains(text, want) {
			err = fmt.Errorf("no %q in %s", want, text)
		}
		return err
	})
	return last
}

// write registers a schema and reads it back.
func (r *registry) write(t *testing.T, subject string) {
	t.Helper()
	if err := r.tryWrite(subject); err != nil {
		t.Fatal(err)
	}
}

func (r *registry) writeWithin(t *testing.T, subject string, d time.Duration) {
	t.Helper()
	poll(t, d, func() error { return r.tryWrite(subject) })
}

func (r *registry) tryWrite(subject string) error {
	body, err := json.Marshal(map[string]string{"schema": fmt.Sprintf(`{"type":"enum","name":%q,"symbols":["A"]}`, subject)})
	if err != nil {
		return err
	}
	if status, text, err := r.ask("POST", "/subjects/"+subject+"/versions", string(body)); err != nil || status != http.StatusOK {
		return fmt.Errorf("writing: %d %s (%v)", status, text, err)
	}
	status, text, err := r.ask("GET", "/subjects/"+subject+"/versions/1", "")
	if err != nil || status != http.StatusOK || !strings.Contains(text, subject) {
		return fmt.Errorf("reading: %d %s (%v)", status, text, err)
	}
	return nil
}

// poll tries until there is no error.
func poll(t *testing.T, d time.Duration, try func() error) {
	t.Helper()
	deadline := time.NewTimer(d)
	defer deadline.Stop()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := try()
		if err == nil {
			return
		}
		select {
		case <-ticker.C:
		case <-deadline.C:
			t.Fatal(err)
		}
	}
}

func waitUntil(t *testing.T, at time.Time) {
	t.Helper()
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context().Done():
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// lastWins keeps the last setting of each variable.
func lastWins(environ []string) []string {
	var kept []string
	seen := map[string]int{}
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		if i, known := seen[name]; known {
			kept[i] = pair
			continue
		}
		seen[name] = len(kept)
		kept = append(kept, pair)
	}
	return kept
}

// put writes a file as tools that rotate secrets do: whole, by renaming.
func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	put(t, to, string(text))
}

//go:build realkafka

package realkafka

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plastron-dev/plastron/runtime/app"
	"github.com/plastron-dev/plastron/runtime/config"
)

// TestSecurity has a broker of its own, since it is restarted with other
// certificates while registries run.
func TestSecurity(t *testing.T) {
	b := startSecureBroker(t)
	t.Run("each way to authenticate", func(t *testing.T) { eachMechanism(t, b) })
	t.Run("wrong settings are named", func(t *testing.T) { wrongSettings(t, b) })
	t.Run("users of the proxy", func(t *testing.T) { proxyUsers(t, b) })
	t.Run("rotation without a restart", func(t *testing.T) { rotation(t, b) })
}

const protocolKey, mechanismKey = "KARAPACE_SECURITY_PROTOCOL=", "KARAPACE_SASL_MECHANISM="

// password are the settings of a user on a listener.
func password(protocol, mechanism, user, password string) []string {
	return []string{protocolKey + protocol, mechanismKey + mechanism, "KARAPACE_SASL_PLAIN_USERNAME=" + user, "KARAPACE_SASL_PLAIN_PASSWORD=" + password}
}

func eachMechanism(t *testing.T, b *secureBroker) {
	ca := "KARAPACE_SSL_CAFILE=" + b.file("ca.crt")
	f := func(name, listener, principal string, environ ...string) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			topic := "_schemas_" + strings.ReplaceAll(name, " ", "_")
			if principal != "" {
				b.grant(t, principal, topic)
			}
			r := b.registry(t, listener, topic, "", environ...)
			r.await(t)
			r.write(t, "first")
		})
	}

	f("plaintext", "plain", "")
	f("client certificate", "tls", "User:CN=client", protocolKey+"SSL", ca, "KARAPACE_SSL_CERTFILE="+b.file("client.crt"), "KARAPACE_SSL_KEYFILE="+b.file("client.key"))
	f("PLAIN", "sasltls", "", append(password("SASL_SSL", "PLAIN", "admin", "admin-secret"), ca)...)
	f("PLAIN without TLS", "sasl", "", password("SASL_PLAINTEXT", "PLAIN", "admin", "admin-secret")...)
	f("SCRAM-SHA-256", "sasltls", "User:alice", append(password("SASL_SSL", "SCRAM-SHA-256", "alice", "alice-secret"), ca)...)
	f("SCRAM-SHA-512", "sasltls", "User:alice", append(password("SASL_SSL", "SCRAM-SHA-512", "alice", "alice-secret"), ca)...)
	f("OAUTHBEARER", "sasltls", "", protocolKey+"SASL_SSL", mechanismKey+"OAUTHBEARER", ca, "KARAPACE_SASL_OAUTH_TOKEN="+token("admin", time.Hour))
	f("OAUTHBEARER by client credentials", "sasl", "", append(b.issuer(t).environ(), protocolKey+"SASL_PLAINTEXT")...)
}

// wrongSettings starts registries that cannot reach Kafka and reads what their
// health says. Each text has to name the key to look at.
func wrongSettings(t *testing.T, b *secureBroker) {
	ca := "KARAPACE_SSL_CAFILE=" + b.file("ca.crt")
	stranger := newAuthority(t, "stranger")
	stranger.leaf(t, "client")
	f := func(name, listener, want string, environ ...string) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := b.registry(t, listener, "_schemas_never", "", environ...)
			text := r.health(t, want)
			for _, secret := range []string{"wrong-pw", "eyJ"} {
				if strings.Contains(text, secret) {
					t.Errorf("a secret is in %s", text)
				}
			}
		})
	}

	f("password of PLAIN", "sasltls", "sasl_plain_password", append(password("SASL_SSL", "PLAIN", "admin", "wrong-pw"), ca)...)
	f("password of SCRAM", "sasltls", "sasl_plain_password", append(password("SASL_SSL", "SCRAM-SHA-512", "alice", "wrong-pw"), ca)...)
	f("expired token", "sasl", "sasl_oauth_token", protocolKey+"SASL_PLAINTEXT", mechanismKey+"OAUTHBEARER", "KARAPACE_SASL_OAUTH_TOKEN="+token("admin", -time.Hour))
	f("client of the issuer", "sasl", "sasl_oauth_client_id", append(b.issuer(t).environ(), protocolKey+"SASL_PLAINTEXT", "KARAPACE_SASL_OAUTH_CLIENT_SECRET=wrong-pw")...)
	f("no SASL", "sasl", "security_protocol")
	f("no TLS", "tls", "security_protocol")
	f("TLS on a plaintext port", "plain", "security_protocol", protocolKey+"SSL", ca)
	f("no client certificate", "tls", "ssl_certfile", protocolKey+"SSL", ca)
	f("a certificate of a stranger", "tls", "ssl_certfile", protocolKey+"SSL", ca,
		"KARAPACE_SSL_CERTFILE="+stranger.file("client.crt"), "KARAPACE_SSL_KEYFILE="+stranger.file("client.key"))
	f("unknown authority", "sasltls", "ssl_cafile", append(password("SASL_SSL", "PLAIN", "admin", "admin-secret"), "KARAPACE_SSL_CAFILE="+stranger.file("ca.crt"))...)
	f("missing ACLs", "sasl", "grant", password("SASL_PLAINTEXT", "PLAIN", "alice", "alice-secret")...)
}

// rotation changes every credential under running registries and restarts the
// broker, so that no connection outlives its credential.
func rotation(t *testing.T, b *secureBroker) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"ca.crt", "client.crt", "client.key"} {
		copyFile(t, b.file(name), file(name))
	}
	put(t, file("password"), "old-secret")
	b.setPassword(t, "rita", "old-secret")
	b.setPassword(t, "rolf", "old-secret")
	for _, principal := range []string{"User:rita", "User:rolf", "User:CN=client"} {
		b.grant(t, principal, "_rotated_")
	}
	settings := func(secret string) string {
		text, err := json.Marshal(map[string]string{"sasl_plain_username": "rolf", "sasl_plain_password": secret})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	put(t, file("config.json"), settings("old-secret"))
	expires := time.Now().Add(20 * time.Second)
	put(t, file("token"), token("admin", time.Until(expires)))
	issuer := b.issuer(t)
	ca := "KARAPACE_SSL_CAFILE=" + file("ca.crt")
	registries := []*registry{
		b.registry(t, "sasltls", "_rotated_password", "", protocolKey+"SASL_SSL", mechanismKey+"SCRAM-SHA-512", ca,
			"KARAPACE_SASL_PLAIN_USERNAME=rita", "KARAPACE_SASL_PLAIN_PASSWORD_FILE="+file("password")),
		b.registry(t, "sasltls", "_rotated_config", file("config.json"), protocolKey+"SASL_SSL", mechanismKey+"SCRAM-SHA-512", ca),
		b.registry(t, "sasltls", "_rotated_token", "", protocolKey+"SASL_SSL", mechanismKey+"OAUTHBEARER", ca, "KARAPACE_SASL_OAUTH_TOKEN_FILE="+file("token")),
		b.registry(t, "sasltls", "_rotated_client", "", append(issuer.environ(), protocolKey+"SASL_SSL", ca)...),
		b.registry(t, "tls", "_rotated_certificate", "", protocolKey+"SSL", ca, "KARAPACE_SSL_CERTFILE="+file("client.crt"), "KARAPACE_SSL_KEYFILE="+file("client.key")),
	}
	for _, r := range registries {
		r.await(t)
		r.write(t, "before")
	}
	asked := issuer.asked.Load()

	b.setPassword(t, "rita", "new-secret")
	b.setPassword(t, "rolf", "new-secret")
	put(t, file("password"), "new-secret\n")
	put(t, file("config.json"), settings("new-secret"))
	put(t, file("token"), token("admin", time.Hour))
	next := newAuthority(t, "next CA")
	next.leaf(t, "broker")
	next.leaf(t, "client")
	b.install(t, next)
	for _, name := range []string{"ca.crt", "client.crt", "client.key"} {
		copyFile(t, next.file(name), file(name))
	}
	b.restart(t)
	for _, r := range registries {
		r.writeWithin(t, "after", time.Minute)
	}
	// The old token must be out of use for the write to say something.
	waitUntil(t, expires)
	for _, r := range registries {
		r.writeWithin(t, "later", time.Minute)
	}
	if issuer.asked.Load() <= asked {
		t.Error("the issuer was not asked again")
	}
	for _, user := range []string{"rita", "rolf"} {
		if err := b.ping(t, user, "old-secret", next.file("ca.crt")); err == nil {
			t.Errorf("the old password of %s still works", user)
		}
	}
	if err := b.ping(t, "rita", "new-secret", b.file("old-ca.crt")); err == nil {
		t.Error("the old authority is still believed")
	}
}

// issuer is the token endpoint of an authorization server.
type issuer struct {
	url   string
	asked atomic.Int64
}

func (b *secureBroker) issuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.asked.Add(1)
		if id, secret, _ := r.BasicAuth(); id != "registry" || secret != "issuer-secret" || r.FormValue("grant_type") != "client_credentials" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":"invalid_client"}`))
			return
		}
		fmt.Fprintf(w, `{"access_token":%q,"token_type":"bearer","expires_in":5}`, token("admin", 5*time.Second))
	}))
	t.Cleanup(server.Close)
	i.url = server.URL
	return i
}

func (i *issuer) environ() []string {
	return []string{
		mechanismKey + "OAUTHBEARER", "KARAPACE_SASL_OAUTH_TOKEN_ENDPOINT_URL=" + i.url,
		"KARAPACE_SASL_OAUTH_CLIENT_ID=registry", "KARAPACE_SASL_OAUTH_CLIENT_SECRET=issuer-secret",
	}
}

// registry starts a node on a listener. A path is that of a configuration file.
func (b *secureBroker) registry(t *testing.T, listener, topic, path string, environ ...string) *registry {
	t.Helper()
	port := freePort(t)
	environ = append([]string{
		"KARAPACE_BOOTSTRAP_URI=" + b.bootstrap(t, listener), "KARAPACE_TOPIC_NAME=" + topic, "KARAPACE_GROUP_ID=" + topic, "KARAPACE_PORT=" + port,
		"KARAPACE_ADVERTISED_HOSTNAME=127.0.0.1", "KARAPACE_LOG_LEVEL=ERROR", "KARAPACE_WAITING_TIME_BEFORE_ACTING_AS_MASTER_MS=0",
	}, lastWins(environ)...)
	loaded, _, err := config.Load(config.Input{Role: config.RoleRegistry, Path: path, Environ: environ})
	if err != nil {
		t.Fatal(err)
	}
	return runRegistry(t, "http://127.0.0.1:"+port, app.Options{Config: loaded, Version: "test", Log: os.Stderr})
}

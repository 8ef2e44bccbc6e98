package app

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/plastron-dev/plastron/runtime/config"
	"github.com/plastron-dev/plastron/runtime/kafka"
	"github.com/plastron-dev/plastron/runtime/rest"
)

// The credentials of a request go to Kafka and to the registry, and those of
// requests at the same time are never mixed up.
func TestCredentialsOfARequestTravel(t *testing.T) {
	t.Parallel()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "of-alice", "of-bob"), kfake.EnableSASL(),
		kfake.Superuser("PLAIN", "alice", "p"), kfake.Superuser("PLAIN", "bob", "p"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)

	var mu sync.Mutex
	seen := map[string]string{} // who registered under a subject
	registry := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, _, _ := r.BasicAuth()
		mu.Lock()
		seen[strings.Split(r.URL.Path, "/")[2]] += user + " "
		mu.Unlock()
		w.Header().Set("Content-Type", "application/vnd.schemaregistry.v1+json")
		_, _ = io.WriteString(w, `{"id":1}`)
	}))
	t.Cleanup(registry.Close)
	at, err := url.Parse(registry.URL)
	if err != nil {
		t.Fatal(err)
	}

	proxy := background(t, RunREST, settings(t, config.RoleREST,
		"KARAPACE_BOOTSTRAP_URI=127.0.0.1:1", "KARAPACE_SASL_BOOTSTRAP_URI="+cluster.ListenAddrs()[0],
		"KARAPACE_REST_AUTHORIZATION=true", "KARAPACE_SASL_OAUTHBEARER_AUTHENTICATION_ENABLED=true",
		"KARAPACE_REGISTRY_HOST="+at.Hostname(), "KARAPACE_REGISTRY_PORT="+at.Port()))
	produce := func(user string) {
		body := `{"value_schema":"\"int\"","records":[{"value":1}]}`
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, proxy.REST+"/topics/of-"+user, strings.NewReader(body))
		if err != nil {
			t.Error(err)
			return
		}
		r.SetBasicAuth(user, "p")
		r.Header.Set("Content-Type", "application/vnd.kafka.avro.v2+json")
		answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
		if err != nil {
			t.Error(err)
			return
		}
		defer answer.Body.Close()
		if text, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %s", user, answer.StatusCode, text)
		}
	}
	var wg sync.WaitGroup
	for range 10 {
		for _, user := range []string{"alice", "bob"} {
			wg.Go(func() { produce(user) })
		}
	}
	wg.Wait()
	mu.Lock()
	defer mu.Unlock()
	if got := fmt.Sprint(seen); got != "map[of-alice-value:alice  of-bob-value:bob ]" {
		t.Error(got)
	}
}

func TestSecurityOfALogin(t *testing.T) {
	t.Parallel()
	f := func(c rest.Credentials, of kafka.Security, protocol, mechanism string) {
		t.Helper()
		var login rest.Login
		login.Renew(c)
		got := securityOf(&login, of)
		if got.Protocol != protocol || got.Mechanism != mechanism {
			t.Errorf("%s %s", got.Protocol, got.Mechanism)
		}
		if got.Token != "" || got.TokenFile != "" || got.PasswordFile != "" || got.OAuth != (kafka.OAuth{}) {
			t.Error("the proxy's own credentials are left")
		}
	}
	user, token := rest.Credentials{User: "u", Password: "p"}, rest.Credentials{Token: "t"}
	own := kafka.Security{Protocol: kafka.ProtocolSASLSSL, Mechanism: kafka.MechanismOAuthBearer, TokenFile: "f", OAuth: kafka.OAuth{Endpoint: "e"}}
	f(user, kafka.Security{}, kafka.ProtocolSASLPlaintext, "")
	f(user, kafka.Security{Protocol: kafka.ProtocolSSL, Mechanism: kafka.MechanismScram512}, kafka.ProtocolSASLSSL, kafka.MechanismScram512)
	f(user, own, kafka.ProtocolSASLSSL, kafka.MechanismPlain)
	f(token, kafka.Security{Mechanism: kafka.MechanismScram256, Password: "x", PasswordFile: "f"}, kafka.ProtocolSASLPlaintext, kafka.MechanismOAuthBearer)
	f(token, own, kafka.ProtocolSASLSSL, kafka.MechanismOAuthBearer)
}

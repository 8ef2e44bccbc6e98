//go:build realkafka

package realkafka

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/plastron-dev/plastron/runtime/app"
	"github.com/plastron-dev/plastron/runtime/config"
)

// proxyUsers is the REST proxy with the credentials of each request: alice and
// bob, who have topics and groups of their own and one topic that only alice
// may write to.
func proxyUsers(t *testing.T, b *secureBroker) {
	b.setPassword(t, "bob", "bob-secret")
	if _, err := b.admin(t).CreateTopics(t.Context(), 1, 1, nil, "users-alice", "users-bob", "users-read"); err != nil {
		t.Fatal(err)
	}
	for _, user := range []string{"alice", "bob"} {
		b.allow(t, allow(user).Topics("users-"+user).Groups("users-"+user).Operations(kadm.OpAll))
		b.allow(t, allow(user).Topics("users-read").Operations(kadm.OpDescribe, kadm.OpRead))
	}
	b.allow(t, allow("alice").Topics("users-read").Operations(kadm.OpWrite))
	t.Run("SCRAM-SHA-512 and tokens", func(t *testing.T) { userMatrix(t, b.proxy(t, "SCRAM-SHA-512")) })
	t.Run("PLAIN", func(t *testing.T) {
		logins(t, b.proxy(t, "PLAIN"))
	})
	t.Run("SCRAM-SHA-256, flavour of Confluent", func(t *testing.T) {
		p := b.proxy(t, "SCRAM-SHA-256", "KARAPACE_API_FLAVOR=confluent")
		logins(t, p)
		p.want(t, bearer("bob"), "POST", "/topics/users-read", oneRecord, 403, `{"key_schema_id":null,"offsets":[{"error":`, `"error_code":40301}]`)
	})
}

const oneRecord = `{"records":[{"value":1}]}`

func allow(user string) *kadm.ACLBuilder {
	return kadm.NewACLs().Allow("User:" + user).AllowHosts("*").ResourcePatternType(kadm.ACLPatternLiteral)
}

func (b *secureBroker) allow(t *testing.T, acls *kadm.ACLBuilder) {
	t.Helper()
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

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func bearer(user string) string { return "Bearer " + token(user, time.Hour) }

// logins is who is let in.
func logins(t *testing.T, p *userProxy) {
	t.Helper()
	p.want(t, basic("alice", "alice-secret"), "POST", "/topics/users-alice", oneRecord, 200, `"partition":0`)
	p.want(t, basic("alice", "wrong"), "GET", "/topics", "", 403, `"error_code":40301`)
	p.want(t, basic("nobody", "wrong"), "GET", "/topics", "", 403, `"error_code":40301`)
	p.want(t, "", "GET", "/topics", "", 401, `"error_code":40101`)
	p.want(t, "Digest x", "GET", "/topics", "", 401, `"error_code":40101`)
	p.want(t, "Bearer "+token("alice", -time.Hour), "GET", "/topics", "", 401, `"error_code":40101`)
}

// userMatrix is what each of two users may do, and what the other one sees of
// it.
func userMatrix(t *testing.T, p *userProxy) {
	logins(t, p)
	alice, bob := basic("alice", "alice-secret"), basic("bob", "bob-secret")
	const forbidden = `{"error_code":40301,"message":"Forbidden"}`

	// Topics: what somebody may not describe does not exist for them.
	p.want(t, alice, "GET", "/topics", "", 200, `"users-alice","users-read"]`) // Behind what other tests let her see; users-bob would stand between.
	p.want(t, bob, "GET", "/topics", "", 200, `["users-bob","users-read"]`)
	p.want(t, bearer("bob"), "GET", "/topics", "", 200, `["users-bob","users-read"]`)
	p.want(t, bob, "POST", "/topics/users-alice", oneRecord, 404, `{"error_code":40401,"message":"Topic users-alice not found"}`)
	p.want(t, bob, "GET", "/topics/users-alice", "", 404, `"error_code":40403`)
	p.want(t, bob, "GET", "/topics/users-alice/partitions/0/offsets", "", 403, forbidden)

	// Writing: a right of its own.
	p.want(t, alice, "POST", "/topics/users-read", oneRecord, 200, `"partition":0`)
	p.want(t, bob, "POST", "/topics/users-read", oneRecord, 422, `{"error":"Returned by the broker when the client is not authorized to access the requested topic.","error_code":1}`)
	p.want(t, bob, "POST", "/v3/clusters/any/topics/users-read/records", `{}`, 200, `{"error_code":40301,`)
	p.want(t, bob, "POST", "/v3/clusters/any/topics/users-alice/records", `{}`, 200, `{"error_code":40401,`)

	// Consumers: a user's own, also under the name of another's.
	const c = "/consumers/users-alice/instances/c"
	p.want(t, alice, "POST", "/consumers/users-alice", `{"name":"c","format":"json"}`, 200, `"instance_id":"c"`)
	p.want(t, bob, "GET", c+"/subscription", "", 404, `"error_code":40403`)
	p.want(t, bob, "DELETE", c, "", 404, `"error_code":40403`)
	p.want(t, bob, "GET", c+"/records", "", 404, `"error_code":40403`)
	p.want(t, alice, "POST", c+"/subscription", `{"topics":["users-read"]}`, 204, "")
	p.want(t, alice, "GET", c+"/records?timeout=30000", "", 200, `"value":1}]`)
	p.want(t, alice, "POST", c+"/offsets", "", 204, "")
	p.want(t, bob, "POST", "/consumers/users-alice", `{"name":"c","format":"json"}`, 200, `"instance_id":"c"`)
	p.want(t, bob, "GET", c+"/subscription", "", 200, `{"topics":[]}`)
	p.want(t, bob, "POST", c+"/subscription", `{"topics":["users-read"]}`, 204, "")
	p.want(t, bob, "GET", c+"/records?timeout=30000", "", 403, forbidden) // alice's group
	p.want(t, bob, "GET", c+"/offsets?topic=users-read&partition=0", "", 403, forbidden)
	p.want(t, alice, "GET", c+"/offsets?topic=users-read&partition=0", "", 200, `"offset":1`)
	// The same name with a token is yet another principal of the proxy.
	p.want(t, bearer("alice"), "GET", c+"/subscription", "", 404, `"error_code":40403`)

	// A topic that one may describe but not read.
	p.want(t, bob, "POST", "/consumers/users-bob", `{"name":"b","format":"json"}`, 200, `"instance_id":"b"`)
	const b = "/consumers/users-bob/instances/b"
	p.want(t, bob, "POST", b+"/subscription", `{"topics":["users-alice"]}`, 204, "")
	p.want(t, bob, "GET", b+"/records", "", 403, forbidden)

	// Administration, with the text of Kafka.
	cluster := p.cluster(t, alice)
	p.want(t, bob, "POST", cluster+"/topics", `{"topic_name":"users-new","partitions_count":1,"replication_factor":1}`, 403, `"error_code":40301`)
	p.want(t, bob, "DELETE", cluster+"/topics/users-read", "", 403, `"error_code":40301`)
	p.want(t, bob, "PUT", cluster+"/topics/users-read/configs/retention.ms", `{"value":"1"}`, 403, `"error_code":40301`)
	p.want(t, bob, "GET", cluster+"/acls", "", 403, `"error_code":40301`)
	p.want(t, bob, "GET", cluster+"/topics/users-alice", "", 403, `"error_code":40301`)
	p.want(t, alice, "GET", cluster+"/topics/users-alice", "", 200, `"topic_name":"users-alice"`)
}

// userProxy is a proxy whose requests bring their own credentials.
type userProxy struct {
	base   string
	client *http.Client
}

func (b *secureBroker) proxy(t *testing.T, mechanism string, more ...string) *userProxy {
	t.Helper()
	loaded, _, err := config.Load(config.Input{Role: config.RoleREST, Environ: append([]string{
		"KARAPACE_BOOTSTRAP_URI=" + b.bootstrap(t, "plain"), "KARAPACE_SASL_BOOTSTRAP_URI=" + b.bootstrap(t, "sasl"),
		"KARAPACE_REST_AUTHORIZATION=true", mechanismKey + mechanism, "KARAPACE_PORT=0", "KARAPACE_LOG_LEVEL=ERROR",
	}, more...)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan app.Endpoints, 1), make(chan error, 1)
	go func() {
		ended <- app.RunREST(ctx, app.Options{Config: loaded, Version: "test", Log: os.Stderr, OnReady: func(e app.Endpoints) { ready <- e }})
	}()
	transport := &http.Transport{}
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the proxy ended with %v", err)
		}
		transport.CloseIdleConnections()
	})
	select {
	case e := <-ready:
		return &userProxy{base: e.REST, client: &http.Client{Transport: transport, Timeout: time.Minute}}
	case err := <-ended:
		ended <- err
		t.Fatalf("the proxy did not start: %v", err)
		return nil
	}
}

// want sends a request of somebody and looks for texts in its answer.
func (p *userProxy) want(t *testing.T, who, method, path, body string, status int, texts ...string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, p.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if who != "" {
		request.Header.Set("Authorization", who)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/vnd.kafka.json.v2+json")
		if strings.HasPrefix(path, "/v3") {
			request.Header.Set("Content-Type", "application/json")
		}
	}
	answer, err := p.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != status {
		t.Fatalf("%s %s: %d %s, want %d", method, path, answer.StatusCode, text, status)
	}
	for _, want := range texts {
		if !strings.Contains(string(text), want) {
			t.Fatalf("%s %s: %s, want %s in it", method, path, text, want)
		}
	}
	return string(text)
}

// cluster is the path of the cluster in version 3.
func (p *userProxy) cluster(t *testing.T, who string) string {
	t.Helper()
	text := p.want(t, who, "GET", "/v3/clusters", "", 200, `"cluster_id":"`)
	_, id, _ := strings.Cut(text, `"cluster_id":"`)
	id, _, _ = strings.Cut(id, `"`)
	return "/v3/clusters/" + id
}

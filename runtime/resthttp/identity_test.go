package resthttp

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	saslplain "github.com/twmb/franz-go/pkg/sasl/plain"

	"github.com/plastron-dev/plastron/runtime/rest"
)

// front is a proxy that uses the credentials of each request.
type front struct {
	*proxy
	identities *rest.Identities[http.Handler]

	mu      sync.Mutex
	now     time.Time
	clients map[string]int // made, by user or token
}

func (f *front) clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *front) advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

func (f *front) made(who string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.clients[who]
}

// newFront is a proxy on a Kafka with users; without secured everybody is let
// in, which is how tokens are tried here: kfake has no OAUTHBEARER.
func newFront(t *testing.T, secured bool, maximum int) *front {
	t.Helper()
	options := []kfake.Opt{
		kfake.NumBrokers(1), kfake.SeedTopics(1, "one", "other"),
		kfake.BrokerConfigs(map[string]string{"group.initial.rebalance.delay.ms": "0"}),
	}
	if secured {
		options = append(options, kfake.EnableSASL(), kfake.EnableACLs(), kfake.Superuser("PLAIN", "admin", "admin-secret"),
			kfake.User("PLAIN", "alice", "alice-secret", allowed("one", "alice-group")...),
			kfake.User("PLAIN", "bob", "bob-secret", allowed("other", "bob-group")...))
	}
	cluster, err := kfake.NewCluster(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	refuseAsKafkaDoes(cluster)
	f := &front{
		proxy: &proxy{t: t, kafka: cluster, registry: newMemoryRegistry()},
		now:   time.Unix(1_700_000_000, 0), clients: map[string]int{},
	}
	newClient := func(login *rest.Login, extra ...kgo.Opt) (*kgo.Client, error) {
		c := login.Current()
		f.mu.Lock()
		f.clients[c.User+c.Token]++
		f.mu.Unlock()
		options := []kgo.Opt{kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.MetadataMinAge(50 * time.Millisecond), kgo.DisableClientMetrics()}
		if secured {
			options = append(options, kgo.SASL(saslplain.Plain(func(context.Context) (saslplain.Auth, error) {
				c := login.Current()
				return saslplain.Auth{User: c.User, Pass: c.Password}, nil
			})))
		}
		return kgo.NewClient(append(options, extra...)...)
	}
	settings := rest.DefaultSettings()
	settings.KafkaTimeout, settings.RequestTimeout, settings.MaxConsumers = 5*time.Second, 5*time.Second, 2
	f.identities = rest.NewIdentities(rest.IdentitiesDeps[http.Handler]{
		NewClient: newClient,
		Open: func(login *rest.Login) (*rest.Service, http.Handler, error) {
			service, err := rest.New(rest.Deps{
				NewClient: func(extra ...kgo.Opt) (*kgo.Client, error) { return newClient(login, extra...) },
				Registry:  f.registry, Settings: settings, Clock: f.clock,
			})
			return service, New(Deps{Service: service, BaseURI: "http://proxy:8082"}), err
		},
		Max: maximum, Idle: time.Minute, Timeout: 5 * time.Second, Clock: f.clock,
	})
	t.Cleanup(f.identities.Close)
	f.handler = NewFront(Deps{Version: "1.2.3"}, f.identities)
	return f
}

// refuseAsKafkaDoes answers wrong passwords with a code; kfake hangs up.
func refuseAsKafkaDoes(cluster *kfake.Cluster) {
	cluster.ControlKey(int16(kmsg.SASLAuthenticate), func(r kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		parts := bytes.Split(r.(*kmsg.SASLAuthenticateRequest).SASLAuthBytes, []byte{0})
		if len(parts) == 3 && string(parts[2]) == string(parts[1])+"-secret" {
			return nil, nil, false
		}
		refusal := r.ResponseKind().(*kmsg.SASLAuthenticateResponse)
		refusal.ErrorCode = kerr.SaslAuthenticationFailed.Code
		return refusal, nil, true
	})
}

// allowed is everything on a topic and a group.
func allowed(topic, group string) []kfake.ACL {
	any := func(resource kmsg.ACLResourceType, name string) kfake.ACL {
		return kfake.ACL{Resource: resource, Name: name, Pattern: kmsg.ACLResourcePatternTypeLiteral, Operation: kmsg.ACLOperationAll, Allow: true}
	}
	return []kfake.ACL{any(kmsg.ACLResourceTypeTopic, topic), any(kmsg.ACLResourceTypeGroup, group)}
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func token(subject string, expires time.Time, more string) string {
	claims := fmt.Sprintf(`{"sub":%q,"iss":"i","exp":%d,"jti":%q}`, subject, expires.Unix(), more)
	return "Bearer e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

func TestEverybodyHasTheirOwnRights(t *testing.T) {
	t.Parallel()
	p := newFront(t, true, 10)
	alice, bob := basic("alice", "alice-secret"), basic("bob", "bob-secret")
	f := func(who, method, path, body string, status int, want string) {
		t.Helper()
		p.expect(method, path, body, status, want, "Authorization", who, "Content-Type", ctJSON)
	}
	const record = `{"records":[{"value":1}]}`
	f(alice, http.MethodPost, "/topics/one", record, 200, `{"key_schema_id":null,"offsets":[{"offset":0,"partition":0}],"value_schema_id":null}`)
	// What somebody may not see is not there.
	f(bob, http.MethodPost, "/topics/one", record, 404, `{"error_code":40401,"message":"Topic one not found"}`)
	f(bob, http.MethodGet, "/topics/one", "", 404, `{"error_code":40403,...}`)
	f(bob, http.MethodGet, "/topics", "", 200, `["other"]`)
	f(alice, http.MethodGet, "/topics", "", 200, `["one"]`)
	f(bob, http.MethodGet, "/topics/one/partitions/0/offsets", "", 403, `{"error_code":40301,"message":"Forbidden"}`)

	// Consumers of one are nobody else's, also with equal names.
	const c = "/consumers/alice-group/instances/c"
	f(alice, http.MethodPost, "/consumers/alice-group", `{"name":"c","format":"json"}`, 200, `{...}`)
	f(bob, http.MethodGet, c+"/subscription", "", 404, `{"error_code":40403,...}`)
	f(bob, http.MethodDelete, c, "", 404, `{"error_code":40403,...}`)
	f(bob, http.MethodPost, "/consumers/alice-group", `{"name":"c","format":"json"}`, 200, `{...}`)
	f(alice, http.MethodPost, c+"/subscription", `{"topics":["one"]}`, 204, "")
	f(alice, http.MethodGet, c+"/records", "", 200, `[...,"value":1}]`)
	f(bob, http.MethodPost, c+"/assignments", `{"partitions":[{"topic":"one","partition":0}]}`, 403, `{"error_code":40301,"message":"Forbidden"}`) // the commits of the group
	f(bob, http.MethodPost, c+"/subscription", `{"topics":["one"]}`, 204, "")
	f(bob, http.MethodGet, c+"/records", "", 403, `{"error_code":40301,"message":"Forbidden"}`)
	f(bob, http.MethodGet, c+"/offsets", `{"partitions":[{"topic":"one","partition":0}]}`, 403, `{"error_code":40301,"message":"Forbidden"}`)

	// The bound on consumers is each user's.
	f(alice, http.MethodPost, "/consumers/alice-group", `{"name":"d"}`, 200, `{...}`)
	f(alice, http.MethodPost, "/consumers/alice-group", `{"name":"e"}`, 503, `{"error_code":503,...}`)
	f(bob, http.MethodPost, "/consumers/bob-group", `{"name":"e"}`, 200, `{...}`)
}

func TestWhoIsLetIn(t *testing.T) {
	t.Parallel()
	p := newFront(t, true, 10)
	f := func(authorization string, status int, want string) {
		t.Helper()
		w := p.request(http.MethodGet, "/topics", "", "Authorization", authorization)
		if w.Code != status || !matches(w.Body.String(), want) {
			t.Errorf("%.60q: %d %s", authorization, w.Code, w.Body)
		}
		if challenge := w.Header().Get("Www-Authenticate"); (challenge == `Basic realm="Karapace REST Proxy"`) != (status == 401) {
			t.Errorf("%.60q: %q", authorization, challenge)
		}
	}
	const unknown, forbidden = `{"error_code":40101,"message":"Unauthorized"}`, `{"error_code":40301,"message":"Forbidden"}`
	f("", 401, unknown)
	f("basic "+basic("alice", "alice-secret")[6:], 401, unknown)
	f("Digest x", 401, unknown)
	f("Basic %%%", 401, unknown)
	f("Basic "+base64.StdEncoding.EncodeToString([]byte("nocolon")), 401, unknown)
	f(basic("", "x"), 401, unknown)
	f(basic("alice", string(make([]byte, 1<<20))), 401, unknown)
	f("Bearer not-a-token", 401, unknown)
	f("Bearer a.b.c", 401, unknown)
	f(token("x", p.clock().Add(-time.Second), ""), 401, unknown)
	f(basic("alice", "wrong"), 403, forbidden)
	f(basic("nobody", "wrong"), 403, forbidden)
	f(basic("alice", "alice-secret"), 200, `["one"]`)
	// A session that is open opens no door for others.
	f(basic("alice", "wrong"), 403, forbidden)

	// A wrong password is not asked for again and again, nor for ever.
	made := p.made("alice")
	for range 10 {
		f(basic("alice", "wrong"), 403, forbidden)
	}
	if n := p.made("alice"); n != made {
		t.Errorf("Kafka was asked %d times", n-made)
	}
	p.advance(3 * time.Second)
	f(basic("alice", "wrong"), 403, forbidden)
	if n := p.made("alice"); n != made+1 {
		t.Errorf("Kafka was asked %d times", n-made)
	}

	// What needs no credentials.
	p.expect(http.MethodGet, "/", "", 200, `{}`)
	p.expect(http.MethodGet, "/_health", "", 200, `{...}`)
	p.expect(http.MethodPost, "/topics/one", "{", 400, "Invalid request JSON body")
	p.expect(http.MethodPost, "/topics/one", "{}", 415, `{...}`, "Content-Type", "text/x")
	p.expect(http.MethodGet, "/topics", "", 406, `{...}`, "Accept", "foo/bar")
	p.expect(http.MethodGet, "/v3/clusters", "", 401, unknown)
	p.expect(http.MethodGet, "/kafka/v3/clusters", "", 200, `{...}`, "Authorization", basic("alice", "alice-secret"))
}

// A renewed token is the same user: consumers stay, and are used with it.
func TestRenewedTokenKeepsConsumers(t *testing.T) {
	t.Parallel()
	p := newFront(t, false, 10)
	first := token("x", p.clock().Add(time.Minute), "1")
	second := token("x", p.clock().Add(time.Hour), "2")
	const c = "/consumers/g/instances/c"
	p.expect(http.MethodPost, "/consumers/g", `{"name":"c","format":"json"}`, 200, `{...}`, "Authorization", first)
	p.expect(http.MethodPost, c+"/subscription", `{"topics":["one"]}`, 204, "", "Authorization", second)
	p.expect(http.MethodGet, c+"/subscription", "", 200, `{"topics":["one"]}`, "Authorization", first)
	p.expect(http.MethodGet, c+"/subscription", "", 404, `{...}`, "Authorization", token("y", p.clock().Add(time.Minute), "1"))
	p.expect(http.MethodGet, c+"/records?timeout=1", "", 200, `[]`, "Authorization", first)
	if p.made(second[7:]) < 2 { // the proof, and the clients of the consumer
		t.Error("the clients of the consumer were made with the old token")
	}

	// The first one ends: the consumer goes on. The second one ends: it goes.
	tend := func() {
		ctx, cancel := context.WithCancel(t.Context())
		p.identities.Tend(ctx)
		cancel()
	}
	p.advance(2 * time.Minute)
	tend()
	p.expect(http.MethodGet, c+"/subscription", "", 401, `{...}`, "Authorization", first)
	p.expect(http.MethodGet, c+"/subscription", "", 200, `{"topics":["one"]}`, "Authorization", second)
	p.advance(time.Hour)
	tend()
	if n := p.identities.Len(); n != 0 {
		t.Errorf("%d sessions whose token has ended", n)
	}
}

func TestPrincipalsAreBounded(t *testing.T) {
	t.Parallel()
	p := newFront(t, false, 2)
	who := func(name string) string { return basic(name, "p") }
	p.expect(http.MethodGet, "/topics", "", 200, `["one","other"]`, "Authorization", who("a"))
	p.advance(time.Second)
	p.expect(http.MethodPost, "/consumers/g", `{"name":"c"}`, 200, `{...}`, "Authorization", who("b"))
	// The one without consumers makes room, the other one never.
	p.expect(http.MethodPost, "/consumers/g", `{"name":"c"}`, 200, `{...}`, "Authorization", who("c"))
	p.expect(http.MethodGet, "/topics", "", 429, `{"error_code":429,...}`, "Authorization", who("a"))
	p.expect(http.MethodGet, "/consumers/g/instances/c/subscription", "", 200, `{"topics":[]}`, "Authorization", who("b"))
	p.expect(http.MethodDelete, "/consumers/g/instances/c", "", 204, "", "Authorization", who("b"))
	p.advance(2 * time.Minute)
	p.identities.Tend(t.Context())
	if n := p.identities.Len(); n != 1 {
		t.Errorf("%d sessions, want the one with a consumer", n)
	}
}

// Many requests of one user at the same time are one question to Kafka.
func TestEqualLoginsAreOne(t *testing.T) {
	t.Parallel()
	p := newFront(t, true, 10)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			r := httptest.NewRequest(http.MethodGet, "/topics", nil)
			r.Header.Set("Authorization", basic("alice", "alice-secret"))
			w := httptest.NewRecorder()
			p.handler.ServeHTTP(w, r)
			if w.Code != 200 {
				t.Error(w.Code, w.Body)
			}
		})
	}
	wg.Wait()
	if n := p.made("alice"); n != 2 {
		t.Errorf("%d clients, want one to prove and one to use", n)
	}
}

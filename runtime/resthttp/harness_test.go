package resthttp

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/rest"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memoryRegistry is a registry without HTTP. Schemas whose text contains
// "refused" are not accepted.
type memoryRegistry struct {
	mu      sync.Mutex
	schemas []schema.Schema // by id - 1
	uses    map[schema.ID][]client.Use
	calls   map[string]int
	down    bool
	refused schema.Subject // refuses every schema
}

func newMemoryRegistry() *memoryRegistry {
	return &memoryRegistry{uses: map[schema.ID][]client.Use{}, calls: map[string]int{}}
}

func (m *memoryRegistry) enter(call string) error {
	m.calls[call]++
	if m.down {
		return &client.Error{Class: client.Unavailable, Op: call}
	}
	return nil
}

func (m *memoryRegistry) Register(_ context.Context, subject schema.Subject, s schema.Schema) (schema.ID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.enter("register " + string(subject)); err != nil {
		return 0, err
	}
	if strings.Contains(s.Text, "refused") || subject == m.refused {
		return 0, &client.Error{Class: client.Incompatible, Op: "registering", Status: 409, Code: 409}
	}
	id := schema.ID(0)
	for i := range m.schemas {
		if m.schemas[i].Text == s.Text {
			id = schema.ID(i + 1)
		}
	}
	if id == 0 {
		m.schemas = append(m.schemas, s)
		id = schema.ID(len(m.schemas))
	}
	m.uses[id] = append(m.uses[id], client.Use{Subject: subject, Version: 1})
	return id, nil
}

func (m *memoryRegistry) ByID(_ context.Context, id schema.ID) (schema.Schema, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.enter("by id"); err != nil {
		return schema.Schema{}, err
	}
	if int(id) < 1 || int(id) > len(m.schemas) {
		return schema.Schema{}, &client.Error{Class: client.NotFoundSchema, Op: "reading schema", Status: 404, Code: 40403}
	}
	return m.schemas[id-1], nil
}

// ByGUID takes the first four bytes of a GUID for the id.
func (m *memoryRegistry) ByGUID(ctx context.Context, guid schema.GUID) (schema.Schema, error) {
	return m.ByID(ctx, schema.ID(guid[0])<<24|schema.ID(guid[1])<<16|schema.ID(guid[2])<<8|schema.ID(guid[3]))
}

func (m *memoryRegistry) Uses(_ context.Context, id schema.ID) ([]client.Use, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.uses[id], m.enter("uses")
}

func (m *memoryRegistry) Version(_ context.Context, subject schema.Subject, version schema.Version) (client.Registered, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, uses := range m.uses {
		for _, u := range uses {
			if u.Subject == subject && (u.Version == version || version == schema.Latest) {
				return client.Registered{Subject: subject, Version: u.Version, ID: id, Schema: m.schemas[id-1]}, nil
			}
		}
	}
	return client.Registered{}, &client.Error{Class: client.NotFoundSubject, Op: "reading version", Status: 404, Code: 40401}
}

func (m *memoryRegistry) called(call string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls[call]
}

func (m *memoryRegistry) refuse(subject schema.Subject) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refused = subject
}

func (m *memoryRegistry) setDown(down bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down = down
}

// proxy is a REST proxy on its own Kafka.
type proxy struct {
	t        testing.TB
	kafka    *kfake.Cluster
	registry *memoryRegistry
	service  *rest.Service
	handler  http.Handler
}

type change func(*rest.Settings)

func newProxy(t testing.TB, changes ...change) *proxy {
	t.Helper()
	cluster, err := kfake.NewCluster(
		kfake.NumBrokers(1),
		kfake.SeedTopics(1, "one", "other", "third"),
		kfake.SeedTopics(4, "four"),
		kfake.BrokerConfigs(map[string]string{"group.initial.rebalance.delay.ms": "0"}),
	)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return newProxyOn(t, cluster, cluster.ListenAddrs(), changes...)
}

func newProxyOn(t testing.TB, cluster *kfake.Cluster, addresses []string, changes ...change) *proxy {
	t.Helper()
	settings := rest.DefaultSettings()
	settings.KafkaTimeout = 5 * time.Second
	settings.RequestTimeout = 5 * time.Second
	for _, change := range changes {
		change(&settings)
	}
	registry := newMemoryRegistry()
	service, err := rest.New(rest.Deps{
		NewClient: func(extra ...kgo.Opt) (*kgo.Client, error) {
			return kgo.NewClient(append([]kgo.Opt{
				kgo.SeedBrokers(addresses...),
				kgo.MetadataMinAge(50 * time.Millisecond),
				kgo.DisableClientMetrics(),
			}, extra...)...)
		},
		Registry: registry,
		Settings: settings,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(service.Close)
	return &proxy{
		t: t, kafka: cluster, registry: registry, service: service,
		handler: New(Deps{Service: service, BaseURI: "http://proxy:8082/", Version: "1.2.3"}),
	}
}

// request is one exchange; headers are name, value pairs.
func (p *proxy) request(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	p.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, path, reader)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	return w
}

// expect checks status and body of an exchange. The body is compared as JSON;
// a text with "..." in it is compared around the dots.
func (p *proxy) expect(method, path, body string, status int, want string, headers ...string) string {
	p.t.Helper()
	w := p.request(method, path, body, headers...)
	got := w.Body.String()
	if w.Code != status || !matches(got, want) {
		p.t.Fatalf("%s %s %s\n got %d %s\nwant %d %s", method, path, body, w.Code, got, status, want)
	}
	return got
}

func matches(got, want string) bool {
	if before, after, found := strings.Cut(want, "..."); found {
		return strings.HasPrefix(got, before) && strings.HasSuffix(got, after)
	}
	if got == want {
		return true
	}
	var a, b any
	if json.Unmarshal([]byte(got), &a) != nil || json.Unmarshal([]byte(want), &b) != nil {
		return false
	}
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return bytes.Equal(x, y)
}

const (
	ctJSON   = "application/vnd.kafka.json.v2+json"
	ctBinary = "application/vnd.kafka.binary.v2+json"
	ctAvro   = "application/vnd.kafka.avro.v2+json"
)

func (p *proxy) produce(topic, contentType, body string, status int, want string) {
	p.t.Helper()
	p.expect(http.MethodPost, "/topics/"+topic, body, status, want, "Content-Type", contentType)
}

// consumer creates a consumer that is subscribed to topics, in a group named
// after the format: who joins a group waits for the heartbeats of the others.
func (p *proxy) consumer(format string, topics ...string) string {
	p.t.Helper()
	p.expect(http.MethodPost, "/consumers/"+format, `{"name":"`+format+`","format":"`+format+`","auto.commit.enable":false}`, 200, `{"base_uri":..."}`)
	path := "/consumers/" + format + "/instances/" + format
	list, _ := json.Marshal(topics)
	p.expect(http.MethodPost, path+"/subscription", `{"topics":`+string(list)+`}`, 204, "")
	return path
}

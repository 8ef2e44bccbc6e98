package app

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
	wire "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/plastron-dev/plastron/runtime/config"
)

// TestProbesDoNotAskKafka counts what reaches the broker while a node is asked
// how it is. Fetches and heartbeats go on by themselves.
func TestProbesDoNotAskKafka(t *testing.T) {
	t.Parallel()
	b := broker(t)
	e := background(t, RunAll, settings(t, config.RoleAll, "KARAPACE_BOOTSTRAP_URI="+b.Addr(), "KARAPACE_WAITING_TIME_BEFORE_ACTING_AS_MASTER_MS=0"))
	await(t, e.Registry+"/master_available", "true")
	var asked atomic.Int64
	b.Cluster().Control(func(r kmsg.Request) (kmsg.Response, error, bool) {
		b.Cluster().KeepControl()
		if k := kmsg.Key(r.Key()); k != kmsg.Fetch && k != kmsg.Heartbeat {
			asked.Add(1)
		}
		return nil, nil, false
	})
	const probes = 300
	for range probes / 3 {
		for _, path := range []string{"/_health", "/master_available", "/"} {
			if status, text := ask(t, "GET", e.Registry+path, "", ""); status != 200 {
				t.Fatal(path, status, text)
			}
		}
	}
	// The node's own checks, of the topic and of metadata, may fall into the
	// same time.
	if n := asked.Load(); n > probes/10 {
		t.Errorf("%d requests to Kafka for %d probes", n, probes)
	}
	// The counter itself is tried on a request that has to reach Kafka.
	before := asked.Load()
	if status, text := ask(t, "POST", e.Registry+"/subjects/s/versions", `{"schema":"\"int\""}`, ""); status != 200 {
		t.Fatal(status, text)
	}
	if asked.Load() == before {
		t.Error("a write was not counted")
	}
}

func TestManagementAddress(t *testing.T) {
	t.Parallel()
	b := broker(t)
	e := background(t, RunRegistry, settings(t, config.RoleRegistry, "KARAPACE_BOOTSTRAP_URI="+b.Addr(), "KARAPACE_MANAGEMENT_ADDRESS=127.0.0.1:0"))
	base := "http://" + e.Management
	for path, want := range map[string]string{
		"/metrics": "karapace_reader_ready", "/debug/pprof/": "goroutine", "/debug/pprof/goroutine?debug=1": "goroutine profile:", "/debug/pprof/cmdline": "app.test",
	} {
		if status, text := ask(t, "GET", base+path, "", ""); status != 200 || !strings.Contains(text, want) {
			t.Errorf("%s: %d %.100s", path, status, text)
		}
	}
	for _, path := range []string{"/debug/pprof/", "/debug/pprof/heap"} {
		if status, _ := ask(t, "GET", e.Registry+path, "", ""); status != 404 {
			t.Errorf("%s of the public address: %d", path, status)
		}
	}
	if status, _ := ask(t, "GET", base+"/subjects", "", ""); status != 404 {
		t.Errorf("data on the management address: %d", status)
	}
}

// TestFaultsReachSentryBeforeTheEnd has a part that logs a fault and fails.
func TestFaultsReachSentryBeforeTheEnd(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got strings.Builder
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = io.Copy(&got, r.Body)
	}))
	defer server.Close()
	c := settings(t, config.RoleRegistry, "SENTRY_DSN="+strings.Replace(server.URL, "://", "://key@", 1)+"/1")
	p, err := newProcess(Options{Config: c, Version: "test", Log: testWriter{t}})
	if err != nil {
		t.Fatal(err)
	}
	err = p.run(t.Context(), []part{{name: "work", run: func(context.Context) error {
		p.log.WithName("registry").Error(errors.New("the cause"), "Decision panicked", "stack", "here")
		return errors.New("the end")
	}}})
	if err == nil || !strings.Contains(err.Error(), "the end") {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	for _, want := range []string{"Decision panicked", "the cause", `"release":"plastron@test"`} {
		if !strings.Contains(got.String(), want) {
			t.Errorf("no %s in %s", want, got.String())
		}
	}
	families := httptest.NewRecorder()
	p.metrics.Handler().ServeHTTP(families, httptest.NewRequest("GET", "/metrics", nil))
	if want := `karapace_exceptions_total{app="Karapace",exception="panic",where="registry"} 1`; !strings.Contains(families.Body.String(), want) {
		t.Errorf("no %s", want)
	}
}

// spanReceiver is a receiver of traces.
type spanReceiver struct {
	*httptest.Server
	mu    sync.Mutex
	spans []*wire.Span
}

func newSpanReceiver(t *testing.T) *spanReceiver {
	t.Helper()
	s := &spanReceiver{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var request wire.TracesData
		if err = errors.Join(err, proto.Unmarshal(body, &request)); err != nil {
			t.Error(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, rs := range request.GetResourceSpans() {
			for _, ss := range rs.GetScopeSpans() {
				s.spans = append(s.spans, ss.GetSpans()...)
			}
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// find returns the spans of a name in a trace.
func (s *spanReceiver) find(trace, name string) []*wire.Span {
	var found []*wire.Span
	for _, span := range s.spans {
		if span.GetName() == name && hex.EncodeToString(span.GetTraceId()) == trace {
			found = append(found, span)
		}
	}
	return found
}

// TestOneTraceThroughForwardAndProduce sends a write to a node that hands it to
// the primary, and a record to the proxy.
func TestOneTraceThroughForwardAndProduce(t *testing.T) {
	t.Parallel()
	receiver := newSpanReceiver(t)
	b := broker(t)
	common := []string{
		"KARAPACE_BOOTSTRAP_URI=" + b.Addr(), "KARAPACE_WAITING_TIME_BEFORE_ACTING_AS_MASTER_MS=0", "KARAPACE_ADVERTISED_HOSTNAME=127.0.0.1",
		"KARAPACE_TELEMETRY__OTEL_TRACES_EXPORTER=otlp", "KARAPACE_TELEMETRY__OTEL_ENDPOINT_URL=" + receiver.URL,
	}
	start := func(run func(context.Context, Options) error, environ ...string) (Endpoints, func()) {
		ctx, cancel := context.WithCancel(context.Background())
		ready, ended := make(chan Endpoints, 1), make(chan error, 1)
		c := settings(t, config.RoleAll, append(environ, common...)...)
		go func() {
			ended <- run(ctx, Options{Config: c, Version: "test", Log: os.Stderr, OnReady: func(e Endpoints) { ready <- e }})
		}()
		return <-ready, func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}
	primary, stopPrimary := start(RunAll)
	await(t, primary.Registry+"/master_available", "true")
	follower, stopFollower := start(RunRegistry, "KARAPACE_MASTER_ELIGIBILITY=false")
	// While the follower joins the group, the primary may send a request back,
	// which then comes a second time and has more spans.
	await(t, follower.Registry+"/master_available", "true")
	options, err := (&process{log: quiet}).kafkaOptions(settings(t, config.RoleAll, common...))
	if err != nil {
		t.Fatal(err)
	}
	if err := createTopics(t.Context(), options, []topic{{"t", 1}}); err != nil {
		t.Fatal(err)
	}
	const registered, produced = "0af7651916cd43dd8448eb211c80319c", "1af7651916cd43dd8448eb211c80319d"
	post := func(trace, url, body, contentType string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Traceparent", "00-"+trace+"-b7ad6b7169203331-01")
		transport := &http.Transport{DisableKeepAlives: true}
		answer, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if text, _ := io.ReadAll(answer.Body); answer.StatusCode != 200 {
			t.Fatal(answer.Status, string(text))
		}
	}
	post(registered, follower.Registry+"/subjects/s/versions", `{"schema":"\"long\""}`, "application/json")
	post(produced, primary.REST+"/topics/t", `{"value_schema":"\"int\"","records":[{"value":1}]}`, "application/vnd.kafka.avro.v2+json")
	stopFollower()
	stopPrimary()

	receiver.mu.Lock()
	defer receiver.mu.Unlock()
	servers := receiver.find(registered, "POST: /subjects/{subject}/versions")
	forwards := receiver.find(registered, "forward")
	// A primary that the request reaches while it is still being chosen waits
	// for itself in the same way, so there may be a second one.
	handedOver := 0
	for _, forward := range forwards {
		for _, server := range servers {
			if bytes.Equal(server.GetParentSpanId(), forward.GetSpanId()) {
				handedOver++
			}
		}
	}
	if len(servers) != 2 || handedOver != 1 {
		t.Fatalf("%d spans of requests, %d below a forward, among %v", len(servers), handedOver, receiver.spans)
	}
	if n := len(receiver.find(produced, "produce")); n != 1 {
		t.Errorf("%d spans of produced records", n)
	}
	if n := len(receiver.find(produced, "POST: /subjects/{subject}/versions")); n != 1 {
		t.Errorf("the registry that the proxy asked has %d spans", n)
	}
	appends := 0
	for _, span := range receiver.spans {
		if span.GetName() == "append" {
			appends++
		}
	}
	if appends < 2 {
		t.Errorf("%d spans of appends", appends)
	}
}

// TestReceiversThatAreAwayDoNotDelayTheEnd has receivers that take connections
// and answer nothing.
func TestReceiversThatAreAwayDoNotDelayTheEnd(t *testing.T) {
	t.Parallel()
	released := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-released:
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	defer close(released)
	c := settings(t, config.RoleRegistry, "SENTRY_DSN="+strings.Replace(server.URL, "://", "://key@", 1)+"/1",
		"KARAPACE_TELEMETRY__OTEL_TRACES_EXPORTER=OTLP", "KARAPACE_TELEMETRY__OTEL_METRICS_EXPORTER=OTLP", "KARAPACE_TELEMETRY__OTEL_ENDPOINT_URL="+server.URL,
		"KARAPACE_STATSD_HOST=127.0.0.1", "KARAPACE_STATSD_PORT=1")
	p, err := newProcess(Options{Config: c, Version: "test", Log: testWriter{t}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	began := time.Now()
	err = p.run(ctx, []part{{name: "work", open: func(ctx context.Context) error {
		p.log.Error(errors.New("x"), "A fault")
		_, span := p.outside.tracing.Start(ctx, "something")
		span.End(nil)
		cancel()
		return nil
	}}})
	if took := time.Since(began); err != nil || took > 10*lastSend {
		t.Errorf("the end took %v: %v", took, err)
	}
}

// TestStatsDOfAProcess reads the packets of a registry that is asked once.
func TestStatsDOfAProcess(t *testing.T) {
	t.Parallel()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	b := broker(t)
	_, port, err := net.SplitHostPort(conn.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	e := background(t, RunRegistry, settings(t, config.RoleRegistry, "KARAPACE_BOOTSTRAP_URI="+b.Addr(), "KARAPACE_STATSD_HOST=127.0.0.1", "KARAPACE_STATSD_PORT="+port))
	if status, text := ask(t, "GET", e.Registry+"/subjects/none/versions", "", ""); status != 404 {
		t.Fatal(status, text)
	}
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	packet := make([]byte, 1500)
	for {
		n, err := conn.Read(packet)
		if err != nil {
			t.Fatal("the request was not told:", err)
		}
		if strings.HasPrefix(string(packet[:n]), "karapace_request,result=404,path=/subjects/{subject}/versions,method=GET,app=Karapace:") {
			return
		}
	}
}

// TestErrorsThatPassAreFaultsWhenAskedFor logs what a broker that is away
// causes.
func TestErrorsThatPassAreFaultsWhenAskedFor(t *testing.T) {
	t.Parallel()
	f := func(cause error, environ string, want bool) {
		t.Helper()
		p, err := newProcess(Options{Config: settings(t, config.RoleRegistry, environ), Version: "test", Log: io.Discard})
		if err != nil {
			t.Fatal(err)
		}
		p.log.WithName("log").Error(fmt.Errorf("reading: %w", cause), "Something")
		w := httptest.NewRecorder()
		p.metrics.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		if got := strings.Contains(w.Body.String(), "karapace_exceptions_total{"); got != want {
			t.Errorf("%v with %q is a fault: %v", cause, environ, got)
		}
	}

	f(kerr.NotLeaderForPartition, "", false)
	f(kerr.NotLeaderForPartition, "KARAPACE_KAFKA_RETRIABLE_ERRORS_SILENCED=false", true)
	f(kerr.SaslAuthenticationFailed, "", true)
	f(errors.New("of the program"), "", true)
}

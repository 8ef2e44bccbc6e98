package telemetry

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	collector "go.opentelemetry.io/proto/otlp/metrics/v1"
	wire "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// otlpReceiver is a receiver of traces and metrics.
type otlpReceiver struct {
	*httptest.Server
	mu      sync.Mutex
	spans   []*wire.Span
	metrics []*collector.MetricsData
	came    chan struct{}
}

func newOTLPReceiver(t *testing.T) *otlpReceiver {
	t.Helper()
	o := &otlpReceiver{came: make(chan struct{}, 100)}
	o.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		switch r.URL.Path {
		case "/v1/traces":
			var request wire.TracesData
			err = proto.Unmarshal(body, &request)
			for _, rs := range request.GetResourceSpans() {
				for _, ss := range rs.GetScopeSpans() {
					o.spans = append(o.spans, ss.GetSpans()...)
				}
			}
		case "/v1/metrics":
			request := &collector.MetricsData{}
			err = proto.Unmarshal(body, request)
			o.metrics = append(o.metrics, request)
		default:
			t.Errorf("data at %s", r.URL.Path)
		}
		if err != nil {
			t.Error(err)
		}
		o.came <- struct{}{}
	}))
	t.Cleanup(o.Close)
	return o
}

func TestSpansOverOTLP(t *testing.T) {
	t.Parallel()
	o := newOTLPReceiver(t)
	tracing, err := StartTracing(OTel{Traces: ExporterOTLP, Endpoint: o.URL + "/", Service: "karapace", Instance: "i", Logger: logr.Discard()})
	if err != nil {
		t.Fatal(err)
	}
	primary := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(r.Header.Get("Traceparent")))
	}))
	defer primary.Close()
	handler := tracing.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, span := tracing.Start(r.Context(), "append", "messaging.system", "kafka")
		span.End(errors.New("s3cret"))
		transport := tracing.Transport(&http.Transport{DisableKeepAlives: true})
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, primary.URL, nil)
		if err != nil {
			t.Error(err)
		}
		answer, err := transport.RoundTrip(request)
		if err != nil {
			t.Error(err)
			return
		}
		defer answer.Body.Close()
		passed, _ := io.ReadAll(answer.Body)
		if !strings.HasPrefix(string(passed), "00-0af7651916cd43dd8448eb211c80319c-") {
			t.Errorf("the next process got %q", passed)
		}
		if got := tracing.WithTrace(r).Header.Get("Traceparent"); !strings.HasPrefix(got, "00-0af7651916cd43dd8448eb211c80319c-") || got == r.Header.Get("Traceparent") {
			t.Errorf("the request to be forwarded has %q", got)
		}
		DescribeRequest(r.Context(), Request{Method: "GET", Route: "/subjects/{subject}", Status: 503})
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	r := httptest.NewRequest(http.MethodGet, "/subjects/s3cret", nil)
	r.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	r.Header.Set("Authorization", "Basic s3cret")
	handler.ServeHTTP(httptest.NewRecorder(), r)
	handler = tracing.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/_health", nil))
	if err := tracing.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	names := map[string]*wire.Span{}
	for _, s := range o.spans {
		names[s.GetName()] = s
		if hex.EncodeToString(s.GetTraceId()) != "0af7651916cd43dd8448eb211c80319c" {
			t.Errorf("span %s has trace %x", s.GetName(), s.GetTraceId())
		}
		if strings.Contains(s.String(), "s3cret") {
			t.Errorf("a secret is in %s", s)
		}
	}
	server, ours := names["GET: /subjects/{subject}"], names["append"]
	if len(o.spans) != 3 || server == nil || ours == nil {
		t.Fatalf("spans %v", o.spans)
	}
	if hex.EncodeToString(server.GetParentSpanId()) != "b7ad6b7169203331" || !bytes.Equal(ours.GetParentSpanId(), server.GetSpanId()) {
		t.Error("a span has the wrong parent")
	}
	if server.GetStatus().GetCode() != wire.Status_STATUS_CODE_ERROR || server.GetKind() != wire.Span_SPAN_KIND_SERVER {
		t.Error(server)
	}
}

func TestTracingThatIsOff(t *testing.T) {
	tracing, err := StartTracing(OTel{Traces: ExporterNone})
	if tracing != nil || err != nil {
		t.Fatal(tracing, err)
	}
	next := http.NotFoundHandler()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if tracing.WithTrace(r) != r || tracing.Headers() != nil || tracing.Transport(http.DefaultTransport) != http.DefaultTransport {
		t.Error("something was wrapped")
	}
	allocs := testing.AllocsPerRun(100, func() {
		_ = tracing.Handler(next)
		_, span := tracing.Start(r.Context(), "x", "a", "b")
		span.End(nil)
		DescribeRequest(r.Context(), Request{Method: "GET", Route: "/", Status: 200})
	})
	if allocs != 0 {
		t.Errorf("%v objects", allocs)
	}
	if err := tracing.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestSpansOnTheConsole(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log, err := NewLogger(&out, Log{Format: FormatText, Level: "INFO"})
	if err != nil {
		t.Fatal(err)
	}
	tracing, err := StartTracing(OTel{Traces: ExporterConsole, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	_, span := tracing.Start(t.Context(), "append")
	span.End(nil)
	if err := tracing.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "msg=Span name=append trace=") {
		t.Fatal(out.String())
	}
}

func TestAReceiverThatIsAwayIsToldOnce(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log, err := NewLogger(&out, Log{Format: FormatText, Level: "INFO"})
	if err != nil {
		t.Fatal(err)
	}
	c := newComplaint(log, "Traces cannot be sent")
	for range 3 {
		c.result(errors.New("asking http://u:s3cret@h: refused"))
	}
	c.result(nil)
	c.result(nil)
	if text := out.String(); strings.Count(text, "\n") != 2 || strings.Contains(text, "s3cret") || !strings.Contains(text, "sent again") {
		t.Fatal(text)
	}
}

func TestMetricsOverOTLP(t *testing.T) {
	t.Parallel()
	o := newOTLPReceiver(t)
	m, err := NewMetrics(map[string]string{"app": "Karapace"})
	if err != nil {
		t.Fatal(err)
	}
	m.RequestStarted("GET")
	m.RequestDone(Request{Method: "GET", Route: "/subjects", Status: 200, Duration: 3 * time.Millisecond})
	e := NewMetricsExport(OTel{Metrics: ExporterOTLP, Endpoint: o.URL, Service: "karapace", Logger: logr.Discard()}, 100*time.Millisecond, m)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	<-o.came
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.metrics) < 2 {
		t.Fatal("no export at the end")
	}
	found := map[string]bool{}
	for _, one := range o.metrics[0].GetResourceMetrics()[0].GetScopeMetrics()[0].GetMetrics() {
		found[one.GetName()] = true
		switch one.GetName() {
		case "karapace_http_requests_total":
			p := one.GetSum().GetDataPoints()[0]
			if p.GetAsDouble() != 1 || !one.GetSum().GetIsMonotonic() || len(p.GetAttributes()) != 4 {
				t.Error(one)
			}
		case "karapace_http_requests_duration_seconds":
			p := one.GetHistogram().GetDataPoints()[0]
			sum := uint64(0)
			for _, n := range p.GetBucketCounts() {
				sum += n
			}
			if p.GetCount() != 1 || sum != 1 || len(p.GetBucketCounts()) != len(p.GetExplicitBounds())+1 || p.GetBucketCounts()[3] != 1 {
				t.Error(one)
			}
		}
	}
	for _, name := range []string{"karapace_http_requests_total", "karapace_http_requests_duration_seconds", "http_request_size_bytes", "go_goroutines"} {
		if !found[name] {
			t.Errorf("no %s", name)
		}
	}
	if NewMetricsExport(OTel{Metrics: ExporterNone}, time.Second, m) != nil {
		t.Error("an export to nowhere")
	}
}

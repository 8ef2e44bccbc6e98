package telemetry

import (
	"bytes"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestLevels(t *testing.T) {
	t.Parallel()
	f := func(level, want string) {
		t.Helper()
		var b bytes.Buffer
		log, err := NewLogger(&b, Log{Format: FormatText, Level: level})
		if err != nil {
			t.Fatal(err)
		}
		log.V(2).Info("two")
		log.V(0).Info("zero", "subject", "s")
		log.Error(errors.New("e"), "err")
		var got []string
		for line := range strings.Lines(b.String()) {
			_, rest, _ := strings.Cut(line, " ")
			got = append(got, strings.TrimSpace(rest))
		}
		if strings.Join(got, "|") != want {
			t.Fatalf("%s: %q", level, got)
		}
	}

	f("DEBUG", "level=DEBUG msg=two|level=INFO msg=zero subject=s|level=ERROR msg=err err=e")
	f("INFO", "level=INFO msg=zero subject=s|level=ERROR msg=err err=e")
	f("WARNING", "level=ERROR msg=err err=e")
	f("CRITICAL", "level=ERROR msg=err err=e")

	if _, err := NewLogger(nil, Log{Format: FormatJSON, Level: "LOUD"}); err == nil {
		t.Fatal("unknown level accepted")
	}
	if _, err := NewLogger(nil, Log{Format: "xml", Level: "INFO"}); err == nil {
		t.Fatal("unknown format accepted")
	}
}

func TestPattern(t *testing.T) {
	t.Parallel()
	f := func(format, want string) {
		t.Helper()
		var b bytes.Buffer
		log, err := NewLogger(&b, Log{Format: FormatText, Level: "INFO", Pattern: format})
		if err != nil {
			t.Fatal(err)
		}
		log = log.WithName("registry").WithValues("topic", "_schemas")
		log.V(1).Info("dropped")
		log.Info("Ready", "value", "a b", "empty", "")
		if got := b.String(); got != want {
			t.Fatalf("%q: %q; want %q", format, got, want)
		}
	}

	// Karapace's own.
	f("%(name)-20s\t%(threadName)s\t%(levelname)-8s\t%(message)s", "registry            \tmain\tINFO    \tReady topic=_schemas value=\"a b\" empty=\"\"\n")
	f("%(levelname).1s 100%% %(nothing)s|", "I 100% |\n")
	f("no field", "no field\n")
	f("%(levelname)9s", "     INFO\n")
	f("%(message) %x", "%(message) %x\n")
}

func TestMetricsOnTheWire(t *testing.T) {
	t.Parallel()
	m, err := NewMetrics(map[string]string{"app": "Karapace"})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.ObserveState(func() State {
		return State{Subjects: 2, LiveVersions: 3, AppliedOffset: 5, LastOffset: 7, Primary: true, Skipped: map[string]int64{"key": 1}}
	}); err != nil {
		t.Fatal(err)
	}
	m.RequestStarted("GET")
	m.RequestRouted("GET", "none", "/subjects/{subject}")
	m.RequestDone(Request{Method: "GET", Route: "/subjects/{subject}", Status: 200, RequestBytes: -1, ResponseBytes: 4, Duration: time.Millisecond})
	m.RequestStarted("BREW")
	m.RequestDone(Request{Method: "BREW", Route: "none", Status: 405})
	m.RequestStarted("GET")
	m.RequestRouted("GET", "none", "/metrics")
	m.RequestDone(Request{Method: "GET", Route: "/metrics", Status: 200})
	m.RequestStarted("PUT")
	m.RequestRouted("PUT", "none", "/config")
	m.RequestStarted("PUT")

	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, line := range []string{
		`http_requests_total{app="Karapace",handler="/subjects/{subject}",method="GET",status="200"} 1`,
		`karapace_http_requests_total{app="Karapace",method="GET",path="/subjects/{subject}",status="200"} 1`,
		`http_requests_total{app="Karapace",handler="none",method="other",status="405"} 1`,
		`karapace_schema_reader_subject_data_schema_versions{app="Karapace",state="live"} 3`,
		`karapace_reader_lag{app="Karapace"} 2`,
		`karapace_is_primary{app="Karapace"} 1`,
		`karapace_records_skipped_total{app="Karapace",reason="key"} 1`,
		`http_requests_inprogress{app="Karapace",handler="/config",method="PUT"} 1`,
		`http_requests_inprogress{app="Karapace",handler="none",method="PUT"} 1`,
		`http_requests_inprogress{app="Karapace",handler="/subjects/{subject}",method="GET"} 0`,
		`http_requests_inprogress{app="Karapace",handler="none",method="GET"} 0`,
		`karapace_http_requests_in_progress{app="Karapace",method="PUT"} 2`,
		`go_goroutines `,
	} {
		if !strings.Contains(w.Body.String(), "\n"+line) {
			t.Errorf("no line %s", line)
		}
	}
	if strings.Contains(w.Body.String(), `"/metrics"`) {
		t.Error("the metrics count themselves")
	}
}

func TestTagsThatAreNoLabels(t *testing.T) {
	t.Parallel()
	f := func(tags map[string]string) {
		t.Helper()
		if _, err := NewMetrics(tags); err == nil {
			t.Fatalf("%v accepted", tags)
		}
	}

	f(map[string]string{"method": "taken"})
	f(map[string]string{"\xff": "no text"})
}

func TestNilMetricsCountNothing(t *testing.T) {
	t.Parallel()
	var m *Metrics
	m.RequestStarted("GET")
	m.RequestRouted("GET", "none", "/")
	m.RequestDone(Request{})
	m.RecordsProcessed("CANONICAL", 1)
	m.Fault("a", "b")
	m.UnknownOutcome()
	m.Conflict()
}

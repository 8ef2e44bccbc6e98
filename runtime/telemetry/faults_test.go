package telemetry

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestFaultsAreLinesAtErrorLevel(t *testing.T) {
	t.Parallel()
	var told []Fault
	log, err := NewLogger(io.Discard, Log{Format: FormatText, Level: "CRITICAL", Tell: func(f Fault) { told = append(told, f) }})
	if err != nil {
		t.Fatal(err)
	}
	log = log.WithName("registry").WithValues("topic", "_schemas")
	log.Info("Not a fault")
	log.Error(errors.New("asking https://u:s3cret@h/: no"), "Something failed", "subject", "s3cret", "offset", 7, "value", "s3cret")
	log.Error(fmt.Errorf("panic: %v", "s3cret"), "Handler panicked", "route", "/subjects", "stack", "main.go:1")
	log.Error(errors.New("panic: runtime error: index out of range [1] with length 1"), "Handler panicked", "stack", "x")
	log.Error(nil, "No cause")
	want := []Fault{
		{Message: "Something failed", Where: "registry", Err: "asking https://****@h/: no", Pairs: map[string]string{"topic": "_schemas", "offset": "7"}},
		{Message: "Handler panicked", Where: "registry", Err: "panic", Panic: true, Stack: "main.go:1", Pairs: map[string]string{"topic": "_schemas", "route": "/subjects"}},
		{Message: "Handler panicked", Where: "registry", Err: "panic: runtime error: index out of range [1] with length 1", Panic: true, Stack: "x",
			Pairs: map[string]string{"topic": "_schemas"}},
		{Message: "No cause", Where: "registry", Pairs: map[string]string{"topic": "_schemas"}},
	}
	if told[0].Cause == nil || told[3].Cause != nil {
		t.Error("causes", told[0].Cause, told[3].Cause)
	}
	if diff := cmp.Diff(want, told, cmpopts.IgnoreFields(Fault{}, "Cause")); diff != "" {
		t.Error(diff)
	}
}

func TestJournal(t *testing.T) {
	t.Parallel()
	for _, l := range []Log{{Format: FormatText}, {Format: FormatJSON}, {Format: FormatText, Pattern: "%(message)s"}} {
		var b bytes.Buffer
		l.Level, l.Journal = "DEBUG", true
		log, err := NewLogger(&b, l)
		if err != nil {
			t.Fatal(err)
		}
		log = log.WithName("n").WithValues("a", "b")
		log.V(1).Info("d")
		log.Info("i")
		log.Error(errors.New("x"), "e")
		var got []string
		for line := range strings.Lines(b.String()) {
			got = append(got, line[:3])
		}
		if diff := cmp.Diff([]string{"<7>", "<6>", "<3>"}, got); diff != "" {
			t.Errorf("%+v: %s", l, diff)
		}
	}
}

// sentryServer is the receiver of a DSN.
type sentryServer struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
}

func newSentryServer(t *testing.T) *sentryServer {
	t.Helper()
	s := &sentryServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body := io.Reader(r.Body)
		if r.Header.Get("Content-Encoding") == "gzip" {
			unzipped, err := gzip.NewReader(r.Body)
			if err != nil {
				t.Error(err)
				return
			}
			body = unzipped
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Error(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.bodies = append(s.bodies, r.URL.Path+" "+string(text))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *sentryServer) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bodies
}

func (s *sentryServer) dsn() string {
	return strings.Replace(s.URL, "http://", "http://public@", 1) + "/42"
}

func TestSentryGetsFaults(t *testing.T) {
	t.Parallel()
	server := newSentryServer(t)
	now := time.Unix(1_000_000, 0)
	s, err := StartSentry(SentryConfig{
		Settings: map[string]string{"dsn": server.dsn(), "environment": "test", "tags": `{"team":"data"}`, "sample_rate": "1"},
		Version:  "9.9", Hostname: "box", Clock: func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	f := Fault{Message: "Handler panicked", Where: "registry", Err: "panic", Panic: true, Stack: "main.go:1", Pairs: map[string]string{"route": "/subjects"}}
	s.Tell(f)
	s.Tell(f) // The same again within a minute.
	now = now.Add(2 * time.Minute)
	s.Tell(f)
	s.Stop(5 * time.Second)
	got := server.got()
	if len(got) != 2 {
		t.Fatalf("%d events: %v", len(got), got)
	}
	for _, want := range []string{
		"/api/42/envelope/ ", `"level":"fatal"`, `"logger":"registry"`, "Handler panicked", `"route":"/subjects"`, "main.go:1",
		`"environment":"test"`, `"release":"plastron@9.9"`, `"server_name":"box"`,
	} {
		if !strings.Contains(got[0], want) {
			t.Errorf("no %s in %s", want, got[0])
		}
	}
	if strings.Contains(got[0], `"modules"`) || strings.Contains(got[0], "GOPATH") {
		t.Errorf("too much in %s", got[0])
	}
}

func TestSentrySettings(t *testing.T) {
	t.Parallel()
	f := func(settings map[string]string, want string) {
		t.Helper()
		s, err := StartSentry(SentryConfig{Settings: settings, Clock: time.Now})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%v: %v; want %q", settings, err, want)
		}
		s.Stop(0)
	}

	f(map[string]string{"dsn": "http://s3cret@"}, "dsn of the key sentry")
	f(map[string]string{"dsn": "http://s3cret@h/1", "sample_rate": "2"}, "sample_rate")
	f(map[string]string{"dsn": "http://s3cret@h/1", "tags": "x"}, "tags")
	if s, err := StartSentry(SentryConfig{}); s != nil || err != nil {
		t.Fatal(s, err)
	}
}

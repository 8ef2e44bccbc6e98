package httpserver

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr/funcr"
	"github.com/google/go-cmp/cmp"
)

type observed struct {
	started int
	routed  []string
	done    []Observation
}

func (o *observed) RequestStarted(*http.Request) { o.started++ }
func (o *observed) RequestRouted(_ *http.Request, before, route string) {
	o.routed = append(o.routed, before+" "+route)
}
func (o *observed) RequestDone(_ *http.Request, d Observation) {
	o.done = append(o.done, d)
}

func TestChainReportsRequests(t *testing.T) {
	t.Parallel()
	var clock time.Time
	f := func(handler http.HandlerFunc, want Observation) {
		t.Helper()
		var o observed
		chain := Chain{Observer: &o, Clock: func() time.Time { clock = clock.Add(time.Second); return clock }}
		chain.Wrap(handler).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/x", strings.NewReader("{}")))
		want.RequestBytes, want.Duration = 2, time.Second
		if diff := cmp.Diff([]Observation{want}, o.done); diff != "" || o.started != 1 {
			t.Fatalf("started %d, done (-want +got):\n%s", o.started, diff)
		}
	}

	f(func(w http.ResponseWriter, _ *http.Request) {
		SetRoute(w, "/x/{y}")
		WriteBody(w, "a/b", 404, []byte("abc"))
	},
		Observation{Route: "/x/{y}", Status: 404, ResponseBytes: 3})
	f(func(http.ResponseWriter, *http.Request) {}, Observation{Route: "none", Status: 200})
	f(func(http.ResponseWriter, *http.Request) { panic("boom") }, Observation{Route: "none", Status: 500, ResponseBytes: 52})
}

// Who counts requests by route hears of each change once.
func TestChainReportsRoutes(t *testing.T) {
	t.Parallel()
	var o observed
	Chain{Observer: &AccessLog{Out: io.Discard, Next: &o}}.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		SetRoute(w, "/x")
		SetRoute(w, "/x")
		SetRoute(w, "/x/{y}")
	})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/x", nil))
	if diff := cmp.Diff([]string{"none /x", "/x /x/{y}"}, o.routed); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPanicBecomes500(t *testing.T) {
	t.Parallel()
	var logged strings.Builder
	logger := funcr.New(func(_, args string) { logged.WriteString(args) }, funcr.Options{})
	chain := Chain{ErrorType: "application/x", Logger: logger}
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("X-Request-ID", "abc")
	chain.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") })).ServeHTTP(w, r)
	if w.Code != 500 || w.Body.String() != `{"error_code":500,"message":"Internal Server Error"}` || w.Header().Get("Content-Type") != "application/x" {
		t.Fatalf("%d %s %v", w.Code, w.Body, w.Header())
	}
	if !strings.Contains(logged.String(), "boom") || !strings.Contains(logged.String(), `"requestID"="abc"`) {
		t.Fatalf("log: %s", logged.String())
	}

	// An answer that has begun is cut, not completed with an envelope.
	func() {
		defer func() {
			if recover() != http.ErrAbortHandler {
				t.Fatal("the connection is not aborted")
			}
		}()
		chain.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(200)
			panic("late")
		})).ServeHTTP(httptest.NewRecorder(), r)
	}()
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	f := func(sent, want string) {
		t.Helper()
		var seen string
		chain := Chain{NewID: func() string { return "made" }}
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("X-Request-ID", sent)
		chain.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = RequestID(r) })).ServeHTTP(w, r)
		if seen != want || w.Header().Get("X-Request-ID") != want {
			t.Fatalf("sent %q: handler sees %q, client %q; want %q", sent, seen, w.Header().Get("X-Request-ID"), want)
		}
	}

	f("abc-1", "abc-1")
	f("", "made")
	f("a b", "made")
	f("a\r\nX-Evil: 1", "made")
	f(strings.Repeat("x", 129), "made")
	if a, b := newRequestID(), newRequestID(); a == b || len(a) != 36 || a[14] != '4' {
		t.Fatalf("%s, %s", a, b)
	}
}

func TestDeadlineOnlyWhereAsked(t *testing.T) {
	t.Parallel()
	chain := Chain{Timeout: func(r *http.Request) time.Duration {
		if r.Method == http.MethodGet {
			return 0
		}
		return time.Minute
	}}
	for method, want := range map[string]bool{http.MethodGet: false, http.MethodPut: true} {
		chain.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if _, has := r.Context().Deadline(); has != want {
				t.Errorf("%s: deadline %t", method, has)
			}
		})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(method, "/", nil))
	}
}

func TestAppendQuotedIsJSON(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "plain", "q\"b\\s/", "\x00\x1f\n\r\t\b", "é𝄞\u2028<>&", "bad\xffutf\xc3"} {
		var back string
		quoted := AppendQuoted(nil, s)
		if err := json.Unmarshal(quoted, &back); err != nil || back != strings.ToValidUTF8(s, "\ufffd") {
			t.Fatalf("AppendQuoted(%q) = %s: %q, %v", s, quoted, back, err)
		}
	}
	if got := string(AppendQuoted(nil, "a/<é>")); got != `"a/<é>"` {
		t.Fatalf("only what must be escaped is: %s", got)
	}
}

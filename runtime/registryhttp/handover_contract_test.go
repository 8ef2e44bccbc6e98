package registryhttp

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/forward"
	"github.com/plastron-dev/plastron/runtime/registry"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// primaryStub answers everything alike and keeps what it was asked.
type primaryStub struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func newStub(t *testing.T, answer http.HandlerFunc) *primaryStub {
	t.Helper()
	s := &primaryStub{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.asked = append(s.asked, r.Method+" "+r.RequestURI+" "+string(body))
		s.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// take returns what was asked since the last call.
func (s *primaryStub) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = nil
	return asked
}

// follower is a node that knows "a/b" version 1 and hands over to a stub.
func follower(t *testing.T, flavour schema.Flavour, answer http.HandlerFunc) (*node, *primaryStub) {
	t.Helper()
	n := newNode(t, &topic{}, flavour)
	if w := n.ask("POST", "/subjects/a%2Fb/versions", recordA); w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	stub := newStub(t, answer)
	n.elect(stub.URL, false)
	return n, stub
}

// Which requests a node that may not write hands over (contract C.1): every
// write, with method, path and body as they came, and nothing else. The two
// lists are the whole surface, so a new route has to be put into one of them.
func TestWhichRequestsAreHandedOver(t *testing.T) {
	t.Parallel()
	n, stub := follower(t, schema.Karapace, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", MediaType)
		_, _ = io.WriteString(w, `{"by":"primary"}`)
	})
	handed := map[string]string{
		"POST /subjects/{subject}/versions":                recordAX,
		"DELETE /subjects/{subject}":                       "",
		"DELETE /subjects/{subject}/versions/{version}":    "",
		"POST /subjects/{subject}/versions/{version}/tags": `{"tagsToAdd":` + tagList("a", "sr_record", `"T"`) + `}`,
		"PUT /config":                               `{"compatibility": "NONE"}`,
		"DELETE /config":                            "",
		"PUT /config/{subject}":                     `{"compatibility":"FULL"}`,
		"DELETE /config/{subject}":                  "",
		"PUT /mode":                                 `{"mode":"IMPORT"}`,
		"DELETE /mode":                              "",
		"PUT /mode/{subject}":                       `{"mode":"IMPORT"}`,
		"DELETE /mode/{subject}":                    "",
		"DELETE /contexts/{context}":                "",
		"POST /associations":                        associate(`{"subject":"a/b","associationType":"value"}`),
		"POST /associations:batchMutate":            `{"requests":[` + associate(`{"subject":"a/b","associationType":"value"}`) + `]}`,
		"PUT /associations/resources/{resource}":    associate(`{"subject":"a/b","associationType":"value"}`),
		"DELETE /associations/resources/{resource}": "",
	}
	own := map[string]string{
		"POST /subjects/{subject}":                                  recordA,
		"POST /compatibility/subjects/{subject}/versions":           recordAX,
		"POST /compatibility/subjects/{subject}/versions/{version}": recordAX,
		"POST /associations:batchGet":                               `{"resourceNames":["t"]}`,
	}
	fill := strings.NewReplacer("{subject}", "a%2Fb", "{version}", "1", "{context}", ".x", "{resource}", "id-1",
		"{id}", "1", "{guid}", "x", "{namespace}", "n", "{name}", "t", "{associated}", "a")
	surface := map[string]bool{}
	for _, res := range (&api{naming: schema.WithContexts}).surface() {
		for method := range res.methods {
			surface[method+" "+res.template] = true
			if method == http.MethodGet {
				own["GET "+res.template] = ""
			}
		}
	}
	listed := slices.Sorted(maps.Keys(handed))
	if diff := cmp.Diff(slices.Sorted(maps.Keys(surface)), slices.Sorted(slices.Values(append(listed, slices.Sorted(maps.Keys(own))...)))); diff != "" {
		t.Fatalf("the lists are not the surface (-surface +lists):\n%s", diff)
	}
	for route, body := range handed {
		method, target, _ := strings.Cut(fill.Replace(route), " ")
		w := n.ask(method, target+"?x=%2F", body)
		if w.Code != 200 || w.Body.String() != `{"by":"primary"}` {
			t.Errorf("%s: %d %s", route, w.Code, w.Body)
		}
		if diff := cmp.Diff([]string{method + " " + target + "?x=%2F " + body}, stub.take()); diff != "" {
			t.Errorf("%s reached the primary as (-want +got):\n%s", route, diff)
		}
	}
	for route, body := range own {
		method, target, _ := strings.Cut(fill.Replace(route), " ")
		if w := n.ask(method, target, body); w.Code >= 500 {
			t.Errorf("%s: %d %s", route, w.Code, w.Body)
		}
		if asked := stub.take(); asked != nil {
			t.Errorf("%s was handed over: %q", route, asked)
		}
	}
	// Whether a write would succeed is the primary's to say.
	w := n.ask("GET", "/master_available", "")
	if asked := stub.take(); len(asked) != 1 || asked[0] != "GET /master_available " {
		t.Errorf("/master_available asked %q", asked)
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store, no-cache, must-revalidate" {
		t.Errorf("Cache-Control of /master_available: %q", got)
	}
}

// What comes back (contract C.3), as far as there is an answer: status, bytes
// and the headers of the list, whatever they are.
func TestAnswerOfThePrimaryIsPassedOn(t *testing.T) {
	t.Parallel()
	f := func(status int, contentType, body string) {
		t.Helper()
		n, _ := follower(t, schema.Karapace, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.Header().Set("Www-Authenticate", `Basic realm="r"`)
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
		w := n.ask("POST", "/subjects/a%2Fb/versions", recordAX)
		h := w.Header()
		if w.Code != status || w.Body.String() != body || h.Get("Content-Type") != contentType ||
			h.Get("Www-Authenticate") != `Basic realm="r"` || h.Get("Retry-After") != "7" {
			t.Errorf("%d %s %v; want %d %s", w.Code, w.Body, h, status, body)
		}
	}
	f(200, MediaType, `{"id" : 7, "extra":[1]}`)
	f(409, MediaType, `{"error_code":409,"message":"x","extra":{"a":1}}`)
	f(401, MediaType, `{"message":"Unauthorized"}`)
	f(422, "text/plain; charset=utf-8", "no JSON")
	f(502, "text/html", "<html>a proxy says so</html>")
	f(200, "text/plain", "not an answer of a registry")
	f(500, MediaType, `{"error_code":50002,"message":"Write to the Kafka store timed out while"}`)
}

// What a client is told when there is no answer to pass on (contract C.3), in
// the words of both flavours.
func TestNoAnswerOfThePrimary(t *testing.T) {
	t.Parallel()
	f := func(flavour schema.Flavour, answer http.HandlerFunc, code, text string) {
		t.Helper()
		n, stub := follower(t, flavour, answer)
		if answer == nil {
			stub.Close() // Nobody listens any more.
		}
		w := n.ask("POST", "/subjects/a%2Fb/versions", recordAX)
		if want := `{"error_code":` + code + `,"message":"` + text + `"}`; w.Code != 500 || w.Body.String() != want || w.Header().Get("Retry-After") == "" {
			t.Errorf("%s: %d %s %v; want %s", flavour, w.Code, w.Body, w.Header(), want)
		}
	}
	hangUp := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	cut := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		_, _ = io.WriteString(w, "half")
	}
	// It leads the group, but has not written its barrier yet, or not any more.
	notReady := func(w http.ResponseWriter, _ *http.Request) {
		forward.MarkRefused(w.Header())
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	for _, answer := range []http.HandlerFunc{nil, hangUp, cut, notReady} {
		f(schema.Karapace, answer, "50003", forwardingText)
		f(schema.Confluent, answer, "50003", forwardingTextC)
	}
}

// What goes wrong behind the primary, and a primary that nobody knows.
func TestCodesOfWritesThatFail(t *testing.T) {
	t.Parallel()
	f := func(flavour schema.Flavour, err error, code int) {
		t.Helper()
		if got := (&api{flavour: flavour}).answerOf(err, nil); got.status != 500 || got.code != code {
			t.Errorf("%s, %v: %d/%d; want 500/%d", flavour, err, got.status, got.code, code)
		}
	}
	for _, flavour := range []schema.Flavour{schema.Karapace, schema.Confluent} {
		f(flavour, &registry.Error{Kind: registry.StoreFailure}, 50001)
		f(flavour, &registry.Error{Kind: registry.Timeout}, 50002)
		f(flavour, forward.ErrLoop, 50003)
	}
	f(schema.Karapace, forward.ErrNoPrimary, 50003)
	f(schema.Confluent, forward.ErrNoPrimary, 50004)
}

// A node with other permissions than the primary's lets a write through: the
// primary judges it anew.
func TestPrimaryJudgesAgain(t *testing.T) {
	t.Parallel()
	shared := &topic{}
	primary := newNode(t, shared, schema.Karapace, func(d *Deps) { d.Permissions = prefixes{"Subject:mine"} })
	server := httptest.NewServer(primary)
	t.Cleanup(server.Close)
	open := newNode(t, shared, schema.Karapace)
	open.elect(server.URL, false)
	s := steps{t, open}
	s.do("POST", "/subjects/mine/versions", recordA, 200, `{"id":1}`)
	s.do("POST", "/subjects/theirs/versions", recordA, 404, `{"error_code":40401,"message":"Subject 'theirs' not found."}`)
	s.do("PUT", "/config", `{"compatibility":"NONE"}`, 403, `{"error_code":403,"message":"Forbidden"}`)
}

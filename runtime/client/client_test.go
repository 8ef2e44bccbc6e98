package client

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// exchangeLog is a registry that gives one answer to everything and keeps what
// it was asked.
type exchangeLog struct {
	status int
	answer string

	mu   sync.Mutex
	seen []string
}

func (e *exchangeLog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	e.mu.Lock()
	e.seen = append(e.seen, strings.TrimSpace(r.Method+" "+r.RequestURI+" "+string(body)))
	e.mu.Unlock()
	w.WriteHeader(e.status)
	_, _ = io.WriteString(w, e.answer)
}

func newClient(t *testing.T, c Config, handlers ...http.Handler) *Client {
	t.Helper()
	for _, h := range handlers {
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		c.URLs = append(c.URLs, server.URL)
	}
	transport := NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	c.Transport = transport
	client, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestRequestsOnTheWire(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	avro := schema.Schema{Type: schema.Avro, Text: `"string"`}
	proto := schema.Schema{Type: schema.Protobuf, Text: `syntax = "proto3";`, References: []schema.Reference{{Name: "a.proto", Subject: "a", Version: 1}}}
	f := func(want, answer string, do func(c *Client) (any, error), wantResult any) {
		t.Helper()
		log := &exchangeLog{status: 200, answer: answer}
		got, err := do(newClient(t, Config{}, log))
		if err != nil {
			t.Fatalf("%s: %v", want, err)
		}
		if diff := cmp.Diff([]string{want}, log.seen); diff != "" {
			t.Fatalf("request (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(wantResult, got); diff != "" {
			t.Fatalf("%s: result (-want +got):\n%s", want, diff)
		}
	}

	f(`POST /subjects/a-value/versions {"schema":"\"string\""}`, `{"id":7}`,
		func(c *Client) (any, error) { return c.Register(ctx, "a-value", avro) }, schema.ID(7))
	f(`POST /subjects/a%2Fb/versions {"schemaType":"PROTOBUF","references":[{"name":"a.proto","subject":"a","version":1}],"schema":"syntax = \"proto3\";"}`, `{"id":8}`,
		func(c *Client) (any, error) { return c.Register(ctx, "a/b", proto) }, schema.ID(8))
	f(`POST /subjects/%2E%2E {"schema":"\"string\""}`, `{"subject":"..","version":2,"id":7,"schema":"\"string\""}`,
		func(c *Client) (any, error) { return c.Lookup(ctx, "..", avro) },
		Registered{Subject: "..", Version: 2, ID: 7, Schema: avro})
	f(`GET /schemas/ids/7`, `{"schema":"\"string\""}`,
		func(c *Client) (any, error) { return c.ByID(ctx, 7) }, avro)
	f(`GET /schemas/guids/01020000-0000-0000-0000-000000000000`, `{"schema":"\"string\"","guid":"01020000-0000-0000-0000-000000000000"}`,
		func(c *Client) (any, error) { return c.ByGUID(ctx, schema.GUID{1, 2}) }, avro)
	f(`GET /schemas/ids/7/versions`, `[{"subject":"a-value","version":1}]`,
		func(c *Client) (any, error) { return c.Uses(ctx, 7) }, []Use{{Subject: "a-value", Version: 1}})
	f(`GET /subjects/%C3%A9%20%3F%23%25+/versions/latest`, `{"subject":"x","version":3,"id":9,"schemaType":"JSON","schema":"{}","guid":"g","deleted":false}`,
		func(c *Client) (any, error) { return c.Version(ctx, "é ?#%+", schema.Latest) },
		Registered{Subject: "x", Version: 3, ID: 9, Schema: schema.Schema{Type: schema.JSON, Text: "{}"}, GUID: "g"})
	f(`GET /subjects/a/versions`, `[1,2]`,
		func(c *Client) (any, error) { return c.Versions(ctx, "a") }, []schema.Version{1, 2})
	f(`GET /subjects/a/versions?deleted=true`, `[1,2]`,
		func(c *Client) (any, error) { return c.VersionsWithDeleted(ctx, "a") }, []schema.Version{1, 2})
	f(`GET /subjects`, `["a","b"]`,
		func(c *Client) (any, error) { return c.Subjects(ctx) }, []schema.Subject{"a", "b"})
	f(`DELETE /subjects/a`, `[1]`,
		func(c *Client) (any, error) { return c.DeleteSubject(ctx, "a") }, []schema.Version{1})
	f(`DELETE /subjects/a?permanent=true`, `[1]`,
		func(c *Client) (any, error) { return c.PurgeSubject(ctx, "a") }, []schema.Version{1})
	f(`DELETE /subjects/a/versions/1`, `1`,
		func(c *Client) (any, error) { return nil, c.DeleteVersion(ctx, "a", 1) }, nil)
	f(`DELETE /subjects/a/versions/1?permanent=true`, `1`,
		func(c *Client) (any, error) { return nil, c.PurgeVersion(ctx, "a", 1) }, nil)
	f(`GET /config`, `{"compatibilityLevel":"FULL"}`,
		func(c *Client) (any, error) { return c.GlobalConfig(ctx) }, Settings{Level: schema.Full})
	f(`PUT /config {"compatibility":"NONE"}`, `{"compatibility":"NONE"}`,
		func(c *Client) (any, error) { return nil, c.SetGlobalConfig(ctx, Settings{Level: schema.None}) }, nil)
	f(`DELETE /config`, `{"compatibilityLevel":"FULL"}`,
		func(c *Client) (any, error) { return nil, c.DeleteGlobalConfig(ctx) }, nil)
	f(`GET /config/a`, `{"compatibilityLevel":"FULL"}`,
		func(c *Client) (any, error) { return c.SubjectConfig(ctx, "a") }, Settings{Level: schema.Full})
	f(`PUT /config/a {"compatibility":"FULL"}`, `{"compatibility":"FULL"}`,
		func(c *Client) (any, error) { return nil, c.SetSubjectConfig(ctx, "a", Settings{Level: schema.Full}) }, nil)
	f(`DELETE /config/a`, `{"compatibility":"FULL"}`,
		func(c *Client) (any, error) { return nil, c.DeleteSubjectConfig(ctx, "a") }, nil)
	f(`POST /subjects/a/versions?normalize=true {"metadata":{"owner":"x"},"ruleSet":{},"schema":"\"string\""}`, `{"id":7}`,
		func(c *Client) (any, error) {
			return c.RegisterWith(ctx, "a", Registration{Schema: avro, Normalize: new(true), Metadata: []byte(`{"owner":"x"}`), RuleSet: []byte(`{}`)})
		}, schema.ID(7))
	f(`POST /subjects/a?normalize=false {"schema":"\"string\""}`, `{"subject":"a","version":2,"id":7,"schema":"\"string\""}`,
		func(c *Client) (any, error) {
			return c.LookupWith(ctx, "a", Registration{Schema: avro, Normalize: new(false)})
		}, Registered{Subject: "a", Version: 2, ID: 7, Schema: avro})
	f(`GET /mode`, `{"mode":"READWRITE"}`,
		func(c *Client) (any, error) { return c.GlobalMode(ctx) }, schema.ReadWrite)
	f(`GET /mode/a`, `{"mode":"READONLY"}`,
		func(c *Client) (any, error) { return c.SubjectMode(ctx, "a") }, schema.ReadOnly)
	f(`GET /mode/a?defaultToGlobal=true`, `{"mode":"READONLY"}`,
		func(c *Client) (any, error) { return c.EffectiveMode(ctx, "a") }, schema.ReadOnly)
	f(`PUT /mode/a {"mode":"READONLY"}`, `{"mode":"READONLY"}`,
		func(c *Client) (any, error) { return nil, c.SetSubjectMode(ctx, "a", schema.ReadOnly) }, nil)
	f(`DELETE /mode/a`, `{"mode":"READONLY"}`,
		func(c *Client) (any, error) { return nil, c.DeleteSubjectMode(ctx, "a") }, nil)
	f(`POST /compatibility/subjects/a/versions/latest?verbose=true {"schema":"\"string\""}`, `{"is_compatible":false,"messages":["m"]}`,
		func(c *Client) (any, error) { return c.CheckCompatibility(ctx, "a", schema.Latest, avro) },
		Compatibility{Messages: []string{"m"}})
	f(`GET /_health`, `{"healthy":true,"status":{"schema_registry_ready":true,"schema_registry_is_primary":true,"schema_registry_primary_url":"http://a","schema_registry_reader_current_offset":4,"schema_registry_reader_highest_offset":5}}`,
		func(c *Client) (any, error) { return c.Health(ctx) },
		Health{Healthy: true, Ready: true, Primary: true, PrimaryURL: "http://a", Offset: 4, EndOffset: 5})
	f(`GET /master_available`, `{"master_available":true}`,
		func(c *Client) (any, error) { return c.PrimaryAvailable(ctx) }, true)
}

func TestAnswersBecomeClasses(t *testing.T) {
	t.Parallel()
	write := func(c *Client) error { _, err := c.Register(context.Background(), "a", schema.Schema{}); return err }
	read := func(c *Client) error { _, err := c.Subjects(context.Background()); return err }
	f := func(status int, answer string, do func(c *Client) error, want Class, message string) {
		t.Helper()
		err := do(newClient(t, Config{}, &exchangeLog{status: status, answer: answer}))
		if ClassOf(err) != want || !strings.Contains(err.Error(), message) {
			t.Fatalf("%d %s: %v; want class %q and text %q", status, answer, err, want, message)
		}
	}

	f(404, `{"error_code":40401,"message":"Subject 'a' not found."}`, write, NotFoundSubject, "registering a schema under a: subject not found (HTTP 404, code 40401): Subject 'a' not found.")
	f(404, `{"error_code":40402,"message":"m"}`, read, NotFoundVersion, "m")
	f(404, `{"error_code":40403,"message":"m"}`, read, NotFoundSchema, "m")
	f(404, `{"error_code":40404,"message":"m"}`, read, AlreadyDeleted, "m")
	f(404, `{"error_code":40407,"message":"m"}`, read, NotDeleted, "m")
	f(404, `{"error_code":40408,"message":"m"}`, read, NotConfigured, "m")
	f(404, `"Not Found"`, read, Other, `"Not Found"`)
	f(409, `{"error_code":409,"message":"Incompatible schema"}`, write, Incompatible, "Incompatible schema")
	f(409, `{"error_code":40901,"message":"m"}`, write, Incompatible, "m")
	f(409, `{"error_code":40904,"message":"m"}`, write, Associated, "m")
	f(409, `{"error_code":40908,"message":"m"}`, write, Associated, "m")
	f(422, `{"error_code":42201,"message":"m"}`, write, InvalidSchema, "m")
	f(422, `{"error_code":42205,"message":"m"}`, write, NotPermitted, "m")
	f(422, `{"error_code":42206,"message":"m"}`, write, Referenced, "m")
	f(422, `{"error_code":422,"message":[{"type":"missing"}]}`, write, Other, `[{"type":"missing"}]`)
	f(401, `{"message":"Unauthorized"}`, read, Unauthorized, "Unauthorized")
	f(403, `{"message":"Forbidden"}`, read, Forbidden, "Forbidden")
	f(413, `{"error_code":413,"message":"m"}`, write, TooLarge, "m")
	f(422, `{"error_code":42209,"message":"m"}`, write, TooLarge, "m")
	f(429, ``, write, Unavailable, "")
	f(503, `Service Unavailable`, write, Unavailable, "Service Unavailable")

	// The request was taken and then something broke.
	f(500, `{"error_code":50002,"message":"m"}`, write, UnknownOutcome, "m")
	f(500, `{"error_code":50003,"message":"m"}`, write, UnknownOutcome, "m")
	f(502, `<html>`, write, UnknownOutcome, "<html>")
	f(500, `{"error_code":50003,"message":"m"}`, read, Unavailable, "m")
	f(500, `{"error_code":50004,"message":"Leader not known."}`, write, Unavailable, "m")

	f(302, ``, read, Other, "redirect")
	f(200, `<html>`, read, Other, "reading the answer")
}

func TestUnsupported(t *testing.T) {
	t.Parallel()
	f := func(err error, want bool) {
		t.Helper()
		if got := Unsupported(err); got != want {
			t.Errorf("%v: %t", err, got)
		}
	}

	f(answerError("", false, 404, []byte("404 page not found")), true)
	f(answerError("", false, 404, []byte(`{"error_code":404,"message":"HTTP 404 Not Found"}`)), true)
	f(answerError("", true, 405, nil), true)
	f(answerError("", false, 404, []byte(`{"error_code":40401}`)), true) // As some answer for a route that they lack.
	f(answerError("", false, 404, []byte(`{"error_code":40409}`)), false)
	f(answerError("", false, 500, nil), false)
	f(nil, false)
}

func TestAnswerLongerThanTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	c := newClient(t, Config{MaxAnswer: 100}, &exchangeLog{status: 200, answer: `["` + strings.Repeat("a", 100) + `"]`})
	_, err := c.Subjects(t.Context())
	if ClassOf(err) != Other || !strings.Contains(err.Error(), "limit of 100 bytes") {
		t.Fatal(err)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	var followed atomic.Bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Store(true) }))
	t.Cleanup(elsewhere.Close)
	c := newClient(t, Config{Auth: Basic("u", "p")}, http.RedirectHandler(elsewhere.URL, http.StatusFound))
	_, err := c.Subjects(t.Context())
	if ClassOf(err) != Other || followed.Load() {
		t.Fatalf("error %v, followed %t", err, followed.Load())
	}
}

func TestCredentialsAreSent(t *testing.T) {
	t.Parallel()
	f := func(auth Authorizer, want string) {
		t.Helper()
		var got string
		c := newClient(t, Config{Auth: auth}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got = r.Header.Get("Authorization")
			_, _ = io.WriteString(w, "[]")
		}))
		if _, err := c.Subjects(t.Context()); err != nil || got != want {
			t.Fatalf("Authorization %q, error %v; want %q", got, err, want)
		}
	}
	f(nil, "")
	f(Basic("user", "pass"), "Basic dXNlcjpwYXNz")
	f(Bearer(func() (string, error) { return "t", nil }), "Bearer t")

	c := newClient(t, Config{Auth: Bearer(func() (string, error) { return "", errors.New("no token") })}, &exchangeLog{status: 200})
	if _, err := c.Subjects(t.Context()); err == nil || !strings.Contains(err.Error(), "no token") {
		t.Fatal(err)
	}
}

// closedAddress is an address that refuses connections.
func closedAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return "http://" + l.Addr().String()
}

func TestTheNextAddressIsTriedWhenNothingWasSent(t *testing.T) {
	t.Parallel()
	log := &exchangeLog{status: 200, answer: `{"id":1}`}
	c := newClient(t, Config{URLs: []string{closedAddress(t)}}, log)
	for range 2 {
		if id, err := c.Register(t.Context(), "a", schema.Schema{Text: "x"}); err != nil || id != 1 {
			t.Fatalf("id %d, error %v", id, err)
		}
	}
	if c.preferred.Load() != 1 {
		t.Fatal("the address that answered is not preferred")
	}

	down := newClient(t, Config{URLs: []string{closedAddress(t), closedAddress(t)}})
	if _, err := down.Register(t.Context(), "a", schema.Schema{}); ClassOf(err) != Unavailable || !Retriable(err) {
		t.Fatal(err)
	}
}

func TestLostAnswerOfAWriteIsNotSentAgain(t *testing.T) {
	t.Parallel()
	hangUp := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	second := &exchangeLog{status: 200, answer: `{"id":1}`}
	c := newClient(t, Config{}, hangUp, second)
	if _, err := c.Register(t.Context(), "a", schema.Schema{}); ClassOf(err) != UnknownOutcome {
		t.Fatal(err)
	}
	if len(second.seen) != 0 {
		t.Fatalf("the write was sent again: %v", second.seen)
	}

	// A read is safe to ask again elsewhere.
	second.answer = `["a"]`
	if got, err := c.Subjects(t.Context()); err != nil || len(got) != 1 {
		t.Fatalf("%v, %v", got, err)
	}
}

func TestDeadlines(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	hang := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(release) })
	c := newClient(t, Config{Timeout: 50 * time.Millisecond}, hang)
	if _, err := c.Register(t.Context(), "a", schema.Schema{}); ClassOf(err) != UnknownOutcome || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	if _, err := c.Subjects(t.Context()); ClassOf(err) != Unavailable {
		t.Fatal(err)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Subjects(canceled); ClassOf(err) != Canceled {
		t.Fatal(err)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	f := func(want string, urls ...string) {
		t.Helper()
		_, err := New(Config{URLs: urls})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("%v: %v; want %q", urls, err, want)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Fatalf("the error shows a password: %v", err)
		}
	}
	f("at least one URL")
	f("want http://host:port", "registry:8081")
	f("want http://host:port", "ftp://registry")
	f("credentials", "http://user:secret@registry:8081")
	f("registry address", "http://user:secret@registry:port")
}

func TestByIDAsksOnce(t *testing.T) {
	t.Parallel()
	log := &exchangeLog{status: 200, answer: `{"schema":"\"string\""}`}
	c := newClient(t, Config{}, log)
	for range 3 {
		if s, err := c.ByID(t.Context(), 7); err != nil || s.Text != `"string"` || s.Type != schema.Avro {
			t.Fatal(s, err)
		}
	}
	if len(log.seen) != 1 {
		t.Fatalf("asked %d times", len(log.seen))
	}

	missing := &exchangeLog{status: 404, answer: `{"error_code":40403,"message":"Schema not found"}`}
	c = newClient(t, Config{}, missing)
	for range 2 {
		if _, err := c.ByID(t.Context(), 7); ClassOf(err) != NotFoundSchema {
			t.Fatal(err)
		}
	}
	if len(missing.seen) != 2 {
		t.Fatalf("asked %d times", len(missing.seen))
	}
}

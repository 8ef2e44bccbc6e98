package testkit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

func TestMain(m *testing.M) { VerifyNoLeaks(m) }

func TestMatch(t *testing.T) {
	t.Parallel()
	f := func(expectation, body, problem string) {
		t.Helper()
		p, err := parsePattern(expectation)
		if err != nil {
			t.Fatal(err)
		}
		err = matchJSON(p, []byte(body), bindings{"id": "7", "run": "a.c"})
		if problem == "" && err != nil {
			t.Fatalf("%s against %s: %v", expectation, body, err)
		}
		if problem != "" && (err == nil || !strings.Contains(err.Error(), problem)) {
			t.Fatalf("%s against %s: %v; want %q", expectation, body, err, problem)
		}
	}

	// Values are compared by meaning, not by bytes.
	f(`{"a": 1, "b": [true, null]}`, ` {"b":[true,null],"a":1.0} `, "")
	f(`"é/"`, `"\u00e9\/"`, "")
	f(`9007199254740993`, `9007199254740992`, "want 9007199254740993")
	f(`1`, `"1"`, `want 1, got "1"`)
	f(`"x"`, `x`, "not JSON")
	f(`1`, `1 2`, "not JSON")
	f(`1`, `1e999999999`, "want 1")

	// Objects are closed unless they end in dots.
	f(`{"a": 1}`, `{"a": 1, "b": 2}`, `"b" was not expected`)
	f(`{"a": 1, ...}`, `{"a": 1, "b": 2}`, "")
	f(`{...}`, `{}`, "")
	f(`{"a": {"b": 2}}`, `{"a": {"b": 3}}`, "at /a/b: want 2, got 3")
	f(`{"a": 1}`, `{}`, `"a" is missing`)
	f(`{"a": 1}`, `[]`, "want an object")

	// Arrays are ordered; with dots they are sets with more in them.
	f(`[1, 2]`, `[2, 1]`, "at /0")
	f(`[1]`, `[1, 1]`, "want 1 elements, got 2")
	f(`[2, 1, ...]`, `[0, 1, 2]`, "")
	f(`[1, 1, ...]`, `[0, 1, 2]`, "element 1")
	f(`[]`, `{}`, "want an array")

	// Variables: compared when they have a value, learned otherwise.
	f(`{"id": $id}`, `{"id": 7}`, "")
	f(`{"id": $id}`, `{"id": 8}`, "want $id = 7, got 8")
	f(`[$x, $x]`, `[1, 1]`, "")
	f(`[$x, $x]`, `[1, 2]`, "want $x = 1")
	f(`[$any, $any]`, `[1, {"a": 2}]`, "")
	f(`"s-$run"`, `"s-a.c"`, "")
	f(`{"$run": "$$id"}`, `{"a.c": "$id"}`, "")

	// Expressions; a value inside one stands for itself.
	f(`~"^a+$"`, `"aaa"`, "")
	f(`~"^$run$"`, `"a.c"`, "")
	f(`~"^$run$"`, `"abc"`, "want a text like")
	f(`~"\d \"q\""`, `"1 \"q\""`, "")
	f(`~"a"`, `1`, "want a text like")
}

func TestVariablesAreLearnedOnlyFromMatches(t *testing.T) {
	t.Parallel()
	p, err := parsePattern(`{"a": $x, "b": 2}`)
	if err != nil {
		t.Fatal(err)
	}
	b := bindings{}
	if matchJSON(p, []byte(`{"a": 1, "b": 3}`), b) == nil || len(b) > 0 {
		t.Fatal("a failed match bound a variable", b)
	}
	if err := matchJSON(p, []byte(`{"a": "t", "b": 2}`), b); err != nil || b["x"] != "t" {
		t.Fatal(err, b)
	}
}

func TestParseProblemsNameTheLine(t *testing.T) {
	t.Parallel()
	f := func(script, want string) {
		t.Helper()
		_, err := Parse("x.test", script)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("%q: %v; want %q", script, err, want)
		}
	}

	f("GET /a", "x.test:1: the request has no expected status")
	f("\n# c\nGET /a\nGET /b\n200", "x.test:4: the request of line 3 has no expected status yet")
	f("200", "has to follow a request")
	f("GET a\n200", "does not begin with /")
	f("GET /a\n200 {", "x.test:2: expected a string")
	f("GET /a\n200 {}x", "after the end")
	f("GET /a\n200 [1 2]", "expected , or ]")
	f(`GET /a`+"\n"+`200 ~"("`, "missing closing )")
	f("GET /$a\n200", "$a has no value here; write $$a")
	f("POST /a {\"$ref\": 1}\n200", "write $$ref")
	f("> A: b", "has to follow a request")
	f("< A: b", "has to follow an expected status")
	f("GET /a\n> A b\n200", "not a header line")
	f("on kafka", `"kafka" is not one of`)
	f("flavour x", "is not one of")
	f("retry 20", "is not a duration")
	f("retry 20s\nas primary", "retry has to stand before a request")
	f("retry 20s", "retry has to stand before a request")
	f("log count {} 1", "write: log count")
	f("sleep 3", `"sleep" is none of`)
	f("GET /a\n200 "+strings.Repeat("[", 100), "nested too deeply")
}

// echo answers with what it was sent, and counts.
func echo(t *testing.T) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/json")
		answer := map[string]any{
			"n": n.Add(1), "method": r.Method, "path": r.URL.EscapedPath(),
			"type": r.Header.Get("Content-Type"), "x": r.Header.Get("X"), "body": string(body),
		}
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(s.Close)
	return s, &n
}

func run(t *testing.T, script string, target Target) (Report, error) {
	t.Helper()
	s, err := Parse("x.test", script)
	if err != nil {
		t.Fatal(err)
	}
	return Run(t.Context(), s, target)
}

func TestRun(t *testing.T) {
	t.Parallel()
	server, n := echo(t)
	target := Target{Registry: server.URL, REST: server.URL, Unique: "u1", Client: server.Client(),
		LogKeys: func(context.Context) ([][]byte, error) {
			return [][]byte{[]byte(`{"keytype":"SCHEMA","subject":"a"}`), []byte(`{"keytype":"NOOP"}`), []byte(`no JSON`)}, nil
		}}
	report, err := run(t, `
# Bodies may go on in indented lines.
POST /s-$run%2F  {"a":
  1}
> X: y
200 {"path": "/s-u1%2F", "type": "application/vnd.schemaregistry.v1+json", "x": "y", "body": ~"^\{\"a\":\s+1\}$",
  "n": $n, ...}
< Content-Type: application/json
< Missing:
GET /n/$n
200 {"path": "/n/1", "type": "", ...}
PUT /big ${repeat ab 3}
> Content-Type:
200 {"body": "ababab", "type": "", ...}
GET $registry/whole
200 {"path": "/whole", ...}

on rest
POST /r {}
200 {"type": "application/vnd.kafka.v2+json", ...}

on registry
log count key={"keytype":"SCHEMA"} 1
log count key={} 2

as follower
GET /f
200 {"path": $learned, ...}
as primary
GET /$learned
200
flavour confluent
GET /c
500
flavour any
restart
advance 5s

retry 20s
GET /again
200 {"n": 8, ...}
needs rest
needs advance
GET /never
500
`, target)
	if err != nil {
		t.Fatal(err)
	}
	if n.Load() != 8 || report.Requests != 8 {
		t.Errorf("%d requests arrived, %d reported", n.Load(), report.Requests)
	}
	want := []string{
		"x.test:27: the target has no registry as follower",
		"x.test:30: $learned was to be learned in a step that was skipped",
		"x.test:33: only for flavour confluent",
		"x.test:36: the target cannot be restarted",
		"x.test:37: the target's clock cannot be moved",
		"x.test:43: the rest needs advance",
	}
	if strings.Join(report.Skipped, "\n") != strings.Join(want, "\n") {
		t.Errorf("skipped:\n%s", strings.Join(report.Skipped, "\n"))
	}
}

func TestRunStopsAtTheFirstDifference(t *testing.T) {
	t.Parallel()
	server, n := echo(t)
	target := Target{Registry: server.URL, Client: server.Client(),
		LogKeys: func(context.Context) ([][]byte, error) { return nil, errors.New("no topic") }}
	f := func(script string, want ...string) {
		t.Helper()
		n.Store(0)
		_, err := run(t, script+"\nGET /after\n200", target)
		for _, text := range want {
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Fatalf("%s: %v; want %q", script, err, text)
			}
		}
		if n.Load() > 1 && !strings.Contains(script, "retry") {
			t.Fatal("went on after a difference")
		}
	}

	f("GET /a\n404", "x.test:1: GET "+server.URL+"/a", "answered 200 {", "line 2: want status 404")
	f("GET /a\n200 empty", "want an empty body")
	f("GET /a\n200 {\"n\": 5, ...}", "at /n: want 5, got 1")
	f("GET /a\n200\n< X: y", "header X: at the top: want \"y\", got \"\"")
	f("GET /a\n200 ~\"^x\"", "a text like")
	f("log count key={} 1", "reading the schemas topic: no topic")
	f("retry 100ms\nGET /a\n404", "still so after 100ms", "want status 404")
}

func FuzzParse(f *testing.F) {
	f.Add("POST /a {\"s\": \"$run\"}\n> A: b\n200 {\"id\": $id, ...}\n< B: ~\"x\"\n", `{"id": 1}`)
	f.Add("log count key={\"a\":[1,...]} 3\nretry 1s\nGET $rest\n204 empty", `[]`)
	f.Add("GET /\n200 ~\"$run${repeat a 3}\"", `"`)
	f.Fuzz(func(t *testing.T, script, body string) {
		s, err := Parse("x", script)
		if err != nil {
			if !errors.As(err, new(*ParseError)) {
				t.Fatalf("%T", err)
			}
			return
		}
		for _, step := range s.Steps {
			if step.Request == nil {
				continue
			}
			if p := step.Request.Want.body; p != nil {
				// Any outcome is right that is no panic.
				fmt.Fprint(io.Discard, matchJSON(p, []byte(body), bindings{"run": "1"}))
			}
		}
	})
}

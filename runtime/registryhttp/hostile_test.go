package registryhttp

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// patience is what one hostile request may take; the promise is far less, a
// busy machine with the race detector on needs some.
const patience = 30 * time.Second

// hostile sends one request and wants its status, within bounds of time and of
// the size of the answer, in the envelope.
func (s steps) hostile(name, method, target, body string, status int, headers ...string) string {
	s.t.Helper()
	begin := time.Now()
	w := s.n.ask(method, target, body, headers...)
	if took := time.Since(begin); took > patience {
		s.t.Fatalf("%s took %s", name, took)
	}
	answer := w.Body.String()
	if w.Code != status {
		s.t.Fatalf("%s: got %d %.300s, want %d", name, w.Code, answer, status)
	}
	if len(answer) > 64<<10+len(body) {
		s.t.Fatalf("%s: an answer of %d bytes to a body of %d", name, len(answer), len(body))
	}
	var envelope struct {
		Code    *int            `json:"error_code"`
		Message json.RawMessage `json:"message"`
	}
	if status >= 400 && (json.Unmarshal(w.Body.Bytes(), &envelope) != nil || envelope.Code == nil || len(envelope.Message) == 0) {
		s.t.Fatalf("%s: no envelope: %.300s", name, answer)
	}
	return answer
}

func bothFlavours(t *testing.T, f func(*testing.T, steps)) {
	t.Helper()
	for _, flavour := range []schema.Flavour{schema.Karapace, schema.Confluent} {
		t.Run(string(flavour), func(t *testing.T) {
			t.Parallel()
			f(t, newSteps(t, flavour))
		})
	}
}

func schemaOf(kind, text string) string {
	body, _ := json.Marshal(map[string]string{"schemaType": kind, "schema": text})
	return string(body)
}

// TestHostileBodies are bodies made to break JSON parsers, to every route that
// reads one.
func TestHostileBodies(t *testing.T) {
	t.Parallel()
	bothFlavours(t, func(t *testing.T, s steps) {
		s.do("PUT", "/mode", `{"mode":"READWRITE"}`, 200, `{"mode":"READWRITE"}`)
		refused := 422
		if s.n.ask("POST", "/subjects/a/versions", "{").Code == 400 {
			refused = 400 // Confluent's status for what is not JSON.
		}
		bodies := map[string]string{
			"depth of arrays":      strings.Repeat("[", 100_000),
			"closed arrays":        strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000),
			"depth of objects":     strings.Repeat(`{"a":`, 100_000),
			"depth in a member":    `{"schema":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`,
			"depth in an ignored":  `{"schema":"\"int\"","compatibility":"NONE","mode":"READWRITE","x":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`,
			"no number":            `{"schema":NaN,"compatibility":NaN,"mode":NaN}`,
			"a lone surrogate":     `{"schema":"\ud800","compatibility":"\ud800","mode":"\ud800"}`,
			"bytes that are none":  "{\"schema\":\"\xff\xfe\",\"compatibility\":\"\xff\",\"mode\":\"\xff\"}",
			"a mark and nothing":   "\xff\xfe",
			"half of UTF-16":       "\xff\xfe{",
			"UTF-32 that is none":  "\x00\x00\xfe\xff\x00\x11\x00\x00",
			"a number too large":   `{"schema":1e999999,"compatibility":1e999999,"mode":1e999999}`,
			"two values":           `{"schema":"\"int\""}{"schema":"\"int\""}`,
			"a comment":            `{"schema":"\"int\""/* no */}`,
			"control characters":   "{\"schema\":\"\x01\",\"compatibility\":\"\x01\",\"mode\":\"\x01\"}",
			"NUL after the object": `{"schema":"\"int\"","compatibility":"NONE","mode":"READWRITE"}` + "\x00",
		}
		routes := []string{"POST /subjects/a/versions", "POST /subjects/a", "POST /compatibility/subjects/a/versions", "PUT /config/a", "PUT /mode/a"}
		for name, body := range bodies {
			for _, route := range routes {
				method, target, _ := strings.Cut(route, " ")
				w := s.n.ask(method, target, body)
				if w.Code != 400 && w.Code != 422 {
					t.Errorf("%s to %s: %d %.200s", name, route, w.Code, w.Body)
				}
				s.hostile(name+" to "+route, method, target, body, w.Code)
			}
		}

		// What is large and well-formed is taken: unknown members do not matter.
		manyKeys := `{"schema":"\"int\""` + strings.Repeat(`,"key":1`, 50_000) + `}`
		s.hostile("many keys", "POST", "/subjects/large/versions", manyKeys, 200)
		s.hostile("a long key", "POST", "/subjects/large/versions", `{"`+strings.Repeat("k", 1<<20)+`":1,"schema":"\"int\""}`, 200)
		s.hostile("a mark before the object", "POST", "/subjects/large/versions", "\ufeff"+`{"schema":"\"int\""}`, 200)
		s.hostile("more than the limit", "POST", "/subjects/large/versions", `{"schema":"`+strings.Repeat("x", 4<<20)+`"}`, 413)
		s.hostile("an unknown encoding", "POST", "/subjects/large/versions", `{"schema":"\"int\""}`, 415, "Content-Encoding: zstd")
		s.hostile("no gzip", "POST", "/subjects/large/versions", `{"schema":"\"int\""}`, 400, "Content-Encoding: gzip")
		s.hostile("a wrong type of everything", "POST", "/subjects/a/versions",
			`{"schema":{},"schemaType":[],"references":"x","metadata":1,"id":"x","version":{}}`, refused)
	})
}

// TestHostileSchemaTexts: the text in the text has limits of its own.
func TestHostileSchemaTexts(t *testing.T) {
	t.Parallel()
	nested := func(before, inner, after string, n int) string {
		return strings.Repeat(before, n) + inner + strings.Repeat(after, n)
	}
	many := func(n int, format string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = fmt.Sprintf(format, i)
		}
		return strings.Join(parts, ",")
	}
	bothFlavours(t, func(t *testing.T, s steps) {
		f := func(name, kind, text string) {
			t.Helper()
			body := schemaOf(kind, text)
			for _, target := range []string{"/subjects/a/versions", "/compatibility/subjects/a/versions"} {
				s.hostile(name, "POST", target, body, 422)
			}
		}

		f("nested arrays", "AVRO", nested(`{"type":"array","items":`, `"int"`, `}`, 10_000))
		f("open arrays", "AVRO", strings.Repeat(`{"type":"array","items":`, 10_000))
		f("brackets", "AVRO", strings.Repeat(`[`, 100_000))
		f("a union of unions", "AVRO", nested(`[`, `"int"`, `]`, 1_000))
		f("a large fixed", "AVRO", `{"type":"fixed","name":"F","size":9223372036854775808}`)
		f("equal names", "AVRO", `{"type":"record","name":"R","fields":[`+many(1_000, `{"name":"same","type":"int","doc":"%d"}`)+`]}`)
		f("nested properties", "JSON", nested(`{"properties":{"a":`, `true`, `}}`, 10_000))
		f("brackets", "JSON", strings.Repeat(`[`, 100_000))
		f("nested messages", "PROTOBUF", `syntax = "proto3"; `+nested(`message M { `, ``, `}`, 10_000))
		f("braces", "PROTOBUF", `syntax = "proto3"; `+strings.Repeat(`{`, 100_000))
		f("an import of nothing", "PROTOBUF", `syntax = "proto3"; import "../../etc/passwd"; message M { Passwd p = 1; }`)
		f("base64 of nothing", "PROTOBUF", strings.Repeat("QUFB", 10_000))
	})
}

// TestHostileAddresses: a schema that names a URL makes nobody ask it. Karapace
// takes such a schema, Confluent does not.
func TestHostileAddresses(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 100)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.URL.Path }))
	defer server.Close()
	for flavour, status := range map[schema.Flavour]int{schema.Karapace: 200, schema.Confluent: 422} {
		s := newSteps(t, flavour)
		for i, text := range []string{
			`{"$ref":"` + server.URL + `/ref.json"}`,
			`{"$id":"` + server.URL + `/base/","properties":{"a":{"$ref":"other.json"}}}`,
			`{"$ref":"file:///etc/passwd"}`,
			`{"$ref":"ldap://127.0.0.1/x"}`,
		} {
			s.hostile(text, "POST", fmt.Sprintf("/subjects/a%d/versions", i), schemaOf("JSON", text), status)
		}
		s.hostile("$schema", "POST", "/subjects/b/versions", schemaOf("JSON", `{"$schema":"`+server.URL+`/meta.json"}`), 200)
	}
	select {
	case path := <-asked:
		t.Fatalf("%s was asked for", path)
	default:
	}
}

// TestHostileReferences: references are followed only so far.
func TestHostileReferences(t *testing.T) {
	t.Parallel()
	bothFlavours(t, func(t *testing.T, s steps) {
		body := func(text, references string) string {
			quoted, _ := json.Marshal(text)
			return `{"schema":` + string(quoted) + `,"references":` + references + `}`
		}
		record := func(n int, field string) string {
			return fmt.Sprintf(`{"type":"record","name":"R%d","fields":[{"name":"f","type":"%s"}]}`, n, field)
		}
		s.hostile("one that is missing", "POST", "/subjects/a/versions", body(`"int"`, `[{"name":"x","subject":"nowhere","version":1}]`), 422)
		s.hostile("version 0", "POST", "/subjects/a/versions", body(`"int"`, `[{"name":"x","subject":"nowhere","version":0}]`), 422)
		s.hostile("version -2147483648", "POST", "/subjects/a/versions", body(`"int"`, `[{"name":"x","subject":"nowhere","version":-2147483648}]`), 422)
		one := `{"name":"x","subject":"nowhere","version":1}`
		s.hostile("many", "POST", "/subjects/a/versions", body(`"int"`, `[`+one+strings.Repeat(","+one, 5_000)+`]`), 422)

		// Many that are there: up to the limit, and not beyond.
		s.hostile("a target", "POST", "/subjects/target/versions", body(record(0, "int"), `[]`), 200)
		fan := func(n int) string {
			parts := make([]string, n)
			for i := range parts {
				parts[i] = fmt.Sprintf(`{"name":"x%d","subject":"target","version":1}`, i)
			}
			return `[` + strings.Join(parts, ",") + `]`
		}
		s.hostile("a fan as wide as allowed", "POST", "/subjects/fan/versions", body(`"int"`, fan(1_000)), 200)
		s.hostile("a wider fan", "POST", "/subjects/fan2/versions", body(`"int"`, fan(1_100)), 422)
		// A circle: a subject that refers to itself, and two that refer to each other.
		s.do("PUT", "/config", `{"compatibility":"NONE"}`, 200, `{"compatibility":"NONE"}`)
		s.hostile("to itself, which is not there", "POST", "/subjects/self/versions", body(`"int"`, `[{"name":"x","subject":"self","version":1}]`), 422)
		s.hostile("the first of a circle", "POST", "/subjects/c1/versions", body(record(1, "int"), `[]`), 200)
		s.hostile("the second", "POST", "/subjects/c2/versions", body(record(2, "R1"), `[{"name":"R1","subject":"c1","version":1}]`), 200)
		s.hostile("the first again, closing it", "POST", "/subjects/c1/versions", body(record(1, "R2"), `[{"name":"R2","subject":"c2","version":1}]`), 422)
		latest := s.hostile("the latest of itself is the one before", "POST", "/subjects/c2/versions", body(record(3, "R2"), `[{"name":"R2","subject":"c2","version":-1}]`), 200)
		if s.hostile("once more", "POST", "/subjects/c2/versions", body(record(3, "R2"), `[{"name":"R2","subject":"c2","version":1}]`), 200) != latest {
			t.Fatal("-1 was kept as it stands")
		}

		// A chain grows until its depth is refused; what was accepted stays usable.
		refusedAt := 0
		for n := range 200 {
			references, field := `[]`, "int"
			if n > 0 {
				field = fmt.Sprintf("R%d", n-1)
				references = fmt.Sprintf(`[{"name":"%s","subject":"chain-%d","version":1}]`, field, n-1)
			}
			w := s.n.ask("POST", fmt.Sprintf("/subjects/chain-%d/versions", n), body(record(n, field), references))
			if w.Code == 200 {
				continue
			}
			if w.Code != 422 {
				t.Fatalf("link %d: %d %s", n, w.Code, w.Body)
			}
			refusedAt = n
			break
		}
		if refusedAt < 32 || refusedAt > 128 {
			t.Fatalf("a chain was refused at link %d", refusedAt)
		}
		s.hostile("the last link", "GET", fmt.Sprintf("/subjects/chain-%d/versions/1", refusedAt-1), "", 200)
	})
}

// TestHostileSubjects: a name is decoded once, and who is written is who is
// read.
func TestHostileSubjects(t *testing.T) {
	t.Parallel()
	bothFlavours(t, func(t *testing.T, s steps) {
		taken := func(segment, subject string) {
			t.Helper()
			s.hostile(segment, "POST", "/subjects/"+segment+"/versions", `{"schema":"\"int\""}`, 200)
			var names []string
			if err := json.Unmarshal(s.n.ask("GET", "/subjects?subjectPrefix="+url.QueryEscape(subject), "").Body.Bytes(), &names); err != nil {
				t.Fatal(err)
			}
			if len(names) != 1 || names[0] != subject {
				t.Fatalf("%s became %q", segment, names)
			}
			s.hostile("deleting "+segment, "DELETE", "/subjects/"+segment, "", 200)
		}
		refused := func(segment string, status int) {
			t.Helper()
			s.hostile(segment, "POST", "/subjects/"+segment+"/versions", `{"schema":"\"int\""}`, status)
		}

		taken("a%2Fb", "a/b")
		taken("a%252Fb", "a%2Fb")
		taken("%2E%2E", "..")
		taken("%2E%2E%2F%2E%2E%2Fetc", "../../etc")
		taken("%D0%B0dmin", "\u0430dmin") // Cyrillic: another subject than admin.
		taken("admin", "admin")
		taken("ﬀ", "ﬀ")
		taken(strings.Repeat("x", 10<<10), strings.Repeat("x", 10<<10))
		taken("a%3Fb%23c", "a?b#c")
		taken("__proto__", "__proto__")
		refused("a%00b", 422)
		refused("a%0D%0ASet-Cookie%3A%20x", 422)
		refused("a%7Fb", 422)
		refused("%ff", 422)
		refused("__GLOBAL", 422)
		refused("__EMPTY", 422)
		refused("", 404)
		refused("a//b", 404)
		refused("a/b", 404)

		// Whose context is named lies in that context, however it is written.
		s.hostile("a context", "POST", "/subjects/:.hidden:a/versions", `{"schema":"\"long\""}`, 200)
		s.hostile("the context in the path", "GET", "/contexts/.hidden/subjects/a/versions/1", "", 200)
		if names := s.n.ask("GET", "/subjects?subjectPrefix=a", "").Body.String(); strings.Contains(names, "hidden") {
			t.Fatal(names)
		}
	})
}

// TestHostileQueries: parameters that are no such thing.
func TestHostileQueries(t *testing.T) {
	t.Parallel()
	bothFlavours(t, func(t *testing.T, s steps) {
		s.do("PUT", "/config", `{"compatibility":"NONE"}`, 200, `{"compatibility":"NONE"}`)
		s.hostile("a schema", "POST", "/subjects/a/versions", `{"schema":"\"int\""}`, 200)
		for _, query := range []string{
			"offset=-1", "offset=9223372036854775808", "limit=-9223372036854775809", "limit=1e9", "offset=0x10&limit=%00",
			"deleted=%FF", "deleted=" + strings.Repeat("x", 1<<16), "subjectPrefix=%00", "subjectPrefix=" + strings.Repeat("%F0%9D%84%9E", 1<<12),
			"%", "%zz=1", "a=%zz", strings.Repeat("&", 1<<16), strings.Repeat("a=b&", 1<<14), "a;b", "limit=1&limit=2", "format=../../x",
		} {
			for _, path := range []string{"/subjects", "/schemas", "/subjects/a/versions", "/subjects/a/versions/1", "/schemas/ids/1", "/config/a", "/contexts"} {
				w := s.n.ask("GET", path+"?"+query, "")
				switch w.Code {
				case 200, 400, 404:
					s.hostile(path+"?"+query, "GET", path+"?"+query, "", w.Code)
				default:
					t.Errorf("%s?%.60s: %d %s", path, query, w.Code, w.Body)
				}
			}
		}
		for _, version := range []string{"-2", "0", "2147483648", "99999999999999999999", "1.0", "1e0", "%31%00", "latest%00", "+1", "٣"} {
			if w := s.n.ask("GET", "/subjects/a/versions/"+version, ""); w.Code != 422 && w.Code != 404 && w.Code != 400 && version != "+1" {
				t.Errorf("version %s: %d %s", version, w.Code, w.Body)
			}
		}
		for _, id := range []string{"-1", "0", "2147483648", "99999999999999999999", "1.0", "%00", "1%2F..", "0x1"} {
			s.hostile("id "+id, "GET", "/schemas/ids/"+id, "", 404)
		}
	})
}

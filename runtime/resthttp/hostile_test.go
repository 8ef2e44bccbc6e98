package resthttp

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plastron-dev/plastron/runtime/httpserver"
)

// patience is what one hostile request may take; the promise is far less, a
// busy machine with the race detector on needs some.
const patience = 30 * time.Second

// hostile sends one request and wants its status within bounds of time and of
// the size of the answer.
func (p *proxy) hostile(name, method, path, body string, status int, headers ...string) *httptest.ResponseRecorder {
	p.t.Helper()
	begin := time.Now()
	w := p.request(method, path, body, headers...)
	if took := time.Since(begin); took > patience {
		p.t.Fatalf("%s took %s", name, took)
	}
	if w.Code != status {
		p.t.Fatalf("%s: got %d %.300s, want %d", name, w.Code, w.Body, status)
	}
	if w.Body.Len() > 64<<10+len(body) {
		p.t.Fatalf("%s: an answer of %d bytes to a body of %d", name, w.Body.Len(), len(body))
	}
	return w
}

// nothingWritten checks that a topic is as empty as before.
func (p *proxy) nothingWritten(topic string) {
	p.t.Helper()
	p.expect(http.MethodGet, "/topics/"+topic+"/partitions/0/offsets", "", 200, `{"beginning_offset":0,"end_offset":0}`)
}

// TestHostileBodies are bodies made to break JSON parsers, to routes that read
// them in different ways.
func TestHostileBodies(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	p.expect(http.MethodPost, "/consumers/g", `{"name":"i","format":"json"}`, 200, `{...}`)
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	for name, body := range map[string]string{
		"depth of arrays":     strings.Repeat("[", 100_000),
		"closed arrays":       deep,
		"depth of objects":    strings.Repeat(`{"a":`, 100_000),
		"depth in a member":   `{"records":` + deep + `,"topics":` + deep + `,"name":` + deep + `}`,
		"depth in an ignored": `{"records":[{"value":1}],"topics":["one"],"name":"x","y":` + deep + `}`,
		"no number":           `{"records":NaN,"topics":NaN,"name":NaN}`,
		"bytes that are none": "{\"records\":\"\xff\xfe\",\"topics\":\"\xff\",\"name\":\"\xff\"}",
		"half of UTF-16":      "\xff\xfe{",
		"two values":          `{"records":[{"value":1}]}{"records":[{"value":1}]}`,
		"a comment":           `{"records":[{"value":1}]/* no */}`,
		"NUL after the body":  `{"records":[{"value":1}],"topics":["one"],"name":"x"}` + "\x00",
	} {
		for _, path := range []string{"/topics/one", "/topics/one/partitions/0", "/consumers/g", "/consumers/g/instances/i/subscription", "/consumers/g/instances/i/offsets"} {
			p.hostile(name+" to "+path, http.MethodPost, path, body, 400, "Content-Type", ctJSON)
		}
	}
	p.hostile("more than the limit", http.MethodPost, "/topics/one", `{"records":[{"value":"`+strings.Repeat("x", 2<<20)+`"}]}`, 413, "Content-Type", ctJSON)
	p.hostile("many records of nothing", http.MethodPost, "/topics/one", `{"records":[`+strings.Repeat("{},", 50_000)+`{"valur":1}]}`, 422, "Content-Type", ctJSON)
	p.hostile("many keys", http.MethodPost, "/topics/one", `{"records":[{"value":1}]`+strings.Repeat(`,"k":1`, 30_000)+`}`, 422, "Content-Type", ctJSON)
	p.hostile("a long key", http.MethodPost, "/topics/one", `{"records":[{"value":1}],"`+strings.Repeat("k", 900_000)+`":1}`, 422, "Content-Type", ctJSON)
	p.nothingWritten("one")
	// What is odd and well-formed is a record: a lone surrogate is kept as JSON has it.
	p.hostile("a mark before the object", http.MethodPost, "/topics/one", "\ufeff"+`{"records":[{"value":1}]}`, 200, "Content-Type", ctJSON)
}

// TestHostileSchemaTexts: the schema in a request has limits of its own, and so
// have values under a schema that calls itself.
func TestHostileSchemaTexts(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	f := func(name, format, text string) {
		t.Helper()
		body := `{"value_schema":` + fmt.Sprintf("%q", text) + `,"records":[{"value":1}]}`
		p.hostile(name, http.MethodPost, "/topics/one", body, 422, "Content-Type", "application/vnd.kafka."+format+".v2+json")
	}
	nested := func(before, inner, after string, n int) string {
		return strings.Repeat(before, n) + inner + strings.Repeat(after, n)
	}

	f("nested arrays", "avro", nested(`{"type":"array","items":`, `"int"`, `}`, 10_000))
	f("brackets", "avro", strings.Repeat("[", 100_000))
	f("a large fixed", "avro", `{"type":"fixed","name":"F","size":9223372036854775808}`)
	f("nested properties", "jsonschema", nested(`{"properties":{"a":`, `true`, `}}`, 10_000))
	f("an address", "jsonschema", `{"$ref":"http://127.0.0.1:1/never.json"}`)
	f("nested messages", "protobuf", `syntax = "proto3"; `+nested(`message M { `, ``, `}`, 10_000))
	f("an import", "protobuf", `syntax = "proto3"; import "../../etc/passwd"; message M { Passwd p = 1; }`)

	list := `{"type":"record","name":"L","fields":[{"name":"next","type":["null","L"]}]}`
	value := nested(`{"next":{"L":`, `null`, `}}`, 20_000)
	p.hostile("a deep value", http.MethodPost, "/topics/one",
		`{"value_schema":`+fmt.Sprintf("%q", list)+`,"records":[{"value":`+value+`}]}`, 400, "Content-Type", ctAvro)
	p.nothingWritten("one")
}

// TestHostileCompression are bodies that grow: what comes out is bounded, and
// what is no gzip is refused.
func TestHostileCompression(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	p.handler = httpserver.Chain{MaxBody: 2 << 20}.Wrap(p.handler)
	var bomb, good bytes.Buffer
	for b, text := range map[*bytes.Buffer]string{
		&bomb: `{"records":[{"value":"` + strings.Repeat("x", 6<<20) + `"}]}`,
		&good: `{"records":[{"value":1}]}`,
	} {
		z := gzip.NewWriter(b)
		if _, err := z.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	f := func(encoding, body string, status int) {
		t.Helper()
		p.hostile(encoding, http.MethodPost, "/topics/one", body, status, "Content-Type", ctJSON, "Content-Encoding", encoding)
	}

	f("gzip", bomb.String(), 413)
	f("gzip", "no gzip", 400)
	for _, encoding := range []string{"deflate", "zstd", "br", "gzip, gzip"} {
		f(encoding, good.String(), 415)
	}
	p.nothingWritten("one")
	f("gzip", good.String(), 200)
}

// TestHostileNames: names of topics, groups and instances that are paths,
// headers or nothing at all.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	value := `{"records":[{"value":1}]}`
	refused := func(status int, topics ...string) {
		t.Helper()
		for _, topic := range topics {
			p.hostile("producing to "+topic, http.MethodPost, "/topics/"+topic, value, status, "Content-Type", ctJSON)
			p.hostile("reading "+topic, http.MethodGet, "/topics/"+topic, "", status)
			p.hostile("partitions of "+topic, http.MethodGet, "/topics/"+topic+"/partitions", "", status)
		}
	}
	refused(404, "one%0D%0AX:%20y", "%ff", "..", "%2E%2E", "%2E%2E%2F%2E%2E", "one%252F", "\u043ene", strings.Repeat("x", 10<<10), "one%3Fa", "one;a=b", "one%20")
	refused(400, "one%00", "%00", "__consumer_offsets%00")
	for _, partition := range []string{"-1", "1e0", "0x0", "9223372036854775808", strings.Repeat("9", 5000), "٠"} {
		p.hostile("partition "+partition, http.MethodPost, "/topics/one/partitions/"+partition, value, 404, "Content-Type", ctJSON)
	}
	p.nothingWritten("one")

	// A name that no path can hold makes no instance; any other instance
	// answers under the address that it was given.
	p.hostile("a consumer that nobody can reach", http.MethodPost, "/consumers/g", `{"name":"a\u0000b"}`, 422)
	for _, name := range []string{"..", "a/../b", "a\r\nSet-Cookie: x", "%2F", "a?b#c", "\u0430", strings.Repeat("n", 2<<10)} {
		group := url.PathEscape("g/" + name)
		quoted, _ := json.Marshal(name)
		w := p.hostile(name, http.MethodPost, "/consumers/"+group, fmt.Sprintf(`{"name":%s,"format":"json"}`, quoted), 200)
		_, base, _ := strings.Cut(w.Body.String(), `"base_uri":"http://proxy:8082`)
		base, _, _ = strings.Cut(base, `"`)
		if strings.ContainsAny(base, "\r\n\x00 ?#") {
			t.Fatalf("%q is a part of %q", name, base)
		}
		p.hostile(base, http.MethodGet, base+"/subscription", "", 200)
		p.hostile(base, http.MethodDelete, base, "", 204)
	}
}

// TestHostileHeaders: what a client says about where it came from does not
// change addresses that are handed out.
func TestHostileHeaders(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	w := p.hostile("forged addresses", http.MethodPost, "/consumers/g", `{"name":"i"}`, 200,
		"X-Forwarded-Host", "evil.test", "X-Forwarded-Proto", "gopher", "Forwarded", "host=evil.test", "Host", "evil.test")
	if got := w.Body.String(); strings.Contains(got, "evil") || strings.Contains(got, "gopher") {
		t.Fatal(got)
	}
	for _, contentType := range []string{
		strings.Repeat("application/", 5000), "application/vnd.kafka.json.v2+json; charset=" + strings.Repeat("x", 50_000), ";;;", "a/b; c=\"",
		"application/vnd.kafka.json.v2+json" + strings.Repeat(";a=b", 10_000),
	} {
		w := p.request(http.MethodPost, "/topics/none", `{"records":[{"value":1}]}`, "Content-Type", contentType)
		if w.Code != 400 && w.Code != 404 && w.Code != 415 {
			t.Errorf("%.60s: %d %s", contentType, w.Code, w.Body)
		}
	}
	for _, accept := range []string{strings.Repeat("a/b,", 20_000), strings.Repeat("*/*;q=0.", 10_000), ",,,", "\x00"} {
		w := p.request(http.MethodGet, "/topics", "", "Accept", accept)
		if w.Code != 200 && w.Code != 406 {
			t.Errorf("%.60s: %d %s", accept, w.Code, w.Body)
		}
	}
}

// TestHostileSharedInstance: many connections use one consumer at once; each
// record is delivered once, and nobody gets another's half.
func TestHostileSharedInstance(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	const records, readers = 100, 4
	p.produce("one", ctJSON, `{"records":[`+strings.Repeat(`{"value":1},`, records-1)+`{"value":1}]}`, 200, `{...}`)
	c := p.consumer("json", "one")
	var mu sync.Mutex
	var group sync.WaitGroup
	delivered := map[string]int{}
	for range readers {
		group.Go(func() {
			for done := false; !done; {
				r := httptest.NewRequest(http.MethodGet, c+"/records?max_bytes=300&timeout=100", nil)
				w := httptest.NewRecorder()
				p.handler.ServeHTTP(w, r)
				if w.Code != 200 && w.Code != 409 {
					t.Errorf("%d %s", w.Code, w.Body)
					return
				}
				mu.Lock()
				for _, part := range strings.Split(w.Body.String(), `"offset":`)[1:] {
					offset, _, _ := strings.Cut(part, ",")
					delivered[offset]++
				}
				done = len(delivered) == records || t.Context().Err() != nil
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if len(delivered) != records {
		t.Fatalf("%d of %d records were read", len(delivered), records)
	}
	for offset, times := range delivered {
		if times != 1 {
			t.Errorf("offset %s was delivered %d times", offset, times)
		}
	}
}

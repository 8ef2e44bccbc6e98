package resthttp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/plastron-dev/plastron/runtime/rest"
)

// exchange is a request with everything that a client decides.
type exchange struct{ method, path, contentType, body string }

// exchanges are right requests to every kind of route. $c is the cluster.
func exchanges() []exchange {
	const instance = "/consumers/g/instances/i"
	const v2, v3 = "application/vnd.kafka.v2+json", plainJSON
	avro := `{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":[\"null\",\"long\"]},{\"name\":\"b\",\"type\":\"bytes\"}]}`
	list := []exchange{
		{"POST", "/topics/one", ctJSON, `{"records":[{"key":"k","value":{"a":[1,2.5,null]},"partition":0,"timestamp":1,"headers":[{"key":"h","value":"AQ=="}]}]}`},
		{"POST", "/topics/one/partitions/0", ctBinary, `{"records":[{"value":"AQID"}]}`},
		{"POST", "/topics/one?async=true", ctJSON, `{"records":[{"value":1}]}`},
		{"POST", "/topics/one", ctAvro, `{"value_schema":"` + avro + `","records":[{"value":{"a":{"long":7},"b":"AQ=="}}]}`},
		{"POST", "/topics/one", ctAvro, `{"value_schema_id":1,"key_schema_id":0,"records":[{"value":{"a":9223372036854775807,"b":""}}]}`},
		{"POST", "/topics/one", "application/vnd.kafka.jsonschema.v2+json", `{"value_schema":"{\"type\":\"integer\",\"minimum\":0}","records":[{"value":7}]}`},
		{"POST", "/topics/one", "application/vnd.kafka.protobuf.v2+json", `{"value_schema":"syntax = \"proto3\"; message M { int64 a = 1; repeated string b = 2; }","records":[{"value":{"a":"1","b":["x"]}}]}`},
		{"POST", "/consumers/g", v2, `{"name":"i","format":"json","auto.offset.reset":"earliest","auto.commit.enable":"true","fetch.min.bytes":1,"consumer.request.timeout.ms":1}`},
		{"POST", instance + "/subscription", v2, `{"topics":["one"]}`},
		{"POST", instance + "/subscription", v2, `{"topic_pattern":"o.*"}`},
		{"POST", instance + "/assignments", v2, `{"partitions":[{"topic":"one","partition":0}]}`},
		{"POST", instance + "/positions", v2, `{"offsets":[{"topic":"one","partition":0,"offset":0}],"timestamps":[{"topic":"one","partition":0,"timestamp":"2024-01-01T00:00:00Z"}]}`},
		{"POST", instance + "/positions/beginning", v2, `{"partitions":[{"topic":"one","partition":0}]}`},
		{"POST", instance + "/offsets", v2, `{"offsets":[{"topic":"one","partition":0,"offset":1,"metadata":"m"}]}`},
		{"GET", instance + "/offsets", v2, `{"partitions":[{"topic":"one","partition":0}]}`},
		{"GET", instance + "/offsets?topic=one&partition=0", "", ""},
		{"GET", instance + "/records?timeout=1&max_bytes=100", "", ""},
		{"GET", "/topics/one/partitions/0/offsets", "", ""},
		{"POST", "/v3/clusters/$c/topics/one/records", v3, `{"partition_id":0,"key":{"type":"STRING","data":"k"},"value":{"type":"AVRO","schema":"` + avro + `","data":{"a":null,"b":""}},"headers":[{"name":"h","value":"AQ=="}],"timestamp":"2024-01-01T00:00:00Z"}`},
		{"POST", "/v3/clusters/$c/topics/one/records:batch", v3, `{"entries":[{"id":"1","value":{"type":"BINARY","data":"AQ=="}},{"id":"2","value":{"data":1}}]}`},
		{"GET", "/v3/clusters/$c/topics/one/partitions/0/records?offset=0&limit=2&max_bytes=100&timeout=1&format=json", "", ""},
		{"POST", "/v3/clusters/$c/topics", v3, `{"topic_name":"new","partitions_count":1,"replication_factor":1,"configs":[{"name":"cleanup.policy","value":"delete"}],"replicas_assignments":{"0":[0]},"validate_only":true}`},
		{"POST", "/v3/clusters/$c/topics/one/configs:alter", v3, `{"data":[{"name":"retention.ms","value":"1000000","operation":"SET"}],"validate_only":true}`},
		{"PUT", "/v3/clusters/$c/topics/one/configs/retention.ms", v3, `{"value":"1000000"}`},
		{"PATCH", "/v3/clusters/$c/topics/other", v3, `{"partitions_count":2}`},
		{"POST", "/v3/clusters/$c/acls", v3, `{"resource_type":"TOPIC","resource_name":"one","pattern_type":"LITERAL","principal":"User:a","host":"*","operation":"READ","permission":"ALLOW"}`},
		{"GET", "/v3/clusters/$c/acls?resource_type=topic&operation=any", "", ""},
		{"GET", "/v3/clusters/$c/consumer-groups/g/lags", "", ""},
		{"GET", "/v3/clusters/$c/topics/one/partitions/0/offset?offset_type=earliest_and_latest", "", ""},
	}
	return list
}

// nasty are values that stand where something else should.
func nasty() []string {
	return []string{
		`null`, `true`, `""`, `"\u0000"`, `"\ud800"`, `"\udc00x"`, `-1`, `0`, `1.5`, `1e400`, `-0`, `9223372036854775808`, `-9223372036854775809`,
		`1e999999999`, `0.1e-400`, `[]`, `{}`, `[null]`, `{"":null}`, `{"a":1,"a":2}`, `"NaN"`, `"Infinity"`, `"=="`, `"2024-13-45T99:99:99Z"`,
		`"\"int\""`, `{"type":"int"}`, `"` + strings.Repeat("x", 5000) + `"`, strings.Repeat("[", 200) + strings.Repeat("]", 200),
		"NaN", "\"\xff\"", `{"long":{"long":1}}`, `"../../etc/passwd"`, `"a\r\nb"`,
	}
}

// mutant is a request with one thing wrong.
func mutant(r *rand.Rand, e exchange) exchange {
	switch n := r.IntN(8); {
	case n == 0 && e.body != "": // bytes
		b := []byte(e.body)
		for range 1 + r.IntN(3) {
			b[r.IntN(len(b))] = byte(r.IntN(256))
		}
		e.body = string(b)
	case n == 1 && e.body != "": // an end
		e.body = e.body[:r.IntN(len(e.body))]
	case n == 2: // a part of the path, or of the query
		separator := "/?&="[r.IntN(4)]
		if i := strings.IndexByte(e.path[1:], separator); i >= 0 {
			e.path = e.path[:i+2] + url.PathEscape([]string{"", "%00", "..", "-1", "99999999999999999999", "é", "a b", "%zz", "$"}[r.IntN(9)]) + e.path[i+2:]
		}
	case n == 3:
		e.contentType = []string{"", plainJSON, ctJSON, ctAvro, "application/vnd.kafka.protobuf.v2+json", "x", plainJSON + "; charset=utf-16", plainJSON + "; charset=x"}[r.IntN(8)]
	default: // a value
		e.body = substitute(r, e.body)
	}
	return e
}

// substitute puts something nasty in place of one value of a JSON text.
func substitute(r *rand.Rand, body string) string {
	var starts []int
	for i := range len(body) {
		if i == 0 || strings.IndexByte(":[", body[i-1]) >= 0 {
			starts = append(starts, i)
		}
	}
	if len(starts) == 0 {
		return body
	}
	at := starts[r.IntN(len(starts))]
	decoder := json.NewDecoder(strings.NewReader(body[at:]))
	var value json.RawMessage
	if decoder.Decode(&value) != nil {
		return body // within a text
	}
	all := nasty()
	return body[:at] + all[r.IntN(len(all))] + body[at+int(decoder.InputOffset()):]
}

// documented reports whether an answer with status 500 is one that clients of
// Karapace know for their own mistakes (REST contract 7), and says which.
func documented(body string) bool {
	for _, text := range []string{
		" is not a valid int: ", " missing from ", "offset must be a positive number", "Invalid request parameter", "Failed to fetch", "error sending commit request",
		`"error_code":50002`, `"error_code":50003`, "Failed to get offsets", textNotReady,
	} {
		if strings.Contains(body, text) {
			return true
		}
	}
	return false
}

// handled sends a request, and wants an answer in time that is no internal
// error.
func (p *proxy) handled(e exchange) {
	p.t.Helper()
	target, err := url.Parse(e.path)
	if err != nil {
		return // No server would see it.
	}
	r := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(e.body))
	r.Method, r.URL, r.RequestURI = e.method, target, e.path
	if e.contentType != "" {
		r.Header.Set("Content-Type", e.contentType)
	}
	w := httptest.NewRecorder()
	begin := time.Now()
	p.handler.ServeHTTP(w, r)
	if took := time.Since(begin); took > patience {
		p.t.Errorf("%+v took %s", e, took)
	}
	if w.Code == http.StatusInternalServerError && !documented(w.Body.String()) {
		p.t.Errorf("%+v: %d %.500s", e, w.Code, w.Body)
	}
	if bytes.Contains(w.Body.Bytes(), []byte("Internal server error")) {
		p.t.Errorf("%+v: %d %.500s", e, w.Code, w.Body)
	}
}

// newHostileProxy has what the exchanges speak of.
func newHostileProxy(t testing.TB) (p *proxy, list []exchange) {
	// A commit waits for a group that is still forming.
	p = newProxy(t, func(s *rest.Settings) { s.MaxReadTimeout, s.KafkaTimeout = 5*time.Millisecond, time.Second })
	cluster, err := p.service.Cluster(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list = exchanges()
	for i := range list {
		list[i].path = strings.ReplaceAll(list[i].path, "$c", cluster.ID)
	}
	return p, list
}

// TestHostileRequests: no input yields an internal error. Requests to every
// kind of route, each with one thing wrong; the seed is in the name of what
// fails.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	p, list := newHostileProxy(t)
	for _, e := range list {
		p.handled(e)
	}
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	for range 400 {
		p.handled(mutant(r, list[r.IntN(len(list))]))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// FuzzRequest looks for the same with a fuzzer.
func FuzzRequest(f *testing.F) {
	p, list := newHostileProxy(f)
	for i, e := range list {
		f.Add(i, e.path, e.contentType, e.body)
	}
	f.Fuzz(func(t *testing.T, i int, path, contentType, body string) {
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(contentType, "\r\n") {
			return
		}
		q := *p
		q.t = t
		q.handled(exchange{list[uint(i)%uint(len(list))].method, path, contentType, body})
	})
}

// A wrong record among right ones is named by its number, and the field by its
// path; none of the request is written.
func TestHostileValuesAreNamed(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	schema := quote(`{"type":"record","name":"R","fields":[{"name":"n","type":"long"},{"name":"f","type":"double"},{"name":"b","type":"bytes"},
		{"name":"u","type":["null","int","string"]},{"name":"r","type":["null",{"type":"record","name":"S","fields":[{"name":"x","type":"int"}]}]}]}`)
	good := `{"value":{"n":1,"f":1.5,"b":"AQ==","u":null,"r":null}}`
	f := func(value string, texts ...string) {
		t.Helper()
		body := `{"value_schema":` + schema + `,"records":[` + good + `,` + good + `,{"value":` + value + `}]}`
		w := p.hostile(value, http.MethodPost, "/topics/one", body, 422, "Content-Type", ctAvro)
		for _, text := range append(texts, `"error_code":42205`, "record 2") {
			if !strings.Contains(w.Body.String(), text) {
				t.Errorf("%s: %s, want %q in it", value, w.Body, text)
			}
		}
	}
	f(`{"n":9223372036854775808,"f":1,"b":"","u":null,"r":null}`, "n")
	f(`{"n":1e30,"f":1,"b":"","u":null,"r":null}`, "n")
	f(`{"n":1.5,"f":1,"b":"","u":null,"r":null}`, "n")
	f(`{"n":1,"f":1,"b":"?","u":null,"r":null}`, "b")
	f(`{"n":1,"f":1,"b":"","u":{"double":1},"r":null}`, "u")
	f(`{"n":1,"f":1,"b":"","u":null,"r":{"x":"1"}}`, "r")
	f(`{"n":1,"f":1,"b":"","u":null,"r":null,"more":1}`, "more")
	f(`{"f":1,"b":"","u":null,"r":null}`, "n")
	f(`{"n":1,"f":"x","b":"","u":null,"r":null}`, "f")
	p.nothingWritten("one")

	// What JSON has no numbers for, and what is no text.
	for _, value := range []string{"NaN", "Infinity", "-Infinity", "01", "1.", ".5", "\"\x01\"", "'x'"} {
		p.hostile(value, http.MethodPost, "/topics/one", `{"records":[{"value":`+value+`}]}`, 400, "Content-Type", ctJSON)
	}
	p.nothingWritten("one")
}

// TestHostileConsumers: ten thousand that are created and never used are
// refused beyond the bound, and the others go when they are idle.
func TestHostileConsumers(t *testing.T) {
	t.Parallel()
	p := newProxy(t, func(s *rest.Settings) { s.MaxConsumers = 100 })
	created, refused := 0, 0
	for i := range 10_000 {
		switch w := p.request(http.MethodPost, "/consumers/g", fmt.Sprintf(`{"name":"c%d"}`, i)); w.Code {
		case http.StatusOK:
			created++
		case http.StatusServiceUnavailable:
			refused++
		default:
			t.Fatal(w.Code, w.Body)
		}
	}
	if created != 100 || refused != 9900 {
		t.Errorf("%d were created, %d refused", created, refused)
	}
}

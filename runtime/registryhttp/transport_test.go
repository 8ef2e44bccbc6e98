package registryhttp

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/registry"
	"github.com/plastron-dev/plastron/runtime/schema"
)

const notFound404 = `{"error_code":404,"message":"HTTP 404 Not Found"}`

func TestUnknownRoutesAnswerInTheEnvelope(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	for _, target := range []string{"/nothing", "/subjects//versions", "/subjects/a/versions/1/other", "//subjects", "/schemas/ids", "/metrics", "/subjectsx", "/exporters"} {
		s.do("GET", target, "", 404, notFound404)
	}
	s.do("GET", "/schemas/ids/abc", "", 404, notFound404)
	s.do("GET", "/schemas/ids/1.0", "", 404, notFound404)
	s.do("GET", "/schemas/ids/2147483648", "", 404, notFound404)
	s.do("GET", "/subjects?offset=abc", "", 404, notFound404)

	w := s.n.ask("PUT", "/subjects/a/versions", "{}")
	if w.Code != 405 || w.Body.String() != `{"error_code":405,"message":"HTTP 405 Method Not Allowed"}` || w.Header().Get("Allow") != "GET, HEAD, OPTIONS, POST" {
		t.Fatalf("%d %s %v", w.Code, w.Body, w.Header())
	}
	w = s.n.ask("OPTIONS", "/config", "")
	if w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Allow") != "DELETE, GET, HEAD, OPTIONS, PUT" {
		t.Fatalf("%d %s %v", w.Code, w.Body, w.Header())
	}
}

func TestSubjectsAreOneEncodedSegment(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	f := func(segment, subject string) {
		t.Helper()
		s.do("POST", "/subjects/"+segment+"/versions", `{"schema":"\"int\""}`, 200, `{"id":1}`)
		w := s.n.ask("GET", "/subjects/"+segment+"/versions/1", "")
		if want := `{"subject":` + subject + `,"version":1,"id":1,"schema":"\"int\""}`; w.Body.String() != want {
			t.Fatalf("%s: %s, want %s", segment, w.Body, want)
		}
	}

	f("a%2Fb", `"a/b"`)
	f("my+topic-value", `"my+topic-value"`) // A plus stays a plus.
	f("a%20b", `"a b"`)
	f("%22%7B%7D:'", `"\"{}:'"`)
	f("caf%C3%A9", `"café"`)
	f("a%252Fb", `"a%2Fb"`)
	f("%2E%2E", `".."`)
	f("*", `"*"`)
	f(":.:plain", `"plain"`)
	s.do("GET", "/subjects/a%2Fb/versions/", "", 200, "[1]") // A slash at the end.
	s.do("POST", "/compatibility/subjects/a%2Fb/versions/", `{"schema":"\"int\""}`, 200, `{"is_compatible":true}`)
	s.do("POST", "/subjects/a%0Ab/versions", `{"schema":"\"int\""}`, 422, `{"error_code":42208,"message":"The specified subject 'a\nb' is not a valid."}`)
	s.do("POST", "/subjects/a%FFb/versions", `{"schema":"\"int\""}`, 422, "{\"error_code\":42208,\"message\":\"The specified subject 'a\ufffdb' is not a valid.\"}")
}

func TestMediaTypes(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	f := func(method, target string, status int, mediaType string, headers ...string) {
		t.Helper()
		body := ""
		if method != "GET" {
			body = `{"schema":"\"int\""}`
		}
		w := s.n.ask(method, target, body, headers...)
		if w.Code != status || w.Header().Get("Content-Type") != mediaType {
			t.Fatalf("%s %s %v: %d %s %s", method, target, headers, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
	}

	const post = "/subjects/a/versions"
	f("POST", post, 200, offerV1)
	for _, known := range []string{offerV1, offerPlain, offerCommon, octetStream, "Application/JSON; charset=utf-16"} {
		f("POST", post, 200, offerV1, "Content-Type: "+known)
	}
	f("POST", post, 415, offerV1, "Content-Type: text/html")
	f("POST", post, 415, offerV1, "Content-Type: text/html", "Accept: text/html") // Before anything else.
	f("PUT", "/config", 415, offerV1, "Content-Type: text/html")
	f("GET", "/subjects", 200, offerV1, "Content-Type: text/html") // No body, no type.
	f("DELETE", "/subjects/nobody", 404, offerV1, "Content-Type: text/html")
	f("GET", "/subjects", 200, offerV1, "Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2")
	f("GET", "/subjects", 200, offerPlain, "Accept: application/vnd.schemaregistry.v2+json; q=0.1", "Accept: application/vnd.schemaregistry+json; q=0.9")
	f("GET", "/subjects/nobody/versions", 404, offerCommon, "Accept: application/json") // Errors too.
	f("GET", "/subjects", 406, offerV1, "Accept: text/*")
	f("GET", "/nothing", 404, offerPlain, "Accept: "+offerPlain)

	// These answer anybody.
	for _, target := range []string{"/", "/_health", "/master_available"} {
		f("GET", target, 200, offerCommon, "Accept: image/png", "Content-Type: text/html")
	}
	s.do("GET", "/subjects", "", 406, `{"error_code":406,"message":"HTTP 406 Not Acceptable"}`, "Accept: application/xml")
	s.do("POST", post, "{", 415, `{"error_code":415,"message":"HTTP 415 Unsupported Media Type"}`, "Content-Type: text/html")
	// The raw text of a schema has the negotiated type.
	f("GET", "/subjects/a/versions/1/schema", 200, offerV1)
	s.do("GET", "/subjects/a/versions/1/schema", "", 200, `"int"`)
}

func TestBodiesInOtherEncodings(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	const text = `{"schema":"\"int\""}`
	var wide bytes.Buffer
	for _, u := range append([]uint16{0xfeff}, utf16.Encode([]rune(text))...) {
		wide.Write([]byte{byte(u), byte(u >> 8)})
	}
	s.do("POST", "/subjects/a/versions", wide.String(), 200, `{"id":1}`, "Content-Type: application/json; charset=utf-16")

	var small bytes.Buffer
	gz := gzip.NewWriter(&small)
	if _, err := gz.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := gz.Close(); err != nil {
		t.Fatal(err)
	}
	s.do("POST", "/subjects/b/versions", small.String(), 200, `{"id":1}`, "Content-Encoding: gzip")
	s.do("POST", "/subjects/b/versions", "nonsense", 400, `{"error_code":400,"message":"HTTP 400 Bad Request"}`, "Content-Encoding: gzip")
	s.do("POST", "/subjects/b/versions", text, 415, `{"error_code":415,"message":"HTTP 415 Unsupported Media Type"}`, "Content-Encoding: br")
	s.do("POST", "/subjects/b/versions", strings.Repeat(" ", 4<<20), 413, `{"error_code":413,"message":"HTTP 413 Request Entity Too Large"}`)
}

func TestBodiesThatAreNoRequest(t *testing.T) {
	t.Parallel()
	k, c := newSteps(t, schema.Karapace), newSteps(t, schema.Confluent)
	const post = "/subjects/a/versions"
	f := func(body, karapace string, status int, confluent string) {
		t.Helper()
		k.do("POST", post, body, 422, `{"error_code":422,"message":`+karapace+`}`)
		c.do("POST", post, body, status, confluent)
	}

	f(`{"schemaType":"AVRO"}`,
		`[{"type":"missing","loc":["body","schema"],"msg":"Field required","input":{"schemaType":"AVRO"}}]`,
		422, `{"error_code":42201,"message":"Empty schema"}`)
	f(`["a"]`,
		`[{"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields from","input":["a"]}]`,
		400, `{"error_code":400,"message":"The request body is not a JSON object"}`)
	f(`{"schema":`,
		`[{"type":"json_invalid","loc":["body",0],"msg":"JSON decode error","input":{}}]`,
		400, `{"error_code":400,"message":"The request body is not JSON: unexpected end of JSON input"}`)
	f(`{"schema":"\"int\"","schemaType":"AVROO"}`,
		`[{"type":"enum","loc":["body","schemaType"],"msg":"Input should be 'AVRO', 'JSON' or 'PROTOBUF'","input":"AVROO","ctx":{"expected":"'AVRO', 'JSON' or 'PROTOBUF'"}}]`,
		422, `{"error_code":42201,"message":"Invalid schema type AVROO"}`)
	f(`{"schema":"\"int\"","schemaType":"avro"}`,
		`[{"type":"enum","loc":["body","schemaType"],"msg":"Input should be 'AVRO', 'JSON' or 'PROTOBUF'","input":"avro","ctx":{"expected":"'AVRO', 'JSON' or 'PROTOBUF'"}}]`,
		422, `{"error_code":42201,"message":"Invalid schema type avro"}`)
	f(`{"schema":7}`,
		`[{"type":"string_type","loc":["body","schema"],"msg":"Input should be a valid string","input":7}]`,
		400, `{"error_code":400,"message":"The field at [schema] is not a string"}`)
	f(`{"schema":"\"\ud800\""}`, `[{"type":"json_invalid","loc":["body",0],"msg":"JSON decode error","input":{}}]`,
		400, `{"error_code":400,"message":"The request body is not JSON: a string holds one half of a surrogate pair"}`)
	f(`{"schema":"\"int\"","references":[{"name":"a"}]}`,
		`[{"type":"string_type","loc":["body","references",0,"subject"],"msg":"Input should be a valid string","input":null}]`,
		400, `{"error_code":400,"message":"The field at [references 0 subject] is not a string"}`)
	c.do("POST", post, "", 422, `{"error_code":422,"message":"The request has no body"}`)
	k.do("POST", post, "", 422, `{"error_code":422,"message":[{"type":"missing","loc":["body"],"msg":"Field required","input":null}]}`)

	// A client of Confluent's cannot parse a list.
	k.do("POST", post, `{}`, 422, `{"error_code":42201,"message":"Empty schema"}`, javaHeader)

	// metadata of another type does not matter here, and does there.
	k.do("POST", post, `{"schema":"\"int\"","metadata":7,"zebra":[{}],"references":null}`, 200, `{"id":1}`)
	c.do("POST", post, `{"schema":"\"int\"","metadata":7}`, 400, `{"error_code":400,"message":"The field at [metadata] is not a dictionary"}`)
	// Absent, null and AVRO are one type; the last of equal names counts.
	k.do("POST", post, `{"schema":"\"int\"","schemaType":null}`, 200, `{"id":1}`)
	k.do("POST", post, `{"schema":"{","schema":"\"int\"","schemaType":"AVRO","references":[]}`, 200, `{"id":1}`)
	k.do("POST", post, `{"schema":"[{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"\ud834\udd1e\"]}]"}`, 422,
		`{"error_code":42201,"message":"`+k.message("POST", post, `{"schema":"[{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"𝄞\"]}]"}`)+`"}`)
}

// message returns the message of an error, still escaped.
func (s steps) message(method, target, body string) string {
	s.t.Helper()
	_, text, ok := strings.Cut(s.n.ask(method, target, body).Body.String(), `"message":"`)
	if !ok {
		s.t.Fatal("no message")
	}
	return strings.TrimSuffix(text, `"}`)
}

func TestHeadersOfAnswers(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	s.do("POST", "/subjects/a/versions", `{"schema":"\"int\""}`, 200, `{"id":1}`)
	for _, target := range []string{"/subjects", "/schemas/ids/1", "/schemas/ids/2", "/nothing"} {
		w := s.n.ask("GET", target, "", "X-Request-ID: my-id")
		got := map[string]string{"id": w.Header().Get("X-Request-ID"), "cache": w.Header().Get("Cache-Control")}
		if diff := cmp.Diff(map[string]string{"id": "my-id", "cache": "no-cache, no-store, must-revalidate"}, got); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", target, diff)
		}
	}
	w := s.n.ask("GET", "/master_available", "")
	if got := w.Header().Get("Cache-Control"); got != "no-store, no-cache, must-revalidate" {
		t.Fatal(got)
	}

	// HEAD is GET without a body; net/http drops it.
	server := httptest.NewServer(s.n)
	defer server.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodHead, server.URL+"/subjects/a/versions/1", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != 200 || response.ContentLength != int64(len(`{"subject":"a","version":1,"id":1,"schema":"\"int\""}`)) {
		t.Fatalf("%d, %d bytes", response.StatusCode, response.ContentLength)
	}
}

func FuzzSchemaBody(f *testing.F) {
	for _, seed := range []string{
		`{"schema":"\"int\"","references":[{"name":"a","subject":"b","version":-1}]}`, `{"schema":"\ud834\udd1e\\u\ud8"}`, `[]`, `null`, "\xff\xfe{\x00}\x00",
		`{"schemaType":{},"schema":null,"references":{},"version":1e99}`, strings.Repeat(`{"schema":`, 2000),
	} {
		f.Add([]byte(seed))
	}
	a := &api{flavour: schema.Karapace, points: registry.PointsOf(schema.Karapace)}
	f.Fuzz(func(_ *testing.T, body []byte) {
		c := &call{r: httptest.NewRequest("POST", "/", nil)}
		if _, err := a.schemaBody(c, body); err != nil {
			a.answerOf(err, c)
		}
		_, _ = configBody(body)
		_, _, _ = modeBody(body)
	})
}

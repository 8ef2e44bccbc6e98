package resthttp

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/plastron-dev/plastron/runtime/rest"
)

func TestMetadata(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	const partition = `{"leader":0,"partition":0,"replicas":[{"broker":0,"in_sync":true,"leader":true}]}`
	f := func(path string, status int, want string) {
		t.Helper()
		p.expect(http.MethodGet, path, "", status, want)
		p.expect(http.MethodGet, path+"/?x=1", "", status, want)
	}
	f("/brokers", 200, `{"brokers":[0]}`)
	f("/topics", 200, `["four","one","other","third"]`)
	f("/topics/one", 200, `{"configs":{...},"name":"one","partitions":[`+partition+`]}`)
	f("/topics/one/partitions", 200, `[`+partition+`]`)
	f("/topics/one/partitions/0", 200, partition)
	f("/topics/one/partitions/0/offsets", 200, `{"beginning_offset":0,"end_offset":0}`)

	f("/topics/none", 404, `{"error_code":40403,"message":"Topic none not found"}`)
	f("/topics/a%2Fb%20c", 404, `{"error_code":40403,"message":"Topic a/b c not found"}`)
	f("/topics/none/partitions", 404, `{"error_code":40401,"message":"Topic none not found"}`)
	f("/topics/none/partitions/0", 404, `{"error_code":40401,"message":"Topic none not found"}`)
	f("/topics/none/partitions/0/offsets", 404, `{"error_code":40401,"message":"Topic none not found"}`)
	f("/topics/one/partitions/10", 404, `{"error_code":40402,"message":"Partition 10 not found"}`)
	f("/topics/one/partitions/10/offsets", 404, `{"error_code":40402,"message":"Partition 10 not found"}`)
	f("/topics/one/partitions/foo", 404, `{"error_code":404,"message":"Partition foo not found"}`)
	f("/topics/one/partitions/foo/offsets", 404, `{"error_code":404,"message":"Partition foo not found"}`)
	f("/nonsense", 404, `{"error_code":404,"message":"HTTP 404 Not Found"}`)
	p.expect(http.MethodPost, "/consumers/g/instances/i/nonsense", "", 404, `{"error_code":404,"message":"HTTP 404 Not Found"}`)
	p.expect(http.MethodGet, "/topics/%00", "", 400, `{"error_code":400,...}`)

	p.expect(http.MethodGet, "/", "", 200, `{}`)
	p.expect(http.MethodGet, "/_health", "", 200, `{"karapace_version":"1.2.3","process_uptime_sec":0}`)
	w := p.request(http.MethodDelete, "/topics/one", "")
	if w.Code != 405 || w.Header().Get("Allow") != "GET, POST" {
		t.Fatalf("%d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
}

func TestNewTopicIsUsableAtOnce(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	p.produce("young", ctJSON, `{"records":[{"value":1}]}`, 404, `{"error_code":40401,...}`)
	p.expect(http.MethodGet, "/topics", "", 200, `["four","one","other","third"]`)
	if err := p.createTopic("young"); err != nil {
		t.Fatal(err)
	}
	p.produce("young", ctJSON, `{"records":[{"value":1}]}`, 200, `{...}`)
}

func TestTypesOfRequestAndAnswer(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	f := func(method, contentType, accept string, status int, want string) {
		t.Helper()
		body, path := "", "/topics/one"
		if method == http.MethodPost {
			body = `{"records":[{"value":"YQ=="}]}`
		}
		p.expect(method, path, body, status, want, "Content-Type", contentType, "Accept", accept)
	}
	f(http.MethodPost, "", "", 200, `{...}`)
	f(http.MethodPost, "application/json", "", 200, `{...}`)
	f(http.MethodPost, "application/vnd.kafka+json; charset=utf-8", "application/json", 200, `{...}`)
	f(http.MethodPost, "bar/baz", "foo/bar", 415, `{"error_code":415,"message":"HTTP 415 Unsupported Media Type"}`)
	f(http.MethodPost, "application/json", "foo/bar", 406, `{"error_code":406,"message":"HTTP 406 Not Acceptable"}`)
	f(http.MethodGet, "bar/baz", "", 406, `{"error_code":406,"message":"HTTP 406 Not Acceptable"}`)
	f(http.MethodGet, "", "application/octet-stream", 406, `{"error_code":406,"message":"HTTP 406 Not Acceptable"}`)

	w := p.request(http.MethodGet, "/topics", "", "Accept", "application/json")
	if got := w.Header().Get("Content-Type"); got != contentTypeV2 {
		t.Fatal(got)
	}
	tag := w.Header().Get("Etag")
	if w = p.request(http.MethodGet, "/topics", "", "If-None-Match", "W/"+tag); w.Code != 304 || w.Body.Len() != 0 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w = p.request(http.MethodOptions, "/anything", ""); w.Code != 400 || w.Body.String() != "OPTIONS missing Origin" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w = p.request(http.MethodOptions, "/anything", "", "Origin", "http://o"); w.Code != 200 || w.Header().Get("Access-Control-Allow-Origin") != "http://o" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	f := func(method, path, contentType, body string, status int, want string) {
		t.Helper()
		p.expect(method, path, body, status, want, "Content-Type", contentType)
	}
	latin1 := "{\"records\":[{\"value\":\"\xe9\"}]}"
	f(http.MethodPost, "/topics/one", ctJSON+"; charset=utf-8", latin1, 400, "Request body is not valid utf-8")
	f(http.MethodPost, "/topics/one", ctJSON+"; charset=iso-8859-1", latin1, 200, `{...}`)
	f(http.MethodPost, "/topics/one", ctJSON+"; charset=klingon", latin1, 400, "Unknown charset klingon")
	f(http.MethodPost, "/topics/one", ctJSON, latin1, 400, "Invalid request JSON body")
	f(http.MethodGet, "/topics", ctJSON, `{"a":1}`, 400, "No request body allowed for this operation")
	f(http.MethodGet, "/topics", ctJSON, `{}`, 200, `[...]`)
	f(http.MethodPost, "/topics/one", ctJSON, `{"records":[{"value":"`+strings.Repeat("x", 1<<20)+`"}]}`, 413, `{"error_code":413,"message":"HTTP Request Entity Too Large"}`)
	f(http.MethodPost, "/topics/one", ctJSON, strings.Repeat("[", 100_000), 400, "Invalid request JSON body")
	f(http.MethodPost, "/topics/one", ctJSON, `{"records":[{"value":`+strings.Repeat("[", 20_000)+strings.Repeat("]", 20_000)+`}]}`, 400, "Invalid request JSON body")
}

func TestUnreachableKafkaIsReportedInTime(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	p := newProxyOn(t, nil, []string{address}, func(s *rest.Settings) { s.KafkaTimeout = 200 * time.Millisecond })
	start := time.Now()
	p.produce("one", ctJSON, `{"records":[{"value":1}]}`, 503, `{"error_code":503,"message":"Service unavailable"}`)
	p.expect(http.MethodGet, "/brokers", "", 500, `{"code":500,"error_code":500,"message":"Kafka node not ready"}`)
	p.expect(http.MethodGet, "/topics", "", 500, `{"code":500,"error_code":500,"message":"Kafka node not ready"}`)
	p.expect(http.MethodPost, "/consumers/g", "{}", 500, `{"code":500,"error_code":500,"message":"Kafka node not ready"}`)
	if d := time.Since(start); d > 5*time.Second {
		t.Fatalf("it took %s", d)
	}
}

func TestSilentKafkaIsReportedInTime(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer func() { _ = c.Close() }()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	p := newProxyOn(t, nil, []string{l.Addr().String()}, func(s *rest.Settings) { s.KafkaTimeout = 200 * time.Millisecond })
	start := time.Now()
	p.produce("one", ctJSON, `{"records":[{"value":1}]}`, 503, `{"error_code":503,"message":"Service unavailable"}`)
	p.expect(http.MethodPost, "/consumers/g", "{}", 500, `{"code":500,"error_code":500,"message":"Kafka node not ready"}`)
	if d := time.Since(start); d < 400*time.Millisecond || d > 5*time.Second {
		t.Fatalf("it took %s", d)
	}
}

// The whole road over TCP: a client that speaks HTTP and hangs up, a GET with a
// body, an answer in pieces.
func TestOverTCP(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	server := httptest.NewServer(p.handler)
	t.Cleanup(server.Close)
	record := `{"value":"` + strings.Repeat("x", 1000) + `"}`
	p.produce("one", ctJSON, `{"records":[`+strings.Repeat(record+",", 499)+record+`]}`, 200, `{...}`)
	c := p.consumer("json", "one")

	exchange := func(method, path, body string) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(text)
	}
	status, text := exchange(http.MethodGet, c+"/records", "")
	if n := strings.Count(text, `"offset"`); status != 200 || n != 500 || !json.Valid([]byte(text)) {
		t.Fatalf("%d, %d records", status, n)
	}
	if status, text = exchange(http.MethodPost, c+"/offsets", ""); status != 204 || text != "" {
		t.Fatal(status, text)
	}
	status, text = exchange(http.MethodGet, c+"/offsets/", `{"partitions":[{"topic":"one","partition":0}]}`)
	if want := `{"offsets":[{"metadata":"","offset":500,"partition":0,"topic":"one"}]}`; status != 200 || text != want {
		t.Fatal(status, text)
	}
}

package resthttp

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/plastron-dev/plastron/runtime/rest"
)

func TestCreateConsumer(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	f := func(body string, status int, want string) {
		t.Helper()
		p.expect(http.MethodPost, "/consumers/g", body, status, want)
	}
	f(`{"name":"a"}`, 200, `{"base_uri":"http://proxy:8082/consumers/g/instances/a","instance_id":"a"}`)
	f(`{"name":"a","format":"nonsense"}`, 409, `{"error_code":40902,"message":"Consumer a already exists"}`)
	f(``, 200, `{"base_uri":"http://proxy:8082/consumers/g/instances/..."}`)
	f(`{}`, 200, `{"base_uri":...`)
	f(`{"id":"b","format":"JSON","auto.offset.reset":"Latest","auto.commit.enable":"False","fetch.min.bytes":"-1","consumer.request.timeout.ms":"5","topic.metadata.refresh.interval.ms":5,"unknown":1}`,
		200, `{"base_uri":"http://proxy:8082/consumers/g/instances/b","instance_id":"b"}`)
	f(`{"format":"xml"}`, 422, `{"error_code":42204,"message":"Invalid format type"}`)
	f(`{"format":5}`, 422, `{"error_code":42204,"message":"Invalid format type"}`)
	f(`{"auto.offset.reset":"none"}`, 422, `{"error_code":42204,"message":"Invalid value none for configuration auto.offset.reset: String must be one of: {'latest', 'earliest'}"}`)
	f(`{"fetch.min.bytes":-10}`, 422, `{"error_code":42204,"message":"Expected fetch.min.bytes to be >= -1"}`)
	f(`{"fetch.min.bytes":99999999999}`, 422, `{"error_code":42204,...}`)
	f(`{"consumer.request.timeout.ms":"x"}`, 500, `{"error_code":500,"message":"consumer.request.timeout.ms is not a valid int: x"}`)

	// Names may hold anything.
	p.expect(http.MethodPost, "/consumers/a%2Fb/", `{"name":"c/d é"}`, 200, `{"base_uri":"http://proxy:8082/consumers/a%2Fb/instances/c%2Fd%20%C3%A9","instance_id":"c/d é"}`)
	p.expect(http.MethodGet, "/consumers/a%2Fb/instances/c%2Fd%20%C3%A9/subscription/", "", 200, `{"topics":[]}`)
	p.expect(http.MethodDelete, "/consumers/a%2Fb/instances/c%2Fd%20%C3%A9", "", 204, "")
	p.expect(http.MethodDelete, "/consumers/a%2Fb/instances/c%2Fd%20%C3%A9", "", 404, `{"error_code":40403,"message":"Consumer for ('a/b', 'c/d é') not found"}`)
}

func TestConsumersAreBounded(t *testing.T) {
	t.Parallel()
	p := newProxy(t, func(s *rest.Settings) { s.MaxConsumers = 2 })
	for i := range 2 {
		p.expect(http.MethodPost, "/consumers/g", fmt.Sprintf(`{"name":"%d"}`, i), 200, `{...}`)
	}
	p.expect(http.MethodPost, "/consumers/g", "", 503, `{"error_code":503,...}`)
	p.expect(http.MethodDelete, "/consumers/g/instances/0", "", 204, "")
	p.expect(http.MethodPost, "/consumers/g", "", 200, `{...}`)
}

func TestUnknownConsumer(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	const want = `{"error_code":40403,"message":"Consumer for ('g', 'i') not found"}`
	for _, route := range []string{
		"GET subscription", "DELETE subscription", "GET assignments", "GET records",
		"POST subscription", "POST assignments", "POST positions", "POST positions/beginning", "POST positions/end", "POST offsets", "GET offsets",
	} {
		method, suffix, _ := strings.Cut(route, " ")
		body := ""
		if method == http.MethodPost || suffix == "offsets" {
			body = "{}"
		}
		for _, slash := range []string{"", "/"} {
			p.expect(method, "/consumers/g/instances/i/"+suffix+slash, body, 404, want)
		}
	}
}

func TestSubscription(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	p.expect(http.MethodPost, "/consumers/g", `{"name":"i","format":"json"}`, 200, `{...}`)
	c := "/consumers/g/instances/i"
	f := func(body string, status int, want string) {
		t.Helper()
		p.expect(http.MethodPost, c+"/subscription", body, status, want)
	}
	f(`{}`, 409, `{"error_code":40903,"message":"Neither topic_pattern nor topics are present in request"}`)
	f(`{"topics":[],"topic_pattern":""}`, 409, `{"error_code":40903,...}`)
	f(`{"topics":["one"],"topic_pattern":"o.*"}`, 409, `{"error_code":40903,"message":"IllegalStateError: You must choose only one way to configure your consumer:...}`)
	f(`{"topics":"one"}`, 422, `{"error_code":422,"message":"Topics is expected to be list of strings"}`)
	f(`{"topics":[1]}`, 422, `{"error_code":422,"message":"Topics is expected to be list of strings"}`)
	f(`{"topic_pattern":1}`, 422, `{"error_code":422,"message":"Topic patterns is expected to be a string"}`)
	f(`{"topic_pattern":"("}`, 422, `{"error_code":422,"message":"Topic pattern is not a regular expression...}`)

	p.expect(http.MethodDelete, c+"/subscription", "", 204, "")
	f(`{"topics":["one","other","one"]}`, 204, "")
	p.expect(http.MethodGet, c+"/subscription", "", 200, `{"topics":["one","other"]}`)
	p.expect(http.MethodPost, c+"/assignments", `{"partitions":[{"topic":"one","partition":0}]}`, 409, `{"error_code":40903,...}`)
	f(`{"topics":["third"]}`, 204, "")
	p.expect(http.MethodGet, c+"/subscription", "", 200, `{"topics":["third"]}`)

	// A pattern is matched from the beginning of the name only, and is seen
	// once the group has given out partitions.
	f(`{"topic_pattern":"o"}`, 204, "")
	p.produce("other", ctJSON, `{"records":[{"value":1}]}`, 200, `{...}`)
	p.expect(http.MethodGet, c+"/records", "", 200, `[...]`)
	p.expect(http.MethodGet, c+"/subscription", "", 200, `{"topics":["one","other"]}`)
	p.expect(http.MethodGet, c+"/assignments", "", 200, `{"partitions":[{"partition":0,"topic":"one"},{"partition":0,"topic":"other"}]}`)
	p.expect(http.MethodDelete, c+"/subscription", "", 204, "")
	p.expect(http.MethodGet, c+"/subscription", "", 200, `{"topics":[]}`)
	p.expect(http.MethodGet, c+"/assignments", "", 200, `{"partitions":[]}`)

	// Subscribing after assigning is allowed.
	p.expect(http.MethodPost, c+"/assignments", `{"partitions":[{"topic":"one","partition":0}]}`, 204, "")
	f(`{"topics":["third"]}`, 204, "")
}

func TestAssignmentsPositionsAndCommits(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	for i := range 10 {
		p.produce("one", ctJSON, fmt.Sprintf(`{"records":[{"value":%d,"timestamp":%d}]}`, i, 1700000000000+1000*i), 200, `{...}`)
	}
	p.expect(http.MethodPost, "/consumers/json", `{"name":"i","format":"json","auto.commit.enable":"false"}`, 200, `{...}`)
	c := "/consumers/json/instances/i"
	post := func(path, body string, status int, want string) {
		t.Helper()
		p.expect(http.MethodPost, c+path, body, status, want)
	}
	read := func(want ...int) {
		t.Helper()
		if got := p.values(c + "/records?timeout=3000"); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("read %v, want %v", got, want)
		}
	}

	post("/offsets", ``, 204, "") // nothing read yet
	post("/assignments", `{}`, 500, `{"error_code":50001,"message":"partitions missing from {}"}`)
	post("/assignments", `{"partitions":[{"partition":0}]}`, 500, `{"error_code":50001,"message":"topic missing from {\"partition\":0}"}`)
	post("/assignments", `{"partitions":[{"topic":"one"}]}`, 500, `{"error_code":50001,"message":"partition missing from {\"topic\":\"one\"}"}`)
	post("/assignments", `{"partitions":[{"topic":"one","partition":"x"}]}`, 500, `{"error_code":500,"message":"partition is not a valid int: x"}`)
	post("/assignments", `{"partitions":[{"topic":"one","partition":0}]}`, 204, "")
	p.expect(http.MethodGet, c+"/assignments", "", 200, `{"partitions":[{"partition":0,"topic":"one"}]}`)

	// A position can be set at once after an assignment.
	post("/positions", `{"offsets":[{"topic":"one","partition":0,"offset":7}]}`, 204, "")
	read(7, 8, 9)
	post("/positions", `{"offsets":[{"topic":"one","partition":0}]}`, 500, `{"error_code":50001,"message":"offset missing from ...}`)
	post("/positions", `{"offsets":[{"topic":"one","partition":0,"offset":-1}]}`, 500, `{"error_code":50001,"message":"offset must be a positive number"}`)
	post("/positions", `{"offsets":[{"topic":"other","partition":0,"offset":1}]}`, 409, `{"error_code":40903,"message":"Partition other:0 is unassigned"}`)
	post("/positions/beginning", `{"partitions":[{"topic":"other","partition":0}]}`, 409, `{"error_code":40903,"message":"Trying to reset unassigned partitions to beginning"}`)
	post("/positions/end", `{"partitions":[{"topic":"none","partition":0}]}`, 404, `{"error_code":40403,"message":"Unknown topic or partition"}`)
	post("/positions/beginning", `{"partitions":[{"topic":"one","partition":0}]}`, 204, "")
	read(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
	post("/positions", `{"timestamps":[{"topic":"one","partition":0,"timestamp":"2023-11-14T22:13:28Z"}]}`, 204, "") // that of 8
	read(8, 9)
	post("/positions/end", `{"partitions":[{"topic":"one","partition":0}]}`, 204, "")
	p.produce("one", ctJSON, `{"records":[{"value":10}]}`, 200, `{...}`)
	read(10)

	committed := func(offset int) {
		t.Helper()
		p.expect(http.MethodGet, c+"/offsets", `{"partitions":[{"topic":"one","partition":0}]}`, 200,
			fmt.Sprintf(`{"offsets":[{"metadata":"","offset":%d,"partition":0,"topic":"one"}]}`, offset))
	}
	committed(-1001)
	post("/offsets", `{}`, 204, "")
	committed(11)
	post("/offsets", `{"offsets":[{"topic":"one","partition":0,"offset":4}]}`, 204, "")
	post("/offsets", `{"offsets":[{"topic":"one","partition":0,"offset":9223372036854775807}]}`, 500, `{"error_code":500,"message":"offset must be a positive number"}`)
	committed(5)
	p.expect(http.MethodGet, c+"/offsets?topic=one&partition=0", "", 200, `{"offsets":[{"metadata":"","offset":5,"partition":0,"topic":"one"}]}`)
	p.expect(http.MethodGet, c+"/offsets", "", 400, "Missing request JSON body")
	post("/offsets", `{"x":1}`, 500, `{"error_code":50001,"message":"offsets missing from {\"x\":1}"}`)
	post("/offsets", `{"offsets":[{"topic":"none","partition":0,"offset":4}]}`, 404, `{"error_code":40401,"message":"Topic none not found"}`)
	post("/offsets", `{"offsets":[{"topic":"one","partition":9,"offset":4}]}`, 404, `{"error_code":40402,"message":"Partition 9 not found for topic one"}`)

	// Another instance of the group goes on where the commit is.
	p.expect(http.MethodDelete, c, "", 204, "")
	c = p.consumer("json", "one")
	read(5, 6, 7, 8, 9, 10)
	post("/offsets", `{"offsets":[{"topic":"one","partition":0,"offset":6,"metadata":"m"}]}`, 204, "")
	p.expect(http.MethodGet, c+"/offsets", `{"partitions":[{"topic":"one","partition":0}]}`, 200, `{"offsets":[{"metadata":"m","offset":7,"partition":0,"topic":"one"}]}`)
	post("/positions", `{"offsets":[{"topic":"one","partition":0,"offset":9}]}`, 204, "")
	read(9, 10)
}

// values reads until there is something, and returns the values as numbers.
func (p *proxy) values(path string) []int {
	p.t.Helper()
	var records []struct{ Value int }
	body := p.expect(http.MethodGet, path, "", 200, "[...]")
	if err := json.Unmarshal([]byte(body), &records); err != nil {
		p.t.Fatal(err)
	}
	var out []int
	for _, r := range records {
		out = append(out, r.Value)
	}
	return out
}

func TestNoRecordIsLostAtMaxBytes(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	const total = 10_000
	for from := 0; from < total; from += 1000 {
		var b strings.Builder
		for i := from; i < from+1000; i++ {
			fmt.Fprintf(&b, `,{"value":%d}`, i)
		}
		p.produce("one", ctJSON, `{"records":[`+b.String()[1:]+`]}`, 200, `{...}`)
	}
	c := p.consumer("json", "one")
	var got []int
	for reads := 0; len(got) < total; reads++ {
		part := p.values(c + "/records?max_bytes=700")
		if len(part) == 0 || len(part) > 700 {
			t.Fatalf("a read returned %d records", len(part))
		}
		got = append(got, part...)
	}
	for i, v := range got {
		if v != i {
			t.Fatalf("record %d is %d", i, v)
		}
	}

	// One read returns nearly everything, and at least one record whatever
	// the limit.
	p.expect(http.MethodPost, c+"/positions/beginning", `{"partitions":[{"topic":"one","partition":0}]}`, 204, "")
	if n := len(p.values(c + "/records")); n != total {
		t.Fatalf("one read returned %d records", n)
	}
	p.expect(http.MethodPost, c+"/positions/beginning", `{"partitions":[{"topic":"one","partition":0}]}`, 204, "")
	if n := len(p.values(c + "/records?max_bytes=1")); n != 1 {
		t.Fatalf("one read of one byte returned %d records", n)
	}
	if got := p.values(c + "/records?max_bytes=0"); got != nil {
		t.Fatal(got)
	}
}

func TestReadRefusals(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	p.expect(http.MethodPost, "/consumers/g", `{"name":"i","format":"json"}`, 200, `{...}`)
	c := "/consumers/g/instances/i/records"
	f := func(query, accept string, status int, want string) {
		t.Helper()
		p.expect(http.MethodGet, c+query, "", status, want, "Accept", accept)
	}
	f("?timeout=0", ctBinary, 406, `{"error_code":40601,"message":"Consumer format json does not match the embedded format binary"}`)
	f("?timeout=0", "application/vnd.kafka.v2+json", 200, `[]`)
	f("?timeout=0", "application/xml", 406, `{"error_code":406,"message":"HTTP 406 Not Acceptable"}`)
	f("?timeout=x", "", 500, `{"error_code":500,"message":"Invalid request parameters: ...}`)
	f("?max_bytes=-1", "", 500, `{"error_code":500,"message":"Invalid request parameter -1"}`)
	f("?timeout=30", "", 200, `[]`) // neither subscribed nor assigned

	p.expect(http.MethodPost, "/consumers/g/instances/i/subscription", `{"topics":["none"]}`, 204, "")
	f("", "", 404, `{"error_code":40403,"message":"Unknown topic or partition"}`)
}

func TestEmptyReadLastsItsTimeAndFullReadDoesNot(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	c := p.consumer("json", "one")
	start := time.Now()
	p.expect(http.MethodGet, c+"/records?timeout=300", "", 200, `[]`)
	if d := time.Since(start); d < 300*time.Millisecond || d > 3*time.Second {
		t.Fatalf("the empty read took %s", d)
	}
	p.produce("one", ctJSON, `{"records":[{"value":1}]}`, 200, `{...}`)
	start = time.Now()
	if got := p.values(c + "/records?timeout=20000"); len(got) != 1 {
		t.Fatal(got)
	}
	if d := time.Since(start); d > 3*time.Second {
		t.Fatalf("the read with a record took %s", d)
	}
}

func TestBrokenRecordHidesNeitherNeighbour(t *testing.T) {
	t.Parallel()
	f := func(skip bool) {
		p := newProxy(t, func(s *rest.Settings) { s.SkipUndecodable = skip })
		p.produce("one", ctBinary, `{"records":[{"value":"MQ=="},{"value":"ew=="},{"value":"Mg=="}]}`, 200, `{...}`) // 1, {, 2
		c := p.consumer("json", "one")
		if got := p.values(c + "/records"); fmt.Sprint(got) != "[1]" {
			t.Fatalf("read %v", got)
		}
		const broken = `{"error_code":422,"message":"value deserialization error for format json: the data is not JSON"}`
		p.expect(http.MethodGet, c+"/records", "", 422, broken)
		if skip {
			if got := p.values(c + "/records"); fmt.Sprint(got) != "[2]" {
				t.Fatalf("read %v", got)
			}
			return
		}
		p.expect(http.MethodGet, c+"/records", "", 422, broken)
		p.expect(http.MethodPost, c+"/positions", `{"offsets":[{"topic":"one","partition":0,"offset":2}]}`, 204, "")
		if got := p.values(c + "/records"); fmt.Sprint(got) != "[2]" {
			t.Fatalf("read %v", got)
		}
	}
	f(false)
	f(true)
}

func TestAvroKeysThatAreNoneBecomeBase64(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	p.produce("one", ctAvro, `{"value_schema":"\"int\"","records":[{"value":5}]}`, 200, `{...}`)
	p.produce("one", ctBinary, `{"records":[{"key":"a2V5","value":"AAAAAAEK"},{"key":"AAAAAGMK","value":"AAAAAAEK"},{"value":"a2V5a2V5"}]}`, 200, `{...}`)
	c := p.consumer("avro", "one")
	got := p.expect(http.MethodGet, c+"/records", "", 200, "[...]")
	for _, want := range []string{`{"key":null,"offset":0`, `{"key":"a2V5","offset":1`, `{"key":"AAAAAGMK","offset":2`, `"value":5}]`} {
		if !strings.Contains(got, want) {
			t.Fatalf("%s\nlacks %s", got, want)
		}
	}
	p.expect(http.MethodGet, c+"/records", "", 422, `{"error_code":422,"message":"value deserialization error for format avro: Start byte is 6b and should be 0"}`)
}

func TestClientThatHangsUpGetsItsRecordsAgain(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	p.produce("one", ctJSON, `{"records":[{"value":1},{"value":2}]}`, 200, `{...}`)
	c := p.consumer("json", "one")
	ctx, hangUp := context.WithCancel(t.Context())
	r := httptest.NewRequest(http.MethodGet, c+"/records", nil).WithContext(ctx)
	p.handler.ServeHTTP(&hangingUp{ResponseRecorder: httptest.NewRecorder(), hangUp: hangUp}, r)
	if got := p.values(c + "/records"); fmt.Sprint(got) != "[1 2]" {
		t.Fatalf("read %v", got)
	}
	p.expect(http.MethodPost, c+"/offsets", "", 204, "")
	p.expect(http.MethodGet, c+"/offsets?topic=one&partition=0", "", 200, `{"offsets":[{"metadata":"","offset":2,"partition":0,"topic":"one"}]}`)
}

// hangingUp is a client that leaves when the answer begins.
type hangingUp struct {
	*httptest.ResponseRecorder
	hangUp func()
}

func (h *hangingUp) Write([]byte) (int, error) {
	h.hangUp()
	return 0, http.ErrAbortHandler
}

func TestDeleteEndsARead(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	c := p.consumer("json", "one")
	// Partitions first, so that the read waits for Kafka.
	p.produce("one", ctJSON, `{"records":[{"value":1}]}`, 200, `{...}`)
	p.values(c + "/records")
	done := make(chan *httptest.ResponseRecorder, 1)
	go func() { done <- p.request(http.MethodGet, c+"/records?timeout=60000", "") }()
	p.expect(http.MethodDelete, c, "", 204, "")
	select {
	case w := <-done:
		if w.Code != 404 {
			t.Fatalf("the read ended with %d %s", w.Code, w.Body)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the read goes on")
	}
}

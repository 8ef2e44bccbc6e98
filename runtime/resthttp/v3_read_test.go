package resthttp

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestV3Batch(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	path := "/kafka/v3/clusters/any/topics/one/records:batch"
	answer := p.object(http.MethodPost, path, `{"entries":[
		{"id":"a","key":{"type":"STRING","data":"k"},"value":{"type":"JSON","data":1}},
		{"id":"b","value":{"type":"BINARY","data":"?"}},
		{"id":"c","extra":1},
		{"id":"d"}]}`, 207)
	if member(t, answer, "successes", 0, "id") != "a" || member(t, answer, "successes", 0, "error_code") != 200.0 || member(t, answer, "successes", 0, "key", "size") != 1.0 ||
		member(t, answer, "successes", 1, "id") != "d" || member(t, answer, "successes", 1, "offset") != 1.0 ||
		member(t, answer, "failures", 0, "id") != "b" || member(t, answer, "failures", 0, "error_code") != 400.0 || member(t, answer, "failures", 1, "id") != "c" {
		t.Fatal(answer)
	}
	f := func(body, message string) {
		t.Helper()
		p.expect(http.MethodPost, path, body, 422, `{"error_code":42208,"message":"`+message+`"}`, "Content-Type", "application/json")
	}
	f("", "Request body is empty. Data is required.")
	f("null", "Request body is empty. Data is required.")
	f("{}", "Empty batch.")
	f(`{"entries":[]}`, "Empty batch.")
	f(`{"entries":[{"id":1}]}`, "Batch entry identifier is not a valid string.")
	f(`{"entries":[{"id":"a b"}]}`, "Batch entry identifier is not a valid string.")
	f(`{"entries":[{}]}`, "Batch entry identifier is not a valid string.")
	f(`{"entries":[{"id":"a"},{"id":"a"}]}`, "Batch entry IDs are not distinct.")
	var many []string
	for i := range 11 {
		many = append(many, fmt.Sprintf(`{"id":"%d"}`, i))
	}
	f(`{"entries":[`+strings.Join(many, ",")+`]}`, "Too many entries in batch.")
	p.expect(http.MethodPost, path, `{"entries":7}`, 400, `{"error_code":400,...}`)
	p.expect(http.MethodPost, path, `{"entries":[7]}`, 422, `{"error_code":42208,...}`)
	p.expect(http.MethodPost, path, `{"entries":`, 400, `{"error_code":400,...}`)
}

func TestV3ReadWithoutConsumer(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	p.produce("one", ctJSON, `{"records":[{"key":"k","value":{"n":0},"headers":[{"key":"h","value":"AQ=="}]},{"value":1},{"value":2},{"value":3},{"value":"no json\u0001"}]}`, 200, `{...}`)
	c := p.clusterURL("/v3")
	path := c + "/topics/one/partitions/0/records"
	first := p.object(http.MethodGet, path+"?format=json&limit=3", "", 200)
	if data := member(t, first, "data").([]any); len(data) != 3 || member(t, data, 0, "key", "data") != "k" || member(t, data, 0, "value", "data", "n") != 0.0 ||
		member(t, data, 0, "headers", 0, "name") != "h" || member(t, data, 2, "offset") != 2.0 || member(t, data, 0, "value", "type") != "JSON" {
		t.Fatal(first)
	}
	next := strings.TrimPrefix(member(t, first, "metadata", "next").(string), "http://proxy:8082")
	second := p.object(http.MethodGet, next, "", 200)
	if data := member(t, second, "data").([]any); len(data) != 2 || member(t, data, 0, "offset") != 3.0 {
		t.Fatal(second)
	}
	end := p.object(http.MethodGet, path+"?offset=latest&timeout=50", "", 200)
	if data := end["data"].([]any); len(data) != 0 || !strings.Contains(member(t, end, "metadata", "next").(string), "offset=5") {
		t.Fatal(end)
	}
	binary := p.object(http.MethodGet, path+"?offset=1&limit=1", "", 200)
	if data := binary["data"].([]any); member(t, data, 0, "value", "data") != "MQ==" || member(t, data, 0, "value", "type") != "BINARY" {
		t.Fatal(binary)
	}
	text := p.object(http.MethodGet, path+"?offset=1&max_bytes=1&format=STRING", "", 200)
	if data := text["data"].([]any); len(data) != 1 || member(t, data, 0, "value", "data") != "1" {
		t.Fatal(text)
	}
	p.expect(http.MethodGet, path+"?offset=6", "", 400, `{"error_code":40002,"message":"Offset 6 is out of range: ..."}`)
	p.expect(http.MethodGet, path+"?offset=x", "", 400, `{"error_code":400,...}`)
	p.expect(http.MethodGet, path+"?format=xml", "", 400, `{"error_code":400,...}`)
	p.expect(http.MethodGet, path+"?limit=-1", "", 400, `{"error_code":400,...}`)
	p.expect(http.MethodGet, path+"?limit=0", "", 200, `{"kind":"KafkaRecordList",...,"data":[]}`)
	p.expect(http.MethodGet, path+"?format=avro", "", 422, `{"error_code":422,...}`)
	p.expect(http.MethodGet, c+"/topics/one/partitions/8/records", "", 404, `{"error_code":40402,...}`)
	p.expect(http.MethodGet, c+"/topics/none/partitions/0/records", "", 404, `{"error_code":40403,...}`)
	p.object(http.MethodPost, "/v3/clusters/any/topics/one/records", `{}`, 200)
	nulls := p.object(http.MethodGet, path+"?offset=5", "", 200)
	if data := nulls["data"].([]any); len(data) != 1 || data[0].(map[string]any)["value"] != nil {
		t.Fatal(nulls)
	}
}

// A batch may have more bytes than a stream keeps without receipts.
func TestV3BatchOfManyBytes(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	p.handler = New(Deps{Service: p.service, MaxBody: 64 << 20})
	var entries []string
	data := strings.Repeat("x", 900<<10)
	for i := range 10 {
		entries = append(entries, fmt.Sprintf(`{"id":"%d","value":{"type":"STRING","data":%q}}`, i, data))
	}
	answer := p.object(http.MethodPost, "/v3/clusters/any/topics/one/records:batch", `{"entries":[`+strings.Join(entries, ",")+`]}`, 207)
	if successes := member(t, answer, "successes").([]any); len(successes) != 10 || member(t, successes, 9, "offset") != 9.0 {
		t.Fatal(successes)
	}
}

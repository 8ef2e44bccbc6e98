package resthttp

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/plastron-dev/plastron/runtime/rest"
)

func TestProduceAndConsumeEveryFormat(t *testing.T) {
	t.Parallel()
	p := newProxy(t)

	p.produce("one", ctBinary, `{"records":[{"key":"a2V5","value":"AAEC"},{"value":"YQ"},{"value":""},{}]}`, 200,
		`{"key_schema_id":null,"offsets":[{"offset":0,"partition":0},{"offset":1,"partition":0},{"offset":2,"partition":0},{"offset":3,"partition":0}],"value_schema_id":null}`)
	c := p.consumer("binary", "one")
	got := p.expect(http.MethodGet, c+"/records", "", 200, "[...]", "Accept", ctBinary)
	for _, want := range []string{
		`{"key":"a2V5","offset":0,"partition":0,"timestamp":`, `"topic":"one","value":"AAEC"}`,
		`"value":"YQ=="}`, `{"key":null,"offset":2,`, `"value":null}]`,
	} {
		if !strings.Contains(got, want) {
			t.Fatalf("%s\nlacks %s", got, want)
		}
	}

	// Numbers, order of keys and characters stay as they are.
	p.produce("other", ctJSON, `{"records":[{"value":{"z": 1.50, "a":"é<", "n":12345678901234567890}},{"key":0,"value":false},{"key":"k","value":null}]}`, 200, `{"key_schema_id":null,...}`)
	c = p.consumer("json", "other")
	got = p.expect(http.MethodGet, c+"/records", "", 200, "[...]", "Accept", "*/*")
	for _, want := range []string{`"value":{"z":1.50,"a":"é<","n":12345678901234567890}`, `{"key":0,`, `"value":false}`, `{"key":"k",`, `"value":null}]`} {
		if !strings.Contains(got, want) {
			t.Fatalf("%s\nlacks %s", got, want)
		}
	}

	record := `{"type":"record","name":"Obj","fields":[{"name":"age","type":"int"}]}`
	p.produce("third", ctAvro, `{"value_schema":`+quote(record)+`,"records":[{"value":{"age":12}},{"value":null}]}`, 200,
		`{"key_schema_id":null,"offsets":[{"offset":0,"partition":0},{"offset":1,"partition":0}],"value_schema_id":1}`)
	p.produce("third", ctAvro, `{"value_schema_id":"1","records":[{"value":{"age":13}}]}`, 200,
		`{"key_schema_id":null,"offsets":[{"offset":2,"partition":0}],"value_schema_id":1}`)
	c = p.consumer("avro", "third")
	got = p.expect(http.MethodGet, c+"/records/?timeout=5000", "", 200, "[...]", "Accept", ctAvro)
	for _, want := range []string{`"value":{"age":12}}`, `"value":null}`, `"value":{"age":13}}`} {
		if !strings.Contains(got, want) {
			t.Fatalf("%s\nlacks %s", got, want)
		}
	}
}

func quote(s string) string { return fmt.Sprintf("%q", s) }

func TestProduceRefusals(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	f := func(path, contentType, body string, status int, want string) {
		t.Helper()
		p.expect(http.MethodPost, path, body, status, want, "Content-Type", contentType)
	}
	one := "/topics/one"
	value := `{"records":[{"value":1}]}`

	f("/topics/none", ctJSON, value, 404, `{"error_code":40401,"message":"Topic none not found"}`)
	f("/topics/none", ctJSON, `{`, 400, "Invalid request JSON body")
	f("/topics/none", ctJSON, `{"x":1}`, 404, `{"error_code":40401,"message":"Topic none not found"}`)
	f(one+"/partitions/foo", ctJSON, value, 404, `{"error_code":404,"message":"Partition foo not found"}`)
	f(one+"/partitions/7", ctJSON, value, 404, `{"error_code":40402,"message":"Partition 7 not found"}`)
	f(one+"/partitions/99999999999", ctJSON, value, 404, `{"error_code":40402,"message":"Partition 99999999999 not found"}`)
	f("/topics/none/partitions/foo", ctJSON, value, 404, `{"error_code":40401,"message":"Topic none not found"}`)

	f(one, ctJSON, ``, 400, "Missing request JSON body")
	f(one, ctJSON, `[]`, 400, `{"error_code":400,"message":"Malformed request"}`)
	f(one, ctJSON, `{}`, 422, `{"error_code":422,"message":"Invalid request format"}`)
	f(one, ctJSON, `{"records":[]}`, 422, `{"error_code":422,"message":"Invalid request format"}`)
	f(one, ctJSON, `{"records":[{"value":1}],"x":1}`, 422, `{"error_code":422,"message":"Invalid request format"}`)
	f(one, ctJSON, `{"Records":[{"value":1}]}`, 422, `{"error_code":422,"message":"Invalid request format"}`)
	f(one, ctJSON, `{"records":"x"}`, 400, `{"error_code":400,"message":"'records' must be an array"}`)
	f(one, ctJSON, `{"records":[1]}`, 400, `{"error_code":400,"message":"Produce record must be an object"}`)
	f(one, ctJSON, `{"records":[{"valur":1}]}`, 422, `{"error_code":422,"message":"Invalid request format"}`)
	f(one, ctJSON, `{"records":[{"value":1,"partition":"x"}]}`, 500, `{"error_code":500,"message":"partition is not a valid int: x"}`)
	f(one, ctAvro, `{"key_schema_id":"abc","records":[{"key":1}]}`, 500, `{"error_code":500,"message":"key_schema_id is not a valid int: abc"}`)
	f(one, ctJSON, `{"records":[{"value":1,"headers":{}}]}`, 422, `{"error_code":422,"message":"Invalid request format"}`)
	f(one, ctJSON, `{"records":[{"value":1,"headers":[{"key":"a","value":"?"}]}]}`, 422, `{"error_code":422,"message":"Invalid request format"}`)
	f(one, ctJSON, `{"records":[{"value":1,"timestamp":"x"}]}`, 422, `{"error_code":422,"message":"Invalid request format"}`)

	f(one, ctBinary, `{"records":[{"value":{"a":1}}]}`, 400, `{"error_code":400,"message":"data={\"a\":1}  is not a base64 string."}`)
	f(one, ctBinary, `{"records":[{"value":"YQ="}]}`, 400, `{"error_code":400,"message":"data=\"YQ=\"  is not a base64 string."}`)
	f(one, ctBinary, `{"records":[{"value":"Y\nQ="}]}`, 400, `{"error_code":400,...}`)
	f(one, ctBinary, `{"records":[{"value":"YQ\n"}]}`, 400, `{"error_code":400,...}`)
	f(one, ctBinary, `{"records":[{"value":"a b"}]}`, 400, `{"error_code":400,...}`)

	f(one, ctAvro, `{"records":[{"key":1,"value":2}]}`, 422, `{"error_code":42201,"message":"Request includes keys and uses a format that requires schemas but does not include the key_schema or key_schema_id fields"}`)
	f(one, ctAvro, `{"records":[{"value":2}],"value_schema_id":0}`, 422, `{"error_code":42202,"message":"Request includes values and uses a format that requires schemas but does not include the value_schema or value_schema_id fields"}`)
	f(one, ctAvro, `{"records":[{"value":2}],"value_schema_id":77}`, 422, `{"error_code":42205,"message":"Invalid schema. format = AVRO, schema_id = 77...}`)
	f(one, ctAvro, `{"records":[{"value":2}],"value_schema":"{"}`, 422, `{"error_code":42205,"message":"Invalid schema. format = AVRO, schema = {...}`)
	f(one, ctAvro, `{"records":[{"value":2}],"value_schema":"{\"type\":\"enum\",\"name\":\"refused\",\"symbols\":[]}"}`, 408, `{"error_code":40801,"message":"Error when registering schema.format = AVRO, subject = one-value...}`)
	f(one, ctAvro, `{"records":[{"value":2},{"value":"x"}],"value_schema":"\"int\""}`, 422, `{"error_code":42205,"message":"Object does not fit to stored schema: value of record 1: ...}`)
	f(one, "application/vnd.kafka.protobuf.v2+json", `{"records":[{"value":2}],"value_schema":"syntax = \"proto3\";"}`, 422, `{"error_code":42205,...}`)

	// Nothing was written by any of them.
	p.expect(http.MethodGet, "/topics/one/partitions/0/offsets", "", 200, `{"beginning_offset":0,"end_offset":0}`)
}

func TestRecordsThatFailAreReportedOneByOne(t *testing.T) {
	t.Parallel()
	p := newProxy(t, func(s *rest.Settings) { s.MaxRecordBytes = 1000 })
	p.produce("one", ctJSON, `{"records":[{"value":1},{"value":1,"partition":9},{"value":"`+strings.Repeat("x", 2000)+`"},{"value":2,"partition":-1}]}`, 422,
		`{"key_schema_id":null,"offsets":[{"offset":0,"partition":0},{"error":"This request is for a topic or partition that does not exist on this broker.","error_code":2},`+
			`{"error":"The server has a configurable maximum message size to avoid unbounded memory allocation. This error is thrown if the client attempt to produce a message larger than this maximum.","error_code":1},`+
			`{"error":"This request is for a topic or partition that does not exist on this broker.","error_code":2}],"value_schema_id":null}`)
}

func TestPartitionOfARecord(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	f := func(path, record string, want string) {
		t.Helper()
		p.expect(http.MethodPost, path, `{"records":[`+record+`]}`, 200, `{...`+want+`}],"value_schema_id":null}`, "Content-Type", ctJSON)
	}
	f("/topics/four/partitions/3", `{"value":1}`, `"partition":3`)
	f("/topics/four/partitions/3", `{"value":1,"partition":"2"}`, `"partition":2`)
	// CRC-32 of "k" with its quotes, modulo 4.
	f("/topics/four/partitions/3", `{"key":"k","value":1,"partition":null}`, `"partition":0`)
	f("/topics/four", `{"key":"k","value":1}`, `"partition":0`)
	f("/topics/four", `{"key":"l","value":1}`, `"partition":3`)
}

func TestSchemaIDMustBelongToTheSubject(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	p.produce("one", ctAvro, `{"value_schema":"\"int\"","records":[{"value":1}]}`, 200, `{...,"value_schema_id":1}`)
	p.produce("other", ctAvro, `{"value_schema_id":1,"records":[{"value":1}]}`, 422, `{"error_code":42205,"message":"Invalid schema. format = AVRO, schema_id = 1: the schema is not registered under subject other-value"}`)
	p.produce("one", ctAvro, `{"key_schema_id":1,"records":[{"key":1}]}`, 422, `{"error_code":42205,...}`)

	free := newProxy(t, func(s *rest.Settings) { s.NameValidation = false })
	free.produce("one", ctAvro, `{"value_schema":"\"int\"","records":[{"value":1}]}`, 200, `{...,"value_schema_id":1}`)
	free.produce("other", ctAvro, `{"value_schema_id":1,"records":[{"value":1}]}`, 200, `{...,"value_schema_id":1}`)
}

func TestInlineSchemaIsRegisteredAtEveryPlace(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	body := `{"key_schema":"\"int\"","value_schema":"\"int\"","records":[{"key":1,"value":1}]}`
	for range 3 {
		p.produce("one", ctAvro, body, 200, `{...,"value_schema_id":1}`)
		p.produce("other", ctAvro, body, 200, `{...,"value_schema_id":1}`)
	}
	for _, subject := range []string{"one-key", "one-value", "other-key", "other-value"} {
		if n := p.registry.called("register " + subject); n != 1 {
			t.Errorf("%s was registered %d times", subject, n)
		}
	}
}

func TestRegistryThatIsDown(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	p.registry.setDown(true)
	p.produce("one", ctAvro, `{"value_schema":"\"int\"","records":[{"value":1}]}`, 408, `{"error_code":40801,...}`)
	p.produce("one", ctAvro, `{"value_schema_id":1,"records":[{"value":1}]}`, 408, `{"error_code":40801,...}`)
	p.registry.setDown(false)
	p.produce("one", ctAvro, `{"value_schema":"\"int\"","records":[{"value":1}]}`, 200, `{...,"value_schema_id":1}`)
}

func TestRecordNameStrategies(t *testing.T) {
	t.Parallel()
	record := quote(`{"type":"record","name":"Obj","namespace":"a.b","fields":[]}`)
	f := func(strategy, subject string) {
		t.Helper()
		p := newProxy(t, func(s *rest.Settings) { s.NameStrategy = strategy })
		p.produce("one", ctAvro, `{"value_schema":`+record+`,"records":[{"value":{}}]}`, 200, `{...,"value_schema_id":1}`)
		if n := p.registry.called("register " + subject); n != 1 {
			t.Fatalf("%s: registered %v", strategy, p.registry.calls)
		}
		if strategy != rest.TopicName {
			p.produce("one", ctAvro, `{"value_schema":"\"int\"","records":[{"value":1}]}`, 422, `{"error_code":42205,...}`)
		}
	}
	f(rest.TopicName, "one-value")
	f(rest.RecordName, "a.b.Obj")
	f(rest.TopicRecordName, "one-a.b.Obj")
}

func TestHeadersAndTimestamps(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	p.produce("one", ctJSON, `{"records":[{"value":1,"timestamp":1700000000000,"headers":[{"key":"a","value":"YQ=="},{"key":"b","value":null}]}]}`, 200, `{...}`)
	c := p.consumer("json", "one")
	p.expect(http.MethodGet, c+"/records", "", 200,
		`[{"headers":[{"key":"a","value":"YQ=="},{"key":"b","value":null}],"key":null,"offset":0,"partition":0,"timestamp":1700000000000,"topic":"one","value":1}]`)
}

// With async=true, a request is answered before Kafka has its records; what is
// wrong with it is said all the same.
func TestAsynchronousProduce(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	post := func(path, body string, status int, want string) {
		t.Helper()
		p.expect(http.MethodPost, path, body, status, want, "Content-Type", ctJSON)
	}
	post("/topics/one?async=true", `{"records":[{"value":1},{"value":2}]}`, 204, "")
	post("/topics/one/partitions/0?async=true", `{"records":[{"value":3}]}`, 204, "")
	post("/topics/one?async=false", `{"records":[{"value":4}]}`, 200, `{...}`)
	post("/topics/one?async=%zz", `{"records":[{"value":5}]}`, 200, `{...}`)
	post("/topics/one?async=true", `{"records":[]}`, 422, `{"error_code":422,...}`)
	post("/topics/none?async=true", `{"records":[{"value":1}]}`, 404, `{"error_code":40401,...}`)
	c := p.consumer("json", "one")
	got := map[int]bool{}
	for len(got) < 5 {
		for _, v := range p.values(c + "/records") {
			got[v] = true
		}
	}
}

// Protobuf needs no other program: the proxy that is replaced forks one for
// each record, and stands still meanwhile (fact 4 of what was measured of it).
func TestProtobufStartsNoProcess(t *testing.T) {
	p := newProxy(t)
	children := func() int64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &u); err != nil {
			t.Fatal(err)
		}
		return u.Minflt // A process cannot start without page faults.
	}
	before := children()
	const total = 1000
	for i := range 5 {
		schema := quote(fmt.Sprintf(`syntax = "proto3"; message M%d { int32 a = 1; }`, i))
		records := strings.Repeat(`,{"value":{"a":7}}`, total/5)[1:]
		p.produce("one", "application/vnd.kafka.protobuf.v2+json", `{"value_schema":`+schema+`,"records":[`+records+`]}`, 200, `{...}`)
	}
	c := p.consumer("protobuf", "one")
	for n := 0; n < total; {
		w := p.request(http.MethodGet, c+"/records", "")
		if w.Code != 200 {
			t.Fatal(w.Code, w.Body)
		}
		n += strings.Count(w.Body.String(), `{"a":7}`)
	}
	if after := children(); after != before {
		t.Errorf("processes were started: %d page faults of children, %d before", after, before)
	}
}

// An inline schema is remembered for its subject: at another topic, whose rules
// may be others, the registry decides (fact 2 of what was measured of Karapace,
// which accepts what the second subject refuses).
func TestInlineSchemaIsJudgedAtEveryPlace(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	body := `{"value_schema":"\"int\"","records":[{"value":1}]}`
	p.registry.refuse("other-value")
	for range 2 {
		p.produce("one", ctAvro, body, 200, `{...}`)
		p.produce("other", ctAvro, body, 408, `{"error_code":40801,"message":"Error when registering schema.format = AVRO, subject = other-value...}`)
	}
	if w := p.request(http.MethodGet, "/topics/other/partitions/0/offsets", ""); !strings.Contains(w.Body.String(), `"end_offset":0`) {
		t.Error("something was written", w.Body)
	}
}

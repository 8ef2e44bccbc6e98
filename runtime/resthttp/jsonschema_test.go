package resthttp

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/rest"
	"github.com/plastron-dev/plastron/runtime/schema"
)

const ctJSONSchema = "application/vnd.kafka.jsonschema.v2+json"

const fooSchema = `{"title":"Foo","type":"object","properties":{"foo":{"type":"integer"},"list":{"type":"array","items":{"maxLength":3}}}}`

// wire reads what a topic's first partition holds, the keys and values of the
// first n records.
func (p *proxy) wire(topic string, n int) []*kgo.Record {
	p.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(p.kafka.ListenAddrs()...), kgo.MetadataMinAge(50*time.Millisecond), kgo.DisableClientMetrics(),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}))
	if err != nil {
		p.t.Fatal(err)
	}
	defer client.Close()
	var records []*kgo.Record
	for len(records) < n {
		fetches := client.PollFetches(p.t.Context())
		if err := fetches.Err(); err != nil {
			p.t.Fatal(err)
		}
		records = append(records, fetches.Records()...)
	}
	return records
}

func TestJSONSchemaOnTheWireAndBack(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	p.produce("one", ctJSONSchema, `{"value_schema":`+quote(fooSchema)+`,"key_schema":"true","records":[`+
		`{"key": "k", "value":{ "z": 1.50, "foo": 7, "a":"é<" }},{"key":0,"value":{"foo":12345678901234567890}},{"value":null}]}`, 200,
		`{"key_schema_id":1,"offsets":[{"offset":0,"partition":0},{"offset":1,"partition":0},{"offset":2,"partition":0}],"value_schema_id":2}`)
	p.produce("one", ctJSONSchema, `{"value_schema_id":2,"records":[{"value":{}}]}`, 200, `{"key_schema_id":null,"offsets":[{"offset":3,"partition":0}],"value_schema_id":2}`)
	// The type of the id wins over the one that the request names.
	p.produce("one", ctAvro, `{"value_schema_id":2,"records":[{"value":{"foo":1}}]}`, 200, `{...,"value_schema_id":2}`)
	for subject, want := range map[string]int{"register one-key": 1, "register one-value": 1} {
		if got := p.registry.called(subject); got != want {
			t.Errorf("%s: %d times, want %d", subject, got, want)
		}
	}

	records := p.wire("one", 5)
	f := func(i int, key, value string) {
		t.Helper()
		if r := records[i]; string(r.Key) != key || string(r.Value) != value {
			t.Errorf("record %d: %q = %q; want %q = %q", i, r.Key, r.Value, key, value)
		}
	}
	f(0, "\x00\x00\x00\x00\x01\"k\"", "\x00\x00\x00\x00\x02{\"z\":1.50,\"foo\":7,\"a\":\"é<\"}")
	f(1, "\x00\x00\x00\x00\x010", "\x00\x00\x00\x00\x02{\"foo\":12345678901234567890}")
	f(3, "", "\x00\x00\x00\x00\x02{}")
	if records[2].Key != nil || records[2].Value != nil {
		t.Errorf("null is no tombstone: %v", records[2])
	}

	c := p.consumer("jsonschema", "one")
	got := p.expect(http.MethodGet, c+"/records?timeout=5000", "", 200, "[...]", "Accept", ctJSONSchema)
	for _, want := range []string{
		`{"key":"k","offset":0,`, `"value":{"z":1.50,"foo":7,"a":"é<"}}`, `{"key":0,"offset":1,`, `"value":{"foo":12345678901234567890}}`,
		`"value":null}`, `"value":{}}`, `"value":{"foo":1}}]`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nlacks %s", got, want)
		}
	}
}

func TestJSONSchemaRefusals(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	f := func(body string, status int, want string) {
		t.Helper()
		p.produce("one", ctJSONSchema, body, status, want)
	}
	with := func(records string) string {
		return `{"value_schema":` + quote(fooSchema) + `,"records":[` + records + `]}`
	}

	f(`{"records":[{"key":1,"value":2}]}`, 422, `{"error_code":42201,"message":"Request includes keys and uses a format that requires schemas but does not include the key_schema or key_schema_id fields"}`)
	f(`{"records":[{"value":2}]}`, 422, `{"error_code":42202,...}`)
	f(`{"value_schema":"{\"type\":\"text\"}","records":[{"value":2}]}`, 422, `{"error_code":42205,"message":"Invalid schema. format = JSON, schema = {\"type\":\"text\"}: malformed JSON schema: \"text\" is not a type...}`)
	f(`{"value_schema":"{\"title\":\"refused\"}","records":[{"value":2}]}`, 408, `{"error_code":40801,"message":"Error when registering schema.format = JSON, subject = one-value...}`)
	f(`{"value_schema":"{\"pattern\":\"^(a)\\\\1$\"}","records":[{"value":2}]}`, 422, `{"error_code":42205,"message":"Invalid schema. format = JSON, schema = ...}`)
	f(`{"value_schema_id":77,"records":[{"value":2}]}`, 422, `{"error_code":42205,"message":"Invalid schema. format = JSON, schema_id = 77...}`)

	if _, err := p.registry.Register(t.Context(), "one-value", schema.Schema{Type: schema.JSON, Text: `{"pattern":"a(?=b)"}`}); err != nil {
		t.Fatal(err)
	}
	f(`{"value_schema_id":1,"records":[{"value":2}]}`, 422, `{"error_code":42205,"message":"Invalid schema. format = JSON, schema_id = 1: building a JSON codec...}`)

	// Karapace's clients match the first line of a wrong type.
	f(with(`{"value":{"foo":1}},{"value":{"foo":"not an integer"}}`), 422,
		`{"error_code":42205,"message":"'not an integer' is not of type 'integer'\nvalue of record 1: /foo: the value must be of type integer, is a string"}`)
	f(with(`{"value":{"list":["abc","abcd"]}}`), 422,
		`{"error_code":42205,"message":"Object does not fit to stored schema: value of record 0: /list/1: the value must have at most 3 characters, has 4"}`)
	f(`{"key_schema":"{\"type\":\"string\"}","value_schema":"true","records":[{"key":"a","value":1},{"key":[],"value":1}]}`, 422,
		`{"error_code":42205,"message":"[] is not of type 'string'\nkey of record 1: the value must be of type string, is an array"}`)
	f(with(`{"value":"\ud800"}`), 422, `{"error_code":42205,"message":"Object does not fit to stored schema: value of record 0: ...}`)
	f(`{"value_schema":"{\"$ref\":\"#/nowhere\"}","records":[{"value":1}]}`, 422, `{"error_code":42205,"message":"Object does not fit to stored schema: value of record 0: ...}`)

	// Nothing was written by any of them.
	p.expect(http.MethodGet, "/topics/one/partitions/0/offsets", "", 200, `{"beginning_offset":0,"end_offset":0}`)
}

// What another producer wrote is checked again by Karapace, not by Confluent.
func TestJSONSchemaIsCheckedOnReading(t *testing.T) {
	t.Parallel()
	f := func(flavour schema.Flavour, status int, want string) {
		t.Helper()
		p := newProxy(t, func(s *rest.Settings) { s.Flavour = flavour })
		p.produce("other", ctJSONSchema, `{"value_schema":`+quote(fooSchema)+`,"records":[{"value":{}}]}`, 200, `{...,"value_schema_id":1}`)
		p.produce("one", ctBinary, `{"records":[{"value":"AAAAAAF7ImZvbyI6IngifQ=="}]}`, 200, `{...}`) // 0, id 1, {"foo":"x"}
		c := p.consumer("jsonschema", "one")
		p.expect(http.MethodGet, c+"/records?timeout=5000", "", status, want, "Accept", ctJSONSchema)
	}

	f(schema.Karapace, 422, `{"error_code":422,"message":"value deserialization error for format jsonschema: /foo: the value must be of type integer, is a string"}`)
	f(schema.Confluent, 200, `[...,"value":{"foo":"x"}}]`)
}

func TestJSONSchemaNameStrategies(t *testing.T) {
	t.Parallel()
	f := func(strategy, subject string) {
		t.Helper()
		p := newProxy(t, func(s *rest.Settings) { s.NameStrategy = strategy })
		p.produce("one", ctJSONSchema, `{"value_schema":`+quote(fooSchema)+`,"records":[{"value":{}}]}`, 200, `{...,"value_schema_id":1}`)
		if n := p.registry.called("register " + subject); n != 1 {
			t.Fatalf("%s: registered %v", strategy, p.registry.calls)
		}
		if strategy != rest.TopicName {
			p.produce("one", ctJSONSchema, `{"value_schema":"true","records":[{"value":1}]}`, 422, `{"error_code":42205,"message":"The schema has no name...}`)
		}
	}

	f(rest.TopicName, "one-value")
	f(rest.RecordName, "Foo")
	f(rest.TopicRecordName, "one-Foo")
}

package resthttp

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/rest"
)

func TestRequestFormat(t *testing.T) {
	t.Parallel()
	f := func(header string, want rest.Format, ok bool) {
		t.Helper()
		if got, gotOK := requestFormat(header); got != want || gotOK != ok {
			t.Fatalf("%q: %q, %t; want %q, %t", header, got, gotOK, want, ok)
		}
	}
	for _, format := range []rest.Format{rest.Binary, rest.JSON, rest.Avro, rest.JSONSchema, rest.Protobuf} {
		for _, version := range []string{"", ".v1", ".v2"} {
			f("application/vnd.kafka."+string(format)+version+"+json", format, true)
		}
	}
	f("", rest.Binary, true)
	f("application/json", rest.Binary, true)
	f("Application/JSON; charset=utf-8", rest.Binary, true)
	f("application/octet-stream", rest.Binary, true)
	f("application/vnd.kafka+json", rest.Binary, true)
	f("application/vnd.kafka.v1+json", rest.Binary, true)
	f("application/vnd.kafka.v2+json", rest.Binary, true)

	for _, header := range []string{
		"application/vnd.kafka.v3+json", "application/vnd.kafka.avro.v0+json", "application/vnd.kafka.binary.v1+foo",
		"application/vnd.kafka.json+avro", "application/vnd.kafka", "application/vnd.kafka+binary", "application/text", "bar/baz",
		"application/vnd.kafka.v2.avro+json", "application/vnd.kafka..v2+json", "application/vnd.kafka.avro.v2.+json", "application/vnd.kafkaavro+json",
		"xapplication/json", "application/jsonfoo",
	} {
		f(header, "", false)
	}
}

func TestParseAccept(t *testing.T) {
	t.Parallel()
	f := func(header string, want accepted, ok bool) {
		t.Helper()
		got, gotOK := parseAccept(header)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(accepted{})); diff != "" || gotOK != ok {
			t.Fatalf("%q: %t, want %t; -want +got:\n%s", header, gotOK, ok, diff)
		}
	}
	for _, header := range []string{"", "*/*", "application/*", "*/json", "application/json", "application/vnd.kafka+json", "application/vnd.kafka.v1+json",
		"text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"} {
		f(header, accepted{any: true}, true)
	}
	f("application/vnd.kafka.avro.v2+json", accepted{formats: []rest.Format{rest.Avro}, exact: "application/vnd.kafka.avro.v2+json"}, true)
	f("application/vnd.kafka.avro+json", accepted{formats: []rest.Format{rest.Avro}}, true)
	f("application/vnd.kafka.avro.v2+json; q=0.5, application/vnd.kafka.json.v2+json, application/vnd.kafka.v2+json; q=0.1",
		accepted{any: true, formats: []rest.Format{rest.JSON, rest.Avro}, exact: "application/vnd.kafka.json.v2+json"}, true)
	for _, header := range []string{"application/octet-stream", "application/vnd.kafka+foo", "application/text", "foo/*", "bar/json", "*/baz", "application/json; q=0"} {
		f(header, accepted{}, false)
	}
}

func FuzzMediaTypes(f *testing.F) {
	f.Add("application/vnd.kafka.avro.v2+json")
	f.Add("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2")
	f.Add("application/vnd.kafka.jsonschema.v2+json; q=0.9, application/json")
	f.Add("application/vnd.kafka.+json;;q=,")
	f.Fuzz(func(t *testing.T, header string) {
		if format, ok := requestFormat(header); ok {
			if _, known := rest.ParseFormat(string(format)); !known {
				t.Fatalf("%q means %q", header, format)
			}
		}
		a, ok := parseAccept(header)
		if ok != (a.any || len(a.formats) > 0) {
			t.Fatalf("%q: %+v, %t", header, a, ok)
		}
		if a.exact != "" && (len(a.formats) == 0 || strings.ContainsAny(a.exact, "\r\n")) {
			t.Fatalf("%q: %+v", header, a)
		}
	})
}

// FuzzScan compares the scanner with encoding/json.
func FuzzScan(f *testing.F) {
	f.Add([]byte(` {"a" : [1, {"b":"\"}"}, "x\\"] , "\u0061":{} } `))
	f.Add([]byte(`[1,"2",[3],{"4":5},null,true]`))
	f.Add([]byte(`{}`))
	f.Add([]byte(`[ ]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if !json.Valid(text) {
			return
		}
		trimmed := bytes.TrimSpace(text)
		switch trimmed[0] {
		case '{':
			want, got := map[string]json.RawMessage{}, map[string]json.RawMessage{}
			if err := json.Unmarshal(text, &want); err != nil {
				return
			}
			_ = members(text, func(key string, value []byte) error {
				got[strings.ToValidUTF8(key, "\ufffd")] = value
				return nil
			})
			if len(got) > len(want) {
				t.Fatalf("%q: %q, want %q", text, got, want)
			}
			for key, value := range got {
				if w, ok := want[key]; ok && !bytes.Equal(w, value) {
					t.Fatalf("%q: %q is %q, want %q", text, key, value, w)
				}
			}
		case '[':
			var want, got []json.RawMessage
			if err := json.Unmarshal(text, &want); err != nil {
				return
			}
			_ = elements(text, func(value []byte) error { got = append(got, value); return nil })
			if len(got) != len(want) {
				t.Fatalf("%q: %q, want %q", text, got, want)
			}
			for i := range got {
				if !bytes.Equal(got[i], want[i]) {
					t.Fatalf("%q: %q, want %q", text, got, want)
				}
			}
		}
	})
}

func FuzzRequestBodies(f *testing.F) {
	f.Add([]byte(`{"records":[{"key":1,"value":{"a":"b"},"partition":"3","timestamp":5,"headers":[{"key":"a","value":"YQ=="}]}],"value_schema_id":"7"}`))
	f.Add([]byte(`{"records":[{"value":null}],"key_schema":{"type":"int"}}`))
	f.Add([]byte(`{"records":[{"key":true,"value":{"foo":1.50}}],"key_schema":true,"value_schema":{"$ref":"#","properties":{"foo":{}}}}`))
	f.Add([]byte(`{"format":"json","auto.offset.reset":"latest","fetch.min.bytes":-1,"name":"\ud83d\ude00"}`))
	f.Add([]byte(`{"topics":["a"],"topic_pattern":"b","partitions":[{"topic":"t","partition":1e3,"offset":1}]}`))
	f.Add([]byte(`{"records":[ ] , "":{}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if !json.Valid(body) || bytes.TrimSpace(body)[0] != '{' {
			return
		}
		_, records, err := decodeProduce(body, rest.AnyPartition)
		if err == nil && len(records) == 0 {
			t.Fatalf("%q: no records and no error", body)
		}
		for _, r := range records {
			if (r.Key != nil && !json.Valid(r.Key)) || (r.Value != nil && !json.Valid(r.Value)) {
				t.Fatalf("%q: key %q, value %q", body, r.Key, r.Value)
			}
		}
		config, err := decodeConsumer(body, rest.ConsumerConfig{Format: rest.Binary, FetchMinBytes: 1})
		if err == nil && (config.FetchMinBytes < 1 || config.RequestTimeout < 0) {
			t.Fatalf("%q: %+v", body, config)
		}
		_ = consumerName(body)
		_, _ = decodeSubscription(body)
		for _, name := range []string{"partitions", "offsets", "timestamps"} {
			list, _, err := places(body, name)
			if err == nil {
				_, _ = positionsOf(list)
				_, _ = instantsOf(list)
			}
		}
		_ = isEmpty(body)
	})
}

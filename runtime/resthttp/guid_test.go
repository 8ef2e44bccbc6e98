package resthttp

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/serde"
)

// Newer clients of Confluent name the schema by a GUID, in a record header or
// in front of the data.
func TestRecordsWithGUIDsAreRead(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	register := func(typ schema.Type, text string) []byte {
		t.Helper()
		id, err := p.registry.Register(t.Context(), "one-value", schema.Schema{Type: typ, Text: text})
		if err != nil {
			t.Fatal(err)
		}
		return serde.AppendGUID(nil, schema.GUID{3: byte(id)}) // As memoryRegistry.ByGUID reads it.
	}
	object := register(schema.JSON, `{"type":"object"}`)
	number := register(schema.Avro, `"int"`)
	message := register(schema.Protobuf, "syntax = \"proto3\";\nmessage A { int32 n = 1; }\nmessage B { string s = 1; }\n")
	missing := serde.AppendGUID(nil, schema.GUID{3: 99})
	header := func(name string, guid []byte, indexes string) kgo.RecordHeader {
		return kgo.RecordHeader{Key: name, Value: append(guid[:len(guid):len(guid)], indexes...)}
	}
	f := func(r *kgo.Record) {
		r.Topic = "one"
		client, err := kgo.NewClient(kgo.SeedBrokers(p.kafka.ListenAddrs()...), kgo.MetadataMinAge(50*time.Millisecond), kgo.DisableClientMetrics())
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		if err := client.ProduceSync(t.Context(), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	f(&kgo.Record{Value: []byte(`{"a":1.50}`), Headers: []kgo.RecordHeader{header(serde.ValueGUIDHeader, object, "")}})
	f(&kgo.Record{Value: append(number[:len(number):len(number)], 14)}) // The GUID in front, and 7.
	f(&kgo.Record{Value: []byte("\x0a\x01x"), Headers: []kgo.RecordHeader{header(serde.ValueGUIDHeader, message, "\x02\x02")}})
	f(&kgo.Record{Value: []byte{}, Headers: []kgo.RecordHeader{header(serde.ValueGUIDHeader, message, "\x00")}})
	f(&kgo.Record{Key: []byte{14}, Value: nil, Headers: []kgo.RecordHeader{header(serde.KeyGUIDHeader, number, ""), header(serde.ValueGUIDHeader, object, "")}})
	f(&kgo.Record{Key: []byte("k"), Headers: []kgo.RecordHeader{header(serde.KeyGUIDHeader, missing, "")}})

	c := p.consumer("avro", "one")
	got := p.expect(http.MethodGet, c+"/records?timeout=5000", "", 200, "[...]", "Accept", ctAvro)
	for _, want := range []string{
		`"offset":0,`, `"value":{"a":1.50}}`, `"value":7}`, `"value":{"s":"x"}}`, `"value":{"n":0}}`, `"key":7,`, `"value":null}`,
		`"key":"aw==",`, // A schema that nobody has: keys are base64 then.
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nlacks %s", got, want)
		}
	}
	// Without schema the headers mean nothing.
	c = p.consumer("binary", "one")
	got = p.expect(http.MethodGet, c+"/records?timeout=5000", "", 200, "[...]", "Accept", ctBinary)
	if !strings.Contains(got, `"value":"eyJhIjoxLjUwfQ=="}`) || strings.Contains(got, `"value":""`) {
		t.Error(got)
	}
}

package serde

import (
	"bytes"
	"testing"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
)

const fuzzSchema = `["null",{"type":"record","name":"R","fields":[
	{"name":"i","type":"int"},{"name":"l","type":{"type":"long","logicalType":"timestamp-micros"}},
	{"name":"f","type":"float"},{"name":"d","type":["double","string"]},
	{"name":"b","type":"bytes"},{"name":"m","type":{"type":"map","values":["null","R","boolean"]}},
	{"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"]}},
	{"name":"x","type":{"type":"fixed","name":"F","size":2}},
	{"name":"n","type":{"type":"bytes","logicalType":"decimal","precision":20,"scale":4}},
	{"name":"a","type":{"type":"array","items":["null","int","R"]}}]}]`

// FuzzAvroBinary: foreign bytes never panic, and what is read as JSON is
// written as bytes that read as the same JSON.
func FuzzAvroBinary(f *testing.F) {
	for _, seed := range []string{"", "\x00", "\x02", "\x02\x02\x04\x00\x00\x80\x3f\x02\x02a\x04\x00\xff\x00\x02ab\x02\x01\x00", "\x02\xff\xff\xff\xff\x0f"} {
		f.Add(fuzzSchema, []byte(seed))
	}
	f.Add(`{"type":"array","items":"null"}`, []byte("\xfe\xff\xff\xff\x01\x00"))
	f.Add(`{"type":"array","items":"float"}`, []byte("\x02\x00\x00\xc0\x7f\x00"))
	f.Add(`{"type":"map","values":"int"}`, []byte("\x04\x02a\x02\x02a\x04\x00"))
	f.Fuzz(func(t *testing.T, text string, data []byte) {
		p, err := format.ParseStored(schema.Schema{Type: schema.Avro, Text: text}, nil, format.DefaultLimits())
		if err != nil {
			return
		}
		c, err := NewAvroCodecWith(p, AvroOptions{Unions: TaggedUnions, MaxJSON: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		json, err := c.AppendJSON(nil, data)
		if err != nil {
			return
		}
		binary, err := c.AppendBinary(nil, json)
		if err != nil {
			// The JSON of a deeply nested record is deeper than the record,
			// a map may be called by its own tag, names may be ambiguous.
			return
		}
		again, err := c.AppendJSON(nil, binary)
		if err != nil {
			t.Fatalf("%s: reading what was written: %v", json, err)
		}
		if third, err := c.AppendBinary(nil, again); err != nil || !bytes.Equal(third, binary) {
			t.Fatalf("%s is written as %x and then as %x, %v", json, binary, third, err)
		}
	})
}

// FuzzAvroJSON: foreign JSON never panics, and what is accepted is read back
// and accepted again as the same bytes.
func FuzzAvroJSON(f *testing.F) {
	f.Add(fuzzSchema, []byte(`{"i":1,"l":"2020-01-01T00:00:00Z","f":1.5,"d":"x","b":"AA==","m":{"k":null},"e":"B","x":"AAE=","n":"1.5","a":[1,null]}`))
	f.Add(`["int","string"]`, []byte(`{"int":1}`))
	f.Add(`{"type":"map","values":"int"}`, []byte(`{"a":1,"\u0061":2}`))
	f.Fuzz(func(t *testing.T, text string, json []byte) {
		p, err := format.ParseStored(schema.Schema{Type: schema.Avro, Text: text}, nil, format.DefaultLimits())
		if err != nil {
			return
		}
		c, err := NewAvroCodecWith(p, AvroOptions{Unions: TaggedUnions})
		if err != nil {
			t.Fatal(err)
		}
		binary, err := c.AppendBinary(nil, json)
		if err != nil {
			return
		}
		if _, err := c.AppendJSON(nil, binary); err != nil {
			t.Fatalf("%s: reading what was written: %v", json, err)
		}
	})
}

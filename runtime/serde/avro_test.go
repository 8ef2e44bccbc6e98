package serde

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func parsed(t testing.TB, text string) format.Parsed {
	t.Helper()
	p, err := format.Parse(schema.Schema{Type: schema.Avro, Text: text}, nil, format.DefaultLimits())
	if err != nil {
		t.Fatalf("%.200s: %v", text, err)
	}
	return p
}

func codec(t testing.TB, text string, options AvroOptions) *AvroCodec {
	t.Helper()
	c, err := NewAvroCodecWith(parsed(t, text), options)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// tester returns functions that check both directions for a codec.
type tester struct {
	t *testing.T
	c *AvroCodec
}

// both: in becomes the bytes hex, and these become out.
func (x tester) both(in, hex, out string) {
	x.t.Helper()
	b, err := x.c.AppendBinary(nil, []byte(in))
	if err != nil {
		x.t.Fatalf("%s: %v", in, err)
	}
	if got := fmt.Sprintf("%x", b); got != hex {
		x.t.Fatalf("%s: got %s, want %s", in, got, hex)
	}
	j, err := x.c.AppendJSON(nil, b)
	if err != nil || string(j) != out {
		x.t.Fatalf("%s: back as %s, %v; want %s", in, j, err, out)
	}
}

func (x tester) refused(in, path, reason string) {
	x.t.Helper()
	dst := []byte("kept")
	b, err := x.c.AppendBinary(dst, []byte(in))
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Path != path || !strings.Contains(e.Reason, reason) {
		x.t.Fatalf("%s: %v; want %q at %q", in, err, reason, path)
	}
	if string(b) != "kept" {
		x.t.Fatalf("%s: dst is %q", in, b)
	}
}

func (x tester) brokenData(data, reason string) {
	x.t.Helper()
	out, err := x.c.AppendJSON([]byte("kept"), []byte(data))
	if e, ok := errors.AsType[*Error](err); !ok || !strings.Contains(e.Reason, reason) {
		x.t.Fatalf("%x: %s, %v; want %q", data, out, err, reason)
	}
	if string(out) != "kept" {
		x.t.Fatalf("%x: dst is %q", data, out)
	}
}

func TestPrimitives(t *testing.T) {
	t.Parallel()
	of := func(text string) tester { return tester{t, codec(t, text, AvroOptions{})} }

	x := of(`"null"`)
	x.both(`null`, "", `null`)
	x.refused(`0`, "", "null")

	x = of(`"boolean"`)
	x.both(`true`, "01", `true`)
	x.both(`false`, "00", `false`)
	x.refused(`1`, "", "boolean")
	x.brokenData("", "ends")
	x.brokenData("\x02", "neither")

	x = of(`"int"`)
	x.both(`-1`, "01", `-1`)
	x.both(`2147483647`, "feffffff0f", `2147483647`)
	x.both(`true`, "02", `1`)
	x.refused(`2147483648`, "", "range")
	x.refused(`1.0`, "", "int")
	x.refused(`"1"`, "", "int")
	x.brokenData("", "ends")
	x.brokenData("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "64 bits")
	x.brokenData("\x80\x80\x80\x80\x80\x01", "32 bits")

	x = of(`"long"`)
	x.both(`9007199254740993`, "8280808080808020", `9007199254740993`)
	x.both(`-9223372036854775808`, "ffffffffffffffffff01", `-9223372036854775808`)
	x.refused(`9223372036854775808`, "", "range")

	x = of(`"float"`)
	x.both(`1.1`, "cdcc8c3f", `1.100000023841858`)
	x.both(`1`, "0000803f", `1.0`)
	x.both(`"NaN"`, "0000c07f", `"NaN"`)
	x.both(`"-Infinity"`, "000080ff", `"-Infinity"`)
	x.refused(`1e39`, "", "range")
	x.refused(`"x"`, "", "float")
	x.brokenData("\x00\x00", "ends")

	x = of(`"double"`)
	x.both(`1.1`, "9a9999999999f13f", `1.1`)
	x.both(`"Infinity"`, "000000000000f07f", `"Infinity"`)
	x.refused(`1e999`, "", "range")

	x = of(`"string"`)
	x.both(`"a\u00e9\ud83d\ude00\n"`, "1061c3a9f09f98800a", `"aé😀\n"`)
	x.both(`""`, "00", `""`)
	x.refused(`1`, "", "string")
	x.brokenData("\x04a", "length")
	x.brokenData("\x03", "length")
	x.brokenData("\x02\xff", "UTF-8")
	x.brokenData("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", "length")

	x = of(`"bytes"`)
	x.both(`"AAH/"`, "060001ff", `"AAH/"`)
	x.both(`""`, "00", `""`)
	x.refused(`"a"`, "", "base64")

	x = of(`{"type":"fixed","name":"F","size":3}`)
	x.both(`"AAH/"`, "0001ff", `"AAH/"`)
	x.refused(`"AAE="`, "", "3 bytes")
	x.brokenData("\x00", "ends")

	x = of(`{"type":"enum","name":"E","symbols":["A","B"]}`)
	x.both(`"B"`, "02", `"B"`)
	x.refused(`"C"`, "", "symbol")
	x.brokenData("\x04", "symbol")
	x.brokenData("\x01", "symbol")

	x = of(`{"type":"array","items":"int"}`)
	x.both(`[]`, "00", `[]`)
	x.both(`[1,2]`, "04020400", `[1,2]`)
	x.refused(`[1,"a"]`, "/1", "int")
	x.refused(`{}`, "", "array")

	x = of(`{"type":"map","values":"int"}`)
	x.both(`{}`, "00", `{}`)
	x.both(`{"b":1,"a":2}`, "0402620202610400", `{"b":1,"a":2}`)
	x.both(`{"a":1,"b":1,"\u0061":2}`, "0402620202610400", `{"b":1,"a":2}`)
	x.refused(`{"a/b":"x"}`, "/a~1b", "int")
	x.brokenData("\x02\x02a", "ends")
}

func TestLatin1(t *testing.T) {
	t.Parallel()
	x := tester{t, codec(t, `"bytes"`, AvroOptions{Bytes: Latin1})}
	x.both(`"\u0000\u00ff\"\\\n"`, "0a00ff225c0a", `"\u0000ÿ\"\\\u000a"`)
	x.refused(`"\u0100"`, "", "U+00FF")
}

func TestRecords(t *testing.T) {
	t.Parallel()
	x := tester{t, codec(t, `{"type":"record","name":"R","fields":[
		{"name":"a","type":"int"},
		{"name":"b","type":["null","string"]},
		{"name":"c","type":"string","default":"dé"},
		{"name":"d","type":["string","null"],"default":"x"},
		{"name":"e","type":{"type":"record","name":"I","fields":[{"name":"x","type":"bytes","default":"\u00ff"}]},"default":{}},
		{"name":"f","type":"null"}]}`, AvroOptions{})}
	x.both(`{"f":null,"e":{"x":"AA=="},"d":"y","c":"z","b":"s","a":1}`, "0202027302"+"7a"+"000279"+"0200",
		`{"a":1,"b":"s","c":"z","d":"y","e":{"x":"AA=="},"f":null}`)
	// Missing: null where null is allowed, even against the default; else the
	// default.
	x.both(`{"a":1}`, "0200"+"0664c3a9"+"02"+"02ff", `{"a":1,"b":null,"c":"dé","d":null,"e":{"x":"/w=="},"f":null}`)
	x.both(`{"a":1,"a":2}`, "0400"+"0664c3a9"+"02"+"02ff", `{"a":2,"b":null,"c":"dé","d":null,"e":{"x":"/w=="},"f":null}`)
	x.refused(`{}`, "/a", "missing")
	x.refused(`{"a":1,"zz":1}`, "/zz", "no such field")
	x.refused(`{"a":1,"e":{"x":7}}`, "/e/x", "bytes")
	x.refused(`{"a":1,"b":7}`, "/b", "null, string")
	x.refused(`[]`, "", "record R")
	x.refused(`{"a":1`, "", "line 1 column 7")

	// A default of the wrong type is none.
	x = tester{t, codec(t, `{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":"oops"}]}`, AvroOptions{})}
	x.refused(`{}`, "/a", "missing")
	// A default that needs itself is none.
	x = tester{t, codec(t, `{"type":"record","name":"R","fields":[{"name":"r","type":"R","default":{}}]}`, AvroOptions{})}
	x.refused(`{}`, "/r", "missing")
}

func TestUnions(t *testing.T) {
	t.Parallel()
	of := func(text string) tester { return tester{t, codec(t, text, AvroOptions{})} }

	x := of(`["null","string"]`)
	x.both(`null`, "00", `null`)
	x.both(`"x"`, "020278", `"x"`)
	x.both(`{"string":"x"}`, "020278", `"x"`)
	x.refused(`{"text":"x"}`, "", "null, string")
	x.refused(`{"string":1}`, "", "string")
	x.brokenData("\x04", "branch")

	// The nearest type, whatever the order.
	x = of(`["double","long","int","float"]`)
	x.both(`5`, "040a", `5`)
	x.both(`5000000000`, "0280c8afa025", `5000000000`)
	x.both(`0.5`, "00000000000000e03f", `0.5`)
	x.both(`{"float":0.5}`, "060000003f", `0.5`)
	x.both(`{"double":5}`, "000000000000001440", `5.0`)
	x = of(`["int","boolean"]`)
	x.both(`true`, "0201", `true`)
	x = of(`["bytes","string"]`)
	x.both(`"AA=="`, "020841413d3d", `"AA=="`)
	x.both(`{"bytes":"AA=="}`, "000200", `"AA=="`)

	// Short and full names of named types; untagged by shape.
	const cat, dog = `{"type":"record","name":"Cat","namespace":"p","fields":[{"name":"lives","type":"int"}]}`,
		`{"type":"record","name":"Dog","namespace":"p","fields":[{"name":"bark","type":"string"}]}`
	x = of(`[` + cat + `,` + dog + `]`)
	x.both(`{"bark":"w"}`, "020277", `{"bark":"w"}`)
	x.both(`{"lives":9}`, "0012", `{"lives":9}`)
	x.both(`{"Dog":{"bark":"w"}}`, "020277", `{"bark":"w"}`)
	x.both(`{"p.Dog":{"bark":"w"}}`, "020277", `{"bark":"w"}`)
	x.refused(`{"q.Dog":{"bark":"w"}}`, "", "p.Cat, p.Dog")

	// A record with a field of its own name is read in both forms.
	x = of(`["null",{"type":"record","name":"v","fields":[{"name":"v","type":"int"}]}]`)
	x.both(`{"v":{"v":1}}`, "0202", `{"v":1}`)
	x.both(`{"v":1}`, "0202", `{"v":1}`)

	// A map takes what no record takes.
	x = of(`[{"type":"map","values":"int"},` + cat + `]`)
	x.both(`{"lives":9}`, "0212", `{"lives":9}`)
	x.both(`{"deaths":9}`, "0002"+"0c646561746873"+"1200", `{"deaths":9}`)
	x.both(`{"map":{"lives":9}}`, "0002"+"0a6c69766573"+"1200", `{"lives":9}`)

	// Same shape, other types below: the first that fits.
	x = of(`[{"type":"record","name":"A","fields":[{"name":"x","type":"int"}]},{"type":"record","name":"B","fields":[{"name":"x","type":"string"}]}]`)
	x.both(`{"x":"s"}`, "020273", `{"x":"s"}`)
	x.both(`{"x":1}`, "0002", `{"x":1}`)
	x.refused(`{"x":null}`, "", "A, B")

	x = tester{t, codec(t, `["null","int",`+cat+`]`, AvroOptions{Unions: TaggedUnions})}
	x.both(`null`, "00", `null`)
	x.both(`1`, "0202", `{"int":1}`)
	x.both(`{"lives":1}`, "0402", `{"p.Cat":{"lives":1}}`)
}

func TestLogicalTypes(t *testing.T) {
	t.Parallel()
	of := func(typ, logical string) tester {
		return tester{t, codec(t, `{"type":"`+typ+`","logicalType":"`+logical+`","precision":6,"scale":2}`, AvroOptions{})}
	}

	x := of("int", "date")
	x.both(`1`, "02", `"1970-01-02"`)
	x.both(`"1969-12-31"`, "01", `"1969-12-31"`)
	x.both(`2147483647`, "feffffff0f", `2147483647`)
	x.refused(`"yesterday"`, "", "date")

	x = of("int", "time-millis")
	x.both(`1`, "02", `"00:00:00.001000"`)
	x.both(`"12:00:00"`, "80b89929", `"12:00:00"`)
	x.both(`-1`, "01", `-1`)
	x.refused(`"00:00:00.0001"`, "", "digits")

	x = of("long", "time-micros")
	x.both(`"00:00:00.000001"`, "02", `"00:00:00.000001"`)

	x = of("long", "timestamp-millis")
	x.both(`1`, "02", `"1970-01-01T00:00:00.001000+00:00"`)
	x.both(`"1970-01-01T01:00:00.001+01:00"`, "02", `"1970-01-01T00:00:00.001000+00:00"`)
	x.both(`"1970-01-01T00:00:01"`, "d00f", `"1970-01-01T00:00:01+00:00"`)
	x.both(`9223372036854775807`, "feffffffffffffffff01", `9223372036854775807`)
	x.both(`-62135596800001`, "81e0e6a2e2a01c", `-62135596800001`)

	x = of("long", "timestamp-micros")
	x.both(`"0001-01-01T00:00:00Z"`, "ffffddf2dfffdfdc01", `"0001-01-01T00:00:00+00:00"`)

	// Those without text are numbers.
	x = of("long", "local-timestamp-millis")
	x.both(`1`, "02", `1`)
	x.refused(`"1970-01-01T00:00:01"`, "", "long")

	x = of("string", "uuid")
	x.both(`"not-a-uuid"`, "146e6f742d612d75756964", `"not-a-uuid"`)

	x = of("bytes", "decimal")
	x.both(`"1.23"`, "027b", `"1.23"`)
	x.both(`"-1.28"`, "0280", `"-1.28"`)
	x.both(`-1.29`, "04ff7f", `"-1.29"`)
	x.both(`"0"`, "0200", `"0.00"`)
	x.both(`1e1`, "0403e8", `"10.00"`)
	x.both(`"9999.99"`, "060f423f", `"9999.99"`)
	x.both(`"AXs="`, "04017b", `"3.79"`) // bytes as base64
	x.refused(`"1.234"`, "", "after the point")
	x.refused(`"10000.00"`, "", "6 digits")

	x = tester{t, codec(t, `{"type":"fixed","name":"F","size":4,"logicalType":"decimal","precision":9,"scale":9}`, AvroOptions{})}
	x.both(`"-0.000000001"`, "ffffffff", `"-1E-9"`)
	x.both(`"0.0000012"`, "000004b0", `"0.000001200"`)

	x = tester{t, codec(t, `{"type":"long","logicalType":"timestamp-millis"}`, AvroOptions{Logical: Underlying})}
	x.both(`"1970-01-01T00:00:00.001Z"`, "02", `1`)
}

func TestCodecOfAnotherType(t *testing.T) {
	t.Parallel()
	if _, err := NewAvroCodec(other{}); err == nil {
		t.Fatal("a codec for something that is not Avro")
	}
}

type other struct{ format.Parsed }

func (other) Type() schema.Type { return schema.JSON }

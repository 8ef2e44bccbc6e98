package serde

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/format/protobuf"
)

var protobufLimits = protobuf.Limits{MaxBytes: 2 << 20, MaxDepth: 1024, MaxNodes: 600_000}

func protobufSchema(t testing.TB, text string, references ...protobuf.Reference) *protobuf.Schema {
	t.Helper()
	s, err := protobuf.Parse(text, references, protobufLimits)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func protobufCodec(t testing.TB, s *protobuf.Schema, o ProtobufOptions) *ProtobufCodec {
	t.Helper()
	c, err := NewProtobufCodecWith(s, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const everything = `syntax = "proto3";
package p;
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
import "google/protobuf/struct.proto";
import "google/type/money.proto";
message A {
  int32 i32 = 1; int64 big_num = 2; uint64 u = 3; sint32 s = 4; fixed64 f = 5; bool yes = 6;
  string text = 7; bytes raw = 8; float single = 9; double twice = 10; Color color = 11;
  repeated int32 list = 12; map<int32, string> names = 13; Inner inner = 14;
  oneof choice { string left = 15; int32 right = 16; }
  optional int32 maybe = 17; google.protobuf.Timestamp at = 18; google.protobuf.StringValue wrapped = 19;
  google.type.Money price = 20; repeated Inner inners = 21; google.protobuf.Struct anything = 22; A again = 23;
  message Inner { string x = 1; }
}
message Second { message Nested { int32 n = 1; } int32 a = 1; }
enum Color { RED = 0; GREEN = 1; }
`

func TestProtobufJSON(t *testing.T) {
	t.Parallel()
	s := protobufSchema(t, everything)
	codecs := [2]*ProtobufCodec{protobufCodec(t, s, ProtobufOptions{}), protobufCodec(t, s, ProtobufOptions{Style: CanonicalJSON})}
	unset := `"i32":0,"big_num":0,"u":0,"s":0,"f":0,"yes":false,"text":"","raw":"","single":0.0,"twice":0.0,"color":"RED","list":[],"names":{}`
	// f puts a value in as JSON of one style and takes it out in both; the
	// fields that are not set are left out of what is wanted.
	f := func(style ProtobufStyle, in, karapace, canonical string) {
		t.Helper()
		binary, err := codecs[style].AppendBinary(nil, []byte(in))
		if err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		for i, want := range [2]string{karapace, canonical} {
			got, err := codecs[i].AppendJSON(nil, binary)
			if err != nil {
				t.Fatalf("%s: %v", in, err)
			}
			var fields, wanted map[string]json.RawMessage
			if err := json.Unmarshal(got, &fields); err != nil {
				t.Fatalf("%s: %s: %v", in, got, err)
			}
			if err := json.Unmarshal([]byte(want), &wanted); err != nil {
				t.Fatal(err)
			}
			for name, value := range wanted {
				if !bytes.Equal(fields[name], value) {
					t.Errorf("%s: %s is %s, want %s", in, name, fields[name], value)
				}
			}
		}
		back, err := codecs[0].AppendJSON(nil, binary)
		if err != nil {
			t.Fatal(err)
		}
		again, err := codecs[0].AppendBinary(nil, back)
		if err != nil {
			t.Fatalf("%s: %v", back, err)
		}
		if in != `{"maybe":null}` && !bytes.Equal(again, binary) && !strings.Contains(in, "00Z") {
			t.Errorf("%s: comes back as %x, was %x", in, again, binary)
		}
	}
	got, err := codecs[0].AppendJSON(nil, []byte{0})
	if err != nil || string(got) != "{"+unset+`,"inners":[]}` {
		t.Fatalf("an empty message is %s, %v", got, err)
	}

	f(0, `{"i32":-5}`, `{"i32":-5}`, `{"i32":-5}`)
	f(0, `{"big_num":9007199254740993}`, `{"big_num":9007199254740993}`, `{"bigNum":"9007199254740993"}`)
	f(0, `{"bigNum":"9007199254740993"}`, `{"big_num":9007199254740993}`, `{"bigNum":"9007199254740993"}`)
	f(1, `{"big_num":"7"}`, `{"big_num":7}`, `{"bigNum":"7"}`)
	f(0, `{"u":18446744073709551615}`, `{"u":18446744073709551615}`, `{"u":"18446744073709551615"}`)
	f(0, `{"color":"green"}`, `{"color":"GREEN"}`, `{"color":"GREEN"}`)
	f(0, `{"color":1}`, `{"color":"GREEN"}`, `{"color":"GREEN"}`)
	f(0, `{"color":7}`, `{"color":7}`, `{"color":7}`)
	f(0, `{"raw":"AAH/"}`, `{"raw":"AAH/"}`, `{"raw":"AAH/"}`)
	f(0, `{"raw":"_-8"}`, `{"raw":"/+8="}`, `{"raw":"/+8="}`)
	f(0, `{"single":1.1,"twice":1e300}`, `{"single":1.100000023841858,"twice":1e300}`, `{"single":1.1,"twice":1e+300}`)
	f(0, `{"twice":"NaN","single":"-Infinity"}`, `{"twice":"NaN","single":"-Infinity"}`, `{"twice":"NaN","single":"-Infinity"}`)
	f(0, `{"names":{"2":"b","1":"a"}}`, `{"names":{"1":"a","2":"b"}}`, `{"names":{"1":"a","2":"b"}}`)
	f(0, `{"inner":{"x":"é\u2028"}}`, "{\"inner\":{\"x\":\"é\u2028\"}}", `{"i32":0}`)
	f(0, `{"left":null,"right":1}`, `{"right":1}`, `{"right":1}`)
	f(0, `{"right":2,"right":1}`, `{"right":1}`, `{"right":1}`)
	f(0, `{"maybe":0}`, `{"maybe":0}`, `{"maybe":0}`)
	f(0, `{"maybe":null}`, `{"i32":0}`, `{"i32":0}`)
	f(0, `{"at":{"seconds":1}}`, `{"at":"1970-01-01T00:00:01"}`, `{"at":"1970-01-01T00:00:01Z"}`)
	f(0, `{"at":"1970-01-01T00:00:01.5Z"}`, `{"at":"1970-01-01T00:00:01.500000"}`, `{"at":"1970-01-01T00:00:01.500Z"}`)
	f(0, `{"wrapped":"x"}`, `{"wrapped":{"value":"x"}}`, `{"wrapped":"x"}`)
	f(0, `{"wrapped":{"value":"x"}}`, `{"wrapped":{"value":"x"}}`, `{"wrapped":"x"}`)
	f(0, `{"price":{"currency_code":"EUR","units":3}}`, `{"price":{"currency_code":"EUR","units":3,"nanos":0}}`,
		`{"price":{"currencyCode":"EUR","units":"3","nanos":0}}`)
	f(0, `{"inners":[{"x":"1"},{}]}`, `{"inners":[{"x":"1"},{"x":""}]}`, `{"inners":[{"x":"1"},{"x":""}]}`)
	f(1, `{"anything":{"a":[1,null]}}`, `{"i32":0}`, `{"anything":{"a":[1,null]}}`)
	f(0, `{"list":[1,2]}`, `{"list":[1,2]}`, `{"list":[1,2]}`)
}

func TestProtobufRefusals(t *testing.T) {
	t.Parallel()
	s := protobufSchema(t, everything)
	f := func(in, path string) {
		t.Helper()
		c := protobufCodec(t, s, ProtobufOptions{})
		dst := []byte("kept")
		out, err := c.AppendBinary(dst, []byte(in))
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Path != path || string(out) != "kept" {
			t.Errorf("%s: %q, %v; want an error at %q", in, out, err, path)
		}
		if ok && strings.Contains(e.Error(), "secret") {
			t.Errorf("%s: the reason quotes the value: %v", in, e)
		}
		canonical := protobufCodec(t, s, ProtobufOptions{Style: CanonicalJSON})
		if _, err := canonical.AppendBinary(nil, []byte(in)); path != "/twice" && path != "/i32" && err == nil {
			t.Errorf("%s: taken as canonical JSON", in)
		}
	}

	f(`{"nope":1}`, "/nope")
	f(`{"i32":1.0}`, "/i32")
	f(`{"i32":2147483648}`, "/i32")
	f(`{"u":-1}`, "/u")
	f(`{"text":1}`, "/text")
	f(`{"yes":1}`, "/yes")
	f(`{"raw":"%%"}`, "/raw")
	f(`{"color":"secret"}`, "/color")
	f(`{"left":"a","right":1}`, "/right")
	f(`{"list":1}`, "/list")
	f(`{"list":[1,"secret"]}`, "/list/1")
	f(`{"names":{"x":"a"}}`, "/names/x")
	f(`{"inner":{"x":[]}}`, "/inner/x")
	f(`{"inner":"secret"}`, "/inner")
	f(`{"at":"yesterday"}`, "/at")
	f(`[]`, "")
	f(`{`, "")
	f(`{"twice":"0x1p4"}`, "/twice")
}

func TestProtobufMessageIndexes(t *testing.T) {
	t.Parallel()
	s := protobufSchema(t, everything)
	f := func(message string, prefix []byte) {
		t.Helper()
		c := protobufCodec(t, s, ProtobufOptions{Message: message})
		binary, err := c.AppendBinary(nil, []byte(`{}`))
		if err != nil || !bytes.Equal(binary, prefix) {
			t.Fatalf("%q: %x, %v; want %x", message, binary, err, prefix)
		}
		if _, err := c.AppendJSON(nil, binary); err != nil {
			t.Fatalf("%q: %v", message, err)
		}
	}

	f("", []byte{0})
	f("p.A", []byte{0})
	f("p.Second", []byte{2, 2})
	f("p.A.Inner", []byte{4, 0, 0})
	f("Second.Nested", []byte{4, 2, 0})
	f(".p.Second", []byte{2, 2})

	if _, err := NewProtobufCodecWith(s, ProtobufOptions{Message: "p.Third"}); err == nil {
		t.Fatal("a message that the schema does not declare")
	}
	c := protobufCodec(t, s, ProtobufOptions{})
	for _, bad := range [][]byte{nil, {0xff}, {2}, {2, 1}, {2, 6}, {4, 2}, {1}, {4, 0, 8}} {
		if _, err := c.AppendJSON(nil, bad); err == nil {
			t.Errorf("%x was read", bad)
		}
	}
	// The long form of the first message, and one that was not asked for.
	for binary, want := range map[string]string{"\x02\x00": `{"i32":0`, "\x02\x02\x08\x05": `{"a":5}`, "\x04\x02\x00\x08\x05": `{"n":5}`} {
		got, err := c.AppendJSON(nil, []byte(binary))
		if err != nil || !strings.HasPrefix(string(got), want) {
			t.Errorf("%x: %s, %v", binary, got, err)
		}
	}
}

func TestProtobufProto2AndEditions(t *testing.T) {
	t.Parallel()
	f := func(text, in, want string) {
		t.Helper()
		c := protobufCodec(t, protobufSchema(t, text), ProtobufOptions{})
		binary, err := c.AppendBinary(nil, []byte(in))
		if want == "" {
			if err == nil {
				t.Fatalf("%s: taken", in)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.AppendJSON(nil, binary); err != nil || string(got) != want {
			t.Fatalf("%s: %s, %v; want %s", in, got, err, want)
		}
	}

	two := `syntax = "proto2"; message A { optional int32 a = 1 [default = 7]; required string b = 2;
		optional group G = 3 { optional E e = 1; } enum E { X = 1; Y = 2; } optional bytes c = 4 [default = "a\"b"]; }`
	f(two, `{"b":"x"}`, `{"a":7,"b":"x","c":"YSJi"}`)
	f(two, `{"b":"x","a":0,"G":{"e":"Y"}}`, `{"a":0,"b":"x","c":"YSJi","G":{"e":"Y"}}`)
	f(two, `{}`, "")
	f(two, `{"b":"x","G":{"e":5}}`, "")
	for _, edition := range []string{"2023", "2024"} {
		text := `edition = "` + edition + `"; message A { int32 a = 1 [default = 7]; B b = 2 [features.message_encoding = DELIMITED];
			int32 c = 3 [features.field_presence = IMPLICIT]; int32 d = 4 [features.field_presence = LEGACY_REQUIRED]; } message B { string x = 1; }`
		f(text, `{"d":1}`, `{"a":7,"c":0,"d":1}`)
		f(text, `{"d":1,"b":{"x":"y"}}`, `{"a":7,"b":{"x":"y"},"c":0,"d":1}`)
		f(text, `{}`, "")
	}
}

func TestProtobufReferences(t *testing.T) {
	t.Parallel()
	s := protobufSchema(t, `syntax = "proto3"; import "dir/b.proto"; message A { q.B b = 1; C c = 2; Money m = 3; } `,
		protobuf.Reference{Name: "dir/c.proto", Text: `syntax = "proto3"; package r; message C { int32 x = 1; }`},
		protobuf.Reference{Name: "dir/b.proto", Text: `syntax = "proto3"; package q; import public "dir/c.proto"; import "google/type/money.proto"; message B { r.C c = 1; }`})
	c := protobufCodec(t, s, ProtobufOptions{})
	in := `{"b":{"c":{"x":1}},"c":{"x":2},"m":{"units":3}}`
	binary, err := c.AppendBinary(nil, []byte(in))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"b":{"c":{"x":1}},"c":{"x":2},"m":{"currency_code":"","units":3,"nanos":0}}`
	if got, err := c.AppendJSON(nil, binary); err != nil || string(got) != want {
		t.Fatalf("%s, %v", got, err)
	}
}

func TestProtobufHostileRecords(t *testing.T) {
	t.Parallel()
	s := protobufSchema(t, everything)
	kind := func(err error) Kind {
		t.Helper()
		e, ok := errors.AsType[*Error](err)
		if !ok {
			t.Fatalf("%v is no *Error", err)
		}
		return e.Kind
	}
	for _, style := range []ProtobufStyle{OriginalNames, CanonicalJSON} {
		c := protobufCodec(t, s, ProtobufOptions{Style: style, MaxJSON: 1 << 20, MaxBinary: 1 << 20})

		// Messages within messages, in both directions.
		_, err := c.AppendBinary(nil, []byte(strings.Repeat(`{"again":`, 100_000)+"{}"+strings.Repeat("}", 100_000)))
		if kind(err) != TooLarge {
			t.Errorf("deep JSON: %v", err)
		}
		deep := []byte{}
		for range 2000 {
			deep = append(append([]byte{0xba, 0x01}, varint(len(deep))...), deep...)
		}
		if _, err := c.AppendJSON(nil, append([]byte{0}, deep...)); kind(err) != TooLarge {
			t.Errorf("deep data: %v", err)
		}
		// Empty messages: two bytes each, an object and eleven fields each.
		many := append([]byte{0}, bytes.Repeat([]byte{0xaa, 0x01, 0x00}, 2_000_000)...)
		if _, err := c.AppendJSON(nil, many); kind(err) != TooLarge {
			t.Errorf("many messages: %v", err)
		}
		if _, err := c.AppendBinary(nil, []byte(`{"inners":[{}`+strings.Repeat(",{}", 500_000)+"]}")); kind(err) != TooLarge {
			t.Errorf("many objects: %v", err)
		}
		// Text that is within limits as one form and beyond as the other.
		if _, err := c.AppendBinary(nil, []byte(`{"text":"`+strings.Repeat("x", 2<<20)+`"}`)); kind(err) != TooLarge {
			t.Errorf("large text: %v", err)
		}
		large := append([]byte{0, 0x3a}, varint(2<<20)...)
		if _, err := c.AppendJSON(nil, append(large, bytes.Repeat([]byte("x"), 2<<20)...)); kind(err) != TooLarge {
			t.Errorf("large data: %v", err)
		}
	}
}

func varint(n int) []byte {
	var out []byte
	for n >= 0x80 {
		out = append(out, byte(n)|0x80)
		n >>= 7
	}
	return append(out, byte(n))
}

func FuzzProtobufCodec(f *testing.F) {
	f.Add([]byte(`{"i32":1,"inner":{"x":"y"},"names":{"1":"a"},"at":"2020-01-01T00:00:00Z"}`), []byte{0, 8, 1})
	f.Add([]byte(`{"left":"a","anything":{"fields":{"a":{"number_value":1}}}}`), []byte{2, 2, 8, 1})
	f.Add([]byte(`{"list":[1,2],"wrapped":"x","color":"GREEN"}`), []byte{0, 0x62, 2, 1, 2, 0x92, 1, 2, 8, 1})
	s := protobufSchema(f, everything)
	karapace, canonical := protobufCodec(f, s, ProtobufOptions{}), protobufCodec(f, s, ProtobufOptions{Style: CanonicalJSON})
	f.Fuzz(func(t *testing.T, text, data []byte) {
		for _, c := range []*ProtobufCodec{karapace, canonical} {
			for _, binary := range [][]byte{data, mustNotPanic(c, text)} {
				first, err := c.AppendJSON(nil, binary)
				if err != nil {
					continue
				}
				if !json.Valid(first) {
					t.Fatalf("%x is %s, which is no JSON", binary, first)
				}
				again, err := c.AppendBinary(nil, first)
				if err != nil {
					continue // unknown fields, or a value that the mapping cannot hold
				}
				second, err := c.AppendJSON(nil, again)
				if err != nil || !bytes.Equal(first, second) {
					t.Fatalf("%x: %s, then %s, %v", binary, first, second, err)
				}
			}
		}
	})
}

func mustNotPanic(c *ProtobufCodec, text []byte) []byte {
	binary, err := c.AppendBinary(nil, text)
	if err != nil {
		return nil
	}
	return binary
}

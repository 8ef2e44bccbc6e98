package resthttp

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/rest"
)

// badInput is a format, a value that fits, and values that do not, with what
// their refusal says: where it is wrong, or what is.
type badInput struct {
	format, v3Type, schema, good string
	bad                          []badValue
}

type badValue struct{ value, place string }

// noJSON is no value at all: the request, or the stream, ends there.
func noJSON() []string { return []string{"NaN", "-Infinity", "01", "'x'", "{\"a\":1", "\"\x01\""} }

func badInputs() []badInput {
	avro := `{"type":"record","name":"R","fields":[{"name":"n","type":"long"},{"name":"i","type":"int","default":0},
		{"name":"f","type":"double","default":0},{"name":"b","type":"bytes","default":""},{"name":"a","type":{"type":"array","items":"int"},"default":[]},
		{"name":"e","type":{"type":"enum","name":"E","symbols":["A"]},"default":"A"},{"name":"u","type":["null","int","string"]},
		{"name":"r","type":["null",{"type":"record","name":"S","fields":[{"name":"x","type":"int"}]}]}]}`
	jsonSchema := `{"type":"object","properties":{"n":{"type":"integer","maximum":9223372036854775807},"a":{"type":"array","items":{"type":"integer"}},
		"s":{"type":"object","properties":{"x":{"type":"string"}}},"u":{"anyOf":[{"type":"null"},{"type":"integer"}]}},"additionalProperties":false}`
	protobuf := `syntax = "proto3"; message M { int64 n = 1; int32 i = 2; bytes b = 3; S s = 4; repeated int32 a = 5; double d = 6; E e = 7;
		oneof one { string p = 8; string q = 9; } uint64 w = 10; message S { string x = 1; } enum E { A = 0; } }`
	return []badInput{
		{"binary", "BINARY", "", `"AQ=="`, []badValue{
			{`"?"`, "base64"}, {`"AQ="`, "base64"}, {`5`, "base64"}, {`{}`, "base64"}, {`[1]`, "base64"}, {`true`, "base64"}, {`1e400`, "base64"},
		}},
		{"avro", "AVRO", avro, `{"n":1,"u":null,"r":null}`, []badValue{
			{`{"n":9223372036854775808,"u":null,"r":null}`, "/n: "}, {`{"n":1e30,"u":null,"r":null}`, "/n: "}, {`{"n":1.5,"u":null,"r":null}`, "/n: "},
			{`{"n":1,"i":2147483648,"u":null,"r":null}`, "/i: "}, {`{"n":1,"f":"x","u":null,"r":null}`, "/f: "}, {`{"n":1,"b":"\u0100","u":null,"r":null}`, "/b: "},
			{`{"n":1,"a":[1,"x"],"u":null,"r":null}`, "/a/1: "}, {`{"n":1,"e":"B","u":null,"r":null}`, "/e: "},
			{`{"n":1,"u":{"double":1},"r":null}`, "/u: "}, {`{"n":1,"u":{"int":1,"string":""},"r":null}`, "/u: "}, {`{"n":1,"u":{"int":"1"},"r":null}`, "/u: "},
			{`{"n":1,"u":null,"r":{"x":"1"}}`, "/r/x: "}, {`{"n":1,"u":null,"r":{"S":{"x":2147483648}}}`, "/r/x: "},
			{`{"n":1,"u":null,"r":null,"more":1}`, "/more: "}, {`{"u":null,"r":null}`, "/n: "}, {`7`, "record R"},
		}},
		{"jsonschema", "JSONSCHEMA", jsonSchema, `{"n":1}`, []badValue{
			{`{"n":"x"}`, "/n: "}, {`{"n":9223372036854775808}`, "/n: "}, {`{"n":1e400}`, "line 1 column 6"}, {`{"s":{"x":1}}`, "/s/x: "}, {`{"a":[1,1.5]}`, "/a/1: "},
			{`{"u":"x"}`, "/u: "}, {`{"more":1}`, "/more: "}, {`7`, "object"},
		}},
		{"protobuf", "PROTOBUF", protobuf, `{"n":1}`, []badValue{
			{`{"n":9223372036854775808}`, "/n: "}, {`{"n":1.5}`, "/n: "}, {`{"i":2147483648}`, "/i: "}, {`{"w":-1}`, "/w: "}, {`{"b":"?"}`, "/b: "},
			{`{"s":{"x":1}}`, "/s/x: "}, {`{"a":[1,"x"]}`, "/a/1: "}, {`{"d":"x"}`, "/d: "}, {`{"d":1e400}`, "/d: "}, {`{"e":"B"}`, "/e: "},
			{`{"p":"","q":""}`, "/q: "}, {`{"more":1}`, "/more: "}, {`7`, "object"},
		}},
	}
}

// In version 2 a wrong record is named by its number and the field by its path,
// whichever side it is on and wherever the request goes, and nothing of the
// request is written.
func TestBadInputOfVersion2(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	for _, in := range badInputs() {
		contentType := "application/vnd.kafka." + in.format + ".v2+json"
		status, code := 422, 42205
		if in.format == "binary" {
			status, code = 400, 400
		}
		for _, path := range []string{"/topics/one", "/topics/one/partitions/0"} {
			for _, side := range []string{"key", "value"} {
				head := `{"records":[{"` + side + `":` + in.good + `},{"` + side + `":`
				if in.schema != "" {
					head = `{"` + side + `_schema":` + quote(in.schema) + `,` + head[1:]
				}
				for _, bad := range in.bad {
					w := p.hostile(bad.value, http.MethodPost, path, head+bad.value+`},{"`+side+`":`+in.good+`}]}`, status, "Content-Type", contentType)
					for _, text := range []string{fmt.Sprintf(`"error_code":%d`, code), side + " of record 1", bad.place} {
						if !strings.Contains(w.Body.String(), text) {
							t.Errorf("%s %s: %s, want %q in it", in.format, bad.value, w.Body, text)
						}
					}
				}
				for _, bad := range noJSON() {
					p.hostile(bad, http.MethodPost, path, head+bad+`}]}`, 400, "Content-Type", contentType)
				}
			}
		}
	}
	p.nothingWritten("one")
}

// The same of what stands around keys and values. A request of one record has
// the text alone, which clients match.
func TestBadRecordsOfVersion2(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	f := func(record string, status int, text, place string) {
		t.Helper()
		const good = `{"value":"AQ=="}`
		one := p.hostile(record, http.MethodPost, "/topics/one", `{"records":[`+record+`]}`, status, "Content-Type", ctBinary)
		if got := member(t, parsed(t, one.Body.Bytes()), "message"); got != text {
			t.Errorf("%s alone: %q", record, got)
		}
		many := p.hostile(record, http.MethodPost, "/topics/one", `{"records":[`+good+`,`+record+`,`+good+`]}`, status, "Content-Type", ctBinary)
		if got := member(t, parsed(t, many.Body.Bytes()), "message"); got != text+"\n"+place {
			t.Errorf("%s among others: %q", record, got)
		}
	}
	f(`{"valur":"AQ=="}`, 422, "Invalid request format", "record 1: /valur")
	f(`{"headers":[{"key":"h","value":"?"}]}`, 422, "Invalid request format", "record 1: /headers")
	f(`{"headers":[{"value":"AQ=="}]}`, 422, "Invalid request format", "record 1: /headers")
	f(`{"headers":{}}`, 422, "Invalid request format", "record 1: /headers")
	f(`{"timestamp":-1}`, 422, "Invalid request format", "record 1: /timestamp")
	f(`{"timestamp":253402300800000}`, 422, "Invalid request format", "record 1: /timestamp")
	f(`{"timestamp":9223372036854775808}`, 422, "Invalid request format", "record 1: /timestamp")
	f(`{"partition":"x"}`, 500, "partition is not a valid int: x", "record 1: /partition")
	f(`7`, 400, "Produce record must be an object", "record 1")
	f(`{"value":"?"}`, 400, `data="?"  is not a base64 string.`, "value of record 1")
	p.nothingWritten("one")
}

// parsed is an answer that is a JSON object.
func parsed(t *testing.T, body []byte) (out map[string]any) {
	t.Helper()
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatal(err, string(body))
	}
	return out
}

// In version 3 the receipt, or the entry, of a wrong record names the side and
// the field; the records around it are written.
func TestBadInputOfVersion3(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	const base = "/v3/clusters/any/topics/one/records"
	inputs := append(badInputs(), badInput{"", "STRING", "", `"x"`, []badValue{{`{}`, "is not a string"}, {`[]`, "is not a string"}}})
	for _, in := range inputs {
		for _, side := range []string{"key", "value"} {
			record := func(value string) string {
				choice := `"type":"` + in.v3Type + `"`
				if in.schema != "" {
					choice += `,"schema":` + quote(in.schema)
				}
				return `"` + side + `":{` + choice + `,"data":` + value + `}`
			}
			code := 400.0
			if in.v3Type == "STRING" {
				code = 422
			}
			for _, bad := range in.bad {
				w := p.hostile(bad.value, http.MethodPost, base, `{`+record(in.good)+`}{`+record(bad.value)+`}{`+record(in.good)+`}`, 200, "Content-Type", plainJSON)
				lines := strings.Split(strings.TrimSpace(w.Body.String()), "\r\n")
				if len(lines) != 3 {
					t.Fatalf("%s: %q", bad.value, lines)
				}
				named := func(got map[string]any) {
					text, _ := got["message"].(string)
					if got["error_code"] != code || !strings.Contains(text, bad.place) || !strings.Contains(text, side) {
						t.Errorf("%s %s %s: %v", in.v3Type, side, bad.value, got)
					}
				}
				named(parsed(t, []byte(lines[1])))
				for _, i := range []int{0, 2} {
					if got := parsed(t, []byte(lines[i])); got["error_code"] != 200.0 {
						t.Errorf("%s beside %s: %v", in.v3Type, bad.value, got)
					}
				}
				w = p.hostile(bad.value, http.MethodPost, base+":batch",
					`{"entries":[{"id":"a",`+record(in.good)+`},{"id":"b",`+record(bad.value)+`}]}`, 207, "Content-Type", plainJSON)
				got := parsed(t, w.Body.Bytes())
				if member(t, got, "successes", 0, "id") != "a" || member(t, got, "failures", 0, "id") != "b" {
					t.Errorf("%s: %v", bad.value, got)
				}
				named(member(t, got, "failures", 0).(map[string]any))
			}
			for _, bad := range noJSON() {
				w := p.hostile(bad, http.MethodPost, base, `{`+record(in.good)+`}{`+record(bad)+`}`, 200, "Content-Type", plainJSON)
				if lines := strings.Split(strings.TrimSpace(w.Body.String()), "\r\n"); len(lines) != 2 || !strings.HasPrefix(lines[1], `{"error_code":400,"message":"Bad Request: Error processing message`) {
					t.Errorf("%s: %q", bad, lines)
				}
				p.hostile(bad, http.MethodPost, base+":batch", `{"entries":[{"id":"a",`+record(bad)+`}]}`, 400, "Content-Type", plainJSON)
			}
		}
	}
}

// A key that is too large fails alone, everywhere.
func TestHugeKeys(t *testing.T) {
	t.Parallel()
	p := newProxy(t, func(s *rest.Settings) { s.MaxRecordBytes = 4096 })
	huge := `"` + strings.Repeat("k", 10_000) + `"`
	for _, path := range []string{"/topics/one", "/topics/one/partitions/0"} {
		got := parsed(t, p.hostile("a key", http.MethodPost, path, `{"records":[{"key":1},{"key":`+huge+`},{"key":2}]}`, 422, "Content-Type", ctJSON).Body.Bytes())
		list := member(t, got, "offsets").([]any)
		if len(list) != 3 || member(t, list[1], "error_code") != 1.0 || member(t, list[0], "offset") == nil || member(t, list[2], "offset") == nil {
			t.Errorf("%s: %v", path, got)
		}
	}
	const base = "/v3/clusters/any/topics/one/records"
	record := func(key string) string { return `"key":{"type":"JSON","data":` + key + `}` }
	w := p.hostile("a key", http.MethodPost, base, `{`+record("1")+`}{`+record(huge)+`}{`+record("2")+`}`, 200, "Content-Type", plainJSON)
	lines := strings.Split(strings.TrimSpace(w.Body.String()), "\r\n")
	if len(lines) != 3 || parsed(t, []byte(lines[1]))["error_code"] != 413.0 || parsed(t, []byte(lines[2]))["error_code"] != 200.0 {
		t.Errorf("%.300q", lines)
	}
	got := parsed(t, p.hostile("a key", http.MethodPost, base+":batch", `{"entries":[{"id":"a",`+record(huge)+`},{"id":"b",`+record("1")+`}]}`, 207, "Content-Type", plainJSON).Body.Bytes())
	if member(t, got, "failures", 0, "error_code") != 413.0 || member(t, got, "successes", 0, "id") != "b" {
		t.Errorf("%v", got)
	}
}

package avro

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// TestEveryRefusalHasAPlace has one case for each sentence that the parser
// knows: path, line and column of the value that is wrong.
func TestEveryRefusalHasAPlace(t *testing.T) {
	t.Parallel()
	f := func(text, sentence, place string) {
		t.Helper()
		_, err := Parse(text, nil, jsonx.Limits{MaxBytes: 1000, MaxDepth: 20, MaxNodes: 100})
		e, ok := errors.AsType[*Error](err)
		if !ok || !strings.Contains(e.Text, sentence) {
			t.Errorf("%s: %v, want %q", text, err, sentence)
			return
		}
		if got := fmt.Sprintf("%s %d:%d", e.Path, e.Line, e.Column); got != place {
			t.Errorf("%s: at %s, want %s", text, got, place)
		}
	}
	field := func(attributes string) string {
		return "{\"type\":\"record\",\"name\":\"R\",\n\"fields\":[{\"name\":\"ok\",\"type\":\"int\"},\n  {" + attributes + "}]}"
	}

	// Where a type may stand.
	f(`7`, "a schema is a name, an object or an array, not a number", " 1:1")
	f(field(`"name":"a","type":7`), "a schema is a name, an object or an array, not a number", "/fields/1/type 3:22")
	f(`"R"`, "a schema that is only a name", " 1:1")
	f(field(`"name":"a","type":["null",  "X"]`), `unknown type "X"`, "/fields/1/type/1 3:32")
	f(`{"type":"array","items":"n.X"}`, `unknown type "n.X"`, "/items 1:25")
	f(`{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":"X"}]}`, `unknown type "X" (n.X)`, "/fields/0/type 1:74")
	f(`["int",["string"]]`, "may not directly contain another union", "/1 1:8")
	f(`["int","int"]`, "the type int stands in the union already", "/1 1:8")

	// Objects.
	f(`{}`, `needs the attribute "type"`, " 1:1")
	f(`{"type":["int"]}`, `has to be the name of a type, not an array`, " 1:1")
	f(`["int", {"type":"X"}]`, "undefined type: X", "/1 1:9")
	f(`{"type":"array"}`, `the type array needs the attribute "items"`, " 1:1")
	f(`{"type":"map"}`, `the type map needs the attribute "values"`, " 1:1")

	// Names.
	f(`["int", {"type":"fixed","size":1}]`, "needs a name", "/1 1:9")
	f(`{"type":"fixed","name":"","size":1}`, "must not be empty", " 1:1")
	f(`{"type":"fixed","name":"F","namespace":7,"size":1}`, "the namespace has to be a string", " 1:1")
	f(`["int", {"type":"fixed","name":"a-b","size":1}]`, "a-b is not a valid Avro name", "/1 1:9")
	f(`{"type":"fixed","name":"int","size":1}`, "int is a reserved type name", " 1:1")
	f(`[{"type":"fixed","name":"F","size":1},{"type":"fixed","name":"F","size":1}]`, `The name "F" is already in use.`, "/1 1:39")

	// Enums and fixed.
	f(`["int",{"type":"enum","name":"E"}]`, "must be a sequence of strings, but it is <class 'NoneType'>", "/1 1:8")
	f(`{"type":"enum","name":"E","symbols":[1]}`, "one symbol is a <class 'int'>", " 1:1")
	f(`{"type":"enum","name":"E","symbols":["-"]}`, `the enum symbol "-" is not a valid name`, " 1:1")
	f(`{"type":"enum","name":"E","symbols":["A","A"]}`, `the enum symbol "A" stands there twice`, " 1:1")
	f(`{"type":"enum","name":"E","symbols":["A"],"default":"B"}`, `the enum default "B" is not one of its symbols`, " 1:1")
	f(`["int",{"type":"fixed","name":"F","size":-1}]`, "a fixed needs a size", "/1 1:8")

	// Fields.
	f(`{"type":"record","name":"R"}`, `a record needs the attribute "fields"`, " 1:1")
	f(`{"type":"record","name":"R","fields":[7]}`, "a field is an object, not a number", "/fields/0 1:39")
	f(field(`"type":"int"`), "a field needs a name", "/fields/1 3:3")
	f(field(`"name":"a"`), `the field "a" needs the attribute "type"`, "/fields/1 3:3")
	f(field(`"name":"a","type":"int","order":"up"`), `the order "up" of the field "a" is none of`, "/fields/1 3:3")
	f(field(`"name":"ok","type":"int"`), `the field name "ok" stands there twice`, "/fields/1 3:3")

	// JSON and its limits.
	f("{\n\"type\": int}", "a value is missing", " 2:9")
	f(`{"type":"int","x":1e400}`, "too large for a double", " 1:19")
	f(strings.Repeat("[", 30), "nested more than 20 deep", " 1:21")
	f(`{"type":"int","x":[`+strings.Repeat("1,", 200)+`1]}`, "more than 100 values", " 1:211")
	f(`"`+strings.Repeat("a", 1000)+`"`, "at most 1000 are allowed", " 1:1001")
}

func TestRefusalsOfReferencesNameThem(t *testing.T) {
	t.Parallel()
	good := `{"type":"fixed","name":"F","size":1}`
	_, err := Parse(`"int"`, []string{good, "{\n\"type\":\"X\"}"}, testLimits)
	if e, ok := errors.AsType[*Error](err); !ok || e.Reference != 2 || e.Line != 1 {
		t.Fatalf("%+v", err)
	}
}

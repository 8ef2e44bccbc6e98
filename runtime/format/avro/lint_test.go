package avro

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLint(t *testing.T) {
	t.Parallel()
	f := func(text string, want ...string) {
		t.Helper()
		s, err := ParseStored(text, nil, testLimits)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range Lint(s) {
			mark := ""
			if p.Refused {
				mark = "!"
			}
			got = append(got, mark+string(p.Rule)+" "+p.Path)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s: %s", text, diff)
		}
	}
	record := func(fields string) string { return `{"type":"record","name":"R","fields":[` + fields + `]}` }
	field := func(typ, def string) string { return record(`{"name":"a","type":` + typ + `,"default":` + def + `}`) }
	const wrong = "!default /fields/0"

	f(`"int"`)
	f(field(`"int"`, `1`))
	f(field(`"int"`, `"oops"`), wrong)
	f(field(`"int"`, `1.0`), wrong)
	f(field(`"int"`, `3000000000`), wrong)
	f(field(`"long"`, `3000000000`))
	f(field(`"long"`, `100000000000000000000`), wrong)
	f(field(`"double"`, `1`))
	f(field(`"double"`, `"NaN"`))
	f(field(`"double"`, `"x"`), wrong)
	f(field(`"boolean"`, `true`))
	f(field(`"boolean"`, `0`), wrong)
	f(field(`"null"`, `null`))
	f(field(`"string"`, `null`), wrong)
	f(field(`"bytes"`, `"ÿ日"`))
	f(field(`["null","string"]`, `null`))
	f(field(`["null","string"]`, `"x"`)) // any branch, as Java since 1.12
	f(field(`["null","string"]`, `7`), wrong)
	f(field(`[]`, `null`), wrong)
	f(field(`{"type":"enum","name":"E","symbols":["A"]}`, `"B"`))
	f(field(`{"type":"fixed","name":"F","size":2}`, `"a"`))
	f(field(`{"type":"array","items":"int"}`, `[1,2]`))
	f(field(`{"type":"array","items":"int"}`, `[1,"2"]`), wrong)
	f(field(`{"type":"array","items":"int"}`, `{}`), wrong)
	f(field(`{"type":"map","values":"int"}`, `{"k":1}`))
	f(field(`{"type":"map","values":"int"}`, `{"k":"v"}`), wrong)
	inner := `{"type":"record","name":"I","fields":[{"name":"x","type":"int"},{"name":"y","type":"int","default":1}]}`
	f(field(inner, `{"x":1}`))
	f(field(inner, `{"y":1}`), wrong)
	f(field(inner, `{"x":1,"y":"2"}`), wrong)

	f(record(`{"name":"a-b","type":"int"}`), "!field-name /fields/0")
	f(record(`{"name":"a","type":{"type":"array","items":{"type":"fixed","name":"F","size":1,"aliases":["x-y"]}}}`),
		"!alias /fields/0/type/items")
	f(`{"type":"fixed","name":"F","size":1,"aliases":"G"}`, "!aliases ")
	f(`{"type":"fixed","name":"F","size":1,"aliases":["G",1]}`, "!aliases ")
	f(`[{"type":"fixed","name":"F","size":1},"F"]`, "!union /1")

	f(`{"type":"int","logicalType":"date"}`)
	f(`{"type":"string","logicalType":"date"}`, "logical-type ")
	f(`{"type":"bytes","logicalType":"decimal"}`, "logical-type ")
	f(`{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}`)
	f(`{"type":"long","logicalType":"local-timestamp-millis"}`)
	f(`{"type":"long","logicalType":"frobnicate"}`, "logical-type ")
}

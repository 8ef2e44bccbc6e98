package jsonschema

import (
	"fmt"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// order is a schema as people write them, of about a kilobyte.
const order = `{"$schema":"http://json-schema.org/draft-07/schema#","$id":"http://e.x/order.json","title":"Order","type":"object",
"properties":{"id":{"type":"string","pattern":"^[0-9a-f]{8}-[0-9a-f]{4}$"},"customer":{"$ref":"#/definitions/customer"},
"lines":{"type":"array","minItems":1,"items":{"type":"object","properties":{"sku":{"type":"string","maxLength":40},
"quantity":{"type":"integer","minimum":1},"price":{"type":"number","multipleOf":0.01}},"required":["sku","quantity"],"additionalProperties":false}},
"status":{"enum":["new","paid","sent"]},"note":{"type":["string","null"]},"paid":{"type":"boolean"},
"placed":{"type":"string","format":"date-time"}},"required":["id","customer","lines"],"additionalProperties":false,
"definitions":{"customer":{"type":"object","properties":{"name":{"type":"string","minLength":1},"email":{"type":"string","format":"email"},
"address":{"type":"object","properties":{"street":{"type":"string"},"city":{"type":"string"}},"required":["city"]}},"required":["name"]}}}`

const anOrder = `{"id":"0123abcd-00ff","customer":{"name":"Ada","email":"ada@example.org","address":{"street":"Main St. 1","city":"London"}},` +
	`"lines":[{"sku":"A-1","quantity":2,"price":9.99},{"sku":"B-2","quantity":1}],"status":"new","note":null,"placed":"2026-11-24T12:00:00Z"}`

func BenchmarkParse(b *testing.B) {
	b.SetBytes(int64(len(order)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(order, nil, DefaultLimits()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadable(b *testing.B) {
	var properties strings.Builder
	for i := range 50 {
		fmt.Fprintf(&properties, `"p%d":{"type":"string","maxLength":%d},`, i, 10+i)
	}
	text := `{"type":"object","additionalProperties":false,"properties":{` + properties.String() + `"z":{"type":"integer"}}}`
	before, after := mustParse(b, text), mustParse(b, strings.Replace(text, "integer", "number", 1))
	for _, f := range []schema.Flavour{schema.Karapace, schema.Confluent} {
		b.Run(string(f), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if findings := Readable(after, before, f); len(findings) > 0 {
					b.Fatal(findings)
				}
			}
		})
	}
}

func BenchmarkNewValidator(b *testing.B) {
	s := mustParse(b, order)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := NewValidator(s, schema.Karapace, DefaultLimits()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	v := mustValidator(b, order, schema.Karapace)
	b.SetBytes(int64(len(anOrder)))
	b.ReportAllocs()
	for b.Loop() {
		if err := v.Validate([]byte(anOrder)); err != nil {
			b.Fatal(err)
		}
	}
}

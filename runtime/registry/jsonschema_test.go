package registry

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// A topic that Confluent's registry wrote holds JSON Schemas with their keys in
// the order of the author. To a node of Karapace's flavour they are the same
// schemas, and keep their ids.
func TestJSONSchemasOfTheOtherFlavourAreKnown(t *testing.T) {
	t.Parallel()
	shared := &topic{}
	theirs := newNode(t, shared, schema.Confluent)
	text := schema.Schema{Type: schema.JSON, Text: `{"type":"object","properties":{"b":{"maximum":1e2},"a":{}}}`}
	e, err := theirs.Register(t.Context(), Registration{Subject: "a", Schema: text})
	if err != nil || e.Schema.Text != `{"type":"object","properties":{"b":{"maximum":100.0},"a":{}}}` {
		t.Fatalf("%+v, %v", e, err)
	}
	theirs.mayWrite.Store(false)
	ours := newNode(t, shared, schema.Karapace)
	ours.read()
	f := func(subject schema.Subject, text string, id schema.ID, version schema.Version) {
		t.Helper()
		e, err := ours.Register(t.Context(), Registration{Subject: subject, Schema: schema.Schema{Type: schema.JSON, Text: text}})
		if err != nil || e.ID != id || e.Version != version {
			t.Fatalf("%s: %+v, %v; want id %d, version %s", text, e, err, id, version)
		}
	}

	f("a", text.Text, e.ID, 1)
	f("a", `{"properties":{"a":{},"b":{"maximum":100.0}},"type":"object"}`, e.ID, 1)
	// 100 and 100.0 are two texts, which only a lookup takes for one.
	f("a", `{"properties":{"a":{},"b":{"maximum":100}},"type":"object"}`, e.ID+1, 2)
}

// The estimate of what a parsed schema takes holds for schemas of very many
// very short parts.
func TestParsedCostOfManySmallSchemas(t *testing.T) {
	// Not parallel: it looks at the memory of the process.
	used := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	f := func(text string) {
		t.Helper()
		before := used()
		p, err := format.Parse(schema.Schema{Type: schema.JSON, Text: text}, nil, format.DefaultLimits())
		took := used() - before
		if err != nil || took > parsedCost(text) {
			t.Errorf("%d bytes: %v, took %d, counted %d", len(text), err, took, parsedCost(text))
		}
		runtime.KeepAlive(p)
	}

	f(`{"anyOf":[{}` + strings.Repeat(",{}", 60_000) + `]}`)
	var b strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&b, `,"%x":{}`, i)
	}
	f(`{"properties":{` + b.String()[1:] + `}}`)
}

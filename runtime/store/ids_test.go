package store

import (
	"fmt"
	"slices"
	"testing"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestVanishedSchemasAreBounded(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	for i := 1; i <= maxVanished+10; i++ {
		f.schema("s", fmt.Sprint(i), 1, i)
		f.records(record.Record{Key: record.SchemaOf("s", 1)})
	}
	if _, ok := f.view().FindVanished(".", avro("10"), record.Extra{}); ok {
		t.Fatal("the oldest were not forgotten")
	}
	if id, ok := f.view().FindVanished(".", avro("11"), record.Extra{}); !ok || id != 11 {
		t.Fatal("a recent one was forgotten")
	}
	if n := len(f.store.vanished.entries); n != maxVanished {
		t.Fatalf("%d remembered", n)
	}
}

func TestContextsHaveIDsOfTheirOwn(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	f.schema("s", "a", 1, 5)
	f.schema(":.eu:s", "b", 1, 2)
	f.raw(`{"keytype":"NOOP","magic":0}`, `{"maxId":3,"contexts":{".eu":9,".us":4}}`)
	v := f.view()
	if v.MaxID(".") != 5 || v.MaxID(".eu") != 9 || v.MaxID(".us") != 4 || v.MaxID(".xx") != 0 {
		t.Fatal(v.MaxID("."), v.MaxID(".eu"), v.MaxID(".us"))
	}
	if _, ok := v.FindContent(".eu", avro("a"), record.Extra{}); ok || v.ByID(".", 2) != nil || len(v.ByID(".eu", 2)) != 1 {
		t.Fatal("contexts share ids")
	}
	if id, ok := v.FindContent(".eu", avro("b"), record.Extra{}); !ok || id != 2 {
		t.Fatal(id, ok)
	}
}

func TestHighWater(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	check := func(want string, wantPersisted bool) {
		t.Helper()
		n, persisted := f.store.HighWater()
		if string(n.Bytes()) != want || persisted != wantPersisted {
			t.Fatalf("%s, %t; want %s, %t", n.Bytes(), persisted, want, wantPersisted)
		}
	}

	check(`{"maxId":0}`, true)
	f.schema("s", "a", 1, 5)
	f.schema(":.eu:s", "a", 1, 1)
	check(`{"maxId":5,"contexts":{".eu":1}}`, false)
	n, _ := f.store.HighWater()
	f.put(record.Noop(), n.Bytes())
	check(`{"maxId":5,"contexts":{".eu":1}}`, true)
	f.put(record.Noop(), nil) // Confluent's barrier.
	check(`{"maxId":5,"contexts":{".eu":1}}`, false)
}

func TestOneIDTwoSchemas(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	texts := func(want ...string) {
		t.Helper()
		var got []string
		for _, e := range f.view().ByID(".", 1) {
			got = append(got, string(e.Subject)+"="+e.Schema.Text)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("id 1 is %v; want %v", got, want)
		}
	}

	f.schema("a", "first", 1, 1)
	f.schema("b", "second", 1, 1)
	f.schema("c", "first", 1, 1)
	texts("a=first", "c=first", "b=second")
	if len(f.found) != 1 || f.found[0].Reason != record.IDConflict || !f.found[0].Applied || f.view().Problems()[record.IDConflict] != 1 {
		t.Fatal(f.found)
	}

	// Writing the first one again (a soft deletion) does not turn the id over.
	e, _ := f.view().Entry("a", 1)
	v, _ := e.Value()
	f.put(record.SchemaOf("a", 1), v.WithDeleted(true).Bytes())
	texts("c=first", "a=first", "b=second")
	f.records(record.Record{Key: record.SchemaOf("c", 1)})
	texts("a=first", "b=second")
	f.records(record.Record{Key: record.SchemaOf("a", 1)})
	texts("b=second")

	// Both schemas have the id.
	if id, ok := f.view().FindContent(".", avro("second"), record.Extra{}); !ok || id != 1 {
		t.Fatal(id, ok)
	}
}

func TestOneSchemaTwoIDs(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	f.schema("a", "x", 1, 9)
	f.schema("b", "x", 1, 4)
	f.schema("c", "x", 1, 4)
	id := func(want schema.ID) {
		t.Helper()
		if got, ok := f.view().FindContent(".", avro("x"), record.Extra{}); got != want || ok != (want != 0) {
			t.Fatalf("id %d, %t; want %d", got, ok, want)
		}
	}
	id(4)
	f.records(record.Record{Key: record.SchemaOf("b", 1)})
	id(4)
	f.records(record.Record{Key: record.SchemaOf("c", 1)})
	id(9)
	f.records(record.Record{Key: record.SchemaOf("a", 1)})
	id(0)
	a, _ := f.store.View().FindVanished(".", avro("x"), record.Extra{})
	if a != 9 {
		t.Fatal(a)
	}
}

func TestContentIsTypeTextAndReferences(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	ref := schema.Reference{Name: "n", Subject: "r", Version: 1}
	f.records(schemaRecord("a", "x", 1, 1, ref))
	miss := func(s schema.Schema) {
		t.Helper()
		if id, ok := f.view().FindContent(".", s, record.Extra{}); ok {
			t.Fatalf("%+v is id %d", s, id)
		}
	}

	miss(avro("x"))
	miss(avro("y", ref))
	miss(avro("x", ref, ref))
	miss(avro("x", schema.Reference{Name: "n", Subject: "r", Version: 2}))
	miss(avro("x", schema.Reference{Name: "nr", Subject: "", Version: 1}))
	miss(schema.Schema{Type: schema.JSON, Text: "x", References: []schema.Reference{ref}})
	if id, ok := f.view().FindContent(".", avro("x", ref), record.Extra{}); !ok || id != 1 {
		t.Fatal(id, ok)
	}
}

// TestEqualHashesAreNotEqualContent puts a schema into the place of another one
// in the index, as two schemas with one hash would be.
func TestEqualHashesAreNotEqualContent(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	f.schema("a", "x", 1, 1)
	v := *f.view()
	list, _ := v.contents.get(contentKey{".", hashContent(v.contents.seed, avro("x"), record.Extra{})})
	v.contents = v.contents.set(new(edit), contentKey{".", hashContent(v.contents.seed, avro("y"), record.Extra{})}, list)
	if id, ok := v.FindContent(".", avro("y"), record.Extra{}); ok {
		t.Fatalf("another schema with the same hash is id %d", id)
	}
}

package store

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestContextsAreListed(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	want := func(contexts ...string) {
		t.Helper()
		if diff := cmp.Diff(contexts, f.view().Contexts()); diff != "" {
			t.Fatal(diff)
		}
	}
	want(".")
	f.schema("s", "a", 1, 1)
	f.schema(":.eu:s", "a", 1, 1)
	f.schema(":.e:s", "a", 1, 1)
	want(".", ".e", ".eu")
	if diff := cmp.Diff([]schema.Subject{":.e:s"}, slices.Collect(f.view().InContext(".e"))); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff([]schema.Subject{"s"}, slices.Collect(f.view().InContext("."))); diff != "" {
		t.Fatal(diff)
	}

	// A context without schemas is there as long as it has a record.
	f.put(record.ContextOf(".us"), record.ContextValue(".us"))
	f.records(record.Record{Key: record.SchemaOf(":.eu:s", 1)})
	want(".", ".e", ".us")
	for _, k := range f.view().ContextKeys(".us") {
		f.records(record.Record{Key: k})
	}
	want(".", ".e")
	if len(f.found) > 0 {
		t.Fatal(f.found)
	}
}

func TestMetadataIsContent(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	x := record.Extra{Metadata: `{"properties":{"a":"1"}}`}
	value := record.SchemaValue{Subject: "s", Version: 2, ID: 2, Schema: avro("x"), Extra: x}
	f.schema("s", "x", 1, 1)
	f.put(record.SchemaOf("s", 2), value.Bytes())
	for extra, want := range map[record.Extra]schema.ID{{}: 1, x: 2, {Metadata: `{}`}: 0} {
		if id, _ := f.view().FindContent(".", avro("x"), extra); id != want {
			t.Fatalf("%v: %d; want %d", extra, id, want)
		}
	}
	value.ID = 1 // The id of the text without metadata.
	value.Version = 3
	f.put(record.SchemaOf("s", 3), value.Bytes())
	if len(f.found) != 1 || f.found[0].Reason != record.IDConflict {
		t.Fatal(f.found)
	}
}

func TestSettingsAreListed(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	mode := func(s schema.Subject) {
		f.put(record.ModeOf(s), record.ModeValue{Subject: s, Mode: schema.ReadOnly}.Bytes())
	}
	for _, s := range []schema.Subject{"b", "a", ":.eu:", ":.eu:c"} {
		mode(s)
	}
	if diff := cmp.Diff([]schema.Subject{"a", "b"}, f.view().Modes(".")); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff([]schema.Subject{":.eu:c"}, f.view().Modes(".eu")); diff != "" {
		t.Fatal(diff)
	}
	f.put(record.ConfigOf("x"), []byte(`{"alias":"t"}`))
	f.put(record.ConfigOf("w"), []byte(`{"alias":"t"}`))
	f.put(record.GlobalConfig(), []byte(`{"alias":"t"}`))
	if diff := cmp.Diff(map[schema.Subject][]schema.Subject{"t": {"w", "x"}}, f.view().Aliases()); diff != "" {
		t.Fatal(diff)
	}
}

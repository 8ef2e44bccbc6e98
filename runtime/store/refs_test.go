package store

import (
	"slices"
	"testing"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestReferencedBy(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	to := func(s string, v int) schema.Reference {
		return schema.Reference{Name: "n", Subject: schema.Subject(s), Version: schema.Version(v)}
	}
	check := func(s string, v int, want ...string) {
		t.Helper()
		var got []string
		for _, e := range f.view().ReferencedBy(schema.Subject(s), schema.Version(v)) {
			got = append(got, string(e.Subject))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s/%d is referred to by %v; want %v", s, v, got, want)
		}
	}

	// The target need not exist (yet).
	f.records(schemaRecord("a", "x", 1, 1, to("r", 1), to("r", 1)))
	f.records(schemaRecord("b", "y", 1, 2, to("r", 1), to("r", 2)))
	f.records(schemaRecord(":.eu:c", "z", 1, 1, to("r", 1), to(":.us:q", 1), to(":.:r", 2)))
	check("r", 1, "a", "b")
	check("r", 2, "b", ":.eu:c")
	check(":.eu:r", 1, ":.eu:c")
	check(":.us:q", 1, ":.eu:c")

	// Soft-deleted ones still count.
	f.put(record.DeleteSubjectOf("a"), record.DeleteSubjectValue{Subject: "a", Version: 1}.Bytes())
	check("r", 1, "a", "b")
	if !f.view().ReferencedBy("r", 1)[0].Deleted {
		t.Fatal("the index has the entry from before the deletion")
	}
	f.records(record.Record{Key: record.SchemaOf("a", 1)})
	check("r", 1, "b")
	f.schema("b", "y", 1, 2)
	check("r", 1)
}

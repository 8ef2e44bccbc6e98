package store

import (
	"testing"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestSoftDeletion(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	deleteSubject := func(n schema.Version) {
		f.put(record.DeleteSubjectOf("s"), record.DeleteSubjectValue{Subject: "s", Version: n}.Bytes())
	}

	// A mark for a subject that nobody knows is normal after compaction, and
	// says nothing about versions that come later.
	deleteSubject(5)
	f.schema("s", "a", 1, 1)
	f.expect("s", "1")

	// The mark covers versions up to its number, whatever gaps there are.
	f.schema("s", "c", 3, 3)
	f.schema("s", "d", 4, 4)
	deleteSubject(3)
	f.expect("s", "1x 3x 4")

	// A version that is written again is what its record says.
	f.schema("s", "a", 1, 1)
	f.expect("s", "1 3x 4")

	// The record of a single version.
	e, _ := f.view().Entry("s", 4)
	v, _ := e.Value()
	f.put(record.SchemaOf("s", 4), v.WithDeleted(true).Bytes())
	f.expect("s", "1 3x 4x")

	// Deleting the mark takes nothing back.
	f.records(record.Record{Key: record.DeleteSubjectOf("s")})
	f.expect("s", "1 3x 4x")

	// Deleted versions keep everything else.
	if id, ok := f.view().FindContent(".", avro("c"), record.Extra{}); !ok || id != 3 || len(f.view().ByID(".", 3)) != 1 || !f.view().ByID(".", 3)[0].Deleted {
		t.Fatal("a soft-deleted schema is still found")
	}
	if len(f.found) != 0 {
		t.Fatal(f.found)
	}
}

func TestOnlyTheDeletedRecordOfAVersionIsLeft(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	f.raw(`{"keytype":"SCHEMA","subject":"s","version":3,"magic":1}`, `{"subject":"s","version":3,"id":9,"schema":"x","deleted":true}`)
	f.expect("s", "3x")
	if len(f.view().ByID(".", 9)) != 1 || f.view().MaxID(".") != 9 {
		t.Fatal("the id is unknown")
	}
}

func TestHardDeletion(t *testing.T) {
	t.Parallel()
	f := func(value []byte) {
		t.Helper()
		f := newFeed(t)
		f.schema("s", "a", 1, 1)
		f.schema("s", "b", 2, 2)
		f.records(record.Record{Key: record.SchemaOf("s", 2), Value: value})
		f.expect("s", "1")
		if _, ok := f.view().FindContent(".", avro("b"), record.Extra{}); ok || f.view().ByID(".", 2) != nil {
			t.Fatal("the schema is still found")
		}
		if id, ok := f.view().FindVanished(".", avro("b"), record.Extra{}); !ok || id != 2 {
			t.Fatal("the id of the vanished schema is forgotten")
		}
		if f.view().MaxID(".") != 2 {
			t.Fatal("the count of ids went back")
		}
		f.records(record.Record{Key: record.SchemaOf("s", 1), Value: value}, record.Record{Key: record.SchemaOf("s", 1), Value: value})
		if f.view().Entries("s") != nil || len(f.view().Subjects()) != 0 {
			t.Fatal("the subject is still there")
		}
		if len(f.found) != 0 {
			t.Fatal(f.found)
		}
	}

	f(nil)
	f([]byte{})
	f([]byte("null"))
	f([]byte(`""`))
}

func TestClearSubject(t *testing.T) {
	t.Parallel()
	prepare := func() *feed {
		f := newFeed(t)
		for _, s := range []string{"a", "b", ":.eu:a", ":.eu:b"} {
			f.schema(s, s+"1", 1, 1)
			f.schema(s, s+"2", 2, 2)
			f.put(record.DeleteSubjectOf(schema.Subject(s)), record.DeleteSubjectValue{Version: 1}.Bytes())
		}
		return f
	}
	f := func(key string, a, b, euA, euB string) {
		t.Helper()
		f := prepare()
		f.raw(key, `{}`)
		f.expect("a", a)
		f.expect("b", b)
		f.expect(":.eu:a", euA)
		f.expect(":.eu:b", euB)
	}

	f(`{"keytype":"CLEAR_SUBJECT","subject":"a","magic":0}`, "2", "1x 2", "1x 2", "1x 2")
	f(`{"keytype":"CLEAR_SUBJECT","subject":":.eu:a","magic":0}`, "1x 2", "1x 2", "2", "1x 2")
	f(`{"keytype":"CLEAR_SUBJECT","subject":":.eu:","magic":0}`, "1x 2", "1x 2", "2", "2")
	f(`{"keytype":"CLEAR_SUBJECT","subject":null,"magic":0}`, "2", "2", "2", "2")
}

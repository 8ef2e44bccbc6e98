package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// feed applies records one after the other, with the offsets that follow.
type feed struct {
	t     *testing.T
	store *Store
	next  int64
	found []record.Problem
}

func newFeed(t *testing.T) *feed { return &feed{t: t, store: New()} }

func (f *feed) raw(key, value string) {
	var v []byte
	if value != "" {
		v = []byte(value)
	}
	f.records(record.Record{RawKey: []byte(key), Value: v})
}

func (f *feed) records(recs ...record.Record) {
	for _, rec := range recs {
		rec.RawKey = rec.KeyBytes()
		rec.Offset = f.next
		rec.Timestamp = 1000 + f.next
		f.next++
		f.found = append(f.found, f.store.Apply([]record.Record{rec})...)
	}
}

func (f *feed) put(k record.Key, value []byte)   { f.records(f.store.View().Put(k, value)...) }
func (f *feed) schema(s, text string, v, id int) { f.records(schemaRecord(s, text, v, id)) }
func (f *feed) view() *View                      { return f.store.View() }

func schemaRecord(s, text string, v, id int, refs ...schema.Reference) record.Record {
	value := record.SchemaValue{
		Subject: schema.Subject(s), Version: schema.Version(v), ID: schema.ID(id),
		Schema: schema.Schema{Type: schema.Avro, Text: text, References: refs},
	}
	return record.Record{Key: record.SchemaOf(value.Subject, value.Version), Value: value.Bytes()}
}

func avro(text string, refs ...schema.Reference) schema.Schema {
	return schema.Schema{Type: schema.Avro, Text: text, References: refs}
}

// live is a short form of the versions of a subject: "1 2x 3" has the second
// one soft-deleted.
func live(v *View, s schema.Subject) string {
	out := ""
	for i, e := range v.Entries(s) {
		if i > 0 {
			out += " "
		}
		out += e.Version.String()
		if e.Deleted {
			out += "x"
		}
	}
	return out
}

func (f *feed) expect(s schema.Subject, want string) {
	f.t.Helper()
	if got := live(f.view(), s); got != want {
		f.t.Fatalf("versions of %s: %q; want %q", s, got, want)
	}
}

func TestVersionIsStoredWithAllItsParts(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	if f.view().Offset() != -1 || f.view().Entries("s") != nil || len(f.view().Subjects()) != 0 {
		t.Fatal("a new store is not empty")
	}
	f.raw(`{"keytype":"NOOP","magic":0}`, "")
	f.raw(`{"keytype":"SCHEMA","subject":"s","version":2,"magic":1}`, `{"subject":"s","version":2,"id":7,"schema":"\"int\"","deleted":false,"x":1}`)

	e, ok := f.view().Entry("s", 2)
	if !ok || e.ID != 7 || e.Timestamp != 1001 || e.Offset != 1 || string(e.AppendQuotedText(nil)) != `"\"int\""` || e.Deleted {
		t.Fatalf("%+v, %t", e, ok)
	}
	if diff := cmp.Diff(avro(`"int"`), e.Schema); diff != "" {
		t.Fatal(diff)
	}
	value, err := e.Value()
	if err != nil || string(value.WithDeleted(true).Bytes()) != `{"subject":"s","version":2,"id":7,"schema":"\"int\"","deleted":true,"x":1}` {
		t.Fatalf("%s, %v", value.Bytes(), err)
	}
	if _, ok := f.view().Entry("s", 1); ok {
		t.Fatal("version 1 exists")
	}
	if id, ok := f.view().FindContent(".", avro(`"int"`), record.Extra{}); !ok || id != 7 || f.view().MaxID(".") != 7 {
		t.Fatalf("id %d, %t", id, ok)
	}
}

func TestApplyCopiesTheBytesItKeeps(t *testing.T) {
	t.Parallel()
	s := New()
	value := schemaRecord("s", "text", 1, 1).Value
	key := record.SchemaOf("s", 1).Bytes()
	s.Apply([]record.Record{{RawKey: key, Value: value}})
	for i := range value {
		value[i] = '#'
	}
	for i := range key {
		key[i] = '#'
	}
	e, ok := s.View().Entry("s", 1)
	if !ok || e.Schema.Text != "text" || string(e.AppendQuotedText(nil)) != `"text"` || e.RawValue()[0] != '{' {
		t.Fatalf("%+v", e)
	}
}

func TestOldViewsNeverChange(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	f.schema("s", "a", 1, 1)
	f.schema("s", "b", 2, 2)
	f.schema("t", "b", 1, 2)
	old := f.view()
	held := old.Entries("s")
	byID := old.ByID(".", 2)

	f.records(record.Record{Key: record.SchemaOf("s", 2)})
	f.schema("s", "c", 2, 3)
	f.schema("s", "d", 3, 4)
	f.put(record.DeleteSubjectOf("t"), record.DeleteSubjectValue{Subject: "t", Version: 1}.Bytes())
	f.schema("u", "b", 1, 2)

	if live(old, "s") != "1 2" || held[1].Schema.Text != "b" || live(old, "t") != "1" || len(old.ByID(".", 2)) != 2 {
		t.Fatalf("the old view changed: %q, %q", live(old, "s"), live(old, "t"))
	}
	if byID[0].Subject != "s" || byID[1].Subject != "t" || len(old.Subjects()) != 2 || old.MaxID(".") != 2 {
		t.Fatal("the old view changed")
	}
	f.expect("s", "1 2 3")
	if e, _ := f.view().Entry("s", 2); e.Schema.Text != "c" {
		t.Fatal("the new view has the old text")
	}
}

func TestReadersCannotReachTheSharedArrays(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	for i := 1; i <= 3; i++ {
		f.schema("s", "x", i, 1)
	}
	held, byID := f.view().Entries("s"), f.view().ByID(".", 1)
	f.schema("s", "x", 4, 1)
	_, _ = append(held, nil), append(byID, nil)
	if f.view().Entries("s")[3] == nil || f.view().ByID(".", 1)[3] == nil {
		t.Fatal("what a reader appends shows in the newest view")
	}

	// Replacing a version does not change the list that was handed out.
	held = f.view().Entries("s")
	f.schema("s", "y", 2, 2)
	if held[1].Schema.Text != "x" || f.view().Entries("s")[1].Schema.Text != "y" {
		t.Fatal("the old list has the new version")
	}
}

func TestResetKeepsOnlyTheHighestIDs(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	f.schema("s", "a", 1, 5)
	f.put(record.ConfigOf("s"), record.ConfigValue{Level: schema.Full}.Bytes())
	f.store.Reset()
	v := f.view()
	_, config := v.Config("s")
	if v.Offset() != -1 || len(v.Subjects()) != 0 || config || v.ByID(".", 5) != nil || v.MaxID(".") != 5 {
		t.Fatalf("%+v", v)
	}
	f.schema("s", "a", 1, 6)
	f.expect("s", "1")
}

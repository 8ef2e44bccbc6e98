package store

import (
	"fmt"
	"slices"
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
	if !ok || e.ID != 7 || e.Timestamp != 1001 || e.Offset != 1 || string(e.QuotedText) != `"\"int\""` || e.Deleted {
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
	if id, ok := f.view().FindContent(".", avro(`"int"`)); !ok || id != 7 || f.view().MaxID(".") != 7 {
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
	if !ok || e.Schema.Text != "text" || string(e.QuotedText) != `"text"` || e.RawValue[0] != '{' {
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
	_ = append(held, nil) // A reader's append must not reach the shared array.

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
	if id, ok := f.view().FindContent(".", avro("c")); !ok || id != 3 || len(f.view().ByID(".", 3)) != 1 || !f.view().ByID(".", 3)[0].Deleted {
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
		if _, ok := f.view().FindContent(".", avro("b")); ok || f.view().ByID(".", 2) != nil {
			t.Fatal("the schema is still found")
		}
		if id, ok := f.view().FindVanished(".", avro("b")); !ok || id != 2 {
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

func TestVanishedSchemasAreBounded(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	for i := 1; i <= maxVanished+10; i++ {
		f.schema("s", fmt.Sprint(i), 1, i)
		f.records(record.Record{Key: record.SchemaOf("s", 1)})
	}
	if _, ok := f.view().FindVanished(".", avro("10")); ok {
		t.Fatal("the oldest were not forgotten")
	}
	if id, ok := f.view().FindVanished(".", avro("11")); !ok || id != 11 {
		t.Fatal("a recent one was forgotten")
	}
	if n := len(f.store.vanished.entries); n != maxVanished {
		t.Fatalf("%d remembered", n)
	}
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

func TestConfigurationsAndModes(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	level := func(want schema.Level) {
		t.Helper()
		if c, ok := f.view().Config("s"); c.Level != want || ok != (want != "") {
			t.Fatalf("level %q, %t; want %q", c.Level, ok, want)
		}
	}

	// Without a subject of that name.
	f.raw(`{"keytype":"CONFIG","subject":"s","magic":0}`, `{"compatibilityLevel":"FULL"}`)
	level(schema.Full)
	f.raw(`{"keytype":"CONFIG","subject":"s","magic":0}`, `{"compatibilityLevel":"bad"}`)
	level(schema.Full)
	f.raw(`{"keytype":"CONFIG","subject":"s","magic":0}`, `{}`)
	level("")
	f.raw(`{"keytype":"CONFIG","subject":"s","magic":0}`, `{"alias":"x"}`)
	if c, ok := f.view().Config("s"); !ok || c.Level != "" || string(c.Bytes()) != `{"alias":"x"}` {
		t.Fatal("a configuration without a level is one")
	}
	f.raw(`{"subject":"s","magic":0,"keytype":"CONFIG"}`, "")
	level("")

	f.raw(`{"keytype":"CONFIG","magic":0}`, `{"compatibilityLevel":"NONE"}`)
	if c, ok := f.view().GlobalConfig(); !ok || c.Level != schema.None {
		t.Fatal("global configuration without a subject member")
	}
	f.raw(`{"keytype":"CONFIG","subject":null,"magic":0}`, "null")
	if _, ok := f.view().GlobalConfig(); ok {
		t.Fatal("the global configuration was not removed")
	}

	f.raw(`{"keytype":"MODE","subject":"s","magic":0}`, `{"subject":"s","mode":"READONLY"}`)
	f.raw(`{"keytype":"MODE","subject":null,"magic":0}`, `{"mode":"IMPORT"}`)
	m, _ := f.view().Mode("s")
	g, _ := f.view().GlobalMode()
	if m.Mode != schema.ReadOnly || g.Mode != schema.Import {
		t.Fatal(m, g)
	}
	f.raw(`{"keytype":"MODE","subject":"s","magic":0}`, "")
	if _, ok := f.view().Mode("s"); ok {
		t.Fatal("the mode was not removed")
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
	if _, ok := v.FindContent(".eu", avro("a")); ok || v.ByID(".", 2) != nil || len(v.ByID(".eu", 2)) != 1 {
		t.Fatal("contexts share ids")
	}
	if id, ok := v.FindContent(".eu", avro("b")); !ok || id != 2 {
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
	if id, ok := f.view().FindContent(".", avro("second")); !ok || id != 1 {
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
		if got, ok := f.view().FindContent(".", avro("x")); got != want || ok != (want != 0) {
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
	a, _ := f.store.View().FindVanished(".", avro("x"))
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
		if id, ok := f.view().FindContent(".", s); ok {
			t.Fatalf("%+v is id %d", s, id)
		}
	}

	miss(avro("x"))
	miss(avro("y", ref))
	miss(avro("x", ref, ref))
	miss(avro("x", schema.Reference{Name: "n", Subject: "r", Version: 2}))
	miss(avro("x", schema.Reference{Name: "nr", Subject: "", Version: 1}))
	miss(schema.Schema{Type: schema.JSON, Text: "x", References: []schema.Reference{ref}})
	if id, ok := f.view().FindContent(".", avro("x", ref)); !ok || id != 1 {
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
	list, _ := v.contents.get(contentKey{".", hashContent(v.contents.seed, avro("x"))})
	v.contents = v.contents.set(new(edit), contentKey{".", hashContent(v.contents.seed, avro("y"))}, list)
	if id, ok := v.FindContent(".", avro("y")); ok {
		t.Fatalf("another schema with the same hash is id %d", id)
	}
}

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

func TestKeyForms(t *testing.T) {
	t.Parallel()
	const (
		canonical  = `{"keytype":"SCHEMA","subject":"a/b","version":1,"magic":1}`
		deprecated = `{"subject":"a/b","version":1,"magic":1,"keytype":"SCHEMA"}`
		escaped    = `{"keytype":"SCHEMA","subject":"a\/b","version":1,"magic":1}`
		value      = `{"subject":"a/b","version":1,"id":1,"schema":"x","deleted":false}`
	)
	f := newFeed(t)
	k := record.SchemaOf("a/b", 1)
	forms := func(want ...string) {
		t.Helper()
		var got []string
		for _, raw := range f.view().KeyVariants(k) {
			got = append(got, string(raw))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("forms\n got %v\nwant %v", got, want)
		}
	}
	keys := func(recs []record.Record, want ...string) {
		t.Helper()
		var got []string
		for _, rec := range recs {
			got = append(got, string(rec.RawKey))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("keys\n got %v\nwant %v", got, want)
		}
	}

	forms()
	keys(f.view().Put(k, []byte(value)), canonical)
	f.raw(canonical, value)
	forms(canonical)
	if f.view().variants.size != 0 {
		t.Fatal("the common case takes memory")
	}
	f.raw(deprecated, value)
	f.raw(escaped, value)
	forms(canonical, deprecated, escaped)
	f.raw(deprecated, value)
	forms(canonical, escaped, deprecated)

	// An update uses the newest form and deletes no other: a null of any form
	// deletes the version for every reader.
	keys(f.view().Put(k, []byte(value)), deprecated)
	keys(f.view().Tombstones(k), canonical, escaped, deprecated)

	// A deletion by somebody who knows one form only leaves the others.
	f.raw(deprecated, "")
	f.expect("a/b", "")
	forms(canonical, escaped)
	keys(f.view().Tombstones(k), canonical, escaped)
	f.records(f.view().Tombstones(k)...)
	forms()
	if f.view().variants.size != 0 {
		t.Fatal("memory of deleted keys is left")
	}
	keys(f.view().Tombstones(k), canonical)
}

func TestKeyFormsOfSettings(t *testing.T) {
	t.Parallel()
	const (
		null   = `{"keytype":"CONFIG","subject":null,"magic":0}`
		absent = `{"keytype":"CONFIG","magic":0}`
		full   = `{"compatibilityLevel":"FULL"}`
	)
	f := newFeed(t)
	f.raw(null, full)
	f.raw(absent, full)
	recs := f.view().Put(record.GlobalConfig(), []byte(full))
	if len(recs) != 2 || string(recs[0].RawKey) != null || recs[0].Value != nil || string(recs[1].RawKey) != absent || string(recs[1].Value) != full {
		t.Fatalf("%v", recs)
	}
	f.records(recs...)
	if c, _ := f.view().GlobalConfig(); c.Level != schema.Full {
		t.Fatal("the setting is lost")
	}
	if got := f.view().KeyVariants(record.GlobalConfig()); len(got) != 1 || string(got[0]) != absent {
		t.Fatalf("%s", got)
	}
}

func TestSequenceNumbersDecideRacesWhereTheyCan(t *testing.T) {
	t.Parallel()
	key := func(v, seq int) string {
		return fmt.Sprintf(`{"keytype":"SCHEMA","subject":"s","version":%d,"magic":1,"seq":%d,"node":0}`, v, seq)
	}
	value := func(v, id int, text string) string { return string(schemaRecord("s", text, v, id).Value) }

	f := newFeed(t)
	f.raw(`{"keytype":"NOOP","magic":0}`, "")
	f.raw(key(1, 1), value(1, 1, "won"))
	f.raw(key(1, 1), value(1, 1, "lost"))
	if e, _ := f.view().Entry("s", 1); e.Schema.Text != "won" || len(f.found) != 1 || f.found[0].Reason != record.LostRace {
		t.Fatal(e.Schema.Text, f.found)
	}
	// Our own records have no number and count; they do not reuse a numbered key.
	recs := f.view().Put(record.SchemaOf("s", 1), []byte(value(1, 1, "won")))
	if string(recs[0].RawKey) != `{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}` {
		t.Fatalf("%s", recs[0].RawKey)
	}
	f.records(f.view().Tombstones(record.SchemaOf("s", 1))...)
	f.expect("s", "")

	// On a copied topic the numbers mean nothing.
	f = newFeed(t)
	f.raw(key(1, 17), value(1, 1, "a"))
	f.raw(key(2, 23), value(2, 2, "b"))
	f.expect("s", "1 2")
	if len(f.found) != 0 {
		t.Fatal(f.found)
	}
}

func TestBadRecordsAffectNothingElse(t *testing.T) {
	t.Parallel()
	key := string(record.SchemaOf("s", 1).Bytes())
	f := func(rawKey, value string, want record.Reason) {
		t.Helper()
		f := newFeed(t)
		before, after := schemaRecord("a", "a", 1, 1), schemaRecord("b", "b", 1, 2)
		before.RawKey, after.RawKey = before.Key.Bytes(), after.Key.Bytes()
		bad := record.Record{RawKey: []byte(rawKey), Value: []byte(value), Offset: 1}
		after.Offset = 2
		found := f.store.Apply([]record.Record{before, bad, after})
		f.expect("a", "1")
		f.expect("b", "1")
		if len(found) != 1 || found[0].Reason != want || found[0].Offset != 1 || found[0].Applied || found[0].Err == nil || f.view().Problems()[want] != 1 {
			t.Fatalf("%q %q: %+v", rawKey, value, found)
		}
		if len(f.view().Subjects()) != 2 || f.view().Offset() != 2 {
			t.Fatal("the bad record had an effect, or stopped the others")
		}
		// As the last record, it still moves the offset.
		bad.Offset = 3
		f.store.Apply([]record.Record{bad})
		if f.view().Offset() != 3 {
			t.Fatal("the offset did not move over a bad record")
		}
	}

	f("", "x", record.KeyMissing)
	f("x", "{}", record.KeyMalformed)
	f("[]", "{}", record.KeyMalformed)
	f("\xff\xfe", "{}", record.KeyMalformed)
	f(`{"keytype":"SCHEMA","subject":"s","version":"1","magic":1}`, "{}", record.KeyMalformed)
	f(`{"keytype":"NEW"}`, "{}", record.KeyUnknown)
	f(key, "x", record.ValueMalformed)
	f(key, "[]", record.ValueMalformed)
	f(key, "{}", record.ValueMalformed)
	f(key, "\xff\xfe", record.ValueMalformed)
	f(key, `{"id":1,"schema":"x","version":"1"}`, record.ValueMalformed)
	f(`{"keytype":"CONFIG","subject":"s","magic":0}`, `{"compatibilityLevel":"x"}`, record.ValueMalformed)
	f(`{"keytype":"MODE","subject":"s","magic":0}`, `{}`, record.ValueMalformed)
	f(`{"keytype":"DELETE_SUBJECT","subject":"a","magic":0}`, `{"subject":"a"}`, record.ValueMalformed)
}

func TestRecordsWithoutEffect(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	f.records(record.Record{RawKey: []byte{}, Value: []byte{}})
	f.raw(`{"keytype":"NOOP","magic":0}`, "garbage")
	f.raw(`{"keytype":"CONTEXT","tenant":"default","context":".ctx","magic":0}`, `{"tenant":"default","context":".ctx"}`)
	f.raw(`{"keytype":"ASSOC","tenant":"default","resourceName":"r"}`, `{}`)
	f.raw(string(record.SchemaOf("unknown", 1).Bytes()), "")
	f.raw(string(record.ConfigOf("unknown").Bytes()), "")
	if len(f.found) != 0 || len(f.view().Subjects()) != 0 || f.view().Offset() != 5 {
		t.Fatalf("%v, offset %d", f.found, f.view().Offset())
	}
	// The key has the last word on where a schema belongs.
	f.raw(string(record.SchemaOf("s", 2).Bytes()), string(schemaRecord("t", "x", 1, 1).Value))
	f.expect("s", "2")
	f.expect("t", "")
	if len(f.found) != 1 || f.found[0].Reason != record.KeyValueDiffer || !f.found[0].Applied {
		t.Fatal(f.found)
	}
}

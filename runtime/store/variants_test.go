package store

import (
	"fmt"
	"slices"
	"testing"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

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

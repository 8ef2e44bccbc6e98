package store

import (
	"testing"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

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
	f.raw(string(record.SchemaOf("unknown", 1).Bytes()), "")
	f.raw(string(record.ConfigOf("unknown").Bytes()), "")
	if len(f.found) != 0 || len(f.view().Subjects()) != 0 || f.view().Offset() != 4 {
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

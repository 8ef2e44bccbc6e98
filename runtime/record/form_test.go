package record

import (
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// What Confluent 8 writes, from the description of the format: read, taken
// apart and written anew, every vector is what it was.
func TestConfluentForm(t *testing.T) {
	t.Parallel()
	for _, raw := range vectors(t, "global keys confluent") {
		k, err := ParseKey([]byte(raw))
		if err != nil || string(k.BytesIn(ConfluentForm)) != raw {
			t.Errorf("%s is written as %s, %v", raw, k.BytesIn(ConfluentForm), err)
		}
	}
	for _, raw := range vectors(t, "canonical keys") {
		k, err := ParseKey([]byte(raw))
		if err != nil || string(k.BytesIn(KarapaceForm)) != raw || !k.Global && string(k.BytesIn(ConfluentForm)) != raw {
			t.Errorf("%s is written as %s, %v", raw, k.BytesIn(ConfluentForm), err)
		}
	}
	for _, raw := range vectors(t, "schema values confluent") {
		v, err := ParseSchemaValue([]byte(raw))
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if got := string(v.BytesIn(KarapaceForm)); got != raw {
			t.Errorf("a value that was read changed its form:\n got %s\nwant %s", got, raw)
		}
		v.raw, v.quoted = nil, nil
		if got := string(v.BytesIn(ConfluentForm)); got != raw {
			t.Errorf("\n got %s\nwant %s", got, raw)
		}
	}
	for _, raw := range vectors(t, "config values confluent") {
		v, err := ParseConfigValue([]byte(raw))
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		bare, err := v.Without("subject")
		if err != nil {
			t.Fatal(err)
		}
		if got := string(bare.In(ConfluentForm, "s").Bytes()); got != raw {
			t.Errorf("\n got %s\nwant %s", got, raw)
		}
	}
}

func TestConfigNamesItsSubject(t *testing.T) {
	t.Parallel()
	f := func(raw string, form Form, s schema.Subject, want string) {
		t.Helper()
		v, err := ParseConfigValue([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		got := v.In(form, s)
		if string(got.Bytes()) != want || got.Level != v.Level || got.Alias() != v.Alias() {
			t.Errorf("%s:\n got %s\nwant %s", raw, got.Bytes(), want)
		}
	}
	const level = `{"compatibilityLevel":"BACKWARD"}`
	f(level, KarapaceForm, "s", level)
	f(level, ConfluentForm, "s", `{"subject":"s","compatibilityLevel":"BACKWARD"}`)
	f(level, ConfluentForm, `a"b`, `{"subject":"a\"b","compatibilityLevel":"BACKWARD"}`)
	f(level, ConfluentForm, "", level) // Global.
	// What is there stays, with the bytes of whoever wrote it.
	f(`{"alias":"t","subject":"s"}`, ConfluentForm, "s", `{"alias":"t","subject":"s"}`)
	f(`{"alias":"t","subject":"s"}`, KarapaceForm, "s", `{"alias":"t","subject":"s"}`)
	f(` { "alias":"\u0074" }`, ConfluentForm, "s", `{"subject":"s", "alias":"\u0074" }`)
	f(`{}`, ConfluentForm, "s", `{"subject":"s"}`)
}

// A configuration that only names its subject configures nothing.
func TestEmptyConfig(t *testing.T) {
	t.Parallel()
	f := func(raw string, want bool) {
		t.Helper()
		v, err := ParseConfigValue([]byte(raw))
		if err != nil || v.Empty() != want {
			t.Errorf("%s: empty %v, %v; want %v", raw, v.Empty(), err, want)
		}
	}
	f(`{}`, true)
	f(`{"subject":"s"}`, true)
	f(`{"subject":"s","alias":"t"}`, false)
	f(`{"compatibilityLevel":"NONE"}`, false)
}

package record

import (
	"os"
	"strings"
	"testing"
)

// vectors returns the lines of one block of the format's description.
func vectors(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile("../../docs/formats/schemalog.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "```vectors "+name+"\n")
	if !ok {
		t.Fatalf("no vectors %q in the description", name)
	}
	block, _, _ := strings.Cut(rest, "\n```")
	return strings.Split(block, "\n")
}

func TestDescriptionOfTheFormatIsTrue(t *testing.T) {
	t.Parallel()
	parse := func(raw string) Key {
		t.Helper()
		k, err := ParseKey([]byte(raw))
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		return k
	}
	for _, raw := range vectors(t, "canonical keys") {
		if got := string(parse(raw).Bytes()); got != raw {
			t.Errorf("\n got %s\nwant %s", got, raw)
		}
	}
	for _, line := range vectors(t, "key forms") {
		form, canonical, ok := strings.Cut(line, "\t")
		if !ok || parse(form) != parse(canonical) || string(parse(form).Bytes()) != canonical {
			t.Errorf("%s is %s", form, parse(form).Bytes())
		}
	}
	for _, raw := range vectors(t, "schema values") {
		v, err := ParseSchemaValue([]byte(raw))
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		v.raw, v.quoted = nil, nil
		if got := string(v.Bytes()); got != raw {
			t.Errorf("\n got %s\nwant %s", got, raw)
		}
	}
}

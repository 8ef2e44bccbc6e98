package jsonschema

import (
	"strings"
	"testing"

	santhosh "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// A library that knows the same drafts takes the same values. It only ever
// sees schemas and values that this test made up.
func TestValuesAgainstLibrary(t *testing.T) {
	t.Parallel()
	count, fit := 0, 0
	for seed := range uint64(600) {
		m := newMaker(seed+1e6, []Draft{Draft7, Draft2020}[seed%2], everything...)
		e := m.evolved(t, 20)
		ours, theirs := mustValidator(t, text(t, e.old), schema.Confluent), library(t, text(t, e.old))
		for _, v := range e.values {
			raw := text(t, v)
			value, err := santhosh.UnmarshalJSON(strings.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			want := theirs.Validate(value)
			got := ours.Validate([]byte(raw))
			if (got == nil) != (want == nil) {
				t.Errorf("%s, %s: %v, the library says %v", text(t, e.old), raw, got, want)
			}
			if count++; got == nil {
				fit++
			}
		}
	}
	if fit < count/10 || fit > count*9/10 {
		t.Errorf("%d of %d values fit: they tell nothing", fit, count)
	}
}

func library(t *testing.T, text string) *santhosh.Schema {
	t.Helper()
	doc, err := santhosh.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := santhosh.NewCompiler()
	c.DefaultDraft(santhosh.Draft7)
	c.UseLoader(santhosh.SchemeURLLoader{})
	if err := c.AddResource("test:schema", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("test:schema")
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return s
}

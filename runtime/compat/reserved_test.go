package compat

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// Complaints about reserved fields make a schema incompatible at any level, also
// with no version before it, and come before what a comparison finds.
func TestReservedFieldsAreAVerdict(t *testing.T) {
	t.Parallel()
	const next, old = `"int"`, `"string"`
	f := func(level schema.Level, flavour schema.Flavour, previous []Previous, want ...string) {
		t.Helper()
		rules := Rules{Level: level, Flavour: flavour, ValidateFields: true, Reserved: []string{"first", "second"}}
		verdict := rules.Check(parse(t, next), previous)
		if verdict.Compatible() {
			t.Fatal("compatible")
		}
		if diff := cmp.Diff(want, verdict.Messages(flavour)); diff != "" {
			t.Fatal(diff)
		}
	}

	f(schema.None, schema.Karapace, versions(t, old), "first", "second")
	f(schema.None, schema.Confluent, versions(t, old), "first", "second", "{validateFields: 'true', compatibility: 'NONE'}")
	f(schema.Backward, schema.Confluent, nil, "first", "second", "{validateFields: 'true', compatibility: 'BACKWARD'}")
	f(schema.Backward, schema.Karapace, versions(t, old), "first", "second", "reader type: int not compatible with writer type: string")
	f(schema.Backward, schema.Confluent, versions(t, old), "first", "second",
		"{errorType:'TYPE_MISMATCH', description:'The type (path '/') of a field in the new schema does not match with the old schema', additionalInfo:'reader type: INT not compatible with writer type: STRING'}",
		"{oldSchemaVersion: 1}", `{oldSchema: '"string"'}`, "{validateFields: 'true', compatibility: 'BACKWARD'}")
}

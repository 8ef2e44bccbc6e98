package registry

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// evolved has versions 1 int, 2 long, 3 string, which NONE let in.
func evolved(t *testing.T, flavour schema.Flavour, level schema.Level) *node {
	t.Helper()
	n := newNode(t, &topic{}, flavour)
	if _, err := n.SetSubjectConfig(t.Context(), "a", ConfigChange{Level: levelPointer(schema.None)}); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{`"int"`, `"long"`, `"float"`} {
		n.register(t, "a", avro(text))
	}
	if _, err := n.SetSubjectConfig(t.Context(), "a", ConfigChange{Level: &level}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCompatibleAtEveryLevel(t *testing.T) {
	t.Parallel()
	f := func(flavour schema.Flavour, level schema.Level, text string, version schema.Version, against schema.Version) {
		t.Helper()
		verdict, err := evolved(t, flavour, level).Compatible(Registration{Subject: "a", Schema: avro(text)}, version)
		if err != nil || verdict.Against != against {
			t.Fatalf("%s, %s, %s against %s: %+v, %v; want against %d", flavour, level, text, version, verdict, err, against)
		}
	}

	f(schema.Karapace, schema.None, `"string"`, 1, 0)
	f(schema.Karapace, schema.Backward, `"double"`, schema.Latest, 0)
	f(schema.Karapace, schema.Backward, `"long"`, 1, 0)
	f(schema.Karapace, schema.Backward, `"long"`, schema.Latest, 3)
	f(schema.Karapace, schema.Forward, `"int"`, schema.Latest, 0)
	f(schema.Karapace, schema.Forward, `"double"`, schema.Latest, 3)
	f(schema.Karapace, schema.Full, `"float"`, schema.Latest, 0)
	f(schema.Karapace, schema.Full, `"double"`, schema.Latest, 3)
	f(schema.Karapace, schema.FullTransitive, `"float"`, schema.Latest, 1)

	// Under a transitive level Karapace compares with all versions, oldest
	// first; Confluent with the one that is named.
	f(schema.Karapace, schema.BackwardTransitive, `"string"`, 3, 1)
	f(schema.Karapace, schema.BackwardTransitive, `"int"`, 1, 2)
	f(schema.Confluent, schema.BackwardTransitive, `"string"`, 3, 3)
	f(schema.Confluent, schema.BackwardTransitive, `"int"`, 1, 0)
	f(schema.Karapace, schema.ForwardTransitive, `"long"`, 3, 1)
}

func TestCompatibleRefusals(t *testing.T) {
	t.Parallel()
	n := evolved(t, schema.Karapace, schema.Backward)
	n.topic.append(foreign("b", 1, 50, `{"foo":"bar"}`))
	n.read()
	f := func(s schema.Subject, text string, v schema.Version, kind Kind) {
		t.Helper()
		_, err := n.Compatible(Registration{Subject: s, Schema: avro(text)}, v)
		wantKind(t, err, kind)
	}

	f("a", `{`, 1, InvalidSchema)
	f("nobody", `{`, 1, InvalidSchema) // Before the version is looked up.
	f("a", ``, 1, EmptySchema)
	f("a", `"int"`, 9, VersionNotFound)
	f("nobody", `"int"`, 1, VersionNotFound)
	f("nobody", `"int"`, schema.Latest, VersionNotFound)
	f("b", `"int"`, 1, StoredUnparsable)

	if _, err := n.DeleteVersion(t.Context(), "a", 1); err != nil {
		t.Fatal(err)
	}
	f("a", `"int"`, 1, VersionNotFound)
}

func TestCompatibleWithAll(t *testing.T) {
	t.Parallel()
	f := func(flavour schema.Flavour, level schema.Level, s schema.Subject, text string, against schema.Version) {
		t.Helper()
		verdict, err := evolved(t, flavour, level).CompatibleWithAll(Registration{Subject: s, Schema: avro(text)})
		if err != nil || verdict.Against != against {
			t.Fatalf("%+v, %v; want against %d", verdict, err, against)
		}
	}

	f(schema.Karapace, schema.Backward, "a", `"double"`, 0)
	f(schema.Karapace, schema.Backward, "a", `"int"`, 3)
	f(schema.Karapace, schema.BackwardTransitive, "a", `"string"`, 1)
	f(schema.Confluent, schema.BackwardTransitive, "a", `"string"`, 3)
	f(schema.Karapace, schema.Backward, "nobody", `"string"`, 0)
}

func TestCompatibilityMessages(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	n.register(t, "a", avro(`"double"`))
	verdict, err := n.Compatible(Registration{Subject: "a", Schema: avro(`"int"`)}, schema.Latest)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"reader type: int not compatible with writer type: double"}
	if diff := cmp.Diff(want, verdict.Messages(n.Flavour())); diff != "" {
		t.Fatal(diff)
	}
	_, err = n.Register(t.Context(), Registration{Subject: "a", Schema: avro(`"int"`)})
	wantKind(t, err, Incompatible)
}

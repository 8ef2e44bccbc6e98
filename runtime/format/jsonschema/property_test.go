package jsonschema

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// everything that a maker can do.
var everything = []string{
	"not", "oneOf", "if", "untyped", "undeclared", "default",
	"contains", "patternProperties", "propertyNames", "dependencies", "unevaluatedProperties",
}

// A schema reads what its like wrote, however the walk gets there.
func TestReflexive(t *testing.T) {
	t.Parallel()
	for seed := range uint64(1_000) {
		m := newMaker(seed, []Draft{Draft7, Draft2020}[seed%2], everything...)
		s := m.root()
		a := mustParse(t, text(t, s))
		s["title"] = "makes the texts differ"
		b := mustParse(t, text(t, s))
		for _, f := range []schema.Flavour{schema.Karapace, schema.Confluent} {
			if findings := Readable(a, b, f); len(findings) > 0 {
				t.Errorf("%s, %s: %v", f, a.Canonical(), findings)
			}
		}
	}
}

// Every text that is printed can be read, prints as itself and means the same.
func TestPrints(t *testing.T) {
	t.Parallel()
	for seed := range uint64(500) {
		m := newMaker(seed, []Draft{Draft7, Draft2020}[seed%2], everything...)
		s := mustParse(t, text(t, m.root()))
		for name, print := range map[string]func(*Schema) string{
			"canonical": (*Schema).Canonical, "standard": (*Schema).Standard, "normalized": (*Schema).Normalized,
		} {
			again := mustParse(t, print(s))
			if diff := cmp.Diff(print(s), print(again)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
			if !Same(s, again, schema.Karapace) || len(Readable(s, again, schema.Confluent)) > 0 {
				t.Errorf("%s: %s is not the same", name, print(s))
			}
		}
	}
}

// evolved is a pair of schemas with values for them.
type evolved struct {
	old, next object
	values    []any
}

func (m *maker) evolved(t testing.TB, values int) evolved {
	t.Helper()
	e := evolved{old: m.root()}
	e.next = m.evolve(t, e.old)
	for range values {
		e.values = append(e.values, m.instance(e.old, e.old, 4))
	}
	return e
}

// Where the flavour of Confluent says that a schema reads what another wrote,
// it takes all values of the other. The features for which that is not so are
// listed with the oracle's test, which has a greater number of pairs.
func TestCompatibleMeansReadable(t *testing.T) {
	t.Parallel()
	compatible := 0
	for seed := range uint64(1_000) {
		m := newMaker(seed, []Draft{Draft7, Draft2020}[seed%2], "not", "dependencies")
		e := m.evolved(t, 20)
		old, next := text(t, e.old), text(t, e.next)
		if len(Readable(mustParse(t, next), mustParse(t, old), schema.Confluent)) > 0 {
			continue
		}
		compatible++
		before, after := mustValidator(t, old, schema.Confluent), mustValidator(t, next, schema.Confluent)
		for _, v := range e.values {
			raw := []byte(text(t, v))
			if before.Validate(raw) != nil {
				continue
			}
			if err := after.Validate(raw); err != nil {
				t.Errorf("%s\n%s\n%s: %v", old, next, raw, err)
			}
		}
	}
	if compatible < 200 {
		t.Errorf("only %d pairs are compatible", compatible)
	}
}

// What one schema makes of another does not depend on what either was compared
// with before, and lenient readers put up with all that strict ones do. So
// FORWARD from a to b, which asks the same as BACKWARD from b to a, has the
// same answer.
func TestVerdictsStand(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		m := newMaker(seed, []Draft{Draft7, Draft2020}[seed%2], everything...)
		e := m.evolved(t, 0)
		old, next := mustParse(t, text(t, e.old)), mustParse(t, text(t, e.next))
		for _, f := range []schema.Flavour{schema.Karapace, schema.Confluent} {
			first, reverse := Readable(next, old, f), Readable(old, next, f)
			again := Readable(mustParse(t, next.Standard()), mustParse(t, old.Standard()), f)
			if diff := cmp.Diff(first, again); diff != "" {
				t.Errorf("%s, %s, %s: %s", f, old.Canonical(), next.Canonical(), diff)
			}
			if diff := cmp.Diff(reverse, Readable(old, next, f)); diff != "" {
				t.Errorf("%s, %s, %s: %s", f, next.Canonical(), old.Canonical(), diff)
			}
		}
		strict, lenient := ReadableUnder(next, old, schema.Confluent, Strict), ReadableUnder(next, old, schema.Confluent, Lenient)
		if len(strict) == 0 && len(lenient) > 0 {
			t.Errorf("%s, %s: %v", old.Canonical(), next.Canonical(), lenient)
		}
	}
}

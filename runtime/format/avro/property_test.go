package avro

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// TestProperties holds for any two schemas, here for generated ones: a schema
// reads itself; each print is a schema again, the same one, and prints as
// itself; and no print changes a verdict or what it says.
func TestProperties(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	prints := map[string]func(*Schema) string{
		"canonical":  (*Schema).Canonical,
		"standard":   (*Schema).Standard,
		"normalized": (*Schema).Normalized,
		"resolved":   (*Schema).Resolved,
	}
	verdicts := map[bool]int{}
	for i := range uint64(600) {
		old, next := (&evolver{rand: rand.New(rand.NewPCG(seed, i))}).pair(3)
		a, b := mustParse(t, old), mustParse(t, next)
		stable(t, a)
		stable(t, b)
		for _, f := range []schema.Flavour{schema.Karapace, schema.Confluent} {
			if findings := Readable(a, mustParse(t, old), f); len(findings) > 0 {
				t.Fatalf("%s: does not read itself: %v\n%s", f, findings, old)
			}
			want := Readable(b, a, f)
			verdicts[len(want) == 0]++
			for name, print := range prints {
				got := Readable(mustParse(t, print(b)), mustParse(t, print(a)), f)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("%s, after printing %s: %s\n%s\n%s", f, name, diff, old, next)
				}
			}
		}
	}
	if verdicts[true] < 100 || verdicts[false] < 100 {
		t.Fatalf("verdicts %v: the generator is lopsided", verdicts)
	}
}

// TestFieldWithDefaultNeverBreaks: what people are told to do is safe.
func TestFieldWithDefaultNeverBreaks(t *testing.T) {
	t.Parallel()
	for i := range uint64(300) {
		old, _ := (&evolver{rand: rand.New(rand.NewPCG(3, i))}).pair(2)
		record := func(more string) string {
			return `{"type":"record","name":"Top","fields":[{"name":"kept","type":` + old + `}` + more + `]}`
		}
		before, after := mustParse(t, record("")), mustParse(t, record(`,{"name":"more","type":["null","string"],"default":null}`))
		for _, f := range []schema.Flavour{schema.Karapace, schema.Confluent} {
			if findings := append(Readable(after, before, f), Readable(before, after, f)...); len(findings) > 0 {
				t.Fatalf("%s: %v", old, findings)
			}
		}
	}
}

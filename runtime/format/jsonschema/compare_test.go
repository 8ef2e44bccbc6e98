package jsonschema

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/testkit"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func mustParse(t testing.TB, text string, references ...Reference) *Schema {
	t.Helper()
	s, err := Parse(text, references, DefaultLimits())
	if err != nil {
		t.Fatalf("%.300s: %v", text, err)
	}
	return s
}

// change is a line of the compatibility table: the directions in which old and
// new fit, B for "new reads old" and F for "old reads new". Where Karapace
// fails with an error of its own the verdict is Confluent's. Lenient is given
// where that policy makes a difference.
type change struct {
	Change, Karapace, Confluent, Lenient string
	Old, New                             json.RawMessage
}

func changes(t testing.TB) []change {
	t.Helper()
	raw, err := os.ReadFile("testdata/compatibility.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []change
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func (c change) verdict(t testing.TB, f schema.Flavour, p Policy) (verdict string, backward, forward []schema.Finding) {
	t.Helper()
	before, after := mustParse(t, string(c.Old)), mustParse(t, string(c.New))
	backward, forward = ReadableUnder(after, before, f, p), ReadableUnder(before, after, f, p)
	if len(backward) == 0 {
		verdict += "B"
	}
	if len(forward) == 0 {
		verdict += "F"
	}
	return verdict, backward, forward
}

func TestCompatibilityTable(t *testing.T) {
	t.Parallel()
	f := func(c change, flavour schema.Flavour, p Policy, want string) {
		t.Helper()
		if got, b, f := c.verdict(t, flavour, p); got != want {
			t.Errorf("%s, %s %d: %q, want %q\nB %v\nF %v", c.Change, flavour, p, got, want, b, f)
		}
	}
	for _, c := range changes(t) {
		f(c, schema.Karapace, Strict, c.Karapace)
		f(c, schema.Confluent, Strict, c.Confluent)
		lenient := c.Lenient
		if lenient == "" {
			lenient = c.Confluent
		}
		f(c, schema.Confluent, Lenient, lenient)
	}
}

// The golden files hold what both registries say about the table; the texts of
// Karapace are compared as sets, in which it collects them.
func TestFindings(t *testing.T) {
	t.Parallel()
	f := func(flavour schema.Flavour, name string, line func(schema.Finding) string) {
		t.Helper()
		var b strings.Builder
		for _, c := range changes(t) {
			verdict, backward, forward := c.verdict(t, flavour, Strict)
			fmt.Fprintln(&b, strings.TrimRight("# "+c.Change+" => "+verdict, " "))
			for i, list := range [][]schema.Finding{backward, forward} {
				var lines []string
				for _, finding := range list {
					lines = append(lines, "  "+"BF"[i:i+1]+" "+line(finding))
				}
				if flavour == schema.Karapace {
					slices.Sort(lines)
				}
				for _, l := range slices.Compact(lines) {
					fmt.Fprintln(&b, l)
				}
			}
		}
		testkit.Golden(t, name, []byte(b.String()), *update)
	}

	f(schema.Confluent, "testdata/findings-confluent.golden", func(f schema.Finding) string {
		return f.Kind + " " + f.Path + " | " + f.Description
	})
	f(schema.Karapace, "testdata/findings-karapace.golden", func(f schema.Finding) string { return f.Karapace })
}

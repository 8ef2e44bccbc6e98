package protobuf

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/testkit"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// change is a line of the compatibility table: the directions in which old and
// new fit, B for "new reads old" and F for "old reads new".
type change struct {
	Change                       string
	Syntax                       *string // proto3 when absent, none when empty
	Old, New                     string
	OldReferences, NewReferences []Reference
	Karapace, Confluent          string
}

func (c change) text(text string) string {
	switch {
	case c.Syntax == nil:
		return `syntax = "proto3"; ` + text
	case *c.Syntax == "":
		return text
	}
	if edition, ok := strings.CutPrefix(*c.Syntax, "edition "); ok {
		return `edition = "` + edition + `"; ` + text
	}
	return `syntax = "` + *c.Syntax + `"; ` + text
}

func mustParse(t testing.TB, text string, references ...Reference) *Schema {
	t.Helper()
	s, err := Parse(text, references, testLimits)
	if err != nil {
		t.Fatalf("%.300s: %v", text, err)
	}
	return s
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

func (c change) parse(t testing.TB) (before, after *Schema) {
	t.Helper()
	return mustParse(t, c.text(c.Old), c.OldReferences...), mustParse(t, c.text(c.New), c.NewReferences...)
}

func verdict(before, after *Schema, f schema.Flavour) string {
	v := ""
	if len(Readable(after, before, f)) == 0 {
		v += "B"
	}
	if len(Readable(before, after, f)) == 0 {
		v += "F"
	}
	return v
}

func TestCompatibilityTable(t *testing.T) {
	t.Parallel()
	for _, c := range changes(t) {
		before, after := c.parse(t)
		for f, want := range map[schema.Flavour]string{schema.Karapace: c.Karapace, schema.Confluent: c.Confluent} {
			if got := verdict(before, after, f); got != want {
				t.Errorf("%s, %s: %q, want %q: %v %v", c.Change, f, got, want, Readable(after, before, f), Readable(before, after, f))
			}
			// Every schema reads its own data.
			for _, s := range []*Schema{before, after} {
				if findings := Readable(s, s, f); len(findings) > 0 {
					t.Errorf("%s, %s: a schema does not read itself: %v", c.Change, f, findings)
				}
			}
			// Printing keeps the verdict.
			if len(c.OldReferences) == 0 {
				printed, reprinted := mustParse(t, before.Canonical()), mustParse(t, after.Standard())
				if got := verdict(printed, reprinted, f); got != want {
					t.Errorf("%s, %s: %q after printing, want %q", c.Change, f, got, want)
				}
			}
		}
	}
}

// TestFindings pins kinds, paths and texts.
func TestFindings(t *testing.T) {
	t.Parallel()
	for _, f := range []schema.Flavour{schema.Karapace, schema.Confluent} {
		var b strings.Builder
		for _, c := range changes(t) {
			before, after := c.parse(t)
			backward, forward := Readable(after, before, f), Readable(before, after, f)
			if len(backward)+len(forward) == 0 {
				continue
			}
			fmt.Fprintf(&b, "%s\n", c.Change)
			for _, finding := range backward {
				fmt.Fprintf(&b, "  B %s %s: %s\n", finding.Kind, finding.Path, finding.Description)
			}
			for _, finding := range forward {
				fmt.Fprintf(&b, "  F %s %s: %s\n", finding.Kind, finding.Path, finding.Description)
			}
		}
		testkit.Golden(t, "testdata/findings-"+string(f)+".golden", []byte(b.String()), *update)
	}
}

package compat

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// row is a line of a table of compatibility, as far as a level needs it.
type row struct {
	Change   string
	Syntax   *string // of Protobuf: proto3 when absent, none when empty
	Old, New json.RawMessage

	OldReferences, NewReferences json.RawMessage
}

// pairs are the changes of the tables that need no references.
func pairs(t *testing.T) []versionPair {
	t.Helper()
	var list []versionPair
	for typ, path := range map[schema.Type]string{
		schema.Avro:     "../format/avro/testdata/compatibility.json",
		schema.Protobuf: "../format/protobuf/testdata/compatibility.json",
	} {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var rows []row
		if err := json.Unmarshal(raw, &rows); err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if r.OldReferences == nil && r.NewReferences == nil {
				list = append(list, versionPair{name: string(typ) + ": " + r.Change, old: r.parse(t, typ, r.Old), next: r.parse(t, typ, r.New)})
			}
		}
	}
	return list
}

// versionPair is two versions of one subject.
type versionPair struct {
	name      string
	old, next format.Parsed
}

func (r row) parse(t *testing.T, typ schema.Type, raw json.RawMessage) format.Parsed {
	t.Helper()
	if typ != schema.Protobuf {
		return stored(t, typ, string(raw))
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		t.Fatal(err)
	}
	return stored(t, typ, r.header()+text)
}

// header is the first line of a .proto file.
func (r row) header() string {
	if r.Syntax == nil {
		return `syntax = "proto3"; `
	}
	if edition, ok := strings.CutPrefix(*r.Syntax, "edition "); ok {
		return `edition = "` + edition + `"; `
	}
	if *r.Syntax == "" {
		return ""
	}
	return `syntax = "` + *r.Syntax + `"; `
}

// TestLevelsAreDual: for every change of the tables, in both flavours, what
// BACKWARD says of new after old is what FORWARD says of old after new, FULL
// is both, NONE takes everything, and every schema may follow itself.
func TestLevelsAreDual(t *testing.T) {
	t.Parallel()
	all := pairs(t)
	if len(all) < 200 {
		t.Fatalf("only %d changes", len(all))
	}
	for _, p := range all {
		for _, f := range []schema.Flavour{schema.Karapace, schema.Confluent} {
			check := func(level schema.Level, next, old format.Parsed) Verdict {
				return Check(level, next, []Previous{{Version: 1, Parsed: old}}, f)
			}
			backward, forward := check(schema.Backward, p.next, p.old), check(schema.Forward, p.old, p.next)
			// The two name the schemas the other way round.
			if diff := cmp.Diff(texts(backward), texts(forward)); diff != "" {
				t.Errorf("%s, %s: -backward +forward turned round: %s", p.name, f, diff)
			}
			full := check(schema.Full, p.next, p.old)
			both := len(backward.Findings) + len(check(schema.Forward, p.next, p.old).Findings)
			if len(full.Findings) != both {
				t.Errorf("%s, %s: FULL finds %d, its halves %d", p.name, f, len(full.Findings), both)
			}
			if !check(schema.None, p.next, p.old).Compatible() {
				t.Errorf("%s, %s: NONE refuses it", p.name, f)
			}
			for _, s := range []format.Parsed{p.old, p.next} {
				if v := check(schema.FullTransitive, s, s); !v.Compatible() {
					t.Errorf("%s, %s: may not follow itself: %v", p.name, f, v.Findings)
				}
			}
		}
	}
}

func texts(v Verdict) []string {
	var list []string
	for _, f := range v.Findings {
		list = append(list, f.Kind+" "+f.Path+" "+f.Karapace)
	}
	return list
}

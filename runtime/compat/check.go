package compat

import (
	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Previous is an earlier version of the subject, parsed as stored schemas are.
// Text is the text it is stored with.
type Previous struct {
	Version schema.Version
	Parsed  format.Parsed
	Text    string
}

// Verdict is the answer of a check.
type Verdict struct {
	// Level is the level that was applied.
	Level schema.Level
	// Type is the type of the new schema.
	Type schema.Type
	// Against is the version that the new schema does not fit, 0 when it fits
	// all that it was compared with.
	Against schema.Version
	// Findings are the reasons, at least one when Against is not 0. Their
	// descriptions name the schemas "new" and "old".
	Findings []schema.Finding
	// AgainstText is the stored text of the version Against.
	AgainstText string

	rules Rules
}

// Compatible reports whether the new schema fits.
func (v Verdict) Compatible() bool { return v.Against == 0 && len(v.rules.Reserved) == 0 }

// Rules are what a check goes by.
type Rules struct {
	Level   schema.Level
	Flavour schema.Flavour
	// Policy is the compatibilityPolicy of a subject.
	Policy format.Policy
	// ValidateFields is that setting of a subject, which messages of Confluent's
	// flavour repeat.
	ValidateFields bool
	// Reserved are complaints about fields that metadata reserves; with any of
	// them a schema does not fit, whatever the level.
	Reserved []string
}

// PolicyOf returns the policy that a configuration names. LOGICAL is about
// schemas as programs see them, which is not told apart from STRICT here.
func PolicyOf(name string) format.Policy {
	if name == "LENIENT" {
		return format.Lenient
	}
	return format.Strict
}

// Check is Rules.Check with the strict policy.
func Check(level schema.Level, next format.Parsed, previous []Previous, f schema.Flavour) Verdict {
	return Rules{Level: level, Flavour: f}.Check(next, previous)
}

// Check compares next with the earlier versions that count, given with the
// oldest first: all live versions for a transitive level, otherwise the one
// version in question. It stops at the first version that does not fit:
// Karapace walks from the oldest to the newest, Confluent's registry the other
// way.
func (r Rules) Check(next format.Parsed, previous []Previous) Verdict {
	verdict := Verdict{Level: r.Level, Type: next.Type(), rules: r}
	if r.Level == schema.None || r.Level == "" {
		return verdict
	}
	for i := range previous {
		p := &previous[i]
		if r.Flavour == schema.Confluent {
			p = &previous[len(previous)-1-i]
		}
		if findings := r.compare(next, p.Parsed); len(findings) > 0 {
			verdict.Against, verdict.Findings, verdict.AgainstText = p.Version, findings, p.Text
			return verdict
		}
	}
	return verdict
}

// compare asks both directions that the level needs. For FULL, Confluent's
// registry lists what the old schema cannot read first.
func (r Rules) compare(next, old format.Parsed) []schema.Finding {
	if next.Type() != old.Type() {
		return name(format.Readable(next, old, r.Flavour), "new", "old")
	}
	var backward, forward []schema.Finding
	if r.Level.ReadsOld() {
		backward = name(format.ReadableUnder(next, old, r.Flavour, r.Policy), "new", "old")
	}
	if r.Level.ReadByOld() {
		forward = name(format.ReadableUnder(old, next, r.Flavour, r.Policy), "old", "new")
	}
	if r.Flavour == schema.Confluent {
		return append(forward, backward...)
	}
	return append(backward, forward...)
}

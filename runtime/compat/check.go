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
}

// Compatible reports whether the new schema fits.
func (v Verdict) Compatible() bool { return v.Against == 0 }

// Check compares next with the earlier versions that count, given with the
// oldest first: all live versions for a transitive level, otherwise the one
// version in question. It stops at the first version that does not fit:
// Karapace walks from the oldest to the newest, Confluent's registry the other
// way.
func Check(level schema.Level, next format.Parsed, previous []Previous, f schema.Flavour) Verdict {
	verdict := Verdict{Level: level, Type: next.Type()}
	if level == schema.None || level == "" {
		return verdict
	}
	for i := range previous {
		p := &previous[i]
		if f == schema.Confluent {
			p = &previous[len(previous)-1-i]
		}
		if findings := compare(level, next, p.Parsed, f); len(findings) > 0 {
			verdict.Against, verdict.Findings, verdict.AgainstText = p.Version, findings, p.Text
			return verdict
		}
	}
	return verdict
}

// compare asks both directions that the level needs. For FULL, Confluent's
// registry lists what the old schema cannot read first.
func compare(level schema.Level, next, old format.Parsed, f schema.Flavour) []schema.Finding {
	if next.Type() != old.Type() {
		return name(format.Readable(next, old, f), "new", "old")
	}
	var backward, forward []schema.Finding
	if level.ReadsOld() {
		backward = name(format.Readable(next, old, f), "new", "old")
	}
	if level.ReadByOld() {
		forward = name(format.Readable(old, next, f), "old", "new")
	}
	if f == schema.Confluent {
		return append(forward, backward...)
	}
	return append(backward, forward...)
}

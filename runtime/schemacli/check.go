package schemacli

import (
	"fmt"

	"github.com/plastron-dev/plastron/runtime/compat"
	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// CheckOptions say how schemas are compared.
type CheckOptions struct {
	Options
	// Level to apply; empty means that of the new manifest, else BACKWARD.
	Level schema.Level
	// Flavour whose rules apply; empty is Karapace.
	Flavour schema.Flavour
	// Policy is how Confluent's registry compares JSON Schemas; the zero value
	// is the strict one.
	Policy format.Policy
}

// Result is the verdict for one new schema.
type Result struct {
	// New names the schema, Old the earlier version that it does not fit.
	New        string       `json:"new"`
	Old        string       `json:"old,omitempty"`
	Level      schema.Level `json:"level"`
	Compatible bool         `json:"compatible"`
	Findings   []Finding    `json:"findings,omitempty"`
	// Note says why nothing was compared.
	Note string `json:"note,omitempty"`
}

// Finding is one reason why a schema does not fit.
type Finding struct {
	Rule string `json:"rule"`
	Path string `json:"path"`
	Text string `json:"text"`
	// Message is what clients of the flavour's registry read.
	Message string `json:"message"`
}

// Check compares the schemas of the file next with those of the files old, the
// oldest first. A Subject in a manifest is compared with the Subjects of its
// name and with the schemas that have no name. An error means that something
// could not be read or compared.
func Check(old []string, next string, o CheckOptions) ([]Result, error) {
	if o.Flavour == "" {
		o.Flavour = schema.Karapace
	}
	earlier, err := Load(old, o.Options)
	if err != nil {
		return nil, err
	}
	candidates, err := Load([]string{next}, o.Options)
	if err != nil {
		return nil, err
	}
	var results []Result
	for _, c := range candidates {
		r, err := check(c, earlier, candidates, o)
		if err != nil {
			return nil, err
		}
		results = append(results, r)
	}
	return results, nil
}

func check(next *Source, earlier, candidates []*Source, o CheckOptions) (Result, error) {
	level := o.Level
	if level == "" {
		level = next.Level
	}
	if level == "" {
		level = schema.Backward
	}
	r := Result{New: next.Name(), Level: level, Compatible: true}
	parsed, err := next.Parse(candidates, o.Options)
	if err == nil {
		err = format.Validate(parsed, o.Flavour)
	}
	if err != nil {
		return r, fmt.Errorf("%s: %w", next.Name(), err)
	}
	versions := versionsOf(next, earlier)
	if len(versions) == 0 {
		r.Note = "there is no earlier version of it"
		return r, nil
	}
	if !level.Transitive() {
		versions = versions[len(versions)-1:]
	}
	previous := make([]compat.Previous, len(versions))
	for i, v := range versions {
		stored, err := v.ParseStored(earlier, o.Options)
		if err != nil {
			return r, fmt.Errorf("%s: %w", v.Name(), err)
		}
		previous[i] = compat.Previous{Version: schema.Version(i + 1), Parsed: stored, Text: v.Schema.Text}
	}
	verdict := compat.Rules{Level: level, Flavour: o.Flavour, Policy: o.Policy}.Check(parsed, previous)
	if !verdict.Compatible() {
		r.Compatible = false
		r.Old = versions[verdict.Against-1].Name()
		r.Findings = findings(verdict, o.Flavour)
	}
	return r, nil
}

func versionsOf(next *Source, earlier []*Source) []*Source {
	var versions []*Source
	for _, s := range earlier {
		if s.Subject == "" || next.Subject == "" || s.Subject == next.Subject {
			versions = append(versions, s)
		}
	}
	return versions
}

func findings(v compat.Verdict, f schema.Flavour) []Finding {
	list := make([]Finding, len(v.Findings))
	for i, found := range v.Findings {
		list[i] = Finding{Rule: found.Kind, Path: found.Path, Text: found.Description, Message: found.Karapace}
		if f == schema.Confluent {
			list[i].Message = found.Info
		}
		if list[i].Message == "" {
			list[i].Message = found.Description
		}
	}
	return list
}

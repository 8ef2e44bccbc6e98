package schemacli

import (
	"github.com/plastron-dev/plastron/runtime/format"
)

// Problem is one thing that lint found.
type Problem struct {
	Schema string `json:"schema"`
	Rule   string `json:"rule"`
	Path   string `json:"path,omitempty"`
	Text   string `json:"text"`
	// RefusedBy is the flavour whose registry refuses what the other takes,
	// empty when both take it.
	RefusedBy string `json:"refusedBy,omitempty"`
}

const ruleParse = "parse"

// Lint reads every schema of the files by the rules for new ones and lists
// what is probably a mistake; a schema that does not parse is one problem of
// rule "parse". An error means that a file could not be read.
func Lint(paths []string, o Options) ([]Problem, error) {
	sources, err := Load(paths, o)
	if err != nil {
		return nil, err
	}
	var problems []Problem
	for _, s := range sources {
		parsed, err := s.Parse(sources, o)
		if err != nil {
			problems = append(problems, Problem{Schema: s.Name(), Rule: ruleParse, Text: err.Error()})
			continue
		}
		for _, p := range format.Lint(parsed) {
			problems = append(problems, Problem{Schema: s.Name(), Rule: p.Rule, Path: p.Path, Text: p.Text, RefusedBy: string(p.RefusedBy)})
		}
	}
	return problems, nil
}

// RefusedBy keeps the problems for which a registry of the flavour refuses the
// schema. What does not parse is refused by all.
func RefusedBy(problems []Problem, flavour string) []Problem {
	var kept []Problem
	for _, p := range problems {
		if p.Rule == ruleParse || p.RefusedBy == flavour {
			kept = append(kept, p)
		}
	}
	return kept
}

package schemacli

import (
	"encoding/json"
	"fmt"
	"io"
)

// WriteResults prints verdicts for people.
func WriteResults(w io.Writer, results []Result) error {
	for _, r := range results {
		if err := writeResult(w, r); err != nil {
			return err
		}
	}
	return nil
}

func writeResult(w io.Writer, r Result) error {
	switch {
	case r.Note != "":
		_, err := fmt.Fprintf(w, "%s: %s\n", r.New, r.Note)
		return err
	case r.Compatible:
		_, err := fmt.Fprintf(w, "%s: compatible (%s)\n", r.New, r.Level)
		return err
	}
	if _, err := fmt.Fprintf(w, "%s: incompatible (%s) with %s\n", r.New, r.Level, r.Old); err != nil {
		return err
	}
	for _, f := range r.Findings {
		detail := ""
		if f.Message != f.Text {
			detail = " (" + f.Message + ")"
		}
		if _, err := fmt.Fprintf(w, "  %s  %s: %s%s\n", f.Path, f.Rule, f.Text, detail); err != nil {
			return err
		}
	}
	return nil
}

// WriteProblems prints what lint found for people.
func WriteProblems(w io.Writer, problems []Problem) error {
	for _, p := range problems {
		suffix := ""
		if p.RefusedBy != "" {
			suffix = " (refused by " + p.RefusedBy + ")"
		}
		path := p.Path
		if path != "" {
			path += "  "
		}
		if _, err := fmt.Fprintf(w, "%s: %s%s: %s%s\n", p.Schema, path, p.Rule, p.Text, suffix); err != nil {
			return err
		}
	}
	return nil
}

// WriteJSON prints a list for programs; an empty one is [].
func WriteJSON[T any](w io.Writer, list []T) error {
	if list == nil {
		list = []T{}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(list)
}

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"text/tabwriter"
)

// figure is one measurement and what it has to reach.
type figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	// Bar is the bound; AtLeast tells which. Without a bar it is 0.
	Bar     float64 `json:"bar,omitempty"`
	AtLeast bool    `json:"at_least,omitempty"`
	// Verdict is PASS, over, or empty without a bar.
	Verdict string `json:"verdict,omitempty"`
	// Detail says what else was seen.
	Detail string `json:"detail,omitempty"`
}

// atMost and atLeast add a figure with a bar.
func (b *bench) atMost(name string, value float64, unit string, bar float64, detail string) {
	b.add(figure{Name: name, Value: value, Unit: unit, Bar: bar, Detail: detail}, value <= bar)
}

func (b *bench) atLeast(name string, value float64, unit string, bar float64, detail string) {
	b.add(figure{Name: name, Value: value, Unit: unit, Bar: bar, AtLeast: true, Detail: detail}, value >= bar)
}

// seen adds a figure that has no bar.
func (b *bench) seen(name string, value float64, unit, detail string) {
	b.figures = append(b.figures, figure{Name: name, Value: value, Unit: unit, Detail: detail})
}

func (b *bench) add(f figure, reached bool) {
	f.Verdict = "over"
	if reached {
		f.Verdict = "PASS"
	}
	b.figures = append(b.figures, f)
}

// bound is the bar in words.
func (f figure) bound() string {
	switch {
	case f.Verdict == "":
		return ""
	case f.AtLeast:
		return "≥ " + short(f.Bar)
	default:
		return "≤ " + short(f.Bar)
	}
}

// short prints a figure with about three digits.
func short(v float64) string {
	if v >= 100 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// report prints the table, and JSON to a file or in the table's place.
func report(out io.Writer, toJSON string, figures []figure) error {
	if toJSON != "" {
		text, err := json.MarshalIndent(figures, "", "  ")
		if err != nil {
			return err
		}
		text = append(text, '\n')
		if toJSON == "-" {
			_, err := out.Write(text)
			return err
		}
		if err := os.WriteFile(toJSON, text, 0o644); err != nil {
			return fmt.Errorf("writing figures: %w", err)
		}
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "figure\tmeasured\tunit\tbar\t\tdetail")
	for _, f := range figures {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", f.Name, short(f.Value), f.Unit, f.bound(), f.Verdict, f.Detail)
	}
	return w.Flush()
}

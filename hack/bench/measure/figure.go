package measure

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"text/tabwriter"
)

// Figure is one measurement and what it has to reach.
type Figure struct {
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

// Figures are those of one run.
type Figures struct{ All []Figure }

// AtMost adds a figure that may not be above a bar. detail says what else was
// seen.
func (f *Figures) AtMost(name string, value float64, unit string, bar float64, detail string) {
	f.add(Figure{Name: name, Value: value, Unit: unit, Bar: bar, Detail: detail}, value <= bar)
}

// AtLeast adds a figure that may not be below a bar.
func (f *Figures) AtLeast(name string, value float64, unit string, bar float64, detail string) {
	f.add(Figure{Name: name, Value: value, Unit: unit, Bar: bar, AtLeast: true, Detail: detail}, value >= bar)
}

// Seen adds a figure that has no bar.
func (f *Figures) Seen(name string, value float64, unit, detail string) {
	f.All = append(f.All, Figure{Name: name, Value: value, Unit: unit, Detail: detail})
}

func (f *Figures) add(one Figure, reached bool) {
	one.Verdict = "over"
	if reached {
		one.Verdict = "PASS"
	}
	f.All = append(f.All, one)
}

// bound is the bar in words.
func (f Figure) bound() string {
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

// Report prints the table, and JSON to a file or, for "-", in the table's place.
func (f *Figures) Report(out io.Writer, toJSON string) error {
	if toJSON != "" {
		text, err := json.MarshalIndent(f.All, "", "  ")
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
	for _, one := range f.All {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", one.Name, short(one.Value), one.Unit, one.bound(), one.Verdict, one.Detail)
	}
	return w.Flush()
}

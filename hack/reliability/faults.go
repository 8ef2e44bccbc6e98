package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// matrix is a package of faults and the columns of its table.
type matrix struct {
	section    string
	args       []string // of go test
	invariants []string
}

func onKfake() matrix {
	return matrix{"faults", []string{"-timeout", "5m", "./test/faults"}, []string{"I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "porcupine"}}
}

func onKafka() matrix {
	return matrix{"brokers", []string{"-timeout", "15m", "-tags", "realkafka", "./test/faults/brokers"}, []string{"I1", "I2", "I4", "I5", "I7", "I9", "I10", "I11", "I13"}}
}

// row is what a test of the matrix prints when it has passed.
type row struct {
	Test string            `json:"test"`
	Held map[string]string `json:"held"`
}

// table runs the matrix and returns its table.
func (m matrix) table(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-count=1", "-v"}, m.args...)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	if err := cmd.Run(); err != nil {
		_, _ = os.Stderr.Write(out.Bytes())
		return "", fmt.Errorf("running the fault matrix: %w", err)
	}
	return tableOf(out.String(), m.invariants)
}

// tableOf reads the rows out of the output of go test -v.
func tableOf(output string, invariants []string) (string, error) {
	var rows []row
	for text := range strings.Lines(output) {
		_, raw, ok := strings.Cut(text, "row: ")
		if !ok {
			continue
		}
		var r row
		if err := json.Unmarshal([]byte(raw), &r); err != nil {
			return "", fmt.Errorf("reading a row: %w", err)
		}
		rows = append(rows, r)
	}
	if len(rows) == 0 {
		return "", fmt.Errorf("the tests printed no row")
	}
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.Test, b.Test) })
	var b strings.Builder
	fmt.Fprintf(&b, "| Test | %s |\n|%s\n", strings.Join(invariants, " | "), strings.Repeat("---|", len(invariants)+1))
	for _, r := range rows {
		cells := make([]string, len(invariants))
		for i, name := range invariants {
			cells[i] = strings.ReplaceAll(r.Held[name], "|", "/")
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", r.Test, strings.Join(cells, " | "))
	}
	return b.String(), nil
}

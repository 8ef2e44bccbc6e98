package plugin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// maxLines bounds the texts that are compared line by line: the table of the
// comparison has the product of both.
const maxLines = 3000

// surrounding is how many equal lines are kept around a difference.
const surrounding = 3

// pretty returns the text of a schema with its type and references as lines
// that can be compared.
func pretty(s schema.Schema) []string {
	out := []string{"type " + string(s.Type)}
	for _, r := range s.References {
		out = append(out, fmt.Sprintf("reference %s is %s version %d", r.Name, r.Subject, r.Version))
	}
	text := s.Text
	if s.Type != schema.Protobuf {
		var b bytes.Buffer
		if err := json.Indent(&b, []byte(text), "", "  "); err == nil {
			text = b.String()
		}
	}
	return append(out, strings.Split(strings.TrimSpace(text), "\n")...)
}

// lines returns the difference of a and b: lines that begin with "-" are in a
// only, those with "+" in b only, all others in both. Longer texts than
// maxLines are not compared.
func lines(a, b []string) []string {
	if len(a) > maxLines || len(b) > maxLines {
		return []string{fmt.Sprintf("  %d and %d lines, too many to be shown", len(a), len(b))}
	}
	same := commonLengths(a, b)
	var all []string
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			all = append(all, " "+a[i])
			i, j = i+1, j+1
		case j == len(b) || (i < len(a) && same[i+1][j] >= same[i][j+1]):
			all = append(all, "-"+a[i])
			i++
		default:
			all = append(all, "+"+b[j])
			j++
		}
	}
	return near(all)
}

// commonLengths is the table of the longest common subsequences of the ends of
// a and b.
func commonLengths(a, b []string) [][]int32 {
	t := make([][]int32, len(a)+1)
	for i := range t {
		t[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				t[i][j] = t[i+1][j+1] + 1
			} else {
				t[i][j] = max(t[i+1][j], t[i][j+1])
			}
		}
	}
	return t
}

// near keeps the lines that are close to a difference.
func near(all []string) []string {
	keep := make([]bool, len(all))
	for i, line := range all {
		if line[0] == ' ' {
			continue
		}
		for k := max(0, i-surrounding); k < min(len(all), i+surrounding+1); k++ {
			keep[k] = true
		}
	}
	var out []string
	for i, line := range all {
		switch {
		case keep[i]:
			out = append(out, line)
		case i == 0 || keep[i-1]:
			out = append(out, " ...")
		}
	}
	return out
}

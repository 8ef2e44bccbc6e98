package serde

import (
	"regexp"
	"strconv"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// patternBytes is what a compiled expression takes for each of its characters,
// those in a repetition as often as it may repeat them; maxRepeats is the most
// that package regexp takes of that.
const (
	patternBytes = 130
	maxRepeats   = 1000
)

var repetition = regexp.MustCompile(`\{(\d*),?(\d*)\}`)

// weightOf bounds the memory of all expressions in a schema, which may be ten
// thousand times their text. What only looks like an expression counts too.
func weightOf(text string) int {
	var doc jsonx.Doc
	if err := doc.Parse([]byte(text), jsonx.Limits{}); err != nil {
		return 0 // The parser has read it, so this is for the compiler only.
	}
	return expressionsIn(doc.Root())
}

func expressionsIn(v jsonx.Value) int {
	total := 0
	for it := v.Iter(); it.Next(); {
		inner := it.Value()
		if v.Type() == jsonx.Object {
			switch {
			case it.Key().Is("pattern") && inner.Type() == jsonx.String:
				total += patternWeight(inner.Text())
			case it.Key().Is("patternProperties") && inner.Type() == jsonx.Object:
				for names := inner.Iter(); names.Next(); {
					total += patternWeight(names.Key().Text())
				}
			}
		}
		if t := inner.Type(); t == jsonx.Object || t == jsonx.Array {
			total += expressionsIn(inner)
		}
	}
	return total
}

func patternWeight(pattern string) int {
	copies := 2 // * and + repeat their operand once
	for _, m := range repetition.FindAllStringSubmatch(pattern, -1) {
		for _, digits := range m[1:] {
			if n, err := strconv.Atoi(digits); err == nil && n > 1 {
				copies = min(copies*n, maxRepeats)
			}
		}
	}
	return len(pattern) * copies * patternBytes
}

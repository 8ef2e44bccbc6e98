package avro

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// The kinds of findings, in Confluent's spelling; KindTooComplex is ours.
const (
	KindNameMismatch   = "NAME_MISMATCH"
	KindSizeMismatch   = "FIXED_SIZE_MISMATCH"
	KindMissingSymbols = "MISSING_ENUM_SYMBOLS"
	KindMissingDefault = "READER_FIELD_MISSING_DEFAULT_VALUE"
	KindTypeMismatch   = "TYPE_MISMATCH"
	KindMissingBranch  = "MISSING_UNION_BRANCH"
	KindTooComplex     = "TOO_COMPLEX"
)

// The words that stand for the two schemas in a Description. Whoever knows
// which of them is the new one replaces them by "new" and "old".
const (
	ReaderWord = "{reader}"
	WriterWord = "{writer}"
)

// The texts below are on the wire: clients and their tests match them.

func (c *comparer) nameMismatch(writer *Type) schema.Finding {
	text := "expected: " + writer.FullName()
	return c.finding(KindNameMismatch, text, text,
		"The name of the schema has changed (path '", "')")
}

func (c *comparer) sizeMismatch(reader, writer *Type) schema.Finding {
	text := fmt.Sprintf("expected: %d, found: %d", writer.Size, reader.Size)
	return c.finding(KindSizeMismatch, text, text,
		"The size of FIXED type field at path '", "' in the {reader} schema does not match with the {writer} schema")
}

func (c *comparer) symbolsMissing(missing []string) schema.Finding {
	slices.Sort(missing)
	quoted := make([]string, len(missing))
	for i, symbol := range missing {
		quoted[i] = pythonQuoted(symbol)
	}
	info := "[" + strings.Join(missing, ", ") + "]"
	return c.finding(KindMissingSymbols, "{"+strings.Join(quoted, ", ")+"}", info,
		"The {reader} schema is missing enum symbols '"+info+"' at path '", "' in the {writer} schema")
}

func (c *comparer) defaultMissing(field *Field) schema.Finding {
	return c.finding(KindMissingDefault, field.Name, field.Name,
		"The field '"+field.Name+"' at path '", "' in the {reader} schema has no default value and is missing in the {writer} schema")
}

func (c *comparer) typeMismatch(reader, writer *Type) schema.Finding {
	r, w := reader.typeName(), writer.typeName()
	return c.finding(KindTypeMismatch,
		"reader type: "+r+" not compatible with writer type: "+w,
		"reader type: "+strings.ToUpper(r)+" not compatible with writer type: "+strings.ToUpper(w),
		"The type (path '", "') of a field in the {reader} schema does not match with the {writer} schema")
}

// missingBranch has two wordings in Karapace, by where it is noticed.
func (c *comparer) missingBranch(writer *Type, inUnion bool) schema.Finding {
	name := writer.typeName()
	info := "reader union lacking writer type: " + strings.ToUpper(name)
	karapace := info
	if !inUnion {
		karapace = "reader union lacking writer type " + name
	}
	return c.finding(KindMissingBranch, karapace, info,
		"The {reader} schema is missing a type inside a union field at path '", "' in the {writer} schema")
}

func tooComplex() schema.Finding {
	text := "the schemas are too complex to be compared"
	return schema.Finding{Kind: KindTooComplex, Path: "/", Karapace: text, Info: text, Description: text}
}

// finding places a finding where the walk is; its description has the path
// between before and after.
func (c *comparer) finding(kind, karapace, info, before, after string) schema.Finding {
	path := c.pointer()
	c.steps -= (len(path) + len(info)) / bytesPerStep
	return schema.Finding{Kind: kind, Path: path, Karapace: karapace, Info: info, Description: before + path + after}
}

// pointer prints the place in the reader as Java's library does: the root is
// "/", not the empty text.
func (c *comparer) pointer() string {
	if len(c.path) == 0 {
		return "/"
	}
	return stepsPointer(c.path)
}

// typeName is the name of the kind in messages. Errors are records in both
// registries' messages.
func (t *Type) typeName() string { return t.Kind.String() }

// pythonQuoted prints s as Python's repr does for the characters that symbols
// can hold.
func pythonQuoted(s string) string {
	if !strings.ContainsAny(s, `'\`) {
		return "'" + s + "'"
	}
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		return `"` + strings.ReplaceAll(s, `\`, `\\`) + `"`
	}
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

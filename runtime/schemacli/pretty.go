package schemacli

import (
	"bytes"
	"fmt"
	"os"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Pretty returns the text of a schema file as "schema fmt" writes it: Avro and
// JSON Schema with two blanks per level, keys in their order and short values
// on one line, Protobuf as the registry prints it. It changes no meaning and
// formatting its result changes nothing. References are not needed. changed
// reports whether the file holds something else.
func Pretty(path string, o Options) (text []byte, changed bool, err error) {
	if isManifest(path) {
		return nil, false, fmt.Errorf("%s: only files with a schema alone are formatted, not manifests", path)
	}
	sources, err := load(path, o.Type)
	if err != nil {
		return nil, false, err
	}
	s := sources[0].Schema
	if s.Type == schema.Protobuf {
		var printed string
		printed, err = format.CanonicalText(s, o.limits())
		text = []byte(printed)
	} else {
		text, err = prettyJSON([]byte(s.Text), o.limits())
	}
	if err != nil {
		return nil, false, fmt.Errorf("%s: %w", path, err)
	}
	return text, !bytes.Equal(text, []byte(s.Text)), nil
}

// Rewrite replaces the contents of a file and keeps its permissions.
func Rewrite(path string, text []byte) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("writing schema: %w", err)
	}
	if err := os.WriteFile(path, text, info.Mode().Perm()); err != nil {
		return fmt.Errorf("writing schema: %w", err)
	}
	return nil
}

// lineWidth is how long a line may be before its value is spread over several.
const lineWidth = 100

func prettyJSON(text []byte, limits format.Limits) ([]byte, error) {
	var doc jsonx.Doc
	err := doc.Parse(text, jsonx.Limits{MaxBytes: limits.MaxBytes, MaxDepth: limits.MaxDepth, MaxNodes: limits.MaxNodes})
	if err != nil {
		return nil, err
	}
	return append(appendPretty(nil, doc.Root(), 0, 0), '\n'), nil
}

// appendPretty prints v at a level of indentation; before is how much of the
// line stands in front of it.
func appendPretty(dst []byte, v jsonx.Value, level, before int) []byte {
	if v.Len() == 0 || v.Type() < jsonx.Array {
		return appendInline(dst, v)
	}
	if len(v.Raw()) <= 2*lineWidth { // a longer text cannot fit
		if line := appendInline(nil, v); before+len(line) <= lineWidth {
			return append(dst, line...)
		}
	}
	open, closing := byte('['), byte(']')
	if v.Type() == jsonx.Object {
		open, closing = '{', '}'
	}
	dst = append(dst, open)
	first := true
	for it := v.Iter(); it.Next(); first = false {
		if !first {
			dst = append(dst, ',')
		}
		dst = newLine(dst, level+1)
		start := len(dst)
		if v.Type() == jsonx.Object {
			dst = append(dst, it.Key().Raw()...)
			dst = append(dst, ": "...)
		}
		dst = appendPretty(dst, it.Value(), level+1, 2*(level+1)+len(dst)-start)
	}
	return append(newLine(dst, level), closing)
}

func newLine(dst []byte, level int) []byte {
	dst = append(dst, '\n')
	for range min(level, lineWidth) { // A depth bomb does not become a size bomb.
		dst = append(dst, "  "...)
	}
	return dst
}

// appendInline prints a value on one line: {"name": "id", "type": "long"}.
func appendInline(dst []byte, v jsonx.Value) []byte {
	if v.Type() < jsonx.Array {
		return append(dst, v.Raw()...)
	}
	open, closing := byte('['), byte(']')
	if v.Type() == jsonx.Object {
		open, closing = '{', '}'
	}
	dst = append(dst, open)
	first := true
	for it := v.Iter(); it.Next(); first = false {
		if !first {
			dst = append(dst, ", "...)
		}
		if v.Type() == jsonx.Object {
			dst = append(dst, it.Key().Raw()...)
			dst = append(dst, ": "...)
		}
		dst = appendInline(dst, it.Value())
	}
	return append(dst, closing)
}

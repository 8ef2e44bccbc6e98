package format

import (
	"errors"

	"github.com/plastron-dev/plastron/runtime/format/jsonschema"
	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// JSON is a parsed JSON Schema. Schema is its model.
type JSON struct {
	Schema *jsonschema.Schema
	used   []jsonschema.Reference
}

var _ language = (*JSON)(nil)

// Type is schema.JSON.
func (j *JSON) Type() schema.Type { return schema.JSON }

// Canonical is the text as Karapace stores it.
func (j *JSON) Canonical() string { return j.Schema.Canonical() }

// Normalized is the text as Confluent's registry normalizes it.
func (j *JSON) Normalized() string { return j.Schema.Normalized() }

// Title is the title of the whole schema, empty when it has none.
func (j *JSON) Title() string {
	var doc jsonx.Doc
	if err := doc.Parse([]byte(j.Schema.Canonical()), jsonx.Limits{}); err != nil || doc.Root().Type() != jsonx.Object {
		return ""
	}
	title, ok := doc.Root().Get("title")
	if !ok || title.Type() != jsonx.String {
		return ""
	}
	return title.Text()
}

// Texts are those that records are checked by: the schema's own and those of
// its references.
func (j *JSON) Texts() []string {
	texts := []string{j.Schema.Canonical()}
	for _, r := range j.used {
		texts = append(texts, r.Text)
	}
	return texts
}

// Validator makes what checks records, by the rules of the flavour. The error,
// an *Error of kind Unsupported, says which pattern cannot be run in linear
// time or that all of them cost too much.
func (j *JSON) Validator(f schema.Flavour, limits Limits) (*jsonschema.Validator, error) {
	v, err := jsonschema.NewValidator(j.Schema, f, limits.jsonschema())
	if err != nil {
		return nil, &Error{Type: schema.JSON, Kind: Unsupported, Detail: err.Error(), Err: err}
	}
	return v, nil
}

func (j *JSON) text(f schema.Flavour, normalize Normalize) string {
	switch {
	case f != schema.Confluent:
		return j.Schema.Canonical()
	case normalize == Normalized:
		return j.Schema.Normalized()
	default:
		return j.Schema.Standard()
	}
}

func (j *JSON) same(other Parsed, f schema.Flavour) bool {
	o, ok := other.(*JSON)
	return ok && jsonschema.Same(j.Schema, o.Schema, f)
}

func (j *JSON) readable(writer Parsed, f schema.Flavour, p Policy) []schema.Finding {
	w, ok := writer.(*JSON)
	if !ok {
		return nil
	}
	return jsonschema.ReadableUnder(j.Schema, w.Schema, f, p)
}

// lint says where a registry would not take the schema: it has no opinion of
// its own.
func (j *JSON) lint() []Problem {
	var problems []Problem
	for _, f := range []schema.Flavour{schema.Confluent, schema.Karapace} {
		if p := j.refused(f); p != nil {
			problems = append(problems, *p)
		}
	}
	return problems
}

func (j *JSON) refused(f schema.Flavour) *Problem {
	e := j.Schema.Refused(f)
	if e == nil {
		return nil
	}
	p := &Problem{Rule: "draft", Path: e.Path, Text: e.Text, RefusedBy: f}
	switch {
	case e.Kind == jsonschema.Unresolved:
		p.Rule = "reference"
	case f == schema.Karapace:
		p.Rule = "draft-7" // as which Karapace reads every schema
	}
	return p
}

func parseJSON(text string, used []reference, limits Limits, how strictness) (Parsed, error) {
	texts := make([]jsonschema.Reference, len(used))
	for i, u := range used {
		texts[i] = jsonschema.Reference{Name: u.Name, Text: u.text}
	}
	read := jsonschema.Parse
	if how == lenient {
		read = jsonschema.ParseStored
	}
	parsed, err := read(text, texts, limits.jsonschema())
	if err != nil {
		return nil, fromJSONSchema(err, used, limits)
	}
	return &JSON{Schema: parsed, used: texts}, nil
}

func fromJSONSchema(err error, used []reference, limits Limits) error {
	if err == nil {
		return nil
	}
	e := &Error{Type: schema.JSON, Kind: Malformed, Detail: err.Error(), Err: err}
	cause, ok := errors.AsType[*jsonschema.Error](err)
	if !ok {
		return e
	}
	switch cause.Kind {
	case jsonschema.TooLarge:
		e.beyond([...]Limit{
			jsonschema.NoBound: "", jsonschema.Bytes: MaxBytes, jsonschema.Depth: MaxDepth, jsonschema.Nodes: MaxNodes,
			jsonschema.Subschemas: MaxSubschemas, jsonschema.PatternCost: MaxPatternCost,
		}[cause.Bound], limits)
	case jsonschema.Unresolved:
		e.Kind = Unresolved
	}
	return e.blame(used, cause.Reference)
}

func (l Limits) jsonschema() jsonschema.Limits {
	return jsonschema.Limits{
		MaxBytes: l.MaxBytes, MaxDepth: l.MaxDepth, MaxNodes: l.MaxNodes,
		MaxSubschemas: l.MaxSubschemas, MaxPatternCost: l.MaxPatternCost,
	}
}

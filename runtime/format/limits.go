package format

import (
	"errors"
	"fmt"

	"github.com/plastron-dev/plastron/runtime/format/jsonschema"
	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// Limits bounds what one schema may cost, whatever it contains. All of them
// are checked before the work is done that they bound. Configuration keys set
// them; DefaultLimits has the values of the product.
type Limits struct {
	// MaxBytes is the greatest length of one text, the schema's or that of a
	// reference.
	MaxBytes int
	// MaxDepth is how deep JSON, and messages of Protobuf, may be nested. Of
	// the latter no more than 100 are taken, which is the limit of protoc.
	MaxDepth int
	// MaxNodes is the greatest number of JSON values, keys included, or of
	// Protobuf's declarations, weighted by what they cost, in the schema and
	// all its references together.
	MaxNodes int
	// MaxSubschemas is the greatest number of schemas in a JSON Schema and all
	// its references together.
	MaxSubschemas int
	// MaxPatternCost is the greatest cost of one regular expression of a JSON
	// Schema: about the number of its characters, those inside a repetition
	// counted as often as it repeats them.
	MaxPatternCost int
	// MaxReferences is the greatest number of references, those of references
	// included.
	MaxReferences int
	// MaxReferenceDepth is how long a chain of references may be.
	MaxReferenceDepth int
}

// DefaultLimits are the limits of the product. Karapace's JSON parser stops at
// a depth of 1024; the other numbers keep a schema below 200 ms and 64 MiB and
// are far above what people write.
func DefaultLimits() Limits {
	json := jsonschema.DefaultLimits() // What all formats share is the same for all.
	return Limits{
		MaxBytes:          json.MaxBytes,
		MaxDepth:          json.MaxDepth,
		MaxNodes:          json.MaxNodes,
		MaxSubschemas:     json.MaxSubschemas,
		MaxPatternCost:    json.MaxPatternCost,
		MaxReferences:     1024,
		MaxReferenceDepth: 64,
	}
}

// Limit names one of the Limits as people know it: by the configuration key
// that changes it.
type Limit string

// The names of the limits.
const (
	MaxBytes          Limit = "schema_max_bytes"
	MaxDepth          Limit = "schema_max_depth"
	MaxNodes          Limit = "schema_max_nodes"
	MaxSubschemas     Limit = "schema_max_subschemas"
	MaxPatternCost    Limit = "schema_max_pattern_cost"
	MaxReferences     Limit = "schema_max_references"
	MaxReferenceDepth Limit = "schema_max_reference_depth"
)

// LimitNames lists the names in the order of the fields.
func LimitNames() []Limit {
	return []Limit{MaxBytes, MaxDepth, MaxNodes, MaxSubschemas, MaxPatternCost, MaxReferences, MaxReferenceDepth}
}

// Of returns the place of a limit, nil for a name that is none.
func (l *Limits) Of(name Limit) *int {
	switch name {
	case MaxBytes:
		return &l.MaxBytes
	case MaxDepth:
		return &l.MaxDepth
	case MaxNodes:
		return &l.MaxNodes
	case MaxSubschemas:
		return &l.MaxSubschemas
	case MaxPatternCost:
		return &l.MaxPatternCost
	case MaxReferences:
		return &l.MaxReferences
	case MaxReferenceDepth:
		return &l.MaxReferenceDepth
	default:
		return nil
	}
}

// OrDefaults returns the limits with the default in the place of each that is
// below it. It is for schemas that are stored: a limit that was lowered since
// must not make them unreadable, or they would drop out of comparisons.
func (l Limits) OrDefaults() Limits {
	def := DefaultLimits()
	for _, name := range LimitNames() {
		*l.Of(name) = max(*l.Of(name), *def.Of(name))
	}
	return l
}

func (l Limits) json() jsonx.Limits {
	return jsonx.Limits{MaxBytes: l.MaxBytes, MaxDepth: l.MaxDepth, MaxNodes: l.MaxNodes}
}

// limitOf finds the limit behind an error about a JSON text.
func limitOf(err error) Limit {
	e, ok := errors.AsType[*jsonx.Error](err)
	if !ok {
		return ""
	}
	return [...]Limit{jsonx.NoBound: "", jsonx.Bytes: MaxBytes, jsonx.Depth: MaxDepth, jsonx.Nodes: MaxNodes}[e.Bound]
}

// beyond makes e an error of kind TooLarge that names the limit and its value,
// so that the reader knows what to change. Bounds that cannot be changed have
// no name.
func (e *Error) beyond(name Limit, limits Limits) *Error {
	e.Kind, e.Limit = TooLarge, name
	if place := limits.Of(name); place != nil {
		e.Detail = fmt.Sprintf("%s (limit %s = %d)", e.Detail, name, *place)
	}
	return e
}

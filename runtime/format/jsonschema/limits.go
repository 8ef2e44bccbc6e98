package jsonschema

import "github.com/plastron-dev/plastron/runtime/internal/jsonx"

// Limits bounds what one schema may cost. For the last two fields zero stands
// for the value of DefaultLimits; for the others it means no limit.
type Limits struct {
	// MaxBytes is the greatest length of one text, the schema's or that of a
	// reference. All references together may have four times as much.
	MaxBytes int
	// MaxDepth is how deep JSON may be nested.
	MaxDepth int
	// MaxNodes is the greatest number of JSON values, keys included, in the
	// schema and all its references together.
	MaxNodes int
	// MaxSubschemas is the greatest number of schemas in the schema and all
	// its references together.
	MaxSubschemas int
	// MaxPatternCost is the greatest cost of one regular expression: about the
	// number of its characters, those inside a repetition counted as often as
	// it repeats them.
	MaxPatternCost int
}

// DefaultLimits are the limits of the product.
func DefaultLimits() Limits {
	return Limits{
		MaxBytes:       2 << 20,
		MaxDepth:       1024,
		MaxNodes:       600_000,
		MaxSubschemas:  65_536,
		MaxPatternCost: 20_000,
	}
}

// filled puts the defaults in the places of fields that have no other meaning
// for zero.
func (l Limits) filled() Limits {
	def := DefaultLimits()
	if l.MaxSubschemas <= 0 {
		l.MaxSubschemas = def.MaxSubschemas
	}
	if l.MaxPatternCost <= 0 {
		l.MaxPatternCost = def.MaxPatternCost
	}
	return l
}

func (l Limits) json() jsonx.Limits {
	return jsonx.Limits{MaxBytes: l.MaxBytes, MaxDepth: l.MaxDepth, MaxNodes: l.MaxNodes}
}

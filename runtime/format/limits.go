package format

import "github.com/plastron-dev/plastron/runtime/internal/jsonx"

// Limits bounds what one schema may cost, whatever it contains. All of them
// are checked before the work is done that they bound.
type Limits struct {
	// MaxBytes is the greatest length of one text, the schema's or that of a
	// reference.
	MaxBytes int
	// MaxDepth is how deep JSON may be nested.
	MaxDepth int
	// MaxNodes is the greatest number of JSON values, keys included, in the
	// schema and all its references together.
	MaxNodes int
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
	return Limits{
		MaxBytes:          2 << 20,
		MaxDepth:          1024,
		MaxNodes:          600_000,
		MaxReferences:     1024,
		MaxReferenceDepth: 64,
	}
}

func (l Limits) json() jsonx.Limits {
	return jsonx.Limits{MaxBytes: l.MaxBytes, MaxDepth: l.MaxDepth, MaxNodes: l.MaxNodes}
}

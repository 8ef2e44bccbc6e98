package avro

import "github.com/plastron-dev/plastron/runtime/internal/jsonx"

// Logical is a logical type that readers interpret.
type Logical uint8

// The logical types that change how a value is shown. All others (local
// timestamps, nanoseconds, unknown ones) are their underlying type.
const (
	LogicalNone Logical = iota
	Decimal
	Date
	TimeMillis
	TimeMicros
	TimestampMillis
	TimestampMicros
	UUID
)

// logicalOf applies the rule of the Avro specification that a logical type
// which does not suit its type, or whose attributes are wrong, is ignored.
func logicalOf(t *Type, a *attributes) (l Logical, precision, scale int) {
	if !a.logical.Valid() || a.logical.Type() != jsonx.String {
		return LogicalNone, 0, 0
	}
	suits := func(name string, kind TypeKind) bool { return t.Kind == kind && a.logical.Is(name) }
	switch {
	case a.logical.Is("decimal") && (t.Kind == Bytes || t.Kind == Fixed):
		precision, scale, ok := decimalOf(t, a)
		if !ok {
			return LogicalNone, 0, 0
		}
		return Decimal, precision, scale
	case suits("date", Int):
		return Date, 0, 0
	case suits("time-millis", Int):
		return TimeMillis, 0, 0
	case suits("time-micros", Long):
		return TimeMicros, 0, 0
	case suits("timestamp-millis", Long):
		return TimestampMillis, 0, 0
	case suits("timestamp-micros", Long):
		return TimestampMicros, 0, 0
	case suits("uuid", String):
		return UUID, 0, 0
	default:
		return LogicalNone, 0, 0
	}
}

// A decimal with more digits than this is treated as bytes: no real number
// needs them, and turning bytes into digits costs more than linear time.
const maxPrecision = 10_000

func decimalOf(t *Type, a *attributes) (precision, scale int, ok bool) {
	p, ok := smallInt(a.precision)
	if !ok || p < 1 || p > maxPrecision {
		return 0, 0, false
	}
	s := 0
	if a.scale.Valid() {
		if s, ok = smallInt(a.scale); !ok {
			return 0, 0, false
		}
	}
	if s < 0 || s > p {
		return 0, 0, false
	}
	// n bytes hold floor((8n-1)·log10 2) digits; 0.30102 is below log10 2 by
	// less than what matters for the digits allowed above.
	if t.Kind == Fixed && t.Size < 1<<20 && float64(p) > 0.30103*float64(8*t.Size-1) {
		return 0, 0, false
	}
	return p, s, true
}

func smallInt(v jsonx.Value) (int, bool) {
	if !v.Valid() {
		return 0, false
	}
	n, ok := v.Int64()
	if !ok || n < -1<<31 || n > 1<<31-1 {
		return 0, false
	}
	return int(n), true
}

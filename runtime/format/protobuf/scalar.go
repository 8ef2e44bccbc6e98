package protobuf

// wireKind groups the types of the language by what their data looks like:
// within a group one may be read as another.
type wireKind uint8

const (
	notScalar wireKind = iota
	varint
	zigzag
	fixed32
	fixed64
	float
	double
	bytes
)

// scalarKind returns the group of a scalar type, and notScalar for all other
// names.
func scalarKind(name string) wireKind {
	switch name {
	case "int32", "int64", "uint32", "uint64", "bool":
		return varint
	case "sint32", "sint64":
		return zigzag
	case "fixed32", "sfixed32":
		return fixed32
	case "fixed64", "sfixed64":
		return fixed64
	case "float":
		return float
	case "double":
		return double
	case "string", "bytes":
		return bytes
	default:
		return notScalar
	}
}

func isScalar(name string) bool { return scalarKind(name) != notScalar }

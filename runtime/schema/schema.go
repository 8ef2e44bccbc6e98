package schema

import "strconv"

// Type is the language a schema is written in, as it stands on the wire.
type Type string

// The three schema types of the field. An absent type means Avro.
const (
	Avro     Type = "AVRO"
	JSON     Type = "JSON"
	Protobuf Type = "PROTOBUF"
)

// ParseType returns the type that the wire text s names; the empty text is
// Avro. Spelling is exact: "avro" is not a type.
func ParseType(s string) (Type, bool) {
	switch t := Type(s); t {
	case "":
		return Avro, true
	case Avro, JSON, Protobuf:
		return t, true
	default:
		return "", false
	}
}

// ID is the number by which serialized data names its schema. Ids are unique
// within one context and never given to two schemas. Valid ids are positive.
type ID int32

// Version is the position of a schema in its subject, counted from 1.
type Version int32

// Latest stands for the newest live version, wherever a version is asked for.
const Latest Version = -1

// String is the decimal number, or "latest".
func (v Version) String() string {
	if v == Latest {
		return "latest"
	}
	return strconv.Itoa(int(v))
}

// Reference names a version of a subject whose schema another schema uses.
// Name is what the using text calls it: an Avro full name, a JSON Schema URI,
// a Protobuf import path.
type Reference struct {
	Name    string  `json:"name"`
	Subject Subject `json:"subject"`
	Version Version `json:"version"`
}

// Schema is a schema text with its type and references: what a client
// registers and what an id stands for. Two schemas are the same content
// exactly when all three parts are equal, order of references included.
type Schema struct {
	Type       Type
	Text       string
	References []Reference
}

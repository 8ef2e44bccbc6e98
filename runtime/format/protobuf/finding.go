package protobuf

import (
	"strings"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// The words that stand for the two schemas in a Description. Whoever knows
// which of them is the new one replaces them by "new" and "old".
const (
	ReaderWord = "{reader}"
	WriterWord = "{writer}"
)

// KindTooComplex is the kind of the finding that the schemas were not compared
// to the end.
const KindTooComplex = "TOO_COMPLEX"

// karapaceFinding names a modification as Karapace does; its message holds
// neither path nor direction. Clients match the text.
func karapaceFinding(modification string, path []string) schema.Finding {
	text := "Incompatible modification Modification." + modification + " found"
	return schema.Finding{Kind: modification, Path: strings.Join(path, "."), Karapace: text, Description: text}
}

// difference is one of the incompatible changes that Confluent's registry
// knows. The text is on the wire; the path goes in the place of the star.
type difference struct{ kind, text string }

var (
	packageChanged      = difference{"PACKAGE_CHANGED", "The package at '*' in the {reader} schema does not match the package in the {writer} schema"}
	messageRemoved      = difference{"MESSAGE_REMOVED", "The {reader} schema is missing a MESSAGE type at path '*' in the {writer} schema"}
	kindChanged         = difference{"FIELD_KIND_CHANGED", "The type of a field at path '*' in the {reader} schema does not match the {writer} schema"}
	scalarKindChanged   = difference{"FIELD_SCALAR_KIND_CHANGED", "The kind of a SCALAR field at path '*' in the {reader} schema does not match its kind in the {writer} schema"}
	namedTypeChanged    = difference{"FIELD_NAMED_TYPE_CHANGED", "The type of a MESSAGE field at path '*' in the {reader} schema does not match its type in the {writer} schema"}
	numericLabelChanged = difference{"FIELD_NUMERIC_LABEL_CHANGED", "The label for a NUMERIC field at path '*' in the {reader} schema does not match its label in the {writer} schema"}
	requiredAdded       = difference{"REQUIRED_FIELD_ADDED", "A required field  at path '*' in the {reader} schema is missing in the {writer} schema"}
	requiredRemoved     = difference{"REQUIRED_FIELD_REMOVED", "The {reader} schema is missing a required field at path: '*' in the {writer} schema"}
	oneofFieldRemoved   = difference{"ONEOF_FIELD_REMOVED", "The {reader} schema is missing a oneof field at path '*' in the {writer} schema"}
	multipleMoved       = difference{"MULTIPLE_FIELDS_MOVED_TO_ONEOF", "Multiple fields in the oneof at path '*' in the {reader} schema are outside a oneof in the {writer} schema"}
	movedToExisting     = difference{"FIELD_MOVED_TO_EXISTING_ONEOF", "A field in the oneof at path '*' in the {reader} schema is outside an existing oneof in the {writer} schema"}
)

func confluentFinding(d difference, path []string) schema.Finding {
	pointer := "#/" + strings.Join(path, "/")
	text := strings.Replace(d.text, "*", pointer, 1)
	return schema.Finding{Kind: d.kind, Path: pointer, Karapace: text, Description: text}
}

func tooComplex() schema.Finding {
	text := "the schemas are too complex to be compared"
	return schema.Finding{Kind: KindTooComplex, Path: "#/", Karapace: text, Description: text}
}

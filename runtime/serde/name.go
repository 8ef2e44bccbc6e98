package serde

import "github.com/plastron-dev/plastron/runtime/format"

// RecordName returns the name that subject naming strategies call the record
// name: for Avro the full name of a record, enum or fixed, for Protobuf that of
// the first message, for JSON Schema the title. It reports false for a schema without one.
func RecordName(p format.Parsed) (string, bool) {
	switch s := p.(type) {
	case *format.Avro:
		root := s.Schema.Root()
		if !root.Named() {
			return "", false
		}
		return root.FullName(), true
	case *format.Protobuf:
		return s.Schema.RecordName()
	case *format.JSON:
		title := s.Title()
		return title, title != ""
	default:
		return "", false
	}
}

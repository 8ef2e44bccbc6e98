package serde

import "github.com/plastron-dev/plastron/runtime/format"

// RecordName returns the name that subject naming strategies call the record
// name: for Avro the full name of a record, enum or fixed. It reports false
// for a schema without one.
func RecordName(p format.Parsed) (string, bool) {
	a, ok := p.(*format.Avro)
	if !ok || !a.Schema.Root().Named() {
		return "", false
	}
	return a.Schema.Root().FullName(), true
}

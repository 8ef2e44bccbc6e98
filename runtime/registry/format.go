package registry

import (
	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Formatted returns the text of an entry in another form than the stored one:
// "resolved" writes the references of an Avro schema into it, "serialized"
// makes a Protobuf schema a descriptor in base64, "ignore_extensions" leaves out
// what extensions say in it. Anything else, and a text that cannot be brought
// into the form, is no error: ok is false and the stored text stands (registry
// contract 5.6).
func (r *Registry) Formatted(e *Entry, form string) (text string, ok bool) {
	switch e.Schema.Type {
	case schema.Avro:
		if form != "resolved" {
			return "", false
		}
	case schema.Protobuf:
		if form != "serialized" && form != "ignore_extensions" {
			return "", false
		}
	default:
		return "", false
	}
	stored := *e
	if form == "ignore_extensions" {
		var err error
		if stored.Schema.Text, err = format.WithoutExtensions(e.Schema, r.limits); err != nil {
			return "", false
		}
	}
	parsed, err := r.parseEntry(r.views.View(), &stored)
	if err != nil {
		return "", false
	}
	switch p := parsed.(type) {
	case *format.Avro:
		return p.Schema.Resolved(), true
	case *format.Protobuf:
		if form == "ignore_extensions" {
			return r.print(p), true
		}
		text, err = p.Schema.Serialized()
		return text, err == nil
	}
	return "", false
}

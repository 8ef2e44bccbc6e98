package registry

import "github.com/plastron-dev/plastron/runtime/format"

// Formatted returns the text of an entry in another form than the stored one:
// "resolved" writes the references of an Avro schema into it, "serialized"
// makes a Protobuf schema a descriptor in base64. Anything else, and a text
// that cannot be brought into the form, is no error: ok is false and the
// stored text stands (registry contract 5.6).
func (r *Registry) Formatted(e *Entry, form string) (text string, ok bool) {
	if form != "resolved" && form != "serialized" {
		return "", false
	}
	parsed, err := r.parseEntry(r.views.View(), e)
	if err != nil {
		return "", false
	}
	switch p := parsed.(type) {
	case *format.Avro:
		if form == "resolved" {
			return p.Schema.Resolved(), true
		}
	case *format.Protobuf:
		if form == "serialized" {
			text, err = p.Schema.Serialized()
			return text, err == nil
		}
	}
	return "", false
}

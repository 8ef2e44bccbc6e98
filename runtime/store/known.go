package store

import "github.com/plastron-dev/plastron/runtime/schema"

// maxKnown bounds the memory of subjects that are known without a version, in
// bytes of their names. What does not fit stays unknown.
const maxKnown = 4 << 20

// Known reports whether Karapace knows the subject: it has a version, soft
// deleted or not, or there is the deletion of a configuration in the log that
// was not there, which is how Karapace's deletions make a subject known
// (registry contract 19.57).
func (v *View) Known(s schema.Subject) bool {
	if len(v.Entries(s)) > 0 {
		return true
	}
	_, ok := v.known.get(s)
	return ok
}

// notice remembers a subject that is known from now on.
func (b *builder) notice(s schema.Subject) {
	if _, ok := b.known.get(s); ok || s == "" || b.knownBytes+len(s) > maxKnown {
		return
	}
	b.known = b.known.set(b.edit, s, struct{}{})
	b.knownBytes += len(s)
}

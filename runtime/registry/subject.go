package registry

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// reservedNames are subjects that stand for settings of other products.
var reservedNames = []string{"__GLOBAL", "__EMPTY"}

// checkSubject refuses names that no subject may have (registry contract 1.5).
// Reads never refuse, since such names may be in the log.
func checkSubject(n schema.Naming, s schema.Subject) error {
	if !utf8.ValidString(string(s)) {
		return &Error{Kind: InvalidSubject, Subject: s, Detail: "not UTF-8"}
	}
	for _, c := range s {
		if c < ' ' || c >= 0x7f && c <= 0x9f {
			return &Error{Kind: InvalidSubject, Subject: s, Detail: fmt.Sprintf("control character %U", c)}
		}
	}
	if slices.Contains(reservedNames, n.Name(s)) {
		return &Error{Kind: InvalidSubject, Subject: s, Detail: "the name is reserved"}
	}
	return nil
}

// annotate adds the subject to errors that were made without knowing it.
func annotate(err error, s schema.Subject) error {
	if e, ok := err.(*Error); ok && e.Subject == "" && (e.Kind == Timeout || e.Kind == TooLarge || e.Kind == StoreFailure) {
		annotated := *e
		annotated.Subject = s
		return &annotated
	}
	return err
}

package auth

import "errors"

// Kind is why a request is refused.
type Kind string

// The kinds of refusals.
const (
	// Unauthenticated: no credentials, wrong ones, or ones of another scheme.
	Unauthenticated Kind = "unauthenticated"
	// Forbidden: the roles in a token do not allow the method.
	Forbidden Kind = "forbidden"
	// Busy: more passwords are being checked than this process can hash; the
	// credentials may well be right.
	Busy Kind = "busy"
	// Unavailable: the issuer's keys cannot be had, so that nothing can be
	// said about the token.
	Unavailable Kind = "unavailable"
)

// Error is a refusal. Its text never contains credentials.
type Error struct {
	Kind Kind
	// Reason is what the client is told.
	Reason string
	// Err is what the log is told; may be nil.
	Err error
}

// Error joins kind, reason and cause.
func (e *Error) Error() string {
	text := string(e.Kind)
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// kindOf returns the kind of an error of this package; everything else is
// Unauthenticated.
func kindOf(err error) Kind {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.Kind
	}
	return Unauthenticated
}

// The reasons that Karapace gives, by which its tests compare.
const (
	reasonHeader  = "Missing or invalid Authorization header"
	reasonExpired = "Token expired"
	reasonInvalid = "Invalid token/payload"
	reasonRoles   = "Forbidden"
)

package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Class says what a failure means to a caller. Decisions are made on classes,
// never on status, code or text.
type Class string

// The classes. Retriable ones are Unavailable and, after looking at what the
// registry holds now, UnknownOutcome.
const (
	NotFoundSubject Class = "subject not found"
	NotFoundVersion Class = "version not found"
	NotFoundSchema  Class = "schema not found"
	// NotConfigured: the subject has no settings of its own.
	NotConfigured Class = "subject has no settings of its own"
	// AlreadyDeleted: a soft delete of what is soft-deleted.
	AlreadyDeleted Class = "already soft-deleted"
	// NotDeleted: a permanent delete of what is not soft-deleted yet.
	NotDeleted Class = "not soft-deleted first"
	// Referenced: other schemas use the version that was to be deleted.
	Referenced Class = "referenced by other schemas"
	// Associated: what the subject belongs to forbids it.
	Associated    Class = "forbidden by an association of the subject"
	Incompatible  Class = "incompatible with an earlier version"
	InvalidSchema Class = "invalid schema"
	// InvalidSubject: the registry does not allow the name.
	InvalidSubject Class = "invalid subject name"
	// TooLarge: the schema does not fit into a record, or not into a request.
	TooLarge Class = "schema too large"
	// NotPermitted: the mode of the subject forbids it, whoever asks.
	NotPermitted Class = "not permitted in this mode"
	Unauthorized Class = "credentials missing or wrong"
	Forbidden    Class = "not allowed for these credentials"
	// Unavailable: nothing happened, a later attempt may succeed.
	Unavailable Class = "registry unavailable"
	// UnknownOutcome: a write was sent and its answer lost; it may have
	// happened.
	UnknownOutcome Class = "outcome of the write unknown"
	// Canceled: the caller gave up on a call that changes nothing, or before a
	// write was sent.
	Canceled Class = "canceled by the caller"
	Other    Class = "unexpected answer"
)

// Error is every failure of a Client.
type Error struct {
	Class Class
	// Op says what was attempted: registering a schema under orders-value.
	Op string
	// Status and Code are the HTTP status and the error_code of the answer, 0
	// when there was none.
	Status, Code int
	// Message is the registry's own text, when it sent one.
	Message string
	// Err is the cause when no answer arrived.
	Err error
}

// Error names the attempt, the meaning and the registry's words.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Op, e.Class)
	if e.Status != 0 {
		fmt.Fprintf(&b, " (HTTP %d", e.Status)
		if e.Code != 0 && e.Code != e.Status {
			fmt.Fprintf(&b, ", code %d", e.Code)
		}
		b.WriteString(")")
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ClassOf returns the class of an error of this package, Other for any other
// error and "" for nil.
func ClassOf(err error) Class {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Class
	}
	return Other
}

// Retriable reports whether the same call may succeed later although neither
// side changes anything.
func Retriable(err error) bool {
	c := ClassOf(err)
	return c == Unavailable || c == UnknownOutcome
}

// NotFound reports whether the thing asked for is not in the registry.
func NotFound(err error) bool {
	switch ClassOf(err) {
	case NotFoundSubject, NotFoundVersion, NotFoundSchema:
		return true
	default:
		return false
	}
}

// Unsupported reports whether the registry has no such route.
func Unsupported(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (NotFound(err) || e.Class == Other && (e.Status == http.StatusNotFound || e.Status == http.StatusMethodNotAllowed))
}

// maxMessage bounds the text of an answer that is kept in an error.
const maxMessage = 4 << 10

// answerError turns a non-2xx answer into an error. write says that the
// request changes something.
func answerError(op string, write bool, status int, body []byte) *Error {
	e := &Error{Op: op, Status: status}
	var envelope struct {
		Code    int             `json:"error_code"`
		Message json.RawMessage `json:"message"`
	}
	if err := json.Unmarshal(body, &envelope); err == nil {
		e.Code, e.Message = envelope.Code, messageText(envelope.Message)
	} else {
		e.Message = truncate(strings.ToValidUTF8(strings.TrimSpace(string(body)), "?"))
	}
	e.Class = classify(status, e.Code, write)
	if status >= 300 && status < 400 {
		e.Message = "the registry answers with a redirect, which is not followed: configure the address it points to"
	}
	return e
}

// messageText is the message as text. Karapace sends a list for bodies that
// fail validation (registry contract 1.3).
func messageText(raw json.RawMessage) string {
	var s string
	if err := json.Unmarshal(raw, &s); err == nil {
		return truncate(s)
	}
	return truncate(string(raw))
}

func truncate(s string) string {
	if len(s) <= maxMessage {
		return s
	}
	return strings.ToValidUTF8(s[:maxMessage], "") + " ..."
}

// classify is the one place where numbers become meaning (registry contract
// 2.1). The code decides where there is one, else the status.
func classify(status, code int, write bool) Class {
	if c, ok := classOfCode(code); ok {
		return c
	}
	switch status {
	case http.StatusUnauthorized:
		return Unauthorized
	case http.StatusForbidden:
		return Forbidden
	case http.StatusConflict:
		return Incompatible
	case http.StatusRequestEntityTooLarge:
		return TooLarge
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return Unavailable
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		// Something on the way broke after the request was taken. 50002 (not
		// read back in time) and 50003 (forwarding failed) end here too.
		if write && code != 50004 {
			return UnknownOutcome
		}
		return Unavailable
	default:
		return Other
	}
}

func classOfCode(code int) (Class, bool) {
	switch code {
	case 40401:
		return NotFoundSubject, true
	case 40402:
		return NotFoundVersion, true
	case 40403:
		return NotFoundSchema, true
	case 40404, 40406:
		return AlreadyDeleted, true
	case 40405, 40407:
		return NotDeleted, true
	case 40408, 40409:
		return NotConfigured, true
	case 40901:
		return Incompatible, true
	case 40902, 40903, 40904, 40905, 40907, 40908:
		return Associated, true
	case 42201, 44302:
		return InvalidSchema, true
	case 42205:
		return NotPermitted, true
	case 42206:
		return Referenced, true
	case 42208:
		return InvalidSubject, true
	case 42209:
		return TooLarge, true
	default:
		return "", false
	}
}

// transportError turns a failed exchange into an error. sent says that the
// request, or a part of it, may have reached a registry.
func transportError(ctx context.Context, op string, write, sent bool, err error) *Error {
	e := &Error{Op: op, Class: Unavailable, Err: withoutURL(err)}
	switch {
	case write && sent:
		e.Class = UnknownOutcome
	case errors.Is(context.Cause(ctx), context.Canceled) || errors.Is(err, context.Canceled):
		e.Class = Canceled
	}
	return e
}

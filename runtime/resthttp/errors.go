package resthttp

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/plastron-dev/plastron/runtime/rest"
)

// wireError is a request that is wrong before the service is asked, or an
// answer whose form is its own.
type wireError struct {
	status, code int
	text         string
	// contentType is that of handled answers when it is empty; text/plain
	// sends the text alone.
	contentType string
	// retryAfter is in seconds; it counts for 429 and 503 only, see announce.
	retryAfter int
	// field is the member of a record that is wrong, see inRecord.
	field string
}

// Error is the text.
func (e *wireError) Error() string { return e.text }

// announce tells a client that is to come again when that may be.
func (e *wireError) announce(h http.Header) {
	if e.status == http.StatusTooManyRequests || e.status == http.StatusServiceUnavailable {
		h.Set("Retry-After", strconv.Itoa(max(e.retryAfter, 1)))
	}
}

const (
	textConnection = "Unexpected connection or timeout error"
	textBusy       = "Too many bytes of request bodies are worked on, try again"
	textPlain      = "text/plain; charset=utf-8"
	// textNotReady is what a client sees when Kafka does not answer.
	textNotReady = "Kafka node not ready"
)

// plain is an error that is sent as text (REST contract 2.4).
func plain(status int, text string) *wireError {
	return &wireError{status: status, text: text, contentType: textPlain}
}

func wrong(status, code int, text string) *wireError {
	return &wireError{status: status, code: code, text: text}
}

// notAnInt is the refusal of a number; that it is a 500 is what clients know.
func notAnInt(name string, value []byte) *wireError {
	return wrong(http.StatusInternalServerError, http.StatusInternalServerError, name+" is not a valid int: "+short(unquoted(value)))
}

// missing is the refusal of a request without one of its members.
func missing(name string, in []byte) *wireError {
	return wrong(http.StatusInternalServerError, 50001, name+" missing from "+short(string(in)))
}

func invalidFormat() *wireError {
	return wrong(http.StatusUnprocessableEntity, http.StatusUnprocessableEntity, "Invalid request format")
}

func unquoted(value []byte) string {
	if s, ok := stringValue(value); ok {
		return s
	}
	return string(value)
}

// short bounds what of a request goes back into an error.
func short(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return s[:most] + "..."
}

// number is what a kind is on the wire.
type number struct{ status, code int }

// numberOf is REST contract 7, the only place where kinds become numbers.
func numberOf(k rest.Kind) number {
	switch k {
	case rest.UnknownTopic:
		return number{http.StatusNotFound, 40401}
	case rest.UnknownPartition:
		return number{http.StatusNotFound, 40402}
	case rest.UnknownConsumer, rest.NotSubscribable:
		return number{http.StatusNotFound, 40403}
	case rest.ConsumerExists:
		return number{http.StatusConflict, 40902}
	case rest.IllegalState:
		return number{http.StatusConflict, 40903}
	case rest.RegistryRefused:
		return number{http.StatusRequestTimeout, 40801}
	case rest.MissingKeySchema:
		return number{http.StatusUnprocessableEntity, 42201}
	case rest.MissingValueSchema:
		return number{http.StatusUnprocessableEntity, 42202}
	case rest.InvalidConsumer:
		return number{http.StatusUnprocessableEntity, 42204}
	case rest.InvalidSchema, rest.Unfit, rest.Improper, rest.Unsupported:
		return number{http.StatusUnprocessableEntity, 42205}
	case rest.Undecodable, rest.InvalidPattern:
		return number{http.StatusUnprocessableEntity, http.StatusUnprocessableEntity}
	case rest.NotBase64:
		return number{http.StatusBadRequest, http.StatusBadRequest}
	case rest.Forbidden:
		return number{http.StatusForbidden, 40301}
	case rest.Overloaded:
		return number{http.StatusTooManyRequests, http.StatusTooManyRequests}
	case rest.TooManyConsumers, rest.Closed:
		return number{http.StatusServiceUnavailable, http.StatusServiceUnavailable}
	default: // Internal, Unavailable, CommitFailed, FetchFailed, OffsetsFailed
		return number{http.StatusInternalServerError, http.StatusInternalServerError}
	}
}

// onWire turns any error into what is sent.
func onWire(err error) *wireError {
	if e, ok := errors.AsType[*wireError](err); ok {
		return e
	}
	e, ok := errors.AsType[*rest.Error](err)
	switch {
	case ok:
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return plain(http.StatusServiceUnavailable, textConnection)
	default:
		return &wireError{status: http.StatusInternalServerError, code: http.StatusInternalServerError, text: "Internal server error", contentType: plainJSON}
	}
	n := numberOf(e.Kind)
	out := &wireError{status: n.status, code: n.code, text: e.Error()}
	switch e.Kind {
	case rest.Forbidden:
		out.text, out.contentType = "Forbidden", plainJSON
	case rest.Internal:
		out.text, out.contentType = "Internal server error", plainJSON
	case rest.Unavailable:
		out.text, out.contentType = textNotReady, plainJSON
	}
	return out
}

// isKind reports whether an error of the service is of a kind.
func isKind(err error, k rest.Kind) bool {
	e, ok := errors.AsType[*rest.Error](err)
	return ok && e.Kind == k
}

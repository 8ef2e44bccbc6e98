package rest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/plastron-dev/plastron/runtime/kafka"
)

// Kind says what is wrong with a request, or with what it needs. The HTTP
// layer maps kinds to statuses and codes.
type Kind int

// The kinds.
const (
	// Internal is a failure of the proxy or an unexpected one of Kafka.
	Internal Kind = iota
	UnknownTopic
	UnknownPartition
	UnknownConsumer
	ConsumerExists
	TooManyConsumers
	// Overloaded: there is more to do than may wait; nothing was begun.
	Overloaded
	// InvalidConsumer: a setting of a new consumer.
	InvalidConsumer
	// IllegalState: subscribing, assigning and seeking do not fit together.
	IllegalState
	// NotSubscribable: what a consumer subscribed to or wants to seek in does
	// not exist.
	NotSubscribable
	// InvalidPattern: a topic pattern that is not a regular expression.
	InvalidPattern
	MissingKeySchema
	MissingValueSchema
	InvalidSchema
	// RegistryRefused: the registry refused an inline schema, or is not there.
	RegistryRefused
	// NotBase64: a binary key or value.
	NotBase64
	// Unfit: a key or value that does not fit its schema.
	Unfit
	// Improper: a key or value that its format cannot express.
	Improper
	// Undecodable: a consumed record that its format cannot show.
	Undecodable
	// Unsupported: a format that this build does not have.
	Unsupported
	// Forbidden: Kafka's access rules.
	Forbidden
	// Unavailable: Kafka cannot be reached, or not with these credentials.
	Unavailable
	// CommitFailed, FetchFailed and OffsetsFailed: Kafka refused.
	CommitFailed
	FetchFailed
	OffsetsFailed
	// Closed: the proxy is shutting down.
	Closed
	// NotFound: a resource of version 3 that the service looks up itself.
	NotFound
	// Refused: Kafka does not accept what a request wants to change or read.
	Refused
	// Unauthenticated: Kafka does not accept the credentials.
	Unauthenticated
	// Throttled: a quota of Kafka.
	Throttled
	// TooLarge: a record that Kafka or the proxy does not take for its size.
	TooLarge
	// Temporary and Failed: another error of Kafka, which may pass by itself
	// or not.
	Temporary
	Failed
)

// Error is every failure of a Service. Text is for the client of the proxy;
// texts that clients match are those of Karapace.
type Error struct {
	Kind Kind
	Text string
	// Err is the cause, when there is one beyond the text.
	Err error
	// hidden: it is there, perhaps, but not for the one who asks.
	hidden bool
}

// Error is the text and the cause, which has a line of its own after a text
// that ends one.
func (e *Error) Error() string {
	if e.Err == nil || e.Text == e.Err.Error() {
		return e.Text
	}
	if strings.HasSuffix(e.Text, "\n") {
		return e.Text + e.Err.Error()
	}
	return e.Text + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

func fail(kind Kind, format string, values ...any) *Error {
	return &Error{Kind: kind, Text: fmt.Sprintf(format, values...)}
}

// kafkaFailure is what remains of an error of Kafka when nothing more specific
// is known: who may not, who is not there, or other.
func kafkaFailure(doing string, other Kind, err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	e := &Error{Kind: other, Text: doing, Err: err}
	switch kafka.Classify(err) {
	case kafka.Authorization:
		e.Kind = Forbidden
	case kafka.Authentication, kafka.Unreachable, kafka.Timeout:
		e.Kind = Unavailable
	}
	return e
}

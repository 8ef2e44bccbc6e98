package kafka

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Class says what kind of trouble an error of a Kafka client is, coarse
// enough to decide what to do and what to tell.
type Class int

// The classes. Only Retriable, NotEnoughReplicas, Unreachable and Timeout are
// worth another attempt without somebody changing something.
const (
	// None is the class of no error.
	None Class = iota
	// Retriable errors pass by themselves: a leader moves, a coordinator loads.
	Retriable
	// Authentication means that the broker does not accept who we say we are.
	Authentication
	// Authorization means that an ACL is missing.
	Authorization
	// TooLarge means that a record or batch exceeds a limit of the topic.
	TooLarge
	// UnknownTopicOrPartition means that there is no such topic or partition.
	UnknownTopicOrPartition
	// NotEnoughReplicas means that too few replicas are in sync for acks=all.
	NotEnoughReplicas
	// Unreachable means that no connection could be made or kept.
	Unreachable
	// Timeout means that an answer did not come in time. What was asked for
	// may still have happened.
	Timeout
	// Other is everything else.
	Other
)

// String is the name of the class in logs.
func (c Class) String() string {
	names := [...]string{
		"None", "Retriable", "Authentication", "Authorization", "TooLarge",
		"UnknownTopicOrPartition", "NotEnoughReplicas", "Unreachable", "Timeout", "Other",
	}
	if c < 0 || int(c) >= len(names) {
		return "Other"
	}
	return names[c]
}

// Temporary reports whether the same request may succeed later without
// anybody changing configuration, rights or the request.
func (c Class) Temporary() bool {
	switch c {
	case Retriable, NotEnoughReplicas, Unreachable, Timeout:
		return true
	default:
		return false
	}
}

// Classify finds the class of an error that a Kafka client returned, however
// it is wrapped.
func Classify(err error) Class {
	if err == nil {
		return None
	}
	var broker *kerr.Error
	if errors.As(err, &broker) {
		return classOfCode(broker)
	}
	return classOfConnection(err)
}

func classOfCode(err *kerr.Error) Class {
	switch err {
	case kerr.SaslAuthenticationFailed, kerr.UnsupportedSaslMechanism, kerr.IllegalSaslState, kerr.SecurityDisabled:
		return Authentication
	case kerr.TopicAuthorizationFailed, kerr.GroupAuthorizationFailed, kerr.ClusterAuthorizationFailed,
		kerr.TransactionalIDAuthorizationFailed, kerr.DelegationTokenAuthorizationFailed:
		return Authorization
	case kerr.MessageTooLarge, kerr.RecordListTooLarge:
		return TooLarge
	case kerr.UnknownTopicOrPartition, kerr.UnknownTopicID, kerr.InconsistentTopicID, kerr.InvalidTopicException:
		return UnknownTopicOrPartition
	case kerr.NotEnoughReplicas, kerr.NotEnoughReplicasAfterAppend:
		return NotEnoughReplicas
	case kerr.RequestTimedOut:
		return Timeout
	}
	if err.Retriable {
		return Retriable
	}
	return Other
}

func classOfConnection(err error) Class {
	var first *kgo.ErrFirstReadEOF
	switch {
	case isSASLFailure(err):
		return Authentication
	case errors.As(err, &first), isTLSFailure(err):
		return Unreachable
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded),
		errors.Is(err, kgo.ErrRecordTimeout), errors.Is(err, kgo.ErrRecordRetries):
		// A dial that timed out is no answer at all, so nothing can have happened.
		if isDial(err) {
			return Unreachable
		}
		return Timeout
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return Unreachable
	}
	var op *net.OpError
	var dns *net.DNSError
	if errors.As(err, &op) || errors.As(err, &dns) || isDial(err) {
		return Unreachable
	}
	if kgo.IsRetryableBrokerErr(err) {
		return Retriable
	}
	return Other
}

// isSASLFailure knows the failures that have no code: a broker that closed
// the connection because SASL was expected, one that asks for a client
// certificate, and a refused bearer token.
func isSASLFailure(err error) bool {
	text := err.Error()
	return strings.Contains(text, "is SASL missing?") ||
		strings.Contains(text, "unexpected data in oauth response") ||
		strings.Contains(text, "tls: bad certificate") ||
		strings.Contains(text, "tls: certificate required")
}

func isTLSFailure(err error) bool {
	var record tls.RecordHeaderError
	var verify *tls.CertificateVerificationError
	return errors.As(err, &record) || errors.As(err, &verify) || isUnknownCA(err) ||
		strings.Contains(err.Error(), "plaintext connection speaking to a tls endpoint")
}

func isUnknownCA(err error) bool {
	var unknown x509.UnknownAuthorityError
	return errors.As(err, &unknown)
}

func isDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial" || strings.Contains(err.Error(), "unable to dial")
}

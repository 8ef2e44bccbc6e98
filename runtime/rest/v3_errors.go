package rest

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/kafka"
)

// adminClient is the shared client: by questions, and for requests that kadm
// has no form for.
type adminClient struct {
	*kadm.Client
	raw *kgo.Client
}

// admin puts questions about the cluster to Kafka, bounded as ask does it. Its
// errors are those of adminFailure.
func admin[T any](ctx context.Context, s *Service, do func(ctx context.Context, admin adminClient) (T, error)) (T, error) {
	return ask(ctx, s.cluster, func(ctx context.Context, client *kgo.Client) (T, error) {
		value, err := do(ctx, adminClient{kadm.NewClient(client), client})
		return value, adminFailure(err, nil)
	})
}

// millis is a bound as Kafka's requests carry it.
func millis(d time.Duration) int32 { return int32(min(d.Milliseconds(), math.MaxInt32)) }

// refusal is the error of a part of an answer: Kafka's code, with Kafka's own
// words when there are any.
func refusal(code int16, words *string) error { return adminFailure(kerr.ErrorForCode(code), words) }

// adminFailure is the table of REST contract 7 for the errors of Kafka as
// version 3 tells them. An error of this package stays what it is.
func adminFailure(err error, words *string) error {
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[*Error](err); ok {
		return known
	}
	e := &Error{Kind: adminKind(err), Text: err.Error(), Err: err}
	if broker, ok := errors.AsType[*kerr.Error](err); ok {
		e.Text, e.Err = broker.Description, nil
	}
	if words != nil && *words != "" {
		e.Text, e.Err = *words, nil
	}
	return e
}

func adminKind(err error) Kind {
	if broker, ok := errors.AsType[*kerr.Error](err); ok {
		if kind, ok := adminKindOfCode(broker); ok {
			return kind
		}
	}
	switch class := kafka.Classify(err); {
	case class == kafka.Authorization:
		return Forbidden
	case class == kafka.Authentication:
		return Unauthenticated
	case class == kafka.Unreachable, class == kafka.Timeout:
		return Unavailable
	case class.Temporary():
		return Temporary
	default:
		return Failed
	}
}

func adminKindOfCode(err *kerr.Error) (Kind, bool) {
	switch err {
	case kerr.TopicAlreadyExists, kerr.InvalidPartitions, kerr.InvalidReplicationFactor, kerr.InvalidReplicaAssignment, kerr.InvalidConfig,
		kerr.InvalidRequest, kerr.InvalidTopicException, kerr.PolicyViolation, kerr.SecurityDisabled, kerr.UnsupportedVersion, kerr.UnknownServerError,
		kerr.TopicDeletionDisabled, kerr.ReassignmentInProgress, kerr.NoReassignmentInProgress, kerr.DuplicateResource, kerr.UnacceptableCredential,
		kerr.InvalidPrincipalType, kerr.InvalidUpdateVersion:
		return Refused, true
	case kerr.UnknownTopicOrPartition, kerr.UnknownTopicID:
		return UnknownTopic, true
	case kerr.ThrottlingQuotaExceeded:
		return Throttled, true
	case kerr.BrokerNotAvailable:
		return Unavailable, true
	case kerr.GroupIDNotFound:
		return NotFound, true
	}
	return 0, false
}

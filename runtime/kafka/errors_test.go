package kafka

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

func TestClassify(t *testing.T) {
	t.Parallel()
	f := func(err error, want Class) {
		t.Helper()
		if got := Classify(err); got != want {
			t.Errorf("%v is %s; want %s", err, got, want)
		}
		if err == nil {
			return
		}
		if got := Classify(fmt.Errorf("doing: %w", err)); got != want {
			t.Errorf("wrapped %v is %s; want %s", err, got, want)
		}
	}
	f(nil, None)
	f(kerr.SaslAuthenticationFailed, Authentication)
	f(kerr.UnsupportedSaslMechanism, Authentication)
	f(kerr.TopicAuthorizationFailed, Authorization)
	f(kerr.GroupAuthorizationFailed, Authorization)
	f(kerr.ClusterAuthorizationFailed, Authorization)
	f(kerr.MessageTooLarge, TooLarge)
	f(kerr.RecordListTooLarge, TooLarge)
	f(kerr.UnknownTopicOrPartition, UnknownTopicOrPartition)
	f(kerr.UnknownTopicID, UnknownTopicOrPartition)
	f(kerr.NotEnoughReplicas, NotEnoughReplicas)
	f(kerr.NotEnoughReplicasAfterAppend, NotEnoughReplicas)
	f(kerr.RequestTimedOut, Timeout)
	f(kerr.NotLeaderForPartition, Retriable)
	f(kerr.CoordinatorLoadInProgress, Retriable)
	f(kerr.InvalidRecord, Other)
	f(kerr.InconsistentGroupProtocol, Other)

	f(context.DeadlineExceeded, Timeout)
	f(os.ErrDeadlineExceeded, Timeout)
	f(kgo.ErrRecordTimeout, Timeout)
	f(context.Canceled, Other)
	f(io.EOF, Unreachable)
	f(net.ErrClosed, Unreachable)
	f(&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, Unreachable)
	f(&net.OpError{Op: "dial", Err: context.DeadlineExceeded}, Unreachable)
	f(&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, Unreachable)
	f(&net.DNSError{Err: "no such host", Name: "kafka", IsNotFound: true}, Unreachable)
	f(x509.UnknownAuthorityError{}, Unreachable)
	f(errors.New("remote error: tls: bad certificate"), Authentication)
	f(errors.New("unexpected data in oauth response: x"), Authentication)
	f(errors.New("something else"), Other)
}

func TestTemporary(t *testing.T) {
	t.Parallel()
	temporary := map[Class]bool{Retriable: true, NotEnoughReplicas: true, Unreachable: true, Timeout: true}
	for class := None; class <= Other; class++ {
		if class.Temporary() != temporary[class] {
			t.Errorf("%s is temporary: %v", class, class.Temporary())
		}
	}
	if Class(99).String() != "Other" || Class(-1).String() != "Other" {
		t.Error("an unknown class has no name")
	}
}

func TestExplainNamesTheRemedy(t *testing.T) {
	t.Parallel()
	f := func(err error, remedy string) {
		t.Helper()
		got := Explain(fmt.Errorf("doing: %w", err))
		if !strings.Contains(got, remedy) || !strings.Contains(got, err.Error()) {
			t.Errorf("%v is explained as %q; want the remedy %q and the error", err, got, remedy)
		}
	}
	f(kerr.SaslAuthenticationFailed, "sasl_plain_password")
	f(kerr.UnsupportedSaslMechanism, "sasl_mechanism")
	f(kerr.GroupAuthorizationFailed, "grant Describe and Read")
	f(kerr.TopicAuthorizationFailed, "grant Describe, Read and Write")
	f(kerr.ClusterAuthorizationFailed, "ACL")
	f(kerr.MessageTooLarge, "max.message.bytes")
	f(kerr.UnknownTopicOrPartition, "create the topic")
	f(kerr.NotEnoughReplicas, "min.insync.replicas")
	f(kerr.RequestTimedOut, "did not answer in time")
	f(kerr.InconsistentGroupProtocol, "choose another group_id")
	f(kerr.InvalidSessionTimeout, "session_timeout_ms")
	f(kerr.GroupMaxSizeReached, "group.max.size")
	f(kerr.InvalidRecord, "needs a key")
	f(&net.DNSError{Err: "no such host", Name: "kafka"}, "bootstrap_uri")
	f(x509.UnknownAuthorityError{}, "ssl_cafile")
	f(x509.HostnameError{Host: "a", Certificate: &x509.Certificate{}}, "")
	f(errors.New("remote error: tls: bad certificate"), "ssl_certfile")
	f(errors.New("something else"), "something else")
	if Explain(nil) != "" {
		t.Error("no error is explained")
	}
}

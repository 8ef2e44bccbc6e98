package kafka

import (
	"crypto/x509"
	"errors"
	"net"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"
)

// Explain says in one sentence what is wrong and what to do, followed by the
// client's own words. It holds no secrets. An absent error is the empty text.
func Explain(err error) string {
	if err == nil {
		return ""
	}
	if remedy := remedy(err); remedy != "" {
		return remedy + " (" + err.Error() + ")"
	}
	return err.Error()
}

func remedy(err error) string {
	class := Classify(err)
	switch class {
	case Authentication:
		return authenticationRemedy(err)
	case Authorization:
		return authorizationRemedy(err)
	case TooLarge:
		return "Kafka refused a record because of its size: raise max.message.bytes of the topic or send less"
	case UnknownTopicOrPartition:
		return "Kafka does not know the topic or partition: create the topic or check its name"
	case NotEnoughReplicas:
		return "Kafka has fewer in-sync replicas than min.insync.replicas of the topic asks for: look after the brokers"
	case Unreachable:
		return connectionRemedy(err)
	case Timeout:
		return "Kafka did not answer in time: it may be overloaded, or a broker or its leader election hangs"
	default:
		return codeRemedy(err)
	}
}

func authenticationRemedy(err error) string {
	text := err.Error()
	switch {
	case strings.Contains(text, "is SASL missing?"):
		return "Kafka closed the connection after the first request, which is what it does when it expects SASL: " +
			"set security_protocol to SASL_PLAINTEXT or SASL_SSL, and sasl_mechanism with its credentials"
	case strings.Contains(text, "tls: bad certificate"), strings.Contains(text, "tls: certificate required"):
		return "Kafka asks for a client certificate that it trusts: set ssl_certfile and ssl_keyfile"
	case errors.Is(err, kerr.UnsupportedSaslMechanism):
		return "Kafka does not offer the configured sasl_mechanism on this listener"
	case strings.Contains(text, "unexpected data in oauth response"):
		return "Kafka refused the bearer token: check sasl_oauth_token, sasl_oauth_token_file or the client of sasl_oauth_token_endpoint_url, " +
			"and that issuer, audience and time of the token are what the broker expects"
	default:
		return "Kafka refused the credentials: check sasl_mechanism, sasl_plain_username and sasl_plain_password " +
			"or sasl_plain_password_file, or the token"
	}
}

func authorizationRemedy(err error) string {
	switch {
	case errors.Is(err, kerr.GroupAuthorizationFailed):
		return "Kafka denies access to the group: grant Describe and Read on it"
	case errors.Is(err, kerr.TopicAuthorizationFailed):
		return "Kafka denies access to the topic: grant Describe, Read and Write on it (Create too if it should be made for you)"
	default:
		return "Kafka denies the operation: an ACL is missing"
	}
}

func connectionRemedy(err error) string {
	text := err.Error()
	var dns *net.DNSError
	var host x509.HostnameError
	switch {
	case errors.As(err, &dns):
		return "the host name of a Kafka broker cannot be resolved: check bootstrap_uri, and what the brokers advertise"
	case strings.Contains(text, "is TLS misconfigured"), brokeHandshake(err):
		return "Kafka closed the connection at once, which is what a plaintext listener does to TLS: " +
			"set security_protocol to PLAINTEXT or SASL_PLAINTEXT, or use the TLS port"
	case strings.Contains(text, "is TLS missing"), strings.Contains(text, "plaintext connection speaking to a tls endpoint"):
		return "Kafka expects TLS on this port: set security_protocol to SSL or SASL_SSL, or use the plaintext port"
	case isUnknownCA(err):
		return "the certificate of a Kafka broker is signed by an authority that is not trusted here: set ssl_cafile"
	case errors.As(err, &host):
		return "the certificate of a Kafka broker is for another host name: use a name from it in bootstrap_uri, or set ssl_check_hostname to false"
	case isTLSFailure(err):
		return "the TLS handshake with a Kafka broker failed: check security_protocol, the port and ssl_cafile"
	default:
		return "no Kafka broker can be reached: check bootstrap_uri, that the broker runs, and that the address it advertises is reachable from here"
	}
}

func codeRemedy(err error) string {
	switch {
	case errors.Is(err, kerr.InconsistentGroupProtocol):
		return "the group is in use with another protocol, probably by ordinary consumers: choose another group_id"
	case errors.Is(err, kerr.InvalidSessionTimeout):
		return "session_timeout_ms is outside of what the broker allows (group.min.session.timeout.ms to group.max.session.timeout.ms)"
	case errors.Is(err, kerr.GroupMaxSizeReached):
		return "the group has as many members as the broker allows (group.max.size)"
	case errors.Is(err, kerr.InvalidRecord):
		return "Kafka refused a record; on a compacted topic every record needs a key"
	default:
		return ""
	}
}

// brokeHandshake: the connection was made and then broke while it was still
// being dialed, which only a TLS handshake can do.
func brokeHandshake(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "read" && strings.Contains(err.Error(), "unable to dial")
}

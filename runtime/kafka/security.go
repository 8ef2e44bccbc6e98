package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/oauth"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// The values of the configuration key security_protocol.
const (
	ProtocolPlaintext     = "PLAINTEXT"
	ProtocolSSL           = "SSL"
	ProtocolSASLPlaintext = "SASL_PLAINTEXT"
	ProtocolSASLSSL       = "SASL_SSL"
)

// The values of the configuration key sasl_mechanism.
const (
	MechanismPlain       = "PLAIN"
	MechanismScram256    = "SCRAM-SHA-256"
	MechanismScram512    = "SCRAM-SHA-512"
	MechanismOAuthBearer = "OAUTHBEARER"
)

// Security holds the keys security_protocol, sasl_* and ssl_*.
type Security struct {
	// Protocol is one of the four protocols; empty is PLAINTEXT.
	Protocol string

	// Mechanism is one of the four mechanisms. Empty is PLAIN, as the older
	// configurations of the field have it.
	Mechanism string
	// Username and Password are the credentials of PLAIN and SCRAM.
	Username, Password string
	// Token is the fixed bearer token of OAUTHBEARER; TokenSource, when set,
	// is asked for one instead at every (re)authentication.
	Token       string
	TokenSource func(context.Context) (string, error)

	// CAFile holds the PEM certificates to trust; empty is the system's store.
	CAFile string
	// CertFile and KeyFile are the client certificate and its key, both PEM
	// and both or none; KeyPassword decrypts the key.
	CertFile, KeyFile, KeyPassword string
	// CRLFile lists revoked certificates (PEM); a broker whose own certificate
	// is on it is refused.
	CRLFile string
	// Ciphers is an OpenSSL-style list for TLS 1.2; TLS 1.3 has no choice.
	Ciphers string
	// SkipHostnameCheck accepts a broker certificate for any host name; the
	// chain is still verified.
	SkipHostnameCheck bool
}

// String names protocol, mechanism and user, never a secret, so that a value
// printed by accident gives nothing away.
func (s Security) String() string {
	return fmt.Sprintf("%s mechanism=%q user=%q", s.protocol(), s.Mechanism, s.Username)
}

// GoString is String, for the same reason.
func (s Security) GoString() string { return s.String() }

// Principal is what the broker calls us if that is known from the
// configuration, else empty; messages about missing ACLs name it.
func (s Security) Principal() string {
	if !s.usesSASL() || s.Username == "" {
		return ""
	}
	return "User:" + s.Username
}

func (s Security) protocol() string {
	if s.Protocol == "" {
		return ProtocolPlaintext
	}
	return s.Protocol
}

func (s Security) usesSASL() bool {
	return s.protocol() == ProtocolSASLPlaintext || s.protocol() == ProtocolSASLSSL
}

func (s Security) usesTLS() bool {
	return s.protocol() == ProtocolSSL || s.protocol() == ProtocolSASLSSL
}

func (s Security) opts(dialTimeout time.Duration) ([]kgo.Opt, error) {
	switch s.protocol() {
	case ProtocolPlaintext, ProtocolSSL, ProtocolSASLPlaintext, ProtocolSASLSSL:
	default:
		return nil, fmt.Errorf("security_protocol %q is unknown: allowed are PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL", s.Protocol)
	}
	opts := []kgo.Opt{kgo.DialTimeout(dialTimeout)}
	if s.usesTLS() {
		config, err := s.tlsConfig()
		if err != nil {
			return nil, err
		}
		opts = append(opts, kgo.DialTLSConfig(config))
	}
	if s.usesSASL() {
		mechanism, err := s.mechanism()
		if err != nil {
			return nil, err
		}
		opts = append(opts, kgo.SASL(mechanism))
	}
	return opts, nil
}

func (s Security) mechanism() (sasl.Mechanism, error) {
	switch s.Mechanism {
	case "", MechanismPlain:
		if err := s.needUser(); err != nil {
			return nil, err
		}
		return plain.Auth{User: s.Username, Pass: s.Password}.AsMechanism(), nil
	case MechanismScram256:
		if err := s.needUser(); err != nil {
			return nil, err
		}
		return scram.Auth{User: s.Username, Pass: s.Password}.AsSha256Mechanism(), nil
	case MechanismScram512:
		if err := s.needUser(); err != nil {
			return nil, err
		}
		return scram.Auth{User: s.Username, Pass: s.Password}.AsSha512Mechanism(), nil
	case MechanismOAuthBearer:
		return s.bearer()
	default:
		return nil, fmt.Errorf("sasl_mechanism %q is unknown: allowed are PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER", s.Mechanism)
	}
}

func (s Security) needUser() error {
	if s.Username == "" || s.Password == "" {
		return fmt.Errorf("security_protocol %s needs sasl_plain_username and sasl_plain_password", s.protocol())
	}
	return nil
}

func (s Security) bearer() (sasl.Mechanism, error) {
	source := s.TokenSource
	if source == nil {
		if s.Token == "" {
			return nil, errors.New("sasl_mechanism OAUTHBEARER needs a token: set sasl_oauth_token")
		}
		source = func(context.Context) (string, error) { return s.Token, nil }
	}
	return oauth.Oauth(func(ctx context.Context) (oauth.Auth, error) {
		token, err := source(ctx)
		if err != nil {
			return oauth.Auth{}, fmt.Errorf("getting a bearer token for Kafka: %w", err)
		}
		return oauth.Auth{Token: token}, nil
	}), nil
}

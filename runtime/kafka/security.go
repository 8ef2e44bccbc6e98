package kafka

import (
	"context"
	"fmt"
	"time"

	"github.com/go-logr/logr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
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
	// PasswordFile holds the password instead, and is read at every
	// authentication. Credentials, when set, is asked for both instead.
	PasswordFile string
	Credentials  func() (username, password string, err error)
	// Token is the fixed bearer token of OAUTHBEARER. Instead, TokenFile is
	// read, or OAuth or TokenSource asked, at every (re)authentication.
	Token, TokenFile string
	TokenSource      func(context.Context) (string, error)
	OAuth            OAuth

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

func (s Security) opts(dialTimeout time.Duration, log logr.Logger) ([]kgo.Opt, error) {
	switch s.protocol() {
	case ProtocolPlaintext, ProtocolSSL, ProtocolSASLPlaintext, ProtocolSASLSSL:
	default:
		return nil, fmt.Errorf("security_protocol %q is unknown: allowed are PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL", s.Protocol)
	}
	opts := []kgo.Opt{kgo.DialTimeout(dialTimeout)}
	if s.usesTLS() {
		d, err := newTLSDialer(s, dialTimeout, log)
		if err != nil {
			return nil, err
		}
		opts = append(opts, kgo.Dialer(d.dial))
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
	case MechanismOAuthBearer:
		return s.bearer()
	case "", MechanismPlain, MechanismScram256, MechanismScram512:
		if err := s.needUser(); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("sasl_mechanism %q is unknown: allowed are PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER", s.Mechanism)
	}
	scramAuth := func(context.Context) (scram.Auth, error) {
		user, password, err := s.credentials()
		return scram.Auth{User: user, Pass: password}, err
	}
	switch s.Mechanism {
	case MechanismScram256:
		return scram.Sha256(scramAuth), nil
	case MechanismScram512:
		return scram.Sha512(scramAuth), nil
	default:
		return plain.Plain(func(context.Context) (plain.Auth, error) {
			user, password, err := s.credentials()
			return plain.Auth{User: user, Pass: password}, err
		}), nil
	}
}

// credentials are those of this moment: kgo asks at every authentication, so
// what was rotated holds from the next connection on.
func (s Security) credentials() (username, password string, err error) {
	switch {
	case s.Credentials != nil:
		return s.Credentials()
	case s.PasswordFile != "":
		password, err = readSecret("sasl_plain_password_file", s.PasswordFile)
		return s.Username, password, err
	default:
		return s.Username, s.Password, nil
	}
}

func (s Security) needUser() error {
	if s.Username == "" || s.Password == "" && s.PasswordFile == "" {
		return fmt.Errorf("security_protocol %s needs sasl_plain_username, and sasl_plain_password or sasl_plain_password_file", s.protocol())
	}
	return nil
}

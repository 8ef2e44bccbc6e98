package kafka

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/oauth"

	"github.com/plastron-dev/plastron/runtime/grant"
)

// OAuth says how to get a bearer token with client credentials (RFC 6749,
// section 4.4).
type OAuth struct {
	// Endpoint is the URL of the token endpoint; empty turns it off.
	Endpoint string
	ClientID string
	// Secret is the client's; SecretFile holds it instead and is read for
	// each token.
	Secret, SecretFile string
	// Scope is asked for unless it is empty.
	Scope string
	// CAFile holds the PEM certificates to trust; empty is the system's store.
	CAFile string
}

// bearer makes the mechanism of OAUTHBEARER from the one source of tokens that
// is set.
func (s Security) bearer() (sasl.Mechanism, error) {
	var source func(context.Context) (string, error)
	switch {
	case s.TokenSource != nil:
		source = s.TokenSource
	case s.OAuth.Endpoint != "":
		source = s.OAuth.tokens(time.Now).Get
	case s.TokenFile != "":
		source = func(context.Context) (string, error) { return readSecret("sasl_oauth_token_file", s.TokenFile) }
	case s.Token != "":
		source = func(context.Context) (string, error) { return s.Token, nil }
	default:
		return nil, errors.New("sasl_mechanism OAUTHBEARER needs a token: set sasl_oauth_token, sasl_oauth_token_file or sasl_oauth_token_endpoint_url")
	}
	return oauth.Oauth(func(ctx context.Context) (oauth.Auth, error) {
		token, err := source(ctx)
		if err != nil {
			return oauth.Auth{}, fmt.Errorf("getting a bearer token for Kafka: %w", err)
		}
		return oauth.Auth{Token: token}, nil
	}), nil
}

// maxSecret bounds what is read of a file with a password or token.
const maxSecret = 64 << 10

// readSecret reads a file that holds a secret and nothing else. White space
// around it is none of the secret: editors and echo end files with a new line.
func readSecret(key, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", key, err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", key, err)
	}
	text = bytes.TrimSpace(text)
	if len(text) == 0 || len(text) > maxSecret {
		return "", fmt.Errorf("%s %s is empty or has more than %d bytes", key, path, maxSecret)
	}
	return string(text), nil
}

// tokens asks the endpoint. Both files are read for each token, so that a
// replaced one holds at once.
func (o OAuth) tokens(clock func() time.Time) *grant.Tokens {
	c := grant.Config{
		Endpoint: o.Endpoint, ClientID: o.ClientID, Scope: o.Scope, Clock: clock,
		Name:   "sasl_oauth_token_endpoint_url",
		Hint:   "sasl_oauth_client_id, sasl_oauth_client_secret and sasl_oauth_scope",
		Secret: func() (string, error) { return o.Secret, nil },
	}
	if o.SecretFile != "" {
		c.Secret = func() (string, error) { return readSecret("sasl_oauth_client_secret_file", o.SecretFile) }
	}
	if o.CAFile != "" {
		c.TLS = func() (*tls.Config, error) {
			pool, err := certPool("sasl_oauth_cafile", o.CAFile)
			return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}, err
		}
	}
	return grant.New(c)
}

package kafka

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/oauth"
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
		t := &tokens{OAuth: s.OAuth, now: time.Now}
		source = t.get
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

// tokens asks an endpoint for tokens and keeps one while it is fresh. Every
// connection to every broker authenticates, so without that an outage of Kafka
// would become a storm on the issuer.
type tokens struct {
	OAuth
	now func() time.Time

	mu    sync.Mutex
	token string
	until time.Time
}

// get returns a token that holds for a while yet. Connections that need one at
// the same time wait for the same answer.
func (t *tokens) get(ctx context.Context) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token != "" && t.now().Before(t.until) {
		return t.token, nil
	}
	token, life, err := t.request(ctx)
	if err != nil {
		return "", err
	}
	// Four fifths: a session that begins with a token ends with it.
	t.token, t.until = token, t.now().Add(life*4/5)
	return token, nil
}

// tokenTimeout bounds one request for a token.
const tokenTimeout = 10 * time.Second

func (t *tokens) request(ctx context.Context) (token string, life time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, tokenTimeout)
	defer cancel()
	secret := t.Secret
	if t.SecretFile != "" {
		if secret, err = readSecret("sasl_oauth_client_secret_file", t.SecretFile); err != nil {
			return "", 0, err
		}
	}
	form := url.Values{"grant_type": {"client_credentials"}}
	if t.Scope != "" {
		form.Set("scope", t.Scope)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.Endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, fmt.Errorf("asking sasl_oauth_token_endpoint_url: %w", err)
	}
	// RFC 6749, section 2.3.1: both are form-encoded before they are base64.
	r.SetBasicAuth(url.QueryEscape(t.ClientID), url.QueryEscape(secret))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	transport, err := t.transport()
	if err != nil {
		return "", 0, err
	}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // Credentials go nowhere else.
	}}
	answer, err := client.Do(r)
	if err != nil {
		return "", 0, fmt.Errorf("asking sasl_oauth_token_endpoint_url: %w", err)
	}
	defer answer.Body.Close()
	return readToken(answer)
}

// transport is made for each request, which is rare, so that a replaced
// sasl_oauth_cafile holds at once.
func (t *tokens) transport() (*http.Transport, error) {
	transport := &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}
	if t.CAFile == "" {
		return transport, nil
	}
	pool, err := certPool("sasl_oauth_cafile", t.CAFile)
	transport.TLSClientConfig.RootCAs = pool
	return transport, err
}

// readToken reads an answer (RFC 6749, sections 5.1 and 5.2).
func readToken(answer *http.Response) (token string, life time.Duration, err error) {
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxSecret))
	if err != nil {
		return "", 0, fmt.Errorf("reading the answer of sasl_oauth_token_endpoint_url: %w", err)
	}
	var body struct {
		Token string      `json:"access_token"`
		Life  json.Number `json:"expires_in"`
		Error string      `json:"error"`
	}
	err = json.Unmarshal(text, &body)
	switch {
	case answer.StatusCode != http.StatusOK && body.Error != "":
		return "", 0, fmt.Errorf("sasl_oauth_token_endpoint_url answered %d %q: check sasl_oauth_client_id, sasl_oauth_client_secret and sasl_oauth_scope",
			answer.StatusCode, body.Error)
	case answer.StatusCode != http.StatusOK:
		return "", 0, fmt.Errorf("sasl_oauth_token_endpoint_url answered %d", answer.StatusCode)
	case err != nil:
		return "", 0, errors.New("sasl_oauth_token_endpoint_url answered something that is not JSON")
	case body.Token == "":
		return "", 0, errors.New("sasl_oauth_token_endpoint_url answered without an access_token")
	}
	// The life is only recommended to be told; a minute is short enough for
	// every issuer.
	life = time.Minute
	if seconds, err := body.Life.Int64(); err == nil && seconds > 0 && seconds < 1<<31 {
		life = time.Duration(seconds) * time.Second
	}
	return body.Token, life, nil
}

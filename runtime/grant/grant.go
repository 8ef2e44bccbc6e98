package grant

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Config says whom to ask, and how.
type Config struct {
	// Endpoint is the URL of the token endpoint.
	Endpoint string
	ClientID string
	// Secret returns the client's; it is called for each token.
	Secret func() (string, error)
	// Scope is asked for unless it is empty.
	Scope string
	// TLS returns whom to trust; it is called for each token, which is rare,
	// so that what it was read from may change. nil trusts the system's store.
	TLS func() (*tls.Config, error)
	// Name is what errors call the endpoint, and Hint what they advise to
	// check when the issuer refuses.
	Name, Hint string
	Clock      func() time.Time
}

// Tokens asks an issuer for tokens. It is safe for concurrent use.
type Tokens struct {
	Config

	mu    sync.Mutex
	token string
	until time.Time
}

// New returns the tokens of a client. It asks for none.
func New(c Config) *Tokens { return &Tokens{Config: c} }

// Get returns a token that holds for a while yet. Callers that need one at the
// same time wait for the same answer.
func (t *Tokens) Get(ctx context.Context) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token != "" && t.Clock().Before(t.until) {
		return t.token, nil
	}
	token, life, err := t.request(ctx)
	if err != nil {
		return "", err
	}
	// Four fifths: a session that begins with a token ends with it.
	t.token, t.until = token, t.Clock().Add(life*4/5)
	return token, nil
}

// timeout bounds one request for a token, and maxAnswer what is read of it.
const (
	timeout   = 10 * time.Second
	maxAnswer = 64 << 10
)

func (t *Tokens) request(ctx context.Context) (token string, life time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	secret, err := t.Secret()
	if err != nil {
		return "", 0, err
	}
	form := url.Values{"grant_type": {"client_credentials"}}
	if t.Scope != "" {
		form.Set("scope", t.Scope)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.Endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, fmt.Errorf("asking %s: %w", t.Name, err)
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
		return "", 0, fmt.Errorf("asking %s: %w", t.Name, err)
	}
	defer answer.Body.Close()
	return t.read(answer)
}

func (t *Tokens) transport() (*http.Transport, error) {
	transport := &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}
	if t.TLS == nil {
		return transport, nil
	}
	config, err := t.TLS()
	transport.TLSClientConfig = config
	return transport, err
}

// read reads an answer (RFC 6749, sections 5.1 and 5.2).
func (t *Tokens) read(answer *http.Response) (token string, life time.Duration, err error) {
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return "", 0, fmt.Errorf("reading the answer of %s: %w", t.Name, err)
	}
	var body struct {
		Token string      `json:"access_token"`
		Life  json.Number `json:"expires_in"`
		Error string      `json:"error"`
	}
	err = json.Unmarshal(text, &body)
	switch {
	case answer.StatusCode != http.StatusOK && body.Error != "":
		return "", 0, fmt.Errorf("%s answered %d %q: check %s", t.Name, answer.StatusCode, body.Error, t.Hint)
	case answer.StatusCode != http.StatusOK:
		return "", 0, fmt.Errorf("%s answered %d", t.Name, answer.StatusCode)
	case err != nil:
		return "", 0, errors.New(t.Name + " answered something that is not JSON")
	case body.Token == "":
		return "", 0, errors.New(t.Name + " answered without an access_token")
	}
	// The life is only recommended to be told; a minute is short enough for
	// every issuer.
	life = time.Minute
	if seconds, err := body.Life.Int64(); err == nil && seconds > 0 && seconds < 1<<31 {
		life = time.Duration(seconds) * time.Second
	}
	return body.Token, life, nil
}

package auth

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Bounds of fetching keys.
const (
	keysAge      = 300 * time.Second // keysAge is how long a set counts as fresh
	keysGrace    = time.Hour         // keysGrace is how long it is used when the issuer does not answer
	keysPause    = 10 * time.Second  // keysPause is the least time between two fetches
	fetchTimeout = 30 * time.Second
	maxKeySet    = 1 << 20
)

// keySource has the issuer's keys, fetched when they are needed. A flood of
// tokens with made-up key ids causes one fetch in keysPause.
type keySource struct {
	url    string
	client *http.Client
	clock  func() time.Time
	turn   chan struct{} // turn has room for the one who fetches

	mu      sync.RWMutex
	keys    map[string]signer
	fetched time.Time // fetched is of keys
	tried   time.Time // tried is of the last attempt
	failure error     // failure is of the last attempt
}

func newKeySource(o OIDC, clock func() time.Time) *keySource {
	transport := o.Transport
	if transport == nil {
		own := &http.Transport{MaxIdleConns: 1, IdleConnTimeout: fetchTimeout, ForceAttemptHTTP2: true}
		if o.AllowInsecure {
			own.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}
		}
		transport = own
	}
	return &keySource{
		url: o.Keys, clock: clock, turn: make(chan struct{}, 1),
		client: &http.Client{
			Transport: transport, Timeout: fetchTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error {
				return errors.New("the key set redirects, which is not followed")
			},
		},
	}
}

// holds reports whether the key is still the issuer's, as far as is known
// without asking, and that is fresh enough to rely on.
func (s *keySource) holds(kid string, key any) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.keys[kid].key == key && s.clock().Sub(s.fetched) < keysAge
}

// find returns the key of that id, fit for the algorithm.
func (s *keySource) find(ctx context.Context, kid, alg string) (any, error) {
	key, ok, fresh := s.lookup(kid)
	if !ok || !fresh {
		if err := s.refresh(ctx); err != nil && !ok {
			return nil, err
		}
		if key, ok, _ = s.lookup(kid); !ok {
			return nil, fmt.Errorf("the issuer has no key of id %q", kid)
		}
	}
	if key.alg != "" && key.alg != alg {
		return nil, fmt.Errorf("key %q is for %s, not %s", kid, key.alg, alg)
	}
	return key.key, nil
}

// lookup finds a key among those that may still be used.
func (s *keySource) lookup(kid string) (key signer, ok, fresh bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	age := s.clock().Sub(s.fetched)
	if s.keys == nil || age >= keysGrace {
		return signer{}, false, false
	}
	key, ok = s.keys[kid]
	return key, ok, age < keysAge
}

// refresh fetches the set unless that was tried a moment ago. One caller
// fetches, the others wait for it. The fetch goes on when its caller leaves,
// since the others need it too.
func (s *keySource) refresh(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return &Error{Kind: Unavailable, Err: ctx.Err()}
	}
	s.mu.RLock()
	recent, failure := !s.tried.IsZero() && s.clock().Sub(s.tried) < keysPause, s.failure
	s.mu.RUnlock()
	if recent {
		return failure
	}
	keys, err := s.fetch(context.WithoutCancel(ctx))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tried, s.failure = s.clock(), nil
	if err != nil {
		s.failure = &Error{Kind: Unavailable, Err: err}
		return s.failure
	}
	s.keys, s.fetched = keys, s.tried
	return nil
}

func (s *keySource) fetch(ctx context.Context) (map[string]signer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return nil, err
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("fetching the issuer's keys: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetching the issuer's keys: status %d", answer.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxKeySet+1))
	if err != nil {
		return nil, fmt.Errorf("fetching the issuer's keys: %w", err)
	}
	if len(text) > maxKeySet {
		return nil, fmt.Errorf("fetching the issuer's keys: more than %d bytes", maxKeySet)
	}
	return parseKeys(text)
}

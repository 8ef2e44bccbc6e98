package session

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/runtime/client"
)

// Options are the settings of all sessions.
type Options struct {
	// Transport performs the requests; nil means client.NewTransport(), and
	// one of its own for each registry that needs certificates.
	Transport http.RoundTripper
	// Timeout bounds one call; 0 means client.DefaultTimeout.
	Timeout time.Duration
	// UserAgent is sent with each request.
	UserAgent string
	// Dial opens connections where Transport is nil; nil means as usual. The
	// kubectl plugin reaches registries inside a cluster by it.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Credentials reads what a registry wants to see.
type Credentials interface {
	Registry(ctx context.Context, r *v1alpha1.SchemaRegistry) (Access, error)
}

// Sessions hands out one client per registry. It is safe for concurrent use.
type Sessions struct {
	options     Options
	credentials Credentials
	shared      http.RoundTripper

	mu sync.Mutex
	// open holds the sessions by namespace/name of the SchemaRegistry.
	open map[string]session
}

type session struct {
	generation int64
	urls       []string
	access     Access
	own        *http.Transport // nil when the shared one is used.
	client     *client.Client
}

// New returns an empty set of sessions.
func New(o Options, c Credentials) *Sessions {
	s := &Sessions{options: o, credentials: c, shared: o.Transport, open: map[string]session{}}
	if s.shared == nil {
		s.shared = s.dialing(client.NewTransport())
	}
	return s
}

func (s *Sessions) dialing(t *http.Transport) *http.Transport {
	if s.options.Dial != nil {
		t.DialContext = s.options.Dial
	}
	return t
}

// For returns the client of a registry, with the credentials that were read
// last. It opens no connection.
func (s *Sessions) For(ctx context.Context, r *v1alpha1.SchemaRegistry) (*client.Client, error) {
	s.mu.Lock()
	have, ok := s.open[keyOf(r)]
	s.mu.Unlock()
	if ok && have.generation == r.Generation {
		return have.client, nil
	}
	return s.Refresh(ctx, r)
}

// Refresh reads the credentials of a registry anew and returns its client. On
// an error the registry has no session: what was read before may no longer be
// shown.
func (s *Sessions) Refresh(ctx context.Context, r *v1alpha1.SchemaRegistry) (*client.Client, error) {
	access, err := s.credentials.Registry(ctx, r)
	if err != nil {
		s.Forget(r.Namespace, r.Name)
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key, urls := keyOf(r), r.URLs()
	have, ok := s.open[key]
	if ok && slices.Equal(have.urls, urls) && have.access.equal(access) {
		have.generation = r.Generation
		s.open[key] = have
		return have.client, nil
	}
	next, err := s.make(urls, access)
	if err != nil {
		return nil, fmt.Errorf("making a client for registry %s: %w", key, err)
	}
	next.generation = r.Generation
	have.close()
	s.open[key] = next
	return next.client, nil
}

func (s *Sessions) make(urls []string, access Access) (session, error) {
	next := session{urls: urls, access: access}
	config := client.Config{
		URLs: urls, Transport: s.shared, Auth: access.auth(), Timeout: s.options.Timeout, UserAgent: s.options.UserAgent,
	}
	if s.options.Transport == nil {
		own, err := access.transport()
		if err != nil {
			return session{}, err
		}
		if own != nil {
			next.own, config.Transport = own, s.dialing(own)
		}
	}
	var err error
	next.client, err = client.New(config)
	return next, err
}

func (s session) close() {
	if s.own != nil {
		s.own.CloseIdleConnections()
	}
}

// Forget drops the session of a registry that is gone.
func (s *Sessions) Forget(namespace, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := namespace + "/" + name
	s.open[key].close()
	delete(s.open, key)
}

func keyOf(r *v1alpha1.SchemaRegistry) string { return r.Namespace + "/" + r.Name }

package session

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/runtime/client"
)

// Options are the settings of all sessions.
type Options struct {
	// Transport performs the requests; nil means client.NewTransport().
	Transport http.RoundTripper
	// Timeout bounds one call; 0 means client.DefaultTimeout.
	Timeout time.Duration
	// UserAgent is sent with each request.
	UserAgent string
}

// Sessions hands out one client per registry. It is safe for concurrent use.
type Sessions struct {
	options Options

	mu sync.Mutex
	// open holds the sessions by namespace/name of the SchemaRegistry.
	open map[string]session
}

type session struct {
	urls   []string
	client *client.Client
}

// New returns an empty set of sessions. All of them share one transport.
func New(o Options) *Sessions {
	if o.Transport == nil {
		o.Transport = client.NewTransport()
	}
	return &Sessions{options: o, open: map[string]session{}}
}

// For returns the client of a registry. It opens no connection.
func (s *Sessions) For(r *v1alpha1.SchemaRegistry) (*client.Client, error) {
	key, urls := r.Namespace+"/"+r.Name, r.URLs()
	s.mu.Lock()
	defer s.mu.Unlock()
	if have, ok := s.open[key]; ok && slices.Equal(have.urls, urls) {
		return have.client, nil
	}
	c, err := client.New(client.Config{
		URLs: urls, Transport: s.options.Transport, Timeout: s.options.Timeout, UserAgent: s.options.UserAgent,
	})
	if err != nil {
		return nil, fmt.Errorf("making a client for registry %s: %w", key, err)
	}
	s.open[key] = session{urls: urls, client: c}
	return c, nil
}

// Forget drops the session of a registry that is gone.
func (s *Sessions) Forget(namespace, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, namespace+"/"+name)
}

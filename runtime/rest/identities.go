package rest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"

	"github.com/plastron-dev/plastron/runtime/internal/lru"
	"github.com/plastron-dev/plastron/runtime/kafka"
)

// Credentials are what a request carries for Kafka: user and password, or a
// bearer token.
type Credentials struct {
	// Principal says whose they are: a user, or the subject of an issuer's
	// token. It counts only once Kafka has accepted the credentials.
	Principal string
	// User and Password are set, or Token.
	User, Password, Token string
	// Expires is when a token ends; the zero time means never.
	Expires time.Time
}

// fingerprint tells credentials apart without keeping them.
func (c Credentials) fingerprint() [sha256.Size]byte {
	h := sha256.New()
	for _, part := range []string{c.User, c.Password, c.Token} {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		h.Write(size[:])
		h.Write([]byte(part))
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// Login holds the latest credentials of a principal that Kafka has accepted.
// Its clients ask it at every connection, so that a new token or password
// holds without closing consumers. It is safe for concurrent use.
type Login struct {
	mu      sync.Mutex
	current Credentials
}

// Current returns the credentials for a connection that is made now.
func (l *Login) Current() Credentials {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.current
}

// Renew takes newer credentials over. A token that ends earlier than the one
// that is there is an older one.
func (l *Login) Renew(c Credentials) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.Expires.IsZero() || !c.Expires.Before(l.current.Expires) {
		l.current = c
	}
}

// IdentitiesDeps is what Identities are made of.
type IdentitiesDeps[T any] struct {
	// NewClient makes a Kafka client that authenticates as a login says.
	NewClient func(login *Login, extra ...kgo.Opt) (*kgo.Client, error)
	// Open makes the service of a principal, and what is handed out for it.
	Open func(login *Login) (*Service, T, error)
	// Max bounds the principals that have a service at the same time.
	Max int
	// Idle closes the service of a principal without consumers that asked for
	// nothing for so long.
	Idle time.Duration
	// Timeout bounds how long Kafka may take to judge credentials.
	Timeout time.Duration
	Clock   func() time.Time
	Logger  logr.Logger
}

// Identities are the services of many principals, one each: clients, consumers
// and caches of one are nobody else's. What is handed out for a service is a T.
// They are safe for concurrent use.
type Identities[T any] struct {
	IdentitiesDeps[T]
	verdicts *lru.Cache[[sha256.Size]byte, verdict]
	// proofs holds a token for each question to Kafka that is under way.
	proofs chan struct{}

	mu       sync.Mutex
	sessions map[string]*session[T]
	closed   bool
}

// session is the service of one principal.
type session[T any] struct {
	login    *Login
	service  *Service
	out      T
	users    int // requests that are under way
	lastUsed time.Time
}

// verdict is what Kafka said about credentials.
type verdict struct {
	err   error
	until time.Time
}

const (
	// acceptedAge is how long credentials are believed that Kafka accepted, and
	// refusedAge those that it did not: a client that repeats a wrong password
	// must not become a storm of connections, and who has mistyped must not
	// wait.
	acceptedAge = time.Minute
	refusedAge  = 2 * time.Second
	// maxVerdicts bounds the credentials that are remembered.
	maxVerdicts = 10_000
	// maxProofs bounds the questions to Kafka at the same time.
	maxProofs = 32
)

// NewIdentities returns Identities without any. It starts nothing.
func NewIdentities[T any](d IdentitiesDeps[T]) *Identities[T] {
	return &Identities[T]{
		IdentitiesDeps: d,
		verdicts:       lru.New[[sha256.Size]byte, verdict](lru.Config{Count: maxVerdicts}),
		proofs:         make(chan struct{}, maxProofs),
		sessions:       map[string]*session[T]{},
	}
}

// Enter returns what belongs to the principal of credentials that Kafka
// accepts. release has to be called when the request is done. Kinds:
// Unauthenticated for a token that has expired, Forbidden for what Kafka
// refuses, Unavailable, Overloaded, Closed.
func (i *Identities[T]) Enter(ctx context.Context, c Credentials) (out T, release func(), err error) {
	var none T
	if !c.Expires.IsZero() && !i.Clock().Before(c.Expires) {
		return none, nil, fail(Unauthenticated, "The token has expired")
	}
	if err := i.judge(ctx, c); err != nil {
		return none, nil, err
	}
	s, err := i.session(c)
	if err != nil {
		return none, nil, err
	}
	return s.out, func() { i.leave(s) }, nil
}

// judge asks Kafka about credentials, once for all who bring the same at the
// same time.
func (i *Identities[T]) judge(ctx context.Context, c Credentials) error {
	key := c.fingerprint()
	for {
		fresh := false
		v, err := i.verdicts.Get(ctx, key, func(ctx context.Context) (verdict, int, error) {
			fresh = true
			err := i.prove(ctx, c)
			age := acceptedAge
			if err != nil {
				age = refusedAge
			}
			return verdict{err: err, until: i.Clock().Add(age)}, 0, ctx.Err()
		})
		if err != nil {
			return err
		}
		if fresh || i.Clock().Before(v.until) {
			return v.err
		}
		i.verdicts.Drop(key)
	}
}

// prove lets Kafka judge credentials, on a connection of its own: a session
// that is open says nothing about the password of somebody who claims to be its
// owner.
func (i *Identities[T]) prove(ctx context.Context, c Credentials) error {
	ctx, cancel := context.WithTimeout(ctx, i.Timeout)
	defer cancel()
	select {
	case i.proofs <- struct{}{}:
		defer func() { <-i.proofs }()
	case <-ctx.Done():
		return fail(Overloaded, "Too many users log in at the same time")
	}
	client, err := i.NewClient(&Login{current: c})
	if err != nil {
		return &Error{Kind: Internal, Text: "making a Kafka client", Err: err}
	}
	defer client.Close()
	err = client.Ping(ctx)
	switch {
	case err == nil:
		i.renew(c)
		return nil
	case kafka.Classify(err) == kafka.Authentication:
		return &Error{Kind: Forbidden, Text: "Kafka does not accept the credentials", Err: err}
	default:
		return &Error{Kind: Unavailable, Text: textNotReady, Err: err}
	}
}

func (i *Identities[T]) renew(c Credentials) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if s := i.sessions[c.Principal]; s != nil {
		s.login.Renew(c)
	}
}

// session finds or opens the session of a principal.
func (i *Identities[T]) session(c Credentials) (*session[T], error) {
	s, evicted, err := i.join(c)
	if evicted != nil {
		evicted.service.Close()
	}
	return s, err
}

// join is session but for closing what had to go, which takes time.
func (i *Identities[T]) join(c Credentials) (s, evicted *session[T], err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.closed {
		return nil, nil, closed()
	}
	s = i.sessions[c.Principal]
	if s == nil {
		if len(i.sessions) >= i.Max {
			if evicted = i.evict(); evicted == nil {
				return nil, nil, fail(Overloaded, "There are %d users with consumers or requests, which is the limit", len(i.sessions))
			}
		}
		s = &session[T]{login: &Login{current: c}}
		if s.service, s.out, err = i.Open(s.login); err != nil {
			return nil, evicted, err
		}
		i.sessions[c.Principal] = s
	}
	s.users++
	s.lastUsed = i.Clock()
	return s, evicted, nil
}

// evict takes out the session that was not used for longest, of those that
// nobody would miss. Called with mu held.
func (i *Identities[T]) evict() *session[T] {
	oldest := ""
	for principal, s := range i.sessions {
		if s.isFree() && (oldest == "" || s.lastUsed.Before(i.sessions[oldest].lastUsed)) {
			oldest = principal
		}
	}
	s := i.sessions[oldest]
	delete(i.sessions, oldest)
	return s
}

// isFree reports whether a session has neither requests nor consumers.
func (s *session[T]) isFree() bool { return s.users == 0 && len(s.service.consumers.list()) == 0 }

func (i *Identities[T]) leave(s *session[T]) {
	i.mu.Lock()
	defer i.mu.Unlock()
	s.users--
	s.lastUsed = i.Clock()
}

// Run looks after the consumers of all principals, and closes services that are
// idle or whose token has ended, until ctx ends; then it closes all and returns
// nil.
func (i *Identities[T]) Run(ctx context.Context) error {
	defer i.Close()
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			i.Tend(ctx)
		}
	}
}

// Tend is one round of Run.
func (i *Identities[T]) Tend(ctx context.Context) {
	var group errgroup.Group
	group.SetLimit(parallel)
	stay, gone := i.sort()
	for _, s := range stay {
		group.Go(func() error { s.service.consumers.tend(ctx); return nil })
	}
	for _, s := range gone {
		group.Go(func() error { s.service.Close(); return nil })
	}
	_ = group.Wait()
}

// sort takes out the sessions that have to go.
func (i *Identities[T]) sort() (stay, gone []*session[T]) {
	i.mu.Lock()
	defer i.mu.Unlock()
	now := i.Clock()
	for principal, s := range i.sessions {
		until := s.login.Current().Expires
		ended := !until.IsZero() && !now.Before(until)
		if ended || s.isFree() && now.Sub(s.lastUsed) >= i.Idle {
			i.Logger.V(1).Info("Closing the Kafka clients of a user", "principal", principal, "expired", ended)
			delete(i.sessions, principal)
			gone = append(gone, s)
			continue
		}
		stay = append(stay, s)
	}
	return stay, gone
}

// Len is the number of principals that have a service.
func (i *Identities[T]) Len() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.sessions)
}

// Close ends the services of all principals. Later calls fail with Closed.
func (i *Identities[T]) Close() {
	i.mu.Lock()
	i.closed = true
	all := i.sessions
	i.sessions = map[string]*session[T]{}
	i.mu.Unlock()
	var group errgroup.Group
	group.SetLimit(parallel)
	for _, s := range all {
		group.Go(func() error { s.service.Close(); return nil })
	}
	_ = group.Wait()
}

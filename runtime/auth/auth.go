package auth

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"

	"github.com/plastron-dev/plastron/runtime/internal/filepoll"
)

// Source is how a principal proved who it is.
type Source string

// The sources of identity.
const (
	Nobody      Source = ""            // Nobody: the path is open, or nothing protects this server
	Basic       Source = "basic"       // Basic: a user of the auth file
	Token       Source = "token"       // Token: the subject of a bearer token
	Certificate Source = "certificate" // Certificate: the common name of a verified client certificate
)

// Principal is who a request comes from.
type Principal struct {
	Name   string
	Source Source
}

// Config says what protects a server. The zero value protects nothing.
type Config struct {
	// File is the path of an auth file; empty for none.
	File string
	// OIDC, when given, asks for bearer tokens. File and OIDC exclude each
	// other: one header cannot carry both schemes.
	OIDC *OIDC
	// CertificateUsers lets the common name of a verified client certificate
	// stand for a user of the file without a password. Such a request needs no
	// Authorization header; one that has a header is judged by that.
	CertificateUsers bool
	// Realm is shown to people who are asked for a password; default
	// "Karapace Schema Registry".
	Realm string
	// Interval is how often the file is looked at; default 5 s.
	Interval time.Duration
	// Clock is the time source; default time.Now.
	Clock func() time.Time
	// Logger hears of new rules and of files that could not be taken.
	Logger logr.Logger
}

// Auth knows the users and what they may do. It is safe for concurrent use.
type Auth struct {
	config  Config
	rules   atomic.Pointer[rules] // nil without a file
	watched *filepoll.Files
	tokens  *tokens // nil without OIDC
	hashing *hashing
}

// New reads the auth file and checks the settings. A broken file is an error:
// a server that was to be protected does not start without.
func New(c Config) (*Auth, error) {
	if c.Realm == "" {
		c.Realm = "Karapace Schema Registry"
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	a := &Auth{config: c, hashing: newHashing()}
	if c.File != "" && c.OIDC != nil {
		return nil, fmt.Errorf("auth file %s and bearer tokens are both switched on; a request can carry only one of them", c.File)
	}
	if c.OIDC != nil {
		var err error
		a.tokens, err = newTokens(*c.OIDC, c.Clock, c.Logger)
		return a, err
	}
	if c.File == "" {
		return a, nil
	}
	a.watched = filepoll.New(maxFile, c.File)
	if err := a.load(); err != nil {
		return nil, err
	}
	return a, nil
}

// Enabled reports whether anything protects the server.
func (a *Auth) Enabled() bool { return a.tokens != nil || a.rules.Load() != nil }

// Run takes over changes of the auth file until ctx ends. It returns nil.
func (a *Auth) Run(ctx context.Context) error {
	if a.watched == nil {
		<-ctx.Done()
		return nil
	}
	a.watched.Run(ctx, a.config.Interval, a.reload)
	return nil
}

// reload keeps the old rules when the new file is broken: a slip of the pen
// neither opens the registry nor locks everybody out.
func (a *Auth) reload() {
	if err := a.load(); err != nil {
		a.config.Logger.Error(err, "Auth file is broken, the rules read before stay in force", "path", a.config.File)
		return
	}
	a.config.Logger.Info("Auth file taken over", "path", a.config.File)
}

// loadFailed is the text that Karapace's users look for.
const loadFailed = "Failed to load auth file"

func (a *Auth) load() error {
	text, err := filepoll.Read(a.config.File, maxFile)
	if err != nil {
		return fmt.Errorf("%s: reading %s: %w", loadFailed, a.config.File, err)
	}
	f, err := parseFile(text)
	if err != nil {
		return fmt.Errorf("%s: %s %w", loadFailed, a.config.File, err)
	}
	for _, n := range f.notes {
		a.config.Logger.Info("Remark on the auth file", "path", a.config.File, "detail", n.detail)
	}
	a.rules.Store(newRules(f))
	return nil
}

// Authenticate says who sent a request. Without any protection, and on the
// paths that are open, that is nobody, without an error. Errors are of type
// *Error; Answer says what the client gets.
func (a *Auth) Authenticate(r *http.Request) (Principal, error) {
	if a.tokens != nil {
		return a.tokens.authenticate(r)
	}
	rules := a.rules.Load()
	if rules == nil || r.Method == http.MethodOptions || isOpen(r.URL.Path) {
		return Principal{}, nil
	}
	header := r.Header["Authorization"]
	if len(header) == 0 && a.config.CertificateUsers {
		if p, ok := certificateUser(r); ok && rules.users[p.Name] != nil {
			return p, nil
		}
	}
	if len(header) != 1 {
		return Principal{}, unauthenticated()
	}
	u, err := rules.authenticate(r.Context(), header[0], a.hashing)
	if err != nil {
		return Principal{}, err
	}
	return Principal{Name: u.name, Source: Basic}, nil
}

// isOpen lists the paths that need no user (security contract F.1).
func isOpen(path string) bool {
	switch path {
	case "/", "/_health", "/metrics", "/master_available", "/schemas/types":
		return true
	default:
		return isDocumentation(path)
	}
}

// Allowed reports whether the principal may do the operation on the resource,
// GlobalResource or SubjectResource. With tokens, roles have decided before,
// so the answer is yes; with a file, nobody may do nothing.
func (a *Auth) Allowed(p Principal, op Operation, resource string) bool {
	rules := a.rules.Load()
	if rules == nil {
		return a.tokens == nil || p.Source == Token
	}
	u := rules.users[p.Name]
	return u != nil && p.Source != Nobody && u.allowed.allow(op, resource)
}

// Unrestricted reports whether the principal may do the operation everywhere,
// so that lists need no filter.
func (a *Auth) Unrestricted(p Principal, op Operation) bool {
	rules := a.rules.Load()
	if rules == nil {
		return a.tokens == nil || p.Source == Token
	}
	u := rules.users[p.Name]
	return u != nil && p.Source != Nobody && u.allowed.everything(op)
}

type principalKey struct{}

// With returns a context that carries the principal.
func With(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// From returns the principal that a context carries, nobody without one.
func From(ctx context.Context) Principal {
	p, _ := ctx.Value(principalKey{}).(Principal)
	return p
}

// Middleware answers what is refused and hands on the rest with its principal
// in the context.
func (a *Auth) Middleware(next http.Handler) http.Handler {
	if !a.Enabled() {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, err := a.Authenticate(r)
		if err != nil {
			a.Refuse(w, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(With(r.Context(), p)))
	})
}

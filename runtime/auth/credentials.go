package auth

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"runtime"
	"strings"
	"unicode/utf8"
)

// Bounds of what is kept and done for credentials.
const (
	maxKnownGood = 16384   // maxKnownGood is how many verified headers are remembered
	maxKnownBad  = 4096    // maxKnownBad is how many refused ones are
	maxBasic     = 2 << 10 // maxBasic bounds a Basic header in bytes
	// MaxPassword is the greatest length of a password in bytes. A longer one
	// is refused without being hashed (security contract F.1).
	MaxPassword = 1 << 10
	maxWaiting  = 64 // maxWaiting is how many requests wait for their password to be hashed
)

// rules are an auth file with what was learned under it. New rules start with
// nothing learned, so a password that was changed stops working at once.
type rules struct {
	*file
	good *memory[*user]
	// bad keeps clients that insist on a wrong password from costing a hash
	// each time. It is apart, so that guesses do not displace verified users.
	bad *memory[struct{}]
}

func newRules(f *file) *rules {
	return &rules{file: f, good: newMemory[*user](maxKnownGood), bad: newMemory[struct{}](maxKnownBad)}
}

// hashing bounds how many passwords are hashed at once: all but one processor,
// so that a flood of guesses does not stop requests with known credentials.
type hashing struct {
	slots chan struct{}
	queue chan struct{}
}

func newHashing() *hashing {
	return &hashing{
		slots: make(chan struct{}, max(runtime.GOMAXPROCS(0)-1, 1)),
		queue: make(chan struct{}, maxWaiting),
	}
}

// enter waits for a slot; the caller has to call leave when it returns nil.
func (h *hashing) enter(ctx context.Context) error {
	select {
	case h.queue <- struct{}{}:
	default:
		return &Error{Kind: Busy, Reason: "Too many logins are being checked"}
	}
	defer func() { <-h.queue }()
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &Error{Kind: Busy, Reason: "Too many logins are being checked", Err: ctx.Err()}
	}
}

func (h *hashing) leave() { <-h.slots }

// authenticate finds the user of a Basic header.
func (r *rules) authenticate(ctx context.Context, header string, hashing *hashing) (*user, error) {
	if len(header) > maxBasic {
		return nil, unauthenticated()
	}
	key := r.good.key(header)
	if u, ok := r.good.get(key); ok {
		return u, nil
	}
	name, password, ok := parseBasic(header)
	if !ok || len(password) > MaxPassword {
		return nil, unauthenticated()
	}
	badKey := r.bad.key(header)
	if _, known := r.bad.get(badKey); known {
		return nil, unauthenticated()
	}
	if err := hashing.enter(ctx); err != nil {
		return nil, err
	}
	defer hashing.leave()
	// Another request with the same header may have been checked meanwhile.
	if u, ok := r.good.get(key); ok {
		return u, nil
	}
	if _, known := r.bad.get(badKey); known {
		return nil, unauthenticated()
	}
	u, err := r.verify(name, password)
	if err != nil {
		return nil, err
	}
	if u == nil {
		r.bad.put(badKey, struct{}{})
		return nil, unauthenticated()
	}
	r.good.put(key, u)
	return u, nil
}

// verify returns nil without an error for a wrong password and, after the same
// time, for an unknown user.
func (r *rules) verify(name, password string) (*user, error) {
	u, known := r.users[name]
	if !known {
		u = r.slowest
	}
	if u == nil {
		return nil, nil
	}
	hash, err := u.algorithm.Hash(password, u.salt)
	if err != nil {
		return nil, &Error{Kind: Unauthenticated, Err: err}
	}
	if subtle.ConstantTimeCompare(hash, u.hash) != 1 || !known {
		return nil, nil
	}
	return u, nil
}

func unauthenticated() error { return &Error{Kind: Unauthenticated} }

// parseBasic splits a Basic header. The text is UTF-8 (RFC 7617); the scheme
// is compared without case.
func parseBasic(header string) (name, password string, ok bool) {
	const scheme = "basic "
	if len(header) < len(scheme) || !strings.EqualFold(header[:len(scheme)], scheme) {
		return "", "", false
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(header[len(scheme):]))
	if err != nil || !utf8.Valid(raw) {
		return "", "", false
	}
	return strings.Cut(string(raw), ":")
}

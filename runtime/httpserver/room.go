package httpserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	// lobby is how much of a body is read before there has to be room for all of
	// it. Most bodies end within it and never wait, and a client that announces
	// a large body without sending it takes no room from others.
	lobby = 4 << 10
	// roomWait bounds the wait for room, so that there is time left to read the
	// body before the connection's read time-out.
	roomWait = 20 * time.Second
)

// room is the memory for the bodies of all requests that a chain works on, in
// bytes. Requests get their share in the order in which they came, so that a
// large body is not passed by small ones for ever.
type room struct {
	size int64

	mu      sync.Mutex
	free    int64
	waiting []*claim
}

// claim is a request that waits for room.
type claim struct {
	bytes   int64
	granted chan struct{}
}

func newRoom(size int64) *room { return &room{size: size, free: size} }

// take waits for room for n bytes, or for all the room that there is if that is
// less: a body larger than the room is worked on alone.
func (r *room) take(ctx context.Context, n int64) (taken int64, err error) {
	n = min(n, r.size)
	r.mu.Lock()
	if len(r.waiting) == 0 && n <= r.free {
		r.free -= n
		r.mu.Unlock()
		return n, nil
	}
	c := &claim{bytes: n, granted: make(chan struct{})}
	r.waiting = append(r.waiting, c)
	r.mu.Unlock()
	select {
	case <-c.granted:
		return n, nil
	case <-ctx.Done():
	}
	if !r.withdraw(c) {
		r.give(n) // It was granted in the same moment.
	}
	return 0, ctx.Err()
}

// withdraw takes a claim out of the queue; false means that it was granted.
func (r *room) withdraw(c *claim) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, other := range r.waiting {
		if other == c {
			r.waiting = append(r.waiting[:i], r.waiting[i+1:]...)
			r.admit() // The next one may be smaller.
			return true
		}
	}
	return false
}

// give returns n bytes of room.
func (r *room) give(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.free += n
	r.admit()
}

// admit grants what fits, in order. The caller holds the lock.
func (r *room) admit() {
	for len(r.waiting) > 0 && r.waiting[0].bytes <= r.free {
		c := r.waiting[0]
		r.waiting = r.waiting[1:]
		r.free -= c.bytes
		close(c.granted)
	}
}

// share is what one request has of the room. One goroutine uses it.
type share struct {
	of     *room
	taken  int64
	answer http.Header
}

type shareKey struct{}

// withShare gives the request a share of the room until it ends; there is
// nothing to give when it has no body.
func (c *chained) withShare(w http.ResponseWriter, r *http.Request) (shared *http.Request, end func()) {
	if c.room == nil || r.Body == nil || r.Body == http.NoBody {
		return r, func() {}
	}
	s := &share{of: c.room, answer: w.Header()}
	return r.WithContext(context.WithValue(r.Context(), shareKey{}, s)), func() { s.keep(0) }
}

// claimRoom waits until there is room for n more bytes of the request's body,
// and reports whether anybody counts them. When there is none in time, the
// answer says when to come back, whatever the handler makes of the error.
func claimRoom(r *http.Request, n int64) (counted bool, err error) {
	s, ok := r.Context().Value(shareKey{}).(*share)
	if !ok {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), roomWait)
	defer cancel()
	taken, err := s.of.take(ctx, n)
	s.taken += taken
	if err == nil {
		return true, nil
	}
	if errors.Is(r.Context().Err(), context.Canceled) {
		return false, fmt.Errorf("%w: %w", ErrBodyUnread, err) // The client has left.
	}
	s.answer.Set("Retry-After", "1")
	return false, fmt.Errorf("%w: %w", ErrBodyNoRoom, err)
}

// keepRoom gives back what the request has beyond n bytes.
func keepRoom(r *http.Request, n int64) {
	if s, ok := r.Context().Value(shareKey{}).(*share); ok {
		s.keep(n)
	}
}

func (s *share) keep(n int64) {
	if s.taken > n {
		s.of.give(s.taken - n)
		s.taken = n
	}
}

package httpserver

import (
	"context"
	"net/http"
	"time"

	"github.com/go-logr/logr"
)

// Chain is the one ordered list of what happens to a request before and after
// its handler. Its zero value works: no limit, no deadline, nobody observes.
type Chain struct {
	// Observer hears of every request; nil for nobody.
	Observer Observer
	// Timeout says how long the context of a request lives; 0 leaves it as it
	// is. It is asked for each request, so that reads that never wait do not
	// pay for a timer. Nil means no deadlines.
	Timeout func(*http.Request) time.Duration
	// MaxBody bounds request bodies in bytes, once as they arrive and once
	// after decompression; 0 means no bound of the chain's own.
	MaxBody int64
	// Memory bounds the bytes of all request bodies that ReadBody has in memory
	// at once; 0 means no bound. Further requests wait, and end with
	// ErrBodyNoRoom. Bodies of less than 4 KiB are not counted.
	Memory int64
	// ErrorType is the media type of the error bodies that the chain itself
	// writes (500 after a panic); default application/json.
	ErrorType string
	// Logger gets panics, with their stack, at error level.
	Logger logr.Logger
	// Clock is the time source of durations; default time.Now.
	Clock func() time.Time
	// NewID makes a request id; default 128 random bits in UUID form.
	NewID func() string
}

// Wrap puts the chain around a handler. The order, outermost first:
//
//  1. request id: taken from X-Request-ID or made, set on the answer;
//  2. observation: duration, status and sizes, also of what panicked;
//  3. recovery: a panic becomes 500 with the request id in the log;
//  4. body: byte limit and gzip decompression, nothing is read yet;
//  5. deadline: the context ends when Timeout says so;
//  6. room: what the body takes of Memory comes back.
func (c Chain) Wrap(handler http.Handler) http.Handler {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.NewID == nil {
		c.NewID = newRequestID
	}
	if c.ErrorType == "" {
		c.ErrorType = "application/json"
	}
	out := &chained{Chain: c, next: handler}
	if c.Memory > 0 {
		out.room = newRoom(c.Memory)
	}
	return out
}

type chained struct {
	Chain
	room *room // nil: no bound
	next http.Handler
}

// ServeHTTP is the list of Wrap, in its order.
func (c *chained) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.identify(w, r)
	out := &recorder{ResponseWriter: w, route: unrouted}
	defer c.observe(out, r)()
	defer c.recover(out, r)
	limitBody(out, r, c.MaxBody)
	if d := c.deadline(r); d > 0 {
		ctx, cancel := context.WithTimeout(r.Context(), d)
		defer cancel()
		r = r.WithContext(ctx)
	}
	r, end := c.withShare(out, r)
	defer end()
	c.next.ServeHTTP(out, r)
}

func (c *chained) deadline(r *http.Request) time.Duration {
	if c.Timeout == nil {
		return 0
	}
	return c.Timeout(r)
}

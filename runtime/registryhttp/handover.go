package registryhttp

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/plastron-dev/plastron/runtime/forward"
	"github.com/plastron-dev/plastron/runtime/registry"
)

// maxTurns bounds how often a write comes back to this node because the role
// came back to it.
const maxTurns = 5

// write lets the service try, and hands the request to the primary when this
// node may not write. attempt returns the body of the answer.
func (a *api) write(c *call, body []byte, attempt func(ctx context.Context) ([]byte, error)) error {
	return a.writeThen(c, body, attempt, http.StatusOK)
}

// writeThen is write with the status of success; 204 has no body.
func (a *api) writeThen(c *call, body []byte, attempt func(ctx context.Context) ([]byte, error), status int) error {
	for range maxTurns {
		out, err := attempt(c.r.Context())
		if !errors.Is(err, registry.ErrNotPrimary) {
			if err != nil {
				return err
			}
			a.tellOffset(c)
			if status == http.StatusNoContent {
				c.w.WriteHeader(status)
				return nil
			}
			return c.sendStatus(status, out)
		}
		self, err := a.Forward.Do(a.caughtUp(c), c.r, body)
		if err != nil {
			a.markRefused(c, err)
			return err
		}
		if !self {
			return nil // The primary's answer is on its way.
		}
	}
	return forward.ErrNoPrimary
}

// markRefused tells the node that forwarded this request that nothing was done
// here, so that it may look for the primary again.
func (a *api) markRefused(c *call, err error) {
	nothingDone := errors.Is(err, forward.ErrLoop) || errors.Is(err, forward.ErrNoPrimary)
	if nothingDone && forward.Forwarded(c.r) {
		forward.MarkRefused(c.w.Header())
	}
}

// whenReady lets a request pass once the log has been read to its end. Before
// that a node knows too little to answer: the primary does it, and without one
// the client is told to come back. served means that it has an answer.
func (a *api) whenReady(c *call) (served bool, err error) {
	if a.Ready() {
		return false, nil
	}
	if forward.Forwarded(c.r) {
		forward.MarkRefused(c.w.Header())
		return false, httpError(http.StatusServiceUnavailable)
	}
	bounded, cancel := context.WithTimeout(c.r.Context(), a.PrimaryWait)
	defer cancel()
	_, self, err := a.Forward.Await(bounded)
	if err != nil {
		return false, httpError(http.StatusServiceUnavailable)
	}
	if self && a.Ready() {
		return false, nil
	}
	body, err := a.read(c)
	if err != nil {
		return false, err
	}
	self, err = a.Forward.Do(c.w, c.r, body)
	if err != nil || self {
		return false, httpError(http.StatusServiceUnavailable)
	}
	return true, nil
}

// OffsetHeader is how the primary tells the node that forwarded a write which
// offset of the log shows it. It never reaches clients.
const OffsetHeader = "X-Plastron-Offset"

// tellOffset adds the offset to the answer of a forwarded write.
func (a *api) tellOffset(c *call) {
	if forward.Forwarded(c.r) {
		c.w.Header().Set(OffsetHeader, strconv.FormatInt(a.registry.Offset(), 10))
	}
}

// caughtUp returns a writer for the primary's answer that holds it back until
// this node has read what was written, so that a client which goes on reading
// here finds it. The wait is bounded and best effort (registry contract 16).
func (a *api) caughtUp(c *call) http.ResponseWriter {
	return &lateWriter{ResponseWriter: c.w, ctx: c.r.Context(), await: a.AwaitOffset, limit: a.ReadWait}
}

// lateWriter waits for an offset before it passes on the status.
type lateWriter struct {
	http.ResponseWriter
	ctx   context.Context
	await func(ctx context.Context, offset int64) error
	limit time.Duration
}

// WriteHeader passes on the status once the node has caught up.
func (w *lateWriter) WriteHeader(status int) {
	header := w.Header()
	offset, err := strconv.ParseInt(header.Get(OffsetHeader), 10, 64)
	header.Del(OffsetHeader)
	if err == nil && w.await != nil {
		bounded, cancel := context.WithTimeout(w.ctx, w.limit)
		_ = w.await(bounded, offset) // The write is done, whether this node knows it or not.
		cancel()
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController find the writer below.
func (w *lateWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

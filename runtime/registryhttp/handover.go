package registryhttp

import (
	"context"
	"errors"
	"net/http"

	"github.com/plastron-dev/plastron/runtime/forward"
	"github.com/plastron-dev/plastron/runtime/registry"
)

// maxTurns bounds how often a write comes back to this node because the role
// came back to it.
const maxTurns = 5

// write lets the service try, and hands the request to the primary when this
// node may not write. attempt returns the body of the answer.
func (a *api) write(c *call, body []byte, attempt func(ctx context.Context) ([]byte, error)) error {
	for range maxTurns {
		out, err := attempt(c.r.Context())
		if !errors.Is(err, registry.ErrNotPrimary) {
			if err != nil {
				return err
			}
			return c.send(out)
		}
		self, err := a.Forward.Do(c.w, c.r, body)
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

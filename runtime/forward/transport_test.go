package forward

import (
	"errors"
	"net/http"
	"net/http/httptrace"
	"testing"
)

// brittle is what a transport does when a connection that it kept is dead: it
// takes the connection, cannot write, and makes a second attempt.
type brittle struct{ second func(*httptrace.ClientTrace) }

func (b brittle) RoundTrip(r *http.Request) (*http.Response, error) {
	trace := httptrace.ContextClientTrace(r.Context())
	trace.GetConn("node:8081")
	trace.GotConn(httptrace.GotConnInfo{Reused: true})
	b.second(trace)
	return nil, errors.New("connection refused")
}

func TestLastAttemptSaysWhetherANodeWasReached(t *testing.T) {
	t.Parallel()
	f := func(second func(*httptrace.ClientTrace), want bool) {
		t.Helper()
		var r reached
		request, err := http.NewRequestWithContext(r.trace(t.Context()), http.MethodPost, "http://node:8081/", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := (brittle{second}).RoundTrip(request); err == nil || r.Load() != want {
			t.Errorf("reached is %t, %v", r.Load(), err)
		}
	}
	f(func(*httptrace.ClientTrace) {}, true)
	f(func(c *httptrace.ClientTrace) { c.GetConn("node:8081") }, false)
	f(func(c *httptrace.ClientTrace) { c.GetConn("node:8081"); c.GotConn(httptrace.GotConnInfo{}) }, true)
}

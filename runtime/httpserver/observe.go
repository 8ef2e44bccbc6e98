package httpserver

import (
	"net/http"
	"time"
)

// unrouted is the route of a request that no handler claimed.
const unrouted = "none"

// Observer hears of requests: metrics, access logs.
type Observer interface {
	// RequestStarted is called before the handler.
	RequestStarted(r *http.Request)
	// RequestRouted is called when it is known which route answers; the request
	// counted for another one before, "none" at first.
	RequestRouted(r *http.Request, before, route string)
	// RequestDone is called after it, always, also after a panic.
	RequestDone(r *http.Request, o Observation)
}

// Observation is what is known of a request at its end.
type Observation struct {
	// Route is the template that SetRoute was given, "none" without one. It is
	// safe as a metric label; the path is not.
	Route string
	// Status is the HTTP status of the answer, 200 when the handler named none.
	Status int
	// RequestBytes is the declared length of the body, -1 when unknown;
	// ResponseBytes is what was written.
	RequestBytes, ResponseBytes int64
	// Duration runs from the first to the last step of the chain.
	Duration time.Duration
}

// SetRoute tells the chain which route answers, as a template such as
// "/subjects/{subject}". It does nothing outside a chain.
func SetRoute(w http.ResponseWriter, template string) {
	out, ok := w.(*recorder)
	if !ok || out.route == template {
		return
	}
	before := out.route
	out.route = template
	if out.observer != nil {
		out.observer.RequestRouted(out.request, before, template)
	}
}

// observe announces the request and returns what is to be called at its end.
func (c *chained) observe(out *recorder, r *http.Request) func() {
	if c.Observer == nil {
		return func() {}
	}
	c.Observer.RequestStarted(r)
	out.observer, out.request = c.Observer, r
	started := c.Clock()
	return func() {
		c.Observer.RequestDone(r, Observation{
			Route:         out.route,
			Status:        out.statusOr(http.StatusOK),
			RequestBytes:  r.ContentLength,
			ResponseBytes: out.bytes,
			Duration:      c.Clock().Sub(started),
		})
	}
}

// recorder remembers what was answered. Flushing and the other optional
// abilities are reached through http.NewResponseController.
type recorder struct {
	http.ResponseWriter

	route  string
	status int
	bytes  int64

	observer Observer // nil for nobody
	request  *http.Request
}

// Unwrap serves http.ResponseController.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader notes the first final status.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes of the answer.
func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

func (w *recorder) statusOr(status int) int {
	if w.status == 0 {
		return status
	}
	return w.status
}

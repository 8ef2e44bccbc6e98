package app

import (
	"net/http"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/telemetry"
)

// observer is who hears of requests.
func (f *frontend) observer() httpserver.Observer {
	if f.config.Listener.AccessLog {
		return &httpserver.AccessLog{Out: f.out, Next: observer{f.metrics}}
	}
	return observer{f.metrics}
}

// observer counts requests in the metrics.
type observer struct{ metrics *telemetry.Metrics }

var _ httpserver.Observer = observer{}

// RequestStarted implements httpserver.Observer.
func (o observer) RequestStarted(r *http.Request) { o.metrics.RequestStarted(r.Method) }

// RequestRouted implements httpserver.Observer.
func (o observer) RequestRouted(r *http.Request, before, route string) {
	o.metrics.RequestRouted(r.Method, before, route)
}

// RequestDone implements httpserver.Observer.
func (o observer) RequestDone(r *http.Request, done httpserver.Observation) {
	request := telemetry.Request{
		Method: r.Method, Route: done.Route, Status: done.Status,
		RequestBytes: done.RequestBytes, ResponseBytes: done.ResponseBytes, Duration: done.Duration,
	}
	o.metrics.RequestDone(request)
	telemetry.DescribeRequest(r.Context(), request)
}

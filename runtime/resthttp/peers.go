package resthttp

import (
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/plastron-dev/plastron/runtime/forward"
	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/rest"
)

// Peers are the other replicas of the proxy; *forward.Peers is one. Both calls
// take the path of a consumer and do nothing for a request that another
// replica has sent.
type Peers interface {
	// Has reports whether one of them has the consumer.
	Has(r *http.Request, path string) bool
	// Relay has the owner of the consumer serve the request. False means that
	// none has it, and that nothing was written.
	Relay(w http.ResponseWriter, r *http.Request, body []byte, path string) (bool, error)
}

// ForwardedHeaders are the headers of answers that a replica has to pass on
// beyond the usual ones.
func ForwardedHeaders() []string {
	h := http.Header{}
	cors(h)
	return slices.Sorted(maps.Keys(h))
}

// consumerPath is where a consumer is, in any replica.
func consumerPath(id rest.ConsumerID) string {
	return "/consumers/" + url.PathEscape(id.Group) + "/instances/" + url.PathEscape(id.Instance)
}

// elsewhere has another replica serve a call for a consumer that is not here.
// It returns false when the call is to be served here, be it with a 404.
func (a *api) elsewhere(w http.ResponseWriter, c *call) (bool, error) {
	if a.Peers == nil || c.vars["instance"] == "" || c.Method == http.MethodHead {
		return false, nil
	}
	id, err := instanceID(c)
	if err != nil || a.Service.HasConsumer(id) {
		return false, nil
	}
	if forward.Forwarded(c.Request) {
		forward.MarkRefused(w.Header())
		return false, nil
	}
	body := c.body
	if c.ContentLength == 0 {
		body = nil // What it stands for is decided by the owner.
	}
	served, err := a.Peers.Relay(w, decoded(c.Request), body, consumerPath(id))
	if err != nil {
		return false, plain(http.StatusServiceUnavailable, textConnection)
	}
	return served, nil
}

// decoded is a request whose body has been read and decoded: what said how is
// gone.
func decoded(r *http.Request) *http.Request {
	out := *r
	out.Header = r.Header.Clone()
	out.Header.Del("Content-Encoding")
	if contentType := r.Header.Get("Content-Type"); contentType != "" {
		out.Header.Set("Content-Type", httpserver.MediaType(contentType))
	}
	return &out
}

// isElsewhere reports whether another replica has a consumer of this name.
func (a *api) isElsewhere(r *http.Request, id rest.ConsumerID) bool {
	return a.Peers != nil && !forward.Forwarded(r) && a.Peers.Has(r, consumerPath(id))
}

// holds answers another replica that looks for a consumer. Clients have no such
// route.
func (a *api) holds(c *call) (answer, error) {
	id, err := instanceID(c)
	if err != nil {
		return answer{}, err
	}
	if !forward.Forwarded(c.Request) {
		return answer{}, &wireError{status: http.StatusMethodNotAllowed, code: http.StatusMethodNotAllowed, text: "HTTP 405 Method Not Allowed", contentType: plainJSON}
	}
	if !a.Service.HasConsumer(id) {
		return answer{}, &rest.Error{Kind: rest.UnknownConsumer, Text: "No such consumer here"}
	}
	return noContent(), nil
}

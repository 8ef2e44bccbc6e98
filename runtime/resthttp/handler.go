package resthttp

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/rest"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// DefaultMaxBody is the largest request body unless Deps says otherwise (REST
// contract 2.2).
const DefaultMaxBody = 1 << 20

// Deps is what the handler is made of.
type Deps struct {
	Service *rest.Service
	// BaseURI is the absolute address that clients use, in front of
	// /consumers/...: http://proxy:8082. Empty means the Host of the request.
	BaseURI string
	// TrustForwarded makes Forwarded and X-Forwarded-* come before BaseURI: only
	// for a proxy that clients cannot go around.
	TrustForwarded bool
	// MaxBody bounds request bodies in bytes; 0 means DefaultMaxBody.
	MaxBody int64
	// Flavour is whose numbers clients get where the products differ; empty
	// means Karapace.
	Flavour schema.Flavour
	// Peers are asked for consumers that are not here; nil when there are none.
	Peers Peers
	// Rate bounds what is produced; nil does not.
	Rate *Rate
	// Allow names the routes that clients may use, see UnknownRoutes; empty
	// allows all. What is not allowed does not exist.
	Allow []string
	// Block names routes that clients may not use, even when they are allowed.
	Block []string
	// Origins are those of web pages that may read answers; empty means all.
	Origins []string
	// Version is shown by /_health.
	Version string
	// Clock is for the uptime; nil means time.Now.
	Clock func() time.Time
}

// New returns the handler of the whole API, without a chain around it.
func New(d Deps) http.Handler { return newAPI(d) }

func newAPI(d Deps) *api {
	if d.MaxBody <= 0 {
		d.MaxBody = DefaultMaxBody
	}
	if d.Clock == nil {
		d.Clock = time.Now
	}
	d.BaseURI = strings.TrimRight(d.BaseURI, "/")
	a := &api{Deps: d, started: d.Clock()}
	a.router = a.routes()
	return a
}

type api struct {
	Deps
	router  http.Handler
	started time.Time
	// entrance is set for the front of the handlers of principals.
	entrance Entrance
}

// ServeHTTP takes a trailing slash off, which every route may have, and routes.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, decided := w.Header()[allowOrigin]; len(a.Origins) > 0 && !decided {
		admitOrigin(w.Header(), r, a.Origins)
	}
	if r.Method == http.MethodOptions {
		preflight(w, r)
		return
	}
	if p := r.URL.Path; len(p) > 1 && p[len(p)-1] == '/' {
		r = withoutSlash(r)
	}
	if a.entrance != nil && isVersion3(r.URL.Path) {
		a.enter(w, r, nil)
		return
	}
	a.router.ServeHTTP(w, r)
}

func withoutSlash(r *http.Request) *http.Request {
	out := *r
	u := *r.URL
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = strings.TrimRight(u.RawPath, "/")
	if u.Path == "" {
		u.Path, u.RawPath = "/", ""
	}
	out.URL = &u
	return &out
}

// preflight answers OPTIONS on any path.
func preflight(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("Origin")
	if origin == "" {
		plain(http.StatusBadRequest, "OPTIONS missing Origin").write(w)
		return
	}
	if _, decided := w.Header()[allowOrigin]; !decided {
		w.Header().Set(allowOrigin, origin)
	}
	cors(w.Header())
	w.WriteHeader(http.StatusOK)
}

// call is a request that has passed the checks which all routes share.
type call struct {
	*http.Request
	vars   map[string]string // path parameters, still escaped
	body   []byte            // text of a JSON object, nil for routes without
	format rest.Format       // of the Content-Type
	accept accepted
}

// name returns a path parameter, decoded.
func (c *call) name(parameter string) (string, error) {
	s, err := url.PathUnescape(c.vars[parameter])
	if err != nil || strings.ContainsRune(s, 0) {
		return "", wrong(http.StatusBadRequest, http.StatusBadRequest, "Malformed request path")
	}
	return s, nil
}

// check judges body, Content-Type and Accept, in the order of the contract.
func (a *api) check(r *http.Request, vars map[string]string, rule bodyRule) (*call, error) {
	c := &call{Request: r, vars: vars}
	var err error
	if c.body, err = readObject(r, rule, a.MaxBody); err != nil {
		return nil, err
	}
	var fits bool
	if c.format, fits = requestFormat(r.Header.Get("Content-Type")); !fits {
		return nil, refusedType(r.Method)
	}
	if c.accept, fits = parseAccept(r.Header.Get("Accept")); !fits {
		return nil, notAcceptable()
	}
	return c, nil
}

// refusedType is the answer to a Content-Type that is not known. For methods
// without a body it is 406, as clients of Karapace know it.
func refusedType(method string) *wireError {
	if method == http.MethodPost || method == http.MethodPut {
		return wrong(http.StatusUnsupportedMediaType, http.StatusUnsupportedMediaType, "HTTP 415 Unsupported Media Type")
	}
	return notAcceptable()
}

func notAcceptable() *wireError {
	return wrong(http.StatusNotAcceptable, http.StatusNotAcceptable, "HTTP 406 Not Acceptable")
}

// admit checks a request and finds out who serves it. It returns nil when that
// is somebody else, or nobody: then the request has been answered.
func (a *api) admit(w http.ResponseWriter, r *http.Request, vars map[string]string, rule bodyRule) *call {
	c, err := a.check(r, vars, rule)
	if err != nil {
		onWire(err).write(w)
		return nil
	}
	if a.entrance != nil {
		a.enter(w, r, c.body)
		return nil
	}
	served, err := a.elsewhere(w, c)
	switch {
	case err != nil:
		onWire(err).write(w)
		return nil
	case served:
		return nil
	default:
		return c
	}
}

// handler does the work of one route.
type handler func(c *call) (answer, error)

// serve makes an HTTP handler of a route.
func (a *api) serve(template string, rule bodyRule, vars func(*http.Request) map[string]string, h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httpserver.SetRoute(w, template)
		c := a.admit(w, r, vars(r), rule)
		if c == nil {
			return
		}
		out, err := h(c)
		if err != nil {
			cors(w.Header())
			onWire(err).write(w)
			return
		}
		out.write(w, r)
	})
}

// stream is serve for a route that writes its answer itself. It returns an
// error only while nothing was written.
func (a *api) stream(template string, rule bodyRule, vars func(*http.Request) map[string]string, h func(http.ResponseWriter, *call) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httpserver.SetRoute(w, template)
		c := a.admit(w, r, vars(r), rule)
		if c == nil {
			return
		}
		cors(w.Header())
		if err := h(w, c); err != nil {
			onWire(err).write(w)
		}
	})
}

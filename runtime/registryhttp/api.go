package registryhttp

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"

	"github.com/go-logr/logr"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/registry"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// MediaType is the preferred type of answers, and that of errors before a type
// is negotiated. httpserver.Chain takes it as ErrorType.
const MediaType = "application/vnd.schemaregistry.v1+json"

// Forwarder hands requests to the primary; package forward has it.
type Forwarder interface {
	// Await returns as soon as somebody is known to take writes: this node, or
	// the one at the URL.
	Await(ctx context.Context) (primary string, self bool, err error)
	// Do has the request served by the primary, unless that is this node: then
	// it returns true and has written nothing. Nor has it on an error.
	Do(w http.ResponseWriter, r *http.Request, body []byte) (self bool, err error)
}

// Status is what the health check tells (registry contract 11.2).
type Status struct {
	// Healthy is false when the reader of the log or the log itself is in
	// trouble; Problem says what it is.
	Healthy bool
	Problem string
	// Ready is true once the log has been read to its end. Until then reads go
	// to the primary.
	Ready bool
	// StartupSeconds is how long that took, 0 before it is done.
	StartupSeconds float64
	// Offset is the last offset that was applied, EndOffset the highest known.
	Offset, EndOffset int64
	// Primary and Eligible are this node's role; PrimaryURL is empty when no
	// primary is known.
	Primary, Eligible bool
	PrimaryURL        string
	// Coordinating says that the node is a member of the group, Generation
	// which generation of it.
	Coordinating bool
	Generation   int32
	// Draining makes health fail while the process ends.
	Draining bool
}

// Extended says who gets the fields that Karapace does not have.
type Extended int

// ExtendedOnRequest is the default under Karapace; under Confluent everybody
// gets them.
const (
	ExtendedOnRequest Extended = iota
	ExtendedAlways
)

// Deps is what the handler is made of. Registry, Forward and Status are
// required.
type Deps struct {
	Registry *registry.Registry
	Forward  Forwarder
	// Status is asked for each health check, Ready for each request; Ready
	// defaults to Status().Ready.
	Status func() Status
	Ready  func() bool
	// Permissions decides what the sender of a request may do; nil lets
	// everybody do everything.
	Permissions Permissions
	// UI serves the page for people at /ui.
	UI bool
	// Metrics serves /metrics; nil leaves the route out.
	Metrics  http.Handler
	Extended Extended
	// MaxBody bounds request bodies in bytes; default 16 MiB, far above what
	// Kafka takes.
	MaxBody int64
	// PrimaryWait bounds how long /master_available, and reads of a node that
	// is not ready, wait for a primary; default 1 s. Writes wait as long as
	// package forward says.
	PrimaryWait time.Duration
	// AwaitOffset returns once this node has read the log up to an offset. It is
	// asked after a write was forwarded, for at most ReadWait, default 15 s; nil
	// does not wait.
	AwaitOffset func(ctx context.Context, offset int64) error
	ReadWait    time.Duration
	// Grown returns a channel that is closed when the state is another than
	// now, and LogID names the log that offsets belong to, the same on all
	// nodes; the feed needs both. Draining is closed when the process ends.
	Grown    func() <-chan struct{}
	LogID    func() string
	Draining <-chan struct{}
	// Version and Commit identify the server; ClusterID returns that of Kafka,
	// empty when unknown; GroupID is the registry's own name.
	Version, Commit string
	ClusterID       func() string
	GroupID         string
	Logger          logr.Logger
}

// api is the handler. Its methods are the routes.
type api struct {
	Deps
	registry *registry.Registry
	flavour  schema.Flavour
	points   registry.Points
	naming   schema.Naming
	router   http.Handler
	document document
	ui       map[string]httpserver.Static
	buffers  buffers
	feed     *feed
}

// New returns the handler of the whole surface.
func New(d Deps) http.Handler {
	if d.Ready == nil {
		d.Ready = func() bool { return d.Status().Ready }
	}
	if d.MaxBody == 0 {
		d.MaxBody = 16 << 20
	}
	if d.PrimaryWait == 0 {
		d.PrimaryWait = time.Second
	}
	if d.ReadWait == 0 {
		d.ReadWait = 15 * time.Second
	}
	if d.Grown == nil {
		d.Grown = func() <-chan struct{} { return nil }
	}
	if d.LogID == nil {
		own := rand.Text()
		d.LogID = func() string { return own }
	}
	if d.ClusterID == nil {
		d.ClusterID = func() string { return "" }
	}
	a := &api{Deps: d, registry: d.Registry, flavour: d.Registry.Flavour(), points: d.Registry.Points(), naming: d.Registry.Naming(), feed: newFeed()}
	a.router, a.document = a.routes(), a.describe()
	if d.UI {
		a.ui = uiFiles()
	}
	return a
}

// Deadline is httpserver.Chain.Timeout for this surface: requests that may
// wait for Kafka or for the primary get the limit, reads never wait.
func Deadline(limit time.Duration) func(*http.Request) time.Duration {
	return func(r *http.Request) time.Duration {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			return 0
		}
		return limit
	}
}

// ServeHTTP takes the short way where there is one.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if id, mediaType, ok := a.fastByID(r); ok && a.seesAll(r) {
		a.serveByID(w, id, mediaType)
		return
	}
	if a.naming == schema.WithContexts {
		var err error
		if r, err = inContext(r); err != nil {
			a.handler("/contexts", func(*call) error { return err }).ServeHTTP(w, r)
			return
		}
	}
	a.router.ServeHTTP(w, r)
}

package registry

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

// Log is where records go. Its errors are classified by LogErrors.
type Log interface {
	// Append writes the records in order and returns the offset of the last
	// once the own reader has applied it, so that Views shows them.
	Append(ctx context.Context, records []record.Record) (int64, error)
	// Barrier returns once everything that was written before it, by anyone,
	// is applied, what is still on its way has become void, and the log is
	// claimed under an epoch of this process. It settles what an unknown
	// outcome was.
	Barrier(ctx context.Context) error
}

// LogErrors names the errors of the log that mean something to the registry,
// for errors.Is. Everything else counts as an unknown outcome, since a record
// that was sent may have arrived.
type LogErrors struct {
	// TooLarge: the broker takes no record of this size; nothing was written.
	TooLarge error
	// NotReady: the log did not try; nothing was written.
	NotReady error
}

// Views hands out the state that the log's reader has built.
type Views interface {
	View() *store.View
}

// Role says whether this node may write at this moment: it holds the role, the
// barrier of its promotion is behind it and its lease has not run out.
type Role interface {
	MayWrite() bool
	// Changed is closed when the answer may have become another.
	Changed() <-chan struct{}
}

// Deps is what a Registry is made of. Log, Views and Role are required.
type Deps struct {
	Log       Log
	LogErrors LogErrors
	Views     Views
	Role      Role
	// Owner is the name under which Barrier claims the log. Without one, epochs
	// are not looked at.
	Owner string
	// Late receives when a late record of another primary was read, which this
	// one has to repair. May be nil.
	Late <-chan struct{}
	// Flavour decides where Karapace and Confluent differ; default Karapace.
	Flavour schema.Flavour
	// DefaultLevel holds where nothing is configured; default BACKWARD.
	DefaultLevel schema.Level
	// DefaultMode holds where no mode is set; default READWRITE.
	DefaultMode schema.Mode
	// ModesFixed refuses changes of modes.
	ModesFixed bool
	// Limits bound what a schema may cost; default format.DefaultLimits.
	Limits *format.Limits
	// CacheBytes bounds the memory of parsed schemas, by estimate; default
	// 32 MiB.
	CacheBytes int64
	// WriteTimeout bounds one append, reading back included; default 20 s.
	WriteTimeout time.Duration
	// Conflicts is called when a foreign record landed between a decision and
	// its own record and made it void (two primaries at once), and
	// UnknownOutcomes when an append had to be settled by reading; both may be
	// nil.
	Conflicts, UnknownOutcomes func()
	Logger                     logr.Logger
}

// Registry is the service. All methods are safe for concurrent use; reads
// never wait for writes.
type Registry struct {
	log          Log
	logErrors    LogErrors
	views        Views
	role         Role
	owner        string
	late         <-chan struct{}
	flavour      schema.Flavour
	points       Points
	defaultLevel schema.Level
	defaultMode  schema.Mode
	modesFixed   bool
	limits       format.Limits
	writeTimeout time.Duration
	conflicts    func()
	unknown      func()
	logger       logr.Logger

	cache *parsedCache
	guids guidIndex
	queue chan *change
	order atomic.Pointer[subjectOrder]

	ended chan struct{} // closed when Run returns

	// The following belongs to the goroutine of Run.

	unsettled bool // the outcome of an append is unknown: read before deciding
}

// New returns a registry that starts nothing: Run does the writing.
func New(d Deps) *Registry {
	r := &Registry{
		log: d.Log, logErrors: d.LogErrors, views: d.Views, role: d.Role, owner: d.Owner, late: d.Late,
		flavour: d.Flavour, defaultLevel: d.DefaultLevel, defaultMode: d.DefaultMode, modesFixed: d.ModesFixed,
		limits: format.DefaultLimits(), writeTimeout: d.WriteTimeout,
		conflicts: d.Conflicts, unknown: d.UnknownOutcomes, logger: d.Logger,
		queue: make(chan *change, maxBatch), ended: make(chan struct{}),
	}
	if r.flavour == "" {
		r.flavour = schema.Karapace
	}
	r.points = PointsOf(r.flavour)
	if r.defaultLevel == "" {
		r.defaultLevel = schema.Backward
	}
	if r.defaultMode == "" {
		r.defaultMode = schema.ReadWrite
	}
	if d.Limits != nil {
		r.limits = *d.Limits
	}
	if r.writeTimeout == 0 {
		r.writeTimeout = 20 * time.Second
	}
	if r.conflicts == nil {
		r.conflicts = func() {}
	}
	if r.unknown == nil {
		r.unknown = func() {}
	}
	bytes := d.CacheBytes
	if bytes == 0 {
		bytes = 32 << 20
	}
	r.cache = newParsedCache(bytes)
	r.guids.upTo = -1
	return r
}

// Flavour is whose behaviour the registry shows.
func (r *Registry) Flavour() schema.Flavour { return r.flavour }

// Naming is how the registry reads names of subjects: the store decides.
func (r *Registry) Naming() schema.Naming { return r.views.View().Naming() }

// Target returns the subject that a reference of a schema in the given subject
// means.
func (r *Registry) Target(from schema.Subject, ref schema.Reference) schema.Subject {
	return r.views.View().Target(from, ref)
}

// Entry is one registered version: immutable, shared, never nil in results.
type Entry = store.Entry

// live returns the entries that are not soft-deleted, ascending.
func live(entries []*Entry) []*Entry {
	for i, e := range entries {
		if e.Deleted {
			out := append(make([]*Entry, 0, len(entries)-1), entries[:i]...)
			for _, e := range entries[i+1:] {
				if !e.Deleted {
					out = append(out, e)
				}
			}
			return out
		}
	}
	return entries
}

func newest(entries []*Entry) *Entry {
	if len(entries) == 0 {
		return nil
	}
	return entries[len(entries)-1]
}

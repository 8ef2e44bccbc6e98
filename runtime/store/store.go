package store

import (
	"context"
	"hash/maphash"
	"maps"
	"sync"
	"sync/atomic"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Store applies records and publishes views. Records must come in the order of
// the log, from one goroutine at a time.
type Store struct {
	view atomic.Pointer[View]

	naming schema.Naming

	mu       sync.Mutex // serialises Apply and Reset
	seed     maphash.Seed
	vanished vanishedQueue
	sequence sequenceTrust
	scratch  []byte // for quoting texts

	waiting sync.Mutex
	grown   chan struct{} // closed at the next view; nil when nobody waits

	late chan struct{} // holds a token when a void record was applied
}

// sequenceTrust says whether sequence numbers in keys decide races. They do on
// a topic that a Redpanda registry wrote, and mean nothing on a copy of one,
// where offsets differ: the first record with a number tells which it is.
type sequenceTrust int

const (
	sequenceUnknown sequenceTrust = iota
	sequenceTrusted
	sequenceIgnored
)

// New returns an empty store that knows contexts.
func New() *Store { return NewNaming(schema.WithContexts) }

// NewNaming returns an empty store that reads the names of subjects as it is
// told.
func NewNaming(n schema.Naming) *Store {
	s := &Store{naming: n, seed: maphash.MakeSeed(), late: make(chan struct{}, 1)}
	s.view.Store(s.empty())
	return s
}

// View returns the state after the last call of Apply. It never blocks.
func (s *Store) View() *View { return s.view.Load() }

// Apply applies records in the order given and publishes one new view at the
// end. A record that cannot be applied is skipped, and reported with its
// reason; the offset of the view moves past it like past any other. The bytes
// of the records are copied.
func (s *Store) Apply(recs []record.Record) []record.Problem {
	if len(recs) == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b := &builder{View: *s.view.Load(), edit: new(edit), store: s}
	for _, rec := range recs {
		b.apply(rec)
	}
	next := b.View
	s.view.Store(&next)
	s.wake()
	if b.late {
		s.tellLate()
	}
	return b.found
}

// Await returns once the view shows the record at the offset, or with the error
// of ctx.
func (s *Store) Await(ctx context.Context, offset int64) error {
	for {
		// The channel must be taken before the view is looked at: a view that is
		// published in between has closed it.
		grown := s.nextView()
		if s.View().Offset() >= offset {
			return nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *Store) nextView() <-chan struct{} {
	s.waiting.Lock()
	defer s.waiting.Unlock()
	if s.grown == nil {
		s.grown = make(chan struct{})
	}
	return s.grown
}

func (s *Store) wake() {
	s.waiting.Lock()
	defer s.waiting.Unlock()
	if s.grown != nil {
		close(s.grown)
		s.grown = nil
	}
}

// Late receives when a record of an old primary was applied that the present
// one has to repair. Several of them may be one message.
func (s *Store) Late() <-chan struct{} { return s.late }

func (s *Store) tellLate() {
	select {
	case s.late <- struct{}{}:
	default:
	}
}

// Epoch returns the highest epoch in the log, and Repairs what its owner has
// to write: see View.
func (s *Store) Epoch() record.Epoch { return s.View().Epoch() }

// Repairs implements schemalog.State.
func (s *Store) Repairs() []record.Record { return s.View().Repairs() }

// HighWater returns the highest id of each context, and whether the newest
// NOOP record in the log says so already. As long as it does not, a compaction
// of the log can lose the mark.
func (s *Store) HighWater() (marks record.NoopValue, persisted bool) {
	v := s.view.Load()
	marks = v.highWater()
	return marks, v.noop.Covers(marks)
}

// Reset drops the state, for a topic that was truncated or made anew. Only the
// highest ids stay: serialized data with ids of the old topic is still around,
// and must not be read with another schema.
func (s *Store) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.empty()
	last := s.view.Load()
	next.maxIDs, next.resets = last.maxIDs, last.resets+1
	s.vanished = vanishedQueue{}
	s.sequence = sequenceUnknown
	s.view.Store(next)
	s.wake()
}

func (s *Store) empty() *View {
	return &View{
		naming:   s.naming,
		offset:   -1,
		subjects: newTrie[schema.Subject, []*Entry](s.seed),
		names:    new(subjectList),
		ids:      newTrie[idKey, []*Entry](s.seed),
		contents: newTrie[contentKey, []content](s.seed),
		vanished: newTrie[contentKey, []*Entry](s.seed),
		refs:     newTrie[place, []*Entry](s.seed),
		configs:  newTrie[record.Key, record.ConfigValue](s.seed),
		modes:    newTrie[record.Key, record.ModeValue](s.seed),
		maxIDs:   newTrie[string, schema.ID](s.seed),
		declared: newTrie[string, record.Key](s.seed),
		variants: newTrie[record.Key, []variant](s.seed),
		known:    newTrie[schema.Subject, struct{}](s.seed),
		assocs:   newTrie[record.Key, *Association](s.seed),

		assocsByName:    newTrie[string, []*Association](s.seed),
		assocsBySubject: newTrie[schema.Subject, []*Association](s.seed),
		voids:           newTrie[string, voided](s.seed),
	}
}

// builder is the next view while records are applied to it.
type builder struct {
	View
	edit  *edit
	store *Store
	found []record.Problem

	counted bool // the map of problem counts is already a copy
	late    bool // a void record was among them
}

func (b *builder) problem(offset int64, reason record.Reason, applied bool, err error) {
	b.found = append(b.found, record.Problem{Offset: offset, Reason: reason, Applied: applied, Err: err})
	if !b.counted {
		b.counted = true
		if b.problems = maps.Clone(b.problems); b.problems == nil {
			b.problems = make(map[record.Reason]int64)
		}
	}
	b.problems[reason]++
}

package schemalog

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// Status says how the log is doing, for health checks and metrics.
type Status struct {
	// Ready reports that the topic was read to its end, so that the state can
	// be served. It stays true while Kafka cannot be reached.
	Ready bool
	// Writable reports that appends are possible at this moment as far as this
	// process knows.
	Writable bool
	// Applied is the last offset that is in the state, End the next offset that
	// a record will get as far as is known. Ready and caught up: Applied ==
	// End-1.
	Applied, End int64
	// TopicProblem says what is wrong with the topic and what to do about it;
	// empty when nothing is.
	TopicProblem string
	// LastError is what keeps the log from Kafka at this moment, empty when
	// nothing does.
	LastError string
	// TopicID names the incarnation of the topic that the state is built from,
	// empty while it is not known. Kafka tells it since 2.8.
	TopicID string
	// Contact is when Kafka last answered.
	Contact time.Time
}

// status collects what the parts of the log know.
type status struct {
	now func() time.Time

	mu       sync.Mutex
	cur      Status
	problems [problemKinds]string
}

// problemKind is one thing that can be wrong with the topic. They come and go
// independently.
type problemKind int

const (
	problemMissing problemKind = iota // deleted while this process ran
	problemChanged                    // made anew or truncated while it ran
	problemLayout                     // more partitions than one
	problemPolicy                     // the broker deletes schemas
	problemKinds
)

func (s *status) get() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	cur := s.cur
	texts := slices.DeleteFunc(slices.Clone(s.problems[:]), func(text string) bool { return text == "" })
	cur.TopicProblem = strings.Join(texts, "; ")
	return cur
}

func (s *status) change(f func(*Status)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.cur)
}

// contact notes that Kafka answered and, unless negative, where the topic ends.
func (s *status) contact(end int64) {
	s.change(func(cur *Status) {
		cur.Contact = s.now()
		cur.LastError = ""
		if end >= 0 {
			cur.End = end
		}
	})
}

// problem sets what is wrong in one respect, or clears it with an empty text.
// It reports whether that is new.
func (s *status) problem(kind problemKind, text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.problems[kind]
	s.problems[kind] = text
	return old != text
}

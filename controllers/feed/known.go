package feed

import (
	"reflect"
	"sync"
	"time"

	registry "github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// settling is how long a subject is read from the registry after a write of
// ours, unless the feed shows it before.
const settling = 10 * time.Second

// known is what a follower knows of its registry.
//
// A write of ours and the feed meet like this:
//
//	T1 a reconciliation writes subject s: what is known of s is void (wrote)
//	T2 it reads s from the registry, and notes what it saw (saw)
//	T3 the feed shows s (tell): if it is what was seen, s is known again, and
//	   nobody is woken
//
// T3 may come before T2; then T2 compares. If they differ somebody else writes
// s too, or a node of the registry lags: the Subject is woken a little later,
// and reads from the registry as long as they differ.
type known struct {
	clock func() time.Time

	mu       sync.Mutex
	valid    bool // the follower is up to date
	direct   bool // something was read from the registry since it was last valid
	subjects map[schema.Subject]registry.Standing
	defaults *registry.Settings
	written  map[schema.Subject]*written
}

// part says what of a subject a write was about.
type part int

const (
	versions part = iota
	settings
)

// written is a write that the feed has not shown yet.
type written struct {
	at   time.Time
	told bool // the feed has shown something since
	// due are the parts that were written, and seen those of them that were
	// read since.
	due, seen [2]bool
	latest    registry.Registered // ID 0: no live version
	settings  *registry.Settings
}

func newKnown(clock func() time.Time) *known {
	return &known{clock: clock, subjects: map[schema.Subject]registry.Standing{}, written: map[schema.Subject]*written{}}
}

// standing returns what is known of a part of a subject; ok is false when the
// registry has to be asked.
func (k *known) standing(s schema.Subject, of part) (st registry.Standing, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.valid {
		k.direct = true
		return st, false
	}
	if w := k.written[s]; w != nil {
		if k.clock().Sub(w.at) < settling {
			if w.due[of] {
				return st, false
			}
		} else {
			delete(k.written, s)
		}
	}
	return k.subjects[s], true
}

// bypassed notes that somebody asks the registry without looking here.
func (k *known) bypassed() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.valid, k.direct = false, true
}

// global returns the settings of subjects that have none.
func (k *known) global() (registry.Settings, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.valid || k.defaults == nil {
		k.direct = true
		return registry.Settings{}, false
	}
	return *k.defaults, true
}

// writing notes that a part of a subject is about to be written: the feed may
// show it before the answer is here.
func (k *known) writing(s schema.Subject, what part) {
	k.mu.Lock()
	defer k.mu.Unlock()
	w := k.written[s]
	if w == nil {
		w = &written{}
		k.written[s] = w
	}
	w.at, w.due[what], w.seen[what], w.told = k.clock(), true, false, false
}

// wrote notes that the answer is here.
func (k *known) wrote(s schema.Subject) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if w := k.written[s]; w != nil {
		w.at = k.clock()
	}
}

// saw notes what the registry itself said of a part of a subject. It reports
// whether the feed has said something else.
func (k *known) saw(s schema.Subject, what part, note func(*written)) (disputed bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	w := k.written[s]
	if w == nil || !w.due[what] {
		return false
	}
	note(w)
	w.seen[what] = true
	switch {
	case !w.told || !w.complete():
		return false
	case w.agrees(k.subjects[s]):
		delete(k.written, s)
		return false
	default:
		return true
	}
}

// complete reports whether all that was written was read since.
func (w *written) complete() bool { return w.seen == w.due }

// agrees reports whether a state is what was read after the write.
func (w *written) agrees(st registry.Standing) bool {
	if !w.complete() {
		return false
	}
	latest := registry.Registered{}
	if st.Live > 0 {
		latest.ID, latest.Version = st.ID, st.Version
	}
	if w.due[versions] && (w.latest.ID != latest.ID || w.latest.Version != latest.Version) {
		return false
	}
	return !w.due[settings] || sameSettings(w.settings, st.Settings)
}

func sameSettings(a, b *registry.Settings) bool {
	if a == nil || b == nil {
		return a == b
	}
	return reflect.DeepEqual(*a, *b)
}

func same(a, b registry.Standing) bool {
	if !sameSettings(a.Settings, b.Settings) {
		return false
	}
	a.Settings, b.Settings = nil, nil
	return a == b
}

// news is what a change means for a Subject.
type news int

const (
	none  news = iota
	now        // it has to look
	later      // it has just written, and what it saw is not what is told
)

// tell notes the state of a subject and returns what it means.
func (k *known) tell(st registry.Standing) news {
	k.mu.Lock()
	defer k.mu.Unlock()
	was := k.subjects[st.Subject]
	was.Subject = st.Subject
	if st.Live == 0 && !st.Deleted && st.Settings == nil && st.Mode == "" {
		delete(k.subjects, st.Subject)
	} else {
		k.subjects[st.Subject] = st
	}
	w := k.written[st.Subject]
	switch {
	case w == nil && same(was, st):
		return none
	case w == nil:
		return now
	case w.agrees(st):
		delete(k.written, st.Subject)
		return none
	}
	w.told = true
	if !w.complete() {
		return none // Who wrote is about to look.
	}
	return later
}

// setDefaults notes the settings of all and reports whether they are news.
func (k *known) setDefaults(d *registry.Settings) (changed bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	changed = k.defaults != nil && !sameSettings(k.defaults, d)
	k.defaults = d
	return changed
}

// names lists the subjects that something is known of.
func (k *known) names() map[schema.Subject]bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	names := make(map[schema.Subject]bool, len(k.subjects))
	for s := range k.subjects {
		names[s] = true
	}
	return names
}

// upToDate says whether reads may be answered from here. It reports whether
// something was read past it before it was.
func (k *known) upToDate(is bool) (missed bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	missed = is && !k.valid && k.direct
	k.valid = is
	if is {
		k.direct = false
	}
	for s, w := range k.written {
		if k.clock().Sub(w.at) >= settling {
			delete(k.written, s)
		}
	}
	return missed
}

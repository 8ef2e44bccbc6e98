package feed

import (
	"context"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/index"
	"github.com/plastron-dev/plastron/controllers/session"
	registry "github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/schema"
)

const (
	// wait is how long a registry may hold a request while nothing changes.
	wait = 30 * time.Second
	// gather is how long changes are collected that come one after the other.
	gather = 100 * time.Millisecond
	// afterWrite is when a Subject is woken that has just written.
	afterWrite = time.Second
	// longestRetry bounds the time between two attempts.
	longestRetry = 10 * time.Second
	// cursorAge is how old a cursor may be: a registry forgets deletions.
	cursorAge = time.Hour
)

// source is the way in which a registry is followed.
type source string

// The ways, best first.
const (
	unknown    source = ""
	byFeed     source = "Feed"
	byListing  source = "Listing"
	perSubject source = "PerSubject"
)

// follower keeps up with one registry.
type follower struct {
	feeds *Feeds
	name  client.ObjectKey
	key   string
	known *known

	once   sync.Once
	looked chan struct{} // closed after the first attempt

	mu       sync.Mutex
	source   source
	attached int // Subjects
	current  *registry.Client
	giveUp   context.CancelFunc // ends the request that waits

	// The following belongs to run.

	cursor string
	last   time.Time                            // when the cursor was given
	listed map[schema.Subject]registry.Standing // parts of a listing so far; nil for none
	begun  bool                                 // there was a listing
	tried  time.Time                            // when the source was chosen
}

func newFollower(f *Feeds, name client.ObjectKey) *follower {
	return &follower{feeds: f, name: name, key: name.String(), known: newKnown(f.config.Clock), looked: make(chan struct{})}
}

// run follows the registry until it is gone or ctx ends.
func (f *follower) run(ctx context.Context) {
	defer f.once.Do(func() { close(f.looked) })
	defer f.known.upToDate(false)
	failures := 0
	for ctx.Err() == nil {
		c, err := f.client(ctx)
		if apierrors.IsNotFound(err) {
			return
		}
		var pause time.Duration
		if err == nil {
			pause, err = f.with(ctx, c)
		}
		if err != nil {
			f.known.upToDate(false)
			failures++
			pause = session.Jitter(min(longestRetry, f.feeds.config.Retry<<min(failures, 10)))
			ctrl.LoggerFrom(ctx).V(1).Info("Cannot follow a registry", "registry", f.key, "reason", err.Error())
		} else {
			failures = 0
		}
		if err != nil || f.listed == nil {
			f.once.Do(func() { close(f.looked) })
		}
		sleep(ctx, pause)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (f *follower) client(ctx context.Context) (*registry.Client, error) {
	reg := &v1alpha1.SchemaRegistry{}
	if err := f.feeds.config.Reader.Get(ctx, f.name, reg); err != nil {
		return nil, err
	}
	return f.feeds.config.Sessions.For(ctx, reg)
}

// with asks a registry once, and begins anew when it is another one than before:
// the address may have changed, and with it everything that is known.
func (f *follower) with(ctx context.Context, c *registry.Client) (time.Duration, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	f.mu.Lock()
	if f.current != c {
		f.current, f.source = c, unknown
		f.cursor, f.listed = "", nil
		f.known.upToDate(false)
	}
	f.giveUp = cancel
	f.mu.Unlock()
	return f.step(ctx, c)
}

// follows reports whether this is the registry that is followed. If not, the
// follower is told to look.
func (f *follower) follows(c *registry.Client) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.current == c {
		return true
	}
	f.known.bypassed()
	if f.giveUp != nil {
		f.giveUp()
	}
	return false
}

// step asks once, and returns when to ask again.
func (f *follower) step(ctx context.Context, c *registry.Client) (time.Duration, error) {
	switch f.chosen() {
	case byListing, perSubject:
		return f.list(ctx, c)
	}
	if f.feeds.config.Clock().Sub(f.last) > cursorAge {
		f.cursor, f.listed = "", nil
	}
	hold := wait
	if f.listed != nil || f.cursor == "" {
		hold = 0
	}
	page, err := c.Feed(ctx, f.cursor, hold)
	if registry.Unsupported(err) {
		f.known.upToDate(false)
		f.cursor, f.listed = "", nil
		f.choose(byListing)
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	f.choose(byFeed)
	return f.take(ctx, page), nil
}

func (f *follower) chosen() source {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.source
}

func (f *follower) choose(s source) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.source != s {
		f.source, f.tried = s, f.feeds.config.Clock()
	}
}

// take notes what the feed says.
func (f *follower) take(ctx context.Context, page registry.Feed) time.Duration {
	f.cursor, f.last = page.Cursor, f.feeds.config.Clock()
	defaultsChanged := f.known.setDefaults(page.Defaults)
	switch {
	case page.First:
		f.listed = map[schema.Subject]registry.Standing{}
	case !page.Listing:
		f.listed = nil
	}
	for _, st := range page.Subjects {
		if page.Listing {
			f.listed[st.Subject] = st
		} else {
			f.tell(ctx, st)
		}
	}
	if page.More {
		return 0
	}
	if page.Listing {
		f.replace(ctx)
	}
	if f.known.upToDate(true) || defaultsChanged {
		f.wakeAll(ctx)
	}
	if len(page.Subjects) > 0 {
		return gather
	}
	return 0
}

// replace takes a listing for what is known. The first one is no news.
func (f *follower) replace(ctx context.Context) {
	for name := range f.known.names() {
		if _, ok := f.listed[name]; !ok {
			f.tell(ctx, registry.Standing{Subject: name})
		}
	}
	first := !f.begun
	f.begun = true
	for _, st := range f.listed {
		if first {
			f.known.tell(st)
			continue
		}
		f.tell(ctx, st)
	}
	f.listed = nil
}

// tell notes the state of a subject and wakes the Subjects that it concerns.
func (f *follower) tell(ctx context.Context, st registry.Standing) {
	switch f.known.tell(st) {
	case now:
		f.feeds.wake(0, f.concerned(ctx, st.Subject)...)
	case later:
		f.disputed(st.Subject)
	case none:
	}
}

// disputed has a Subject look again when what it saw and what is told differ.
func (f *follower) disputed(s schema.Subject) {
	f.feeds.wake(afterWrite, f.concerned(context.Background(), s)...)
}

// concerned lists the Subjects that claim a subject, or refer to it by name.
func (f *follower) concerned(ctx context.Context, s schema.Subject) []reconcile.Request {
	key := f.key + "/" + string(s)
	claim := index.Requests(ctx, f.feeds.config.Reader, &v1alpha1.SubjectList{}, index.SubjectTarget, key)
	return append(claim, index.Requests(ctx, f.feeds.config.Reader, &v1alpha1.SubjectList{}, index.SubjectNamedReferences, key)...)
}

func (f *follower) wakeAll(ctx context.Context) {
	f.feeds.wake(0, index.Requests(ctx, f.feeds.config.Reader, &v1alpha1.SubjectList{}, index.SubjectRegistry, f.key)...)
}

// rarely is how much more rarely a Subject looks that is woken by the feed.
const rarely = 60

// each is how long the Subjects of a registry that are not told of changes wait
// for each other.
const each = 100 * time.Millisecond

func (f *follower) recheck(poll time.Duration) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch f.source {
	case byFeed:
		return rarely * poll
	case byListing, perSubject:
		return max(poll, time.Duration(f.attached)*each)
	default:
		return poll
	}
}

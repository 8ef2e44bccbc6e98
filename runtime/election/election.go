package election

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"github.com/twmb/franz-go/pkg/kgo"
)

const defaultSession = 10 * time.Second

// Config says who we are and how the group is kept.
type Config struct {
	// GroupID is the group, "schema-registry" if empty.
	GroupID string
	// Identity is this node.
	Identity Identity
	// Strategy is used when this node is the assignor; empty is Lowest.
	Strategy Strategy
	// Sticky leaves the role with the node that holds it when others join,
	// whatever their addresses are, if all members of the group do so.
	Sticky bool
	// Session is the session time-out: how long a silent member stays in the
	// group. 0 is 10 s. Brokers allow 6 s to 30 min by default.
	Session time.Duration
	// Heartbeat is the interval of heartbeats; 0 is a third of Session, at
	// most 250 ms. It is how fast a node learns that another one has left, so
	// it is most of the time without a primary after a clean stop.
	Heartbeat time.Duration
	// Rebalance is how long the others wait for a member to rejoin; 0 is 30 s,
	// never less than Session.
	Rebalance time.Duration
	// Margin is how much earlier than the broker we end our own lease; 0 is a
	// fifth of Session, at most 2 s.
	Margin time.Duration
	// Waiting is the key waiting_time_before_acting_as_master_ms, taken as it
	// is: 0 never waits.
	Waiting time.Duration
	// Release returns when no append of this node is in flight any more. It is
	// called after MayWrite has become false and before the group is rejoined
	// or left. Without it our nodes cannot promise each other that nothing is
	// left over, and every hand-over takes the waiting time.
	Release func(context.Context) error
	// Principal is named in messages about missing ACLs; may be empty.
	Principal string
}

// State is what a node knows about the primary.
type State struct {
	// Primary: this node holds the role, its barrier was read back and its
	// lease holds.
	Primary bool
	// Chosen: the group named this node; it may still be waiting.
	Chosen bool
	// PrimaryURL is the base URL of the primary, "" if nobody is known. It is
	// our own URL as soon as we are chosen.
	PrimaryURL string
	// Joined: this node is a member of a complete generation.
	Joined bool
	// Generation and MemberID are the group's, for logs and metrics.
	Generation int32
	MemberID   string
	// Problem is a sentence for people, "" if all is well.
	Problem string
}

// snapshot pairs a state with the channel that its end closes.
type snapshot struct {
	state State
	over  chan struct{}
}

// Election takes part in the group. Run does the work; all other methods are
// lock-free and may be called at any time from any goroutine.
type Election struct {
	cfg       Config
	onPromote func(context.Context) error
	log       logr.Logger
	clock     func() time.Time
	problems  *problems

	state atomic.Pointer[snapshot]
	lease atomic.Pointer[lease]

	// Owned by Run.
	group *group
	past  past
	// drained: nothing of ours is in flight. It turns false when we become
	// primary and true when Release has returned.
	drained bool
}

// ClientOpts are options for the client of an election with this session
// time-out (0 is the default). A request that gets no answer blocks its
// connection, and every heartbeat behind it, until the client gives the
// connection up; with the time-outs of other clients one lost packet would
// cost the lease.
func ClientOpts(session time.Duration) []kgo.Opt {
	limit := min(or(session, defaultSession)/5, 2*time.Second)
	return []kgo.Opt{
		kgo.RequestTimeoutOverhead(max(limit, 100*time.Millisecond)),
		kgo.DialTimeout(max(limit, 500*time.Millisecond)),
	}
}

// New checks cfg and starts nothing. The client, made with ClientOpts, must
// outlive Run. onPromote is
// the barrier: it writes a record, reads the topic up to it and returns nil
// when this node knows all that was ever written; it is repeated until it
// succeeds, and its context ends with the generation. clock is usually
// time.Now.
func New(cfg Config, client *kgo.Client, onPromote func(context.Context) error, log logr.Logger, clock func() time.Time) (*Election, error) {
	if err := cfg.Identity.check(); err != nil {
		return nil, fmt.Errorf("election: %w", err)
	}
	cfg = cfg.withDefaults()
	if cfg.Margin >= cfg.Session {
		return nil, fmt.Errorf("election: margin %s must be shorter than the session time-out %s", cfg.Margin, cfg.Session)
	}
	e := &Election{
		cfg: cfg, onPromote: onPromote, log: log, clock: clock,
		problems: newProblems(log, clock), drained: true,
	}
	e.group = newGroup(client, &e.cfg)
	e.state.Store(&snapshot{over: make(chan struct{})})
	e.lease.Store(&lease{})
	return e, nil
}

func (c Config) withDefaults() Config {
	if c.GroupID == "" {
		c.GroupID = "schema-registry"
	}
	if c.Strategy == "" {
		c.Strategy = Lowest
	}
	c.Session = or(c.Session, defaultSession)
	c.Heartbeat = or(c.Heartbeat, min(c.Session/3, 250*time.Millisecond))
	// A member that is removed by the rebalance time-out must have lost its
	// lease before, so the rebalance takes at least the session.
	c.Rebalance = max(or(c.Rebalance, 30*time.Second), c.Session)
	c.Margin = or(c.Margin, min(c.Session/5, 2*time.Second))
	return c
}

func or(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

// Run takes part in the group until ctx ends, then leaves it. No error of the
// group ends it; it returns nil. Primary goes on naming the primary that was
// known last.
func (e *Election) Run(ctx context.Context) error {
	for attempt := 1; ctx.Err() == nil; attempt++ {
		joinedBefore := e.state.Load().state.Generation
		err := e.session(ctx)
		if e.state.Load().state.Generation != joinedBefore {
			attempt = 1
		}
		e.step(ctx, err, attempt)
		wait(ctx, pause(err, attempt))
	}
	e.handOver(context.WithoutCancel(ctx))
	e.leave(context.WithoutCancel(ctx))
	return nil
}

// step leaves the role at the end of a generation: first nobody may begin to
// write, then what was begun is waited for.
func (e *Election) step(ctx context.Context, err error, attempt int) {
	last := e.state.Load().state
	next := State{Generation: last.Generation}
	switch {
	case ctx.Err() == nil:
		next.Problem = e.membershipLost(err, attempt)
	case !last.Chosen:
		next.PrimaryURL = last.PrimaryURL // It does not change because we go.
	}
	e.publish(next)
	e.release(context.WithoutCancel(ctx))
}

// release waits for appends in flight, within a third of the session, so that
// the membership outlives it.
func (e *Election) release(ctx context.Context) {
	if e.drained || e.cfg.Release == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, e.cfg.Session/3)
	defer cancel()
	if err := e.cfg.Release(ctx); err != nil {
		e.problems.report(err, "Appends were still in flight when the primary role ended", "group", e.cfg.GroupID)
		return
	}
	e.drained = true
}

// MayWrite reports whether this node may append to the log right now. Ask it
// before an append and again when the append was acknowledged.
func (e *Election) MayWrite() bool {
	s := e.state.Load()
	return s.state.Primary && e.lease.Load().holds(e.clock())
}

// LeaseLeft is for how long MayWrite stays true without another heartbeat; an
// append must not be allowed to take longer.
func (e *Election) LeaseLeft() time.Duration {
	if !e.state.Load().state.Primary {
		return 0
	}
	return e.lease.Load().left(e.clock())
}

// State is what this node knows now. Primary is false as soon as the lease is
// over, also before Run has noticed.
func (e *Election) State() State {
	s := e.state.Load().state
	s.Primary = s.Primary && e.lease.Load().holds(e.clock())
	return s
}

// Primary says where writes go: self if this node may write, else the URL of
// another node, or "" if nobody can be asked now. While this node is chosen
// but not yet primary there is nobody.
func (e *Election) Primary() (url string, self bool) {
	s := e.State()
	if s.Primary {
		return s.PrimaryURL, true
	}
	if s.Chosen {
		return "", false
	}
	return s.PrimaryURL, false
}

// Changed returns a channel that is closed when the state changes the next
// time. Take it before reading the state, else a change may be missed.
func (e *Election) Changed() <-chan struct{} { return e.state.Load().over }

// publish makes s visible and wakes those who wait. Only the goroutine of Run
// calls it.
func (e *Election) publish(s State) {
	if s.Primary {
		e.drained = false
	}
	old := e.state.Swap(&snapshot{state: s, over: make(chan struct{})})
	close(old.over)
}

// setProblem is for the promotion, which runs beside Run's own goroutine and
// may therefore only change this one field.
func (e *Election) setProblem(text string) {
	for {
		old := e.state.Load()
		next := &snapshot{state: old.state, over: make(chan struct{})}
		next.state.Problem = text
		if e.state.CompareAndSwap(old, next) {
			close(old.over)
			return
		}
	}
}

// renew extends the lease; if it had lapsed, those who wait must learn that
// writing is allowed again. The broker accepted us in this generation, so
// nobody else was elected meanwhile.
func (e *Election) renew(sent time.Time) {
	lapsed := e.lapsed()
	e.lease.Store(new(newLease(sent, e.cfg.Session, e.cfg.Margin)))
	if lapsed {
		e.publish(e.state.Load().state)
	}
}

// lapsed reports whether this node holds the role but not the lease.
func (e *Election) lapsed() bool {
	return e.state.Load().state.Primary && !e.lease.Load().holds(e.clock())
}

// wait pauses for d or until ctx ends.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

package election

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
)

// errSessionOver ends a generation in which no heartbeat succeeded for the
// session time-out: the broker has given our membership up by now.
var errSessionOver = errors.New("no heartbeat succeeded within the session time-out")

// errNobodyKnown ends a generation in which it never became known who is
// primary.
var errNobodyKnown = errors.New("the group's assignment names no primary that can be used")

// watchdog is for how many sessions a node puts up with that. It leaves the
// group then and joins it anew: a group whose assignor has lost its way has
// stayed without a primary for days elsewhere
// (confluentinc/schema-registry#3910), although every member was alive.
const watchdog = 3

// session lives through one generation of the group: join, sync, heartbeats.
// It returns why the generation ended, never nil.
func (e *Election) session(ctx context.Context) error {
	fence := e.fence()
	j, err := e.group.join(ctx, e.cfg.Identity.metadata(e.claim(), fence))
	if err != nil {
		return err
	}
	assignments := e.assign(j)
	sent := e.clock()
	raw, err := e.group.sync(ctx, assignments)
	if err != nil {
		e.notAssigned(j, err)
		return err
	}
	now := e.clock()
	a, err := parseAssignment(raw)
	if err != nil {
		// An assignor that we cannot understand must not end the loop; we stay
		// a member without a primary until the next generation.
		e.problems.report(err, "The group's assignment cannot be read", "group", e.cfg.GroupID)
	}
	if a.code != 0 {
		e.problems.report(nil, "The assignor reports an error, so there is no primary: do two nodes advertise one address?",
			"group", e.cfg.GroupID, "error", a.code)
	}
	e.lease.Store(new(newLease(sent, e.cfg.Session, e.cfg.Margin)))
	return e.serve(ctx, e.enter(j, a, err, now))
}

// claim is whether this node held the role up to this join; nil if roles are
// not to stay where they are. A node that missed a generation claims nothing:
// another one may have been chosen in it, and two claims would be settled by
// the address, which can take the role away from the one that works.
func (e *Election) claim() *bool {
	if !e.cfg.Sticky {
		return nil
	}
	uninterrupted := e.past.memberID == e.group.memberID && e.group.generation >= e.past.generation
	return new(e.past.held && uninterrupted)
}

// fence is the field that tells the others what we know of the past; nil if
// we cannot promise to stop in time, because nobody waits for our writes.
func (e *Election) fence() *int32 {
	if e.cfg.Release == nil {
		return nil
	}
	value := e.past.vouch(e.clock())
	if !e.drained {
		value = undrained
	}
	return &value
}

// assign elects, if we lead the Kafka group in this generation.
func (e *Election) assign(j joined) map[string][]byte {
	if !j.leader {
		return nil
	}
	members := make([]member, 0, len(j.members))
	for _, raw := range j.members {
		m, err := parseMember(raw.MemberID, raw.ProtocolMetadata)
		if err != nil {
			e.problems.report(err, "A member of the group has unusable metadata and takes part as a follower",
				"group", e.cfg.GroupID, "peer", raw.MemberID)
		}
		members = append(members, m)
	}
	c := choose(members, e.cfg.Strategy, fenced(members, j.generation))
	if len(c.duplicates) > 0 {
		e.problems.report(nil, "Several nodes advertise one address: set advertised_hostname and advertised_port apart",
			"url", c.winner.URL(), "peer", c.winner.id, "duplicates", c.duplicates)
	}
	return c.assignments
}

// notAssigned remembers that a generation never had an assignment: if the
// leader's own SyncGroup was refused with REBALANCE_IN_PROGRESS, nobody got
// one. So what we know of the generation before stays true for this one, and
// the next hand-over need not wait because two nodes joined at once.
func (e *Election) notAssigned(j joined, err error) {
	if j.leader && errors.Is(err, kerr.RebalanceInProgress) && e.past.generation == j.generation-1 {
		e.past.generation = j.generation
	}
}

// enter publishes the new generation and works out our role in it.
func (e *Election) enter(j joined, a assignment, parseErr error, now time.Time) role {
	chosen := a.names(e.group.memberID)
	next := State{Generation: j.generation, MemberID: e.group.memberID, Joined: true, Chosen: chosen}
	next.PrimaryURL = e.primaryURL(a, chosen)
	var r role
	if chosen {
		r = e.chosenRole(j, a, now)
	}
	e.past = e.remember(j, a, parseErr, r, now)
	r.lost = next.PrimaryURL == "" && (parseErr != nil || !a.nobody())
	next.Primary = r.resume
	e.problems.cleared()
	e.publish(next)
	e.log.Info("Joined the election group", "group", e.cfg.GroupID, "generation", j.generation,
		"primary", next.PrimaryURL, "chosen", chosen, "assignor", j.leader)
	return r
}

// primaryURL is where the assignment says that writes go. An address equal to
// our own that is not ours to serve, because two nodes advertise it, is nobody:
// a request sent there would come back to us.
func (e *Election) primaryURL(a assignment, chosen bool) string {
	own := e.cfg.Identity.URL()
	if chosen {
		return own
	}
	if url := a.url(); url != own {
		return url
	}
	return ""
}

// remember records the generation for those that come after it.
func (e *Election) remember(j joined, a assignment, parseErr error, r role, now time.Time) past {
	p := past{generation: j.generation, memberID: e.group.memberID, chosen: r.chosen, held: r.resume}
	aware := a.identity != nil && a.identity.fence != nil
	p.fencedHolder = parseErr == nil && (a.nobody() || aware) || r.chosen && e.cfg.Release != nil
	p.foreign = !p.fencedHolder
	switch {
	case r.chosen:
		p.safe = now.Add(r.wait)
	case a.fenced:
		p.safe = now
	default:
		p.safe = now.Add(max(e.cfg.Waiting, e.cfg.Session))
	}
	return p
}

// serve sends heartbeats until the generation is over, and lets the promotion
// run beside them. No promotion survives its generation.
func (e *Election) serve(ctx context.Context, r role) error {
	promoting, stop := context.WithCancel(ctx)
	promoted, ended := make(chan struct{}), make(chan struct{})
	if r.chosen && !r.resume {
		e.log.Info("Chosen as primary", "generation", e.group.generation, "wait", r.wait.String(), "reason", r.reason)
		go func() {
			defer close(ended)
			e.promote(promoting, r.wait, promoted)
		}()
	} else {
		close(ended)
	}
	defer func() {
		stop()
		<-ended
	}()

	next := time.NewTimer(e.cfg.Heartbeat)
	defer next.Stop()
	attempt := 0
	var lost <-chan time.Time
	if r.lost {
		lost = time.After(watchdog * e.cfg.Session)
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-lost:
			e.leave(ctx)
			return errNobodyKnown
		case <-promoted:
			promoted = nil
			e.become()
		case <-next.C:
			again, err := e.beat(ctx, &attempt)
			if err != nil {
				return err
			}
			next.Reset(again)
		}
	}
}

// become is the moment from which this node writes.
func (e *Election) become() {
	e.past.held, e.past.chosen, e.past.safe = true, true, e.clock()
	s := *e.state.Load()
	s.state.Primary, s.state.Problem = true, ""
	e.publish(s.state)
	e.log.Info("Acting as primary", "generation", e.group.generation)
}

// beat sends one heartbeat and returns when to send the next. Errors of the
// connection are not the end: the membership lasts until the session is over,
// and a coordinator that moved is found again. What the broker says is final.
func (e *Election) beat(ctx context.Context, attempt *int) (time.Duration, error) {
	sent := e.clock()
	l := e.lease.Load()
	// The attempt ends with the lease at the latest, so that what others see
	// of our state changes then and not when a dead connection gives up.
	limit := min(2*time.Second, e.cfg.Session/3)
	if left := l.left(sent); left > 0 {
		limit = min(limit, left+time.Millisecond)
	}
	attemptCtx, cancel := context.WithTimeout(ctx, limit)
	err := e.group.heartbeat(attemptCtx)
	cancel()
	if err == nil {
		*attempt = 0
		e.renew(sent)
		return e.cfg.Heartbeat, nil
	}
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	var code *kerr.Error
	if errors.As(err, &code) && !code.Retriable || errors.Is(err, kerr.RebalanceInProgress) {
		return 0, err
	}
	if e.clock().Sub(l.sent) >= e.cfg.Session {
		return 0, errors.Join(errSessionOver, err)
	}
	*attempt++
	if e.lapsed() {
		e.publish(e.state.Load().state) // The lease has ended: who waits for us may go.
		e.problems.report(err, "No longer acting as primary, the broker does not answer heartbeats", "group", e.cfg.GroupID)
	}
	return pause(err, *attempt), nil
}

package election

import (
	"context"
	"time"
)

// role is what one generation means for this node.
type role struct {
	chosen bool
	wait   time.Duration
	reason string
	resume bool // was primary without interruption: neither wait nor barrier
	// lost: the assignment does not say who is primary, nor that nobody can be.
	lost bool
}

// chosenRole says how long a chosen node keeps still before it runs the
// barrier, and why, for the log.
//
// The danger is a second writer: it would choose an id that we are about to
// choose. So the role starts when nobody else can still be writing, and these
// are the cases in which that needs no time to pass:
//
//   - We held the role in the generation right before this one. Nobody else
//     was chosen in between, since generations are counted one by one.
//   - The group did not exist before (generation 1) and we are its only member.
//   - The assignor, one of ours, vouches for the last primary: see fence.go.
//   - The waiting time is configured as 0: the operator says that this is the
//     only registry, as `plastron dev` does.
//
// In every other case the waiting time of the configuration applies, which is
// Karapace's rule: its nodes go on writing until the new assignment reaches
// them. If we saw ourselves that the last primary was a foreign node, the wait
// is at least the session time-out, since it may have been cut off rather than
// asked to stop, and Karapace notices that late.
func (e *Election) chosenRole(j joined, a assignment, now time.Time) role {
	last := e.past
	next := last.generation > 0 && j.generation == last.generation+1
	same := next && last.memberID == e.group.memberID
	r := role{chosen: true}
	switch {
	case same && last.held:
		r.resume, r.reason = true, "held the role before"
	case e.cfg.Waiting <= 0:
		r.reason = "waiting time is 0"
	case same && last.chosen:
		r.wait, r.reason = max(0, last.safe.Sub(now)), "still waiting from the generation before"
	case j.generation == 1 && j.leader && len(j.members) == 1:
		r.reason = "first and only member of the group"
	case a.fenced:
		r.reason = "the last primary is known to have stopped"
	case next && last.foreign:
		r.wait, r.reason = max(e.cfg.Waiting, e.cfg.Session), "the last primary was a foreign node"
	default:
		r.wait, r.reason = e.cfg.Waiting, "the last primary is not known"
	}
	return r
}

// promote waits, then runs the barrier until it succeeds, and reports success
// on done. It ends with ctx, which ends with the generation.
func (e *Election) promote(ctx context.Context, wait time.Duration, done chan<- struct{}) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for attempt := 1; ; attempt++ {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		err := e.onPromote(ctx)
		if err == nil {
			close(done)
			return
		}
		if ctx.Err() != nil {
			return
		}
		// A primary whose barrier does not succeed must not write: ids would
		// start again at 1 (confluentinc/schema-registry#893). It keeps
		// trying; if it loses Kafka altogether, its session ends and another
		// node is elected.
		e.problems.report(err, "Not acting as primary yet, its barrier record could not be written and read back", "group", e.cfg.GroupID)
		e.setProblem("not acting as primary yet: " + err.Error())
		timer.Reset(pause(nil, attempt))
	}
}

package election

import (
	"context"
	"time"
)

// stopTimeout bounds what a node does for the others when it stops.
const stopTimeout = 2 * time.Second

// handOver is the end of a node that was chosen: before it leaves the group it
// joins once more, as one that is not eligible. The others elect in any case;
// this way the stopping node learns whom, and can pass on the requests that it
// has accepted, instead of letting them wait for a primary that it would never
// hear of. The role is handed over as fast as by leaving, and the leaving that
// follows interrupts nobody: the new primary keeps its role through it.
//
// Like a leave it says that nothing of ours is in flight.
func (e *Election) handOver(ctx context.Context) {
	if !e.past.chosen || !e.released() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, min(stopTimeout, e.cfg.Session))
	defer cancel()
	identity := e.cfg.Identity
	identity.Eligible = false
	claim := e.claim()
	if claim != nil {
		*claim = false
	}
	j, err := e.group.join(ctx, identity.metadata(claim, e.fence()))
	if err != nil {
		e.log.V(1).Info("Did not learn who is primary after this node", "reason", err.Error())
		return
	}
	raw, err := e.group.sync(ctx, e.assign(j))
	if err != nil {
		e.log.V(1).Info("Did not learn who is primary after this node", "reason", err.Error())
		return
	}
	a, err := parseAssignment(raw)
	if err != nil {
		return // Nobody is known, as without asking.
	}
	url := e.primaryURL(a, false)
	e.publish(State{Generation: j.generation, PrimaryURL: url})
	if url != "" {
		e.linger(ctx)
	}
}

// linger stays a member until the others have had time to ask for their
// assignment. T1: this node leads and assigns; T2: it leaves; T3: the successor
// asks and hears of the next generation instead. It then never learns that the
// role was handed over and waits for a node that has long stopped.
func (e *Election) linger(ctx context.Context) {
	timer := time.NewTimer(e.cfg.Heartbeat)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// leave ends the membership. After a failed release the session is left to run
// out instead: the others take our leaving as a promise that nothing of ours
// is in flight.
func (e *Election) leave(ctx context.Context) {
	if !e.released() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	if err := e.group.leave(ctx); err != nil {
		e.log.V(1).Info("Leaving the election group did not succeed, the session will run out", "reason", err.Error())
	}
}

// released reports whether nothing of ours can be in flight.
func (e *Election) released() bool { return e.drained || e.cfg.Release == nil }

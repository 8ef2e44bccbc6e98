package registry

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

const (
	// maxBatch bounds how many changes one append carries.
	maxBatch = 128
	// maxBatchBytes bounds their records, well below the limits of brokers; a
	// single larger record goes alone, and the broker decides.
	maxBatchBytes = 512 << 10
	// maxAttempts bounds how often a change is decided again because what it
	// wrote did not take effect.
	maxAttempts = 3
	// roleGrace is how long an append that is under way is waited for when the
	// role has ended.
	roleGrace = time.Second
)

// change is a write that waits for its turn. Only the goroutine of Run decides
// and appends, so that a decision sees everything that was written before it.
type change struct {
	// decide looks at the state and says what to write. It may be called
	// again when its plan did not take effect.
	decide func(d *draft) (plan, error)
	// subject is what a registration adds a version to.
	subject schema.Subject
	// alone keeps the change out of a batch with others: its effect on them is
	// not part of a draft.
	alone bool
	// byContent marks a registration, which another node can repeat with the
	// same outcome; see judge.
	byContent bool
	// spoil says that what the last attempt wrote must not stand.
	spoil func()

	attempts int
	state    atomic.Int32
	done     chan error
}

const (
	changeQueued int32 = iota
	changeTaken
	changeAbandoned
)

// plan is what a decision wants to write. No records means that the state is
// as wanted already.
type plan struct {
	records []record.Record
	// visible reports whether the effect of the records is in the view. It is
	// asked after they landed, or may have landed.
	visible func(v *store.View) bool
}

func (p plan) bytes() int {
	n := 0
	for _, rec := range p.records {
		n += len(rec.Value) + len(rec.RawKey) + 64
	}
	return n
}

// submit queues a change and waits for its outcome. When ctx ends first the
// outcome is Timeout; a change that was not decided by then never will be.
func (r *Registry) submit(ctx context.Context, c *change) error {
	changed := r.role.Changed() // Before the role is looked at, so that no change is missed.
	if !r.role.MayWrite() {
		return ErrNotPrimary
	}
	c.done = make(chan error, 1)
	select {
	case r.queue <- c:
	case <-r.ended:
		return ErrNotPrimary
	case <-ctx.Done():
		return &Error{Kind: Timeout, Err: fmt.Errorf("waiting for the write queue: %w", ctx.Err())}
	}
	lost := r.await(ctx, c, changed)
	if c.state.CompareAndSwap(changeQueued, changeAbandoned) {
		if lost {
			return ErrNotPrimary
		}
		return &Error{Kind: Timeout, Err: errors.New("the write queue is too long; nothing was written")}
	}
	select {
	case err := <-c.done:
		return err
	default:
	}
	if lost && c.byContent {
		return ErrNotPrimary // See judge. What may still land is void, or will be found.
	}
	return &Error{Kind: Timeout, Err: errors.New("the write was sent, its outcome is unknown")}
}

// submitFor submits a change, alone in its batch, whose decision finds something
// that the caller wants. It is returned only when the change is through: after
// an error, which may be a deadline, the decision may still be running.
func submitFor[T any](ctx context.Context, r *Registry, decide func(d *draft) (plan, T, error)) (T, error) {
	var found, none T
	err := r.submit(ctx, &change{alone: true, decide: func(d *draft) (p plan, err error) {
		p, found, err = decide(d)
		return p, err
	}})
	if err != nil {
		return none, err
	}
	return found, nil
}

// await waits for the outcome of a change: until it is there, until ctx or Run
// ends, or for a moment longer than this node has the role. A node that is cut
// off from Kafka must not hold up who could go to the new primary.
func (r *Registry) await(ctx context.Context, c *change, changed <-chan struct{}) (lost bool) {
	var grace <-chan time.Time
	for {
		select {
		case err := <-c.done:
			c.done <- err
			return lost
		case <-changed:
			changed = r.role.Changed()
			if lost = !r.role.MayWrite(); !lost {
				grace = nil
				continue
			}
			if c.state.Load() == changeQueued {
				return lost
			}
			if grace == nil {
				grace = time.After(roleGrace)
			}
		case <-grace:
			return lost
		case <-r.ended:
			return lost
		case <-ctx.Done():
			return lost
		}
	}
}

// Run decides and appends until ctx ends. It must run exactly once, on every
// node: without it writes wait for their deadline. Reads do not need it.
func (r *Registry) Run(ctx context.Context) error {
	defer close(r.ended)
	var waiting []*change
	for {
		if len(waiting) == 0 {
			select {
			case c := <-r.queue:
				waiting = append(waiting, c)
			case <-r.late: // Nobody may write for hours: see to it now.
			case <-ctx.Done():
				return nil
			}
		}
		waiting = r.fill(waiting)
		waiting = r.round(ctx, waiting)
	}
}

func (r *Registry) fill(waiting []*change) []*change {
	for len(waiting) < maxBatch {
		select {
		case c := <-r.queue:
			waiting = append(waiting, c)
		default:
			return waiting
		}
	}
	return waiting
}

// round decides as many of the waiting changes as fit into one append, writes
// them and answers. It returns those that have to wait for the next round.
func (r *Registry) round(ctx context.Context, waiting []*change) []*change {
	if !r.role.MayWrite() {
		return finishAll(waiting, ErrNotPrimary)
	}
	view, err := r.settle(ctx)
	if err != nil {
		return finishAll(waiting, &Error{Kind: Timeout, Err: err})
	}
	b, rest := r.decideAll(view, waiting)
	if len(b.changes) == 0 {
		return rest
	}
	// Deciding may have taken longer than what was left of the lease.
	if !r.role.MayWrite() {
		finishAll(b.changes, ErrNotPrimary)
		return rest
	}
	again := r.write(ctx, b)
	return append(again, rest...)
}

// batch is what one append carries.
type batch struct {
	decidedAt  int64 // offset of the view that the decisions saw
	collisions int64 // ids with two meanings that it had met
	changes    []*change
	plans      []plan
	records    []record.Record
}

func collisions(v *store.View) int64 { return v.Problems()[record.IDConflict] }

func (r *Registry) decideAll(view *store.View, waiting []*change) (batch, []*change) {
	d := newDraft(view)
	b := batch{decidedAt: d.view.Offset(), collisions: collisions(d.view)}
	size := 0
	for i, c := range waiting {
		if d.touched[c.subject] || c.alone && len(b.changes) > 0 {
			return b, waiting[i:]
		}
		if c.attempts == 0 && !c.state.CompareAndSwap(changeQueued, changeTaken) {
			continue // Its caller has gone.
		}
		p, err := r.decide(c, d)
		if err != nil || len(p.records) == 0 {
			c.done <- err
			continue
		}
		c.attempts++
		r.stamp(d.view, p.records)
		b.changes, b.plans, b.records = append(b.changes, c), append(b.plans, p), append(b.records, p.records...)
		if size += p.bytes(); c.alone || size > maxBatchBytes {
			return b, waiting[i+1:]
		}
	}
	return b, nil
}

// decide calls the change's decision. A panic in it is the fault of one
// request and must not end the only writer.
func (r *Registry) decide(c *change, d *draft) (p plan, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("deciding a change: panic: %v", reason)
			r.logger.Error(err, "Decision panicked", "stack", string(debug.Stack()))
		}
	}()
	return c.decide(d)
}

// write appends a batch and judges it. It returns the changes that are to be
// decided again.
func (r *Registry) write(ctx context.Context, b batch) []*change {
	// An append is waited for even when ctx ends meanwhile: its records are on
	// their way, and somebody waits for the answer.
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.writeTimeout)
	last, err := r.log.Append(bounded, b.records)
	cancel()
	switch {
	case err == nil:
		if last-b.decidedAt != int64(len(b.records)) {
			return r.judge(b, disturbed)
		}
		return r.judge(b, undisturbed)
	case r.logErrors.TooLarge != nil && errors.Is(err, r.logErrors.TooLarge):
		return r.apart(b, err)
	case r.logErrors.NotReady != nil && errors.Is(err, r.logErrors.NotReady):
		return r.later(ctx, b, err)
	}
	// The records may be in the log, now or in a moment. Until that is known
	// nothing may be decided:
	//
	//	T1 appends schema A with id 7; the acknowledgement is lost
	//	T1 decides schema B from a view that does not show A: id 7 again
	//	   the reader applies A, then B
	//
	// TestUnknownOutcomeIsSettledBeforeTheNextDecision fails without the flag.
	r.unsettled = true
	r.unknown()
	r.logger.Info("Outcome of an append is unknown, reading the log to settle it", "records", len(b.records), "cause", err.Error())
	if _, settleErr := r.settle(ctx); settleErr != nil {
		return finishAll(b.changes, &Error{Kind: Timeout, Err: errors.Join(err, settleErr)})
	}
	return r.judge(b, settled)
}

// settle returns a view to decide on: everything that was written before is in
// it, the log is ours, and no late record of another primary is left to repair.
// Another node may have claimed the log although this one holds the role, for
// instance when the brokers lost the election group. The log is claimed back
// then; who claims last is the one whose records count.
func (r *Registry) settle(ctx context.Context) (*store.View, error) {
	if view := r.views.View(); !r.unsettled && r.ours(view) {
		return view, nil
	}
	ctx, cancel := context.WithTimeout(ctx, r.writeTimeout)
	defer cancel()
	for {
		if err := r.log.Barrier(ctx); err != nil {
			return nil, fmt.Errorf("reading the log to its end: %w", err)
		}
		r.unsettled = false
		if view := r.views.View(); r.ours(view) {
			return view, nil
		}
	}
}

// ours reports whether this process has made the newest claim of the log, and
// has nothing to repair in it.
func (r *Registry) ours(v *store.View) bool {
	return r.owner == "" || v.Epoch().Owner == r.owner && !v.Damaged()
}

// stamp puts the epoch of the view that a decision saw on its records. It must
// not be taken later:
//
//	T1 A decides in epoch 5 and is paused
//	T2 B claims epoch 6, registers, hands over
//	T3 A, still before its append, is primary again, in epoch 7
//
// With 5 on it, what was decided at T1 is void; with 7, it would replace what
// B has registered.
func (r *Registry) stamp(v *store.View, records []record.Record) {
	if r.owner == "" {
		return
	}
	for i := range records {
		records[i].Epoch = v.Epoch()
	}
}

// later waits until the log, which did not try to write a batch, takes records
// again, and has the batch decided anew: the log was read anew in between.
func (r *Registry) later(ctx context.Context, b batch, err error) []*change {
	r.unsettled = true
	if _, settleErr := r.settle(ctx); settleErr != nil {
		return finishAll(b.changes, &Error{Kind: StoreFailure, Err: errors.Join(err, settleErr)})
	}
	return r.judge(b, settled)
}

// apart separates a batch of which at least one record is too large.
func (r *Registry) apart(b batch, err error) []*change {
	if len(b.changes) == 1 {
		return finishAll(b.changes, &Error{Kind: TooLarge, Err: err})
	}
	for _, c := range b.changes {
		c.alone = true
	}
	return b.changes
}

// landed says what is known of a batch when it is judged.
type landed int

const (
	undisturbed landed = iota // it is the next thing in the log after its decision
	disturbed                 // records of others lie in between
	settled                   // the log was read again, with or without it
)

// judge looks at the state after the records of a batch landed, or may have
// landed. Records of others between decision and landing can make a decision
// void: another primary, one of us awake too long, has given out the same id
// or version.
//
//	T1 (here)  decides: schema A is id 7, at offset 10
//	T2 (there) decides: schema B is id 7, and lands at offset 11
//	T1         lands at offset 12
//
// The store keeps B for id 7. A is decided again and gets an id of its own
// before anybody hears of it. TestForeignRecordBeforeLanding fails without.
//
// When B is the same version of the same subject, A has replaced it and no
// trace of B is left but the count of collisions. Then no id of the batch is
// trusted.
func (r *Registry) judge(b batch, how landed) (again []*change) {
	// The lease may have ended before the records landed. Another primary may
	// then have decided without seeing them, and its records may still come:
	// nothing seen here proves that an id is ours.
	held := r.role.MayWrite()
	view := r.views.View()
	spoilt := how != undisturbed && collisions(view) > b.collisions
	for i, c := range b.changes {
		if spoilt && c.spoil != nil {
			c.spoil()
		}
		switch {
		case !held && c.byContent:
			c.done <- ErrNotPrimary // The primary finds it by content, or decides.
		case b.plans[i].visible(view) && !(spoilt && c.spoil != nil):
			c.done <- nil
		case !held:
			c.done <- ErrNotPrimary
		case c.attempts >= maxAttempts:
			c.done <- &Error{Kind: Timeout, Err: errors.New("what was written never showed in the log, other writers may be active")}
		default:
			if how == disturbed {
				r.conflicts()
				r.logger.Info("Foreign records made a decision void, deciding again", "decidedAt", b.decidedAt)
			}
			again = append(again, c)
		}
	}
	return again
}

func finishAll(changes []*change, err error) []*change {
	for _, c := range changes {
		if c.attempts > 0 || c.state.CompareAndSwap(changeQueued, changeTaken) || c.state.Load() == changeTaken {
			c.done <- err
		}
	}
	return nil
}

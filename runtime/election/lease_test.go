package election

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestLease(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l := newLease(start, 10*time.Second, 2*time.Second)
	f := func(at time.Duration, left time.Duration) {
		t.Helper()
		if got := l.left(start.Add(at)); got != left {
			t.Errorf("%s after the heartbeat %s are left; want %s", at, got, left)
		}
		if got := l.holds(start.Add(at)); got != (left > 0) {
			t.Errorf("%s after the heartbeat holds = %v", at, got)
		}
	}
	f(0, 8*time.Second)
	f(7999*time.Millisecond, time.Millisecond)
	f(8*time.Second, 0)
	f(time.Hour, 0)

	if (lease{}).holds(start) {
		t.Error("the lease of a node that never joined holds")
	}
}

// A machine that was suspended wakes up with a monotonic clock that stood
// still; a wall clock may be set back. The two cannot be moved apart in a
// time.Time, so the rule is tested on what is left by each.
func TestLeaseEndsByEitherClock(t *testing.T) {
	t.Parallel()
	f := func(mono, wall, want time.Duration) {
		t.Helper()
		if got := earlier(mono, wall); got != want {
			t.Errorf("monotonic %s, wall %s: %s are left; want %s", mono, wall, got, want)
		}
	}
	f(5*time.Second, -time.Hour, 0)
	f(-time.Second, time.Hour, 0)
	f(5*time.Second, 4*time.Second, 4*time.Second)
	f(3*time.Second, time.Hour, 3*time.Second)

	now := time.Now()
	if newLease(now.Add(-9*time.Second), 10*time.Second, 2*time.Second).holds(now) {
		t.Error("holds a second after its end")
	}
}

func TestVouch(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f := func(p past, want int32) {
		t.Helper()
		if got := p.vouch(now); got != want {
			t.Errorf("%+v vouches for %d; want %d", p, got, want)
		}
	}
	f(past{generation: 4, fencedHolder: true, safe: now}, 4)
	// The node arrived only now.
	f(past{}, 0)
	// The primary was foreign.
	f(past{generation: 4, safe: now}, 0)
	// The one before it may be left over.
	f(past{generation: 4, fencedHolder: true, safe: now.Add(time.Second)}, 0)
}

func TestFenced(t *testing.T) {
	t.Parallel()
	f := func(want bool, generation int32, fences ...*int32) {
		t.Helper()
		var members []member
		for _, fence := range fences {
			members = append(members, member{fence: fence})
		}
		if got := fenced(members, generation); got != want {
			t.Errorf("generation %d: fenced = %v; want %v", generation, got, want)
		}
	}
	n := func(v int32) *int32 { return &v }

	// Somebody was there in the generation before.
	f(true, 5, n(0), n(4))
	f(true, 5, nil, n(4)) // A foreign follower does not matter.
	// Nobody was, or only in an older one.
	f(false, 5, n(0), n(0))
	f(false, 5, n(3))
	f(false, 5, nil)
	f(false, 5)
	// One of ours has appends in flight.
	f(false, 5, n(4), n(undrained))
	// The first generation of a group.
	f(true, 1, n(0), n(0))
	f(false, 1, n(0), nil)
	f(false, 1, n(undrained))
}

// How long a chosen node keeps still, and that a node which held the role does
// not.
func TestChosenRole(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	const waiting, session, resume = 5 * time.Second, 10 * time.Second, -time.Second
	f := func(want time.Duration, last past, j joined, a assignment) {
		t.Helper()
		e := &Election{cfg: Config{Waiting: waiting, Session: session}, past: last, group: &group{memberID: "me"}}
		r := e.chosenRole(j, a, now)
		if r.wait != max(want, 0) || r.resume != (want == resume) {
			t.Errorf("waits %s (%s), resumes %v; want %s", r.wait, r.reason, r.resume, want)
		}
	}
	me := func(p past) past { p.memberID = "me"; return p }
	j := joined{generation: 5}

	f(waiting, past{}, j, assignment{})
	f(0, past{}, j, assignment{fenced: true})
	f(resume, me(past{generation: 4, held: true, chosen: true}), j, assignment{})
	// A generation in between, or another member id: somebody else may have been primary.
	f(waiting, me(past{generation: 3, held: true, chosen: true}), j, assignment{})
	f(waiting, past{generation: 4, held: true, chosen: true, memberID: "before"}, j, assignment{})
	// Chosen before, but not yet primary: the rest of the wait.
	f(3*time.Second, me(past{generation: 4, chosen: true, safe: now.Add(3 * time.Second)}), j, assignment{})
	// Saw a foreign primary.
	f(session, me(past{generation: 4, foreign: true}), j, assignment{})
	// First and only, and not only.
	alone := joined{generation: 1, leader: true}
	alone.members = make([]kmsg.JoinGroupResponseMember, 1)
	f(0, past{}, alone, assignment{})
	alone.members = make([]kmsg.JoinGroupResponseMember, 2)
	f(waiting, past{}, alone, assignment{})
	f(waiting, past{}, joined{generation: 1}, assignment{})
}

// When nobody from before can be left over, as a node remembers it.
func TestRemember(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	const waiting, session = 5 * time.Second, 10 * time.Second
	f := func(raw string, r role, fencedHolder bool, safe time.Duration) {
		t.Helper()
		a, err := parseAssignment([]byte(raw))
		e := &Election{group: &group{memberID: "me"}, cfg: Config{
			Waiting: waiting, Session: session, Release: func(context.Context) error { return nil },
		}}
		p := e.remember(joined{generation: 4}, a, err, r, now)
		if p.fencedHolder != fencedHolder || p.foreign == fencedHolder || p.safe.Sub(now) != safe {
			t.Errorf("%s: fenced %v, foreign %v, safe after %s", raw, p.fencedHolder, p.foreign, p.safe.Sub(now))
		}
	}
	const plain = `{"master":"m","master_identity":{"host":"a","port":1,"scheme":"http","master_eligibility":true},"error":0`
	const ours = `{"master":"m","master_identity":{"host":"a","port":1,"master_eligibility":true,"plastron_fence":0},"error":0`

	f(plain+`}`, role{}, false, session)
	f(ours+`}`, role{}, true, session)
	f(ours+`,"plastron_fenced":true}`, role{}, true, 0)
	f(`{"error":0,"version":1}`, role{}, true, session)
	f(`garbage`, role{}, false, session)
	// An error code: Karapace's nodes follow the name all the same.
	f(`{"error":1,"master":"m","version":1}`, role{}, false, session)
	// Chosen ourselves.
	f(plain+`}`, role{chosen: true, wait: time.Second}, true, time.Second)
}

// The assignor knows for sure that nobody was assigned anything if its own
// SyncGroup was refused because of another rebalance.
func TestGenerationWithoutAssignment(t *testing.T) {
	t.Parallel()
	f := func(j joined, err error, want int32) {
		t.Helper()
		e := &Election{past: past{generation: 4}}
		e.notAssigned(j, fmt.Errorf("syncing: %w", err))
		if e.past.generation != want {
			t.Errorf("%+v, %v: knows generation %d; want %d", j, err, e.past.generation, want)
		}
	}
	f(joined{generation: 5, leader: true}, kerr.RebalanceInProgress, 5)
	f(joined{generation: 5}, kerr.RebalanceInProgress, 4)
	f(joined{generation: 5, leader: true}, io.EOF, 4)
	f(joined{generation: 6, leader: true}, kerr.RebalanceInProgress, 4)
}

package election

import "time"

// lease is the permission to write, bounded by our own clock. The broker gives
// our role away when it has not heard of us for the session time-out; it heard
// of us at the earliest when we sent the last heartbeat that it acknowledged.
// So until sent + session nobody else can be elected, and we stop a margin
// earlier, which is for a record that is on its way and for clocks that run
// at different speed.
//
//	T1 the primary sends a heartbeat, the broker answers, the process is paused
//	T2 the session ends at the broker, a survivor is elected and writes id 8
//	T3 the process wakes up in the middle of a registration that chose id 8
//
// Asking the lease before the append and again after it makes T3 refuse: the
// lease ended before T2. TestPausedPrimaryMayNotWrite fails without it.
type lease struct {
	sent  time.Time
	valid time.Duration
}

// newLease counts from the moment at which the acknowledged request was sent,
// not from its answer, which may have been under way for long.
func newLease(sent time.Time, session, margin time.Duration) lease {
	return lease{sent: sent, valid: session - margin}
}

// end is the first moment at which writing is not allowed.
func (l lease) end() time.Time { return l.sent.Add(l.valid) }

// left is how long the lease still holds, never negative.
//
// Both clocks must agree. The monotonic clock is the one that counts, since
// the wall clock may be set back; but it stands still while a machine is
// suspended, and then only the wall clock knows that the lease is over. A
// wall clock that is set forward costs the writes of one heartbeat interval.
func (l lease) left(now time.Time) time.Duration {
	if l.sent.IsZero() {
		return 0
	}
	end := l.end()
	mono := end.Sub(now)
	wall := end.Round(0).Sub(now.Round(0))
	return earlier(mono, wall)
}

func earlier(mono, wall time.Duration) time.Duration { return max(0, min(mono, wall)) }

// holds reports whether writing is allowed at now.
func (l lease) holds(now time.Time) bool { return l.left(now) > 0 }

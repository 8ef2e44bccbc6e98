package election

import "time"

// A hand-over is immediate when it is known that the last primary cannot be
// writing any more. For our own nodes that is so by construction:
//
//   - one that is alive stops writing and waits for what is in flight
//     (Config.Release) before it sends JoinGroup, and says so in its metadata;
//   - one that left the group did the same before LeaveGroup;
//   - one that is silent was removed by the broker after the session time-out,
//     and its lease ended a margin before that.
//
// Nodes of other products promise none of this, so after one of them the
// waiting time applies. A node that just arrived does not know who came
// before, hence those who were there vouch: the field plastron_fence of a
// member is the last generation of which it knows that (a) its primary was a
// node with these properties, or there was none, and (b) no primary from
// before can be left over. The assignor of generation n grants an immediate
// hand-over if somebody vouches for n-1.

// past is what a node remembers of the last generation it took part in.
type past struct {
	generation int32
	memberID   string
	// held: this node was primary to the end of it, barrier included.
	held bool
	// chosen: this node was chosen in it, primary or still on the way.
	chosen bool
	// safe is when nobody from before can be writing any more.
	safe time.Time
	// holder is whether the chosen node obeys the rules above, or nobody was
	// chosen. It is false when the assignment could not be read.
	fencedHolder bool
	// foreign: somebody without these properties was chosen.
	foreign bool
}

// vouch is the generation to put into the metadata at now: p's if both
// conditions hold, else 0, which only says that the field is understood.
func (p past) vouch(now time.Time) int32 {
	if p.generation <= 0 || !p.fencedHolder || now.Before(p.safe) {
		return 0
	}
	return p.generation
}

// fenced decides, for the assignor of a generation, whether the next primary
// may start at once.
func fenced(members []member, generation int32) bool {
	aware, vouched := true, false
	for _, m := range members {
		if m.fence == nil {
			aware = false
			continue
		}
		if *m.fence == undrained {
			return false
		}
		vouched = vouched || *m.fence == generation-1
	}
	// In the first generation of a group nobody has come before. A foreign
	// node is not believed even then: it may remember a role from a group
	// that the brokers lost.
	if generation == 1 {
		return aware
	}
	return vouched
}

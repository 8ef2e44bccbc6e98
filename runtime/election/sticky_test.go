package election

import (
	"maps"
	"slices"
	"testing"
	"time"
)

// Who is chosen when members say whether they held the role. An assignor of
// any product must come to the same result in the same group: Karapace's goes
// by the address alone, Confluent's with leader.election.sticky keeps the
// holder, else the smallest address.
func TestHolderKeepsTheRole(t *testing.T) {
	t.Parallel()
	f := func(strategy Strategy, members map[string][]byte, want string) {
		t.Helper()
		// The order in which the broker lists the members does not matter.
		ids := slices.Sorted(maps.Keys(members))
		for range ids {
			ids = append(ids[1:], ids[0])
			list := make([]member, 0, len(ids))
			for _, id := range ids {
				m, _ := parseMember(id, members[id])
				list = append(list, m)
			}
			if c := choose(list, strategy, false); c.winner == nil || c.winner.id != want {
				t.Errorf("of %v chose %+v; want %s", ids, c.winner, want)
			}
		}
	}
	type m = map[string][]byte
	held, other := new(true), new(false)
	a := func(leader *bool) []byte { return holder("a", 8081, true, leader) }
	b := func(leader *bool) []byte { return holder("b", 8081, true, leader) }
	d := func(leader *bool) []byte { return holder("d", 8081, true, leader) }
	sticky := func(host, leader string) []byte {
		return []byte(`{"host":"` + host + `","port":8081,"master_eligibility":true,"scheme":"http","version":1,"leader":` + leader + `}`)
	}

	f(Lowest, m{"1": a(other), "2": b(held), "3": d(other)}, "2")
	f(Highest, m{"1": a(held), "2": b(other), "3": d(other)}, "1")
	f(Lowest, m{"1": a(other), "2": b(other)}, "1")
	// Several holders: one has not heard yet that it is not.
	f(Lowest, m{"1": a(other), "2": b(held), "3": d(held)}, "2")
	f(Highest, m{"1": a(held), "2": b(held), "3": d(other)}, "2")
	// A holder that may not hold it any more.
	f(Lowest, m{"1": b(other), "2": holder("a", 8081, false, held)}, "1")
	// Confluent's members with the setting.
	f(Lowest, m{"1": a(other), "2": sticky("c", "true")}, "2")
	f(Lowest, m{"1": a(other), "2": b(held), "3": sticky("A", "false")}, "2")
	// One member that does not say so: the address decides, as it does for
	// that member when it is the assignor.
	f(Lowest, m{"1": a(other), "2": b(held), "3": karapaceMember("k")}, "1")
	f(Lowest, m{"1": a(other), "2": b(held), "3": confluentMember("c")}, "1")
	f(Lowest, m{"1": a(other), "2": b(held), "3": d(nil)}, "1")
	f(Lowest, m{"1": b(held), "2": karapaceMember("a")}, "2")
	f(Lowest, m{"1": a(other), "2": b(held), "3": []byte(`{"host":`)}, "1")
	f(Lowest, m{"1": a(other), "2": b(held), "3": sticky("c", `"yes"`)}, "1")
}

func stays(cfg *Config) { cfg.Sticky = true }

// A node with a lower address comes, goes and comes back: nobody waits for a
// new primary, and there was one barrier in all.
func TestRoleStaysWhenALowerNodeJoins(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	b := startNode(t, c, "b", stays)
	b.awaitPrimary()
	for range 2 {
		a := startNode(t, c, "a", stays)
		a.awaitFollower("http://b:8081")
		b.awaitPrimary()
		a.stop()
	}
	if b.barriers.Load() != 1 {
		t.Errorf("%d barriers; want 1", b.barriers.Load())
	}
}

// The holder stops: it claims nothing any more, and the next one keeps the
// role when it comes back.
func TestStoppedHolderDoesNotGetTheRoleBack(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	hour := func(cfg *Config) { cfg.Waiting = time.Hour }
	a := startNode(t, c, "a", stays, hour)
	a.awaitPrimary()
	b := startNode(t, c, "b", stays, hour)
	b.awaitFollower("http://a:8081")
	a.awaitPrimary()
	a.stop()
	b.awaitPrimary()
	again := startNode(t, c, "a", stays, hour)
	again.awaitFollower("http://b:8081")
	b.awaitPrimary()
}

// Beside a Karapace the role goes to the lowest address, whoever assigns; when
// Karapace is gone, it stays where it is.
func TestRoleStaysOnceKarapaceIsGone(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	b := startNode(t, c, "b", stays)
	b.awaitPrimary()
	k := joinForeign(t, c, karapaceMember("k"), karapaceAssign)
	k.awaitAssignment(`"host":"b"`)
	a := startNode(t, c, "a", stays)
	a.awaitPrimary()
	b.awaitFollower("http://a:8081")
	k.leave()
	// A lower address than that of the holder, 0, is not preferred any more.
	zero := startNode(t, c, "0", stays)
	zero.awaitFollower("http://a:8081")
	a.awaitPrimary()
}

// A node that was thrown out of the group has lost its claim: the one that was
// chosen meanwhile keeps the role, although its address is higher.
func TestLostMembershipIsNoClaim(t *testing.T) {
	t.Parallel()
	held := past{generation: 4, memberID: "m", held: true}
	f := func(p past, memberID string, generation int32, want bool) {
		t.Helper()
		e := &Election{cfg: Config{Sticky: true}, past: p, group: &group{memberID: memberID, generation: generation}}
		if got := e.claim(); got == nil || *got != want {
			t.Errorf("%+v, member %q in generation %d: claim %v; want %v", p, memberID, generation, got, want)
		}
	}
	f(held, "m", 4, true)
	f(held, "m", 5, true) // Joined 5, which was interrupted before anybody was assigned.
	f(held, "m", -1, false)
	f(held, "", -1, false)
	f(held, "n", 5, false)
	f(past{generation: 4, memberID: "m", chosen: true}, "m", 4, false)
	f(past{}, "", -1, false)
	if e := (&Election{group: &group{}}); e.claim() != nil {
		t.Error("a claim without the setting")
	}
}

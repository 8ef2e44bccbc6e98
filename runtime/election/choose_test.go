package election

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func ours(host string, port int, eligible bool) []byte {
	return holder(host, port, eligible, nil)
}

// holder is one of our members that says whether it held the role.
func holder(host string, port int, eligible bool, leader *bool) []byte {
	fence := int32(0)
	return Identity{Scheme: "http", Host: host, Port: port, Eligible: eligible, Version: "plastron-1"}.metadata(leader, &fence)
}

// The bytes of docs/formats/election.md.
func TestMetadataBytes(t *testing.T) {
	t.Parallel()
	f := func(leader *bool, fence *int32, want string) {
		t.Helper()
		id := Identity{Scheme: "http", Host: "sr-a", Port: 8081, Eligible: true, Version: "plastron-1"}
		if diff := cmp.Diff(want, string(id.metadata(leader, fence))); diff != "" {
			t.Error(diff)
		}
	}
	const six = `{"version":2,"karapace_version":"plastron-1","host":"sr-a","port":8081,"scheme":"http","master_eligibility":true`
	f(nil, nil, six+`}`)
	f(nil, new(int32(7)), six+`,"plastron_fence":7}`)
	f(new(true), nil, six+`,"leader":true}`)
	f(new(false), new(int32(7)), six+`,"leader":false,"plastron_fence":7}`)
	f(new(false), new(undrained), six+`,"leader":false,"plastron_fence":-1}`)
}

// Who wins, by name of the member. Members are "id=metadata".
func TestWinner(t *testing.T) {
	t.Parallel()
	f := func(strategy Strategy, members map[string][]byte, want string, duplicates ...string) {
		t.Helper()
		c := choose(parsed(members), strategy, false)
		got := ""
		if c.winner != nil {
			got = c.winner.id
		}
		if got != want || !slices.Equal(c.duplicates, duplicates) {
			t.Errorf("chose %q, duplicates %q; want %q, %q", got, c.duplicates, want, duplicates)
		}
		if len(c.assignments) != len(members) {
			t.Errorf("%d assignments for %d members", len(c.assignments), len(members))
		}
	}
	type m = map[string][]byte

	f(Lowest, m{"1": ours("b", 8081, true), "2": ours("a", 8081, true)}, "2")
	f(Highest, m{"1": ours("b", 8081, true), "2": ours("a", 8081, true)}, "1")
	// URLs are compared as strings.
	f(Lowest, m{"1": ours("a", 8081, true), "2": ours("a", 10000, true)}, "2")
	f(Lowest, m{"1": []byte(`{"host":"a","port":1,"scheme":"https","master_eligibility":true}`), "2": ours("z", 8081, true)}, "2")
	// Eligibility counts before the order.
	f(Lowest, m{"1": ours("a", 8081, false), "2": ours("b", 8081, true)}, "2")
	f(Lowest, m{"1": ours("a", 8081, false), "2": ours("b", 8081, false)}, "")
	// Two members with one URL: the smaller id, whatever the strategy.
	f(Lowest, m{"2": ours("a", 8081, true), "1": ours("a", 8081, true)}, "1", "2")
	f(Highest, m{"2": ours("a", 8081, true), "1": ours("a", 8081, true)}, "1", "2")
	// Mixed products.
	f(Lowest, m{"1": ours("b", 8081, true), "2": karapaceMember("a"), "3": confluentMember("c")}, "2")
	f(Highest, m{"1": ours("b", 8081, true), "2": karapaceMember("a"), "3": confluentMember("c")}, "3")
	// A member that cannot be read or reached is a follower.
	f(Lowest, m{"1": []byte(`{"host":`), "2": ours("b", 8081, true)}, "2")
	f(Lowest, m{"1": nil, "2": []byte(`{"host":"0.0.0.0","port":8081,"master_eligibility":true}`), "3": ours("b", 8081, true)}, "3")
	f(Lowest, m{"1": []byte(`{"host":"a@evil","port":8081,"master_eligibility":true}`)}, "")
	f(Lowest, m{"1": []byte(`{"host":"a","port":8081,"master_eligibility":"true"}`)}, "")
	// A missing scheme is http.
	f(Lowest, m{"1": []byte(`{"host":"a","port":8081,"master_eligibility":true}`), "2": ours("b", 8081, true)}, "1")
	f(Lowest, m{}, "")
}

func parsed(members map[string][]byte) []member {
	var out []member
	for _, id := range slices.Sorted(maps.Keys(members)) {
		p, _ := parseMember(id, members[id])
		out = append(out, p)
	}
	return out
}

func TestAssignmentBytes(t *testing.T) {
	t.Parallel()
	f := func(members map[string][]byte, fenced bool, want map[string]string) {
		t.Helper()
		got := map[string]string{}
		for id, raw := range choose(parsed(members), Lowest, fenced).assignments {
			if !json.Valid(raw) {
				t.Errorf("assignment of %s is no JSON: %s", id, raw)
			}
			got[id] = string(raw)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	type m = map[string][]byte
	type w = map[string]string

	// The identity is the winner's own metadata, so Confluent recognises itself.
	c := `{"error":0,"master":"2","master_identity":{"host":"c","port":8081,"master_eligibility":true,"scheme":"http","version":1},"version":1`
	f(m{"1": ours("z", 8081, true), "2": confluentMember("c")}, false, w{"1": c + `}`, "2": c + `}`})
	// Only ours learn that the hand-over is immediate.
	f(m{"1": ours("z", 8081, true), "2": confluentMember("c")}, true, w{"1": c + `,"plastron_fenced":true}`, "2": c + `}`})
	// Spaces of other writers do not matter.
	k := `{"error":0,"master":"1","master_identity":{"version":2,"karapace_version":"6.2.0","host":"k","port":8081,"scheme":"http","master_eligibility":true},"version":1}`
	f(m{"1": karapaceMember("k")}, true, w{"1": k})
	// Nobody is eligible: Karapace's nodes and ours get the form with four
	// identity fields, others the one without identity.
	none := `{"master":"1","master_identity":{"host":"a","port":8081,"scheme":"http","master_eligibility":false},"error":0}`
	f(m{"1": ours("a", 8081, false), "2": []byte(`{"host":"c","port":8081,"master_eligibility":false,"scheme":"http","version":1}`)}, false,
		w{"1": none, "2": `{"error":0,"version":1}`})
	f(m{"1": []byte(`{`)}, false, w{"1": `{"error":0,"version":1}`})
}

func TestParseAssignment(t *testing.T) {
	t.Parallel()
	f := func(raw, me string, names bool, url string, nobody bool) {
		t.Helper()
		a, err := parseAssignment([]byte(raw))
		if err != nil {
			t.Fatalf("parseAssignment(%s): %v", raw, err)
		}
		if a.names(me) != names || a.url() != url || a.nobody() != nobody {
			t.Errorf("%s: names %v, url %q, nobody %v; want %v, %q, %v", raw, a.names(me), a.url(), a.nobody(), names, url, nobody)
		}
	}
	const identity = `"master_identity":{"version":2,"karapace_version":"6.2.0","host":"sr-a","port":8081,"scheme":"http","master_eligibility":true}`
	const url = "http://sr-a:8081"

	f(`{"master":"m1",`+identity+`,"error":0}`, "m1", true, url, false)
	f(`{"master":"m1",`+identity+`,"error":0}`, "m2", false, url, false)
	f(`{"error":0,"master":"m1","master_identity":{"host":"sr-a","port":8081,"master_eligibility":true,"scheme":"http","version":1},"version":1}`, "m1", true, url, false)
	// Absent identity or master: no primary.
	f(`{"error":0,"version":1}`, "m1", false, "", true)
	f(`{"error":0,"master":null,"master_identity":null,"version":1}`, "m1", false, "", true)
	f(`{"error":0,`+identity+`}`, "m1", false, "", false)
	f(`{"error":0,"master":"m1"}`, "m1", true, "", false)
	// An error code: no primary for us, but Karapace follows the name.
	f(`{"error":1,"master":"m1",`+identity+`,"version":1}`, "m1", false, "", false)
	// Nobody eligible, as Karapace says it.
	f(`{"master":"m1","master_identity":{"host":"sr-a","port":8081,"scheme":"http","master_eligibility":false},"error":0}`, "m1", false, "", true)
	// An address that cannot be used is no primary, but not nobody either.
	f(`{"master":"m1","master_identity":{"host":"","port":8081,"scheme":"http","master_eligibility":true},"error":0}`, "m2", false, "", false)
	f(`{"master":1,"error":"x"}`, "m1", false, "", true)

	for _, raw := range []string{"", "null", "[]", `"x"`, `{"master":`} {
		if _, err := parseAssignment([]byte(raw)); err == nil {
			t.Errorf("parseAssignment(%q) succeeded", raw)
		}
	}
}

func TestIdentityCheck(t *testing.T) {
	t.Parallel()
	f := func(id Identity, ok bool) {
		t.Helper()
		if err := id.check(); (err == nil) != ok {
			t.Errorf("%+v: %v", id, err)
		}
	}
	f(Identity{Scheme: "http", Host: "sr-a", Port: 8081}, true)
	f(Identity{Scheme: "https", Host: "fe80::1", Port: 8081}, true)
	f(Identity{Scheme: "ftp", Host: "sr-a", Port: 8081}, false)
	f(Identity{Scheme: "http", Host: "", Port: 8081}, false)
	f(Identity{Scheme: "http", Host: "0.0.0.0", Port: 8081}, false)
	f(Identity{Scheme: "http", Host: "::", Port: 8081}, false)
	f(Identity{Scheme: "http", Host: "a/b", Port: 8081}, false)
	f(Identity{Scheme: "http", Host: "a b", Port: 8081}, false)
	f(Identity{Scheme: "http", Host: "sr-a", Port: 0}, false)
	f(Identity{Scheme: "http", Host: "sr-a", Port: 65536}, false)
	if got := (Identity{Scheme: "http", Host: "fe80::1", Port: 1}).URL(); got != "http://[fe80::1]:1" {
		t.Errorf("URL of an IPv6 host is %s", got)
	}
}

func TestParseStrategy(t *testing.T) {
	t.Parallel()
	f := func(text string, want Strategy, ok bool) {
		t.Helper()
		if got, err := ParseStrategy(text); got != want || (err == nil) != ok {
			t.Errorf("ParseStrategy(%q) = %q, %v", text, got, err)
		}
	}
	f("", Lowest, true)
	f("LOWEST", Lowest, true)
	f("Highest", Highest, true)
	f("first", "", false)
}

package election

import (
	"encoding/json"
	"net/url"
	"testing"
)

// FuzzMember feeds metadata and assignments of a hostile group to the parts
// that read them. Whatever is accepted must be a plain http(s) address, and
// what is written from it must be JSON that names a member.
func FuzzMember(f *testing.F) {
	f.Add(ours("a", 8081, true))
	f.Add(karapaceMember("a"))
	f.Add(confluentMember("a"))
	f.Add([]byte(`{"version":1,"host":"sr-a","port":8081,"scheme":"http","master_eligibility":true}`))
	f.Add([]byte(`{"master":"m","master_identity":{"host":"a","port":8081},"error":0}`))
	f.Add([]byte(`{"error":0,"version":1}`))
	f.Add(holder("a", 8081, true, new(true)))
	f.Add([]byte(`{"host":"a\u0000","port":1e3,"plastron_fence":99999999999}`))
	f.Add([]byte("{\"host\":\"a\xff\",\"port\":8081}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := parseMember("m", raw)
		if (err == nil) != (m.raw != nil) {
			t.Fatalf("raw %q beside error %v", m.raw, err)
		}
		if err == nil {
			checkURL(t, m.URL())
		}
		for _, fence := range []bool{true, false} {
			c := choose([]member{m, {id: "other"}}, Lowest, fence)
			for id, out := range c.assignments {
				if !json.Valid(out) {
					t.Fatalf("assignment of %s is no JSON: %q", id, out)
				}
			}
			if again, err := parseAssignment(c.assignments["m"]); err != nil || c.winner != nil && !again.names("m") {
				t.Fatalf("own assignment does not name the winner: %s, %v", c.assignments["m"], err)
			}
		}
		fenced([]member{m}, 2)
		if a, err := parseAssignment(raw); err == nil && a.url() != "" {
			checkURL(t, a.url())
		}
	})
}

func checkURL(t *testing.T, raw string) {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatalf("accepted address %q: %v", raw, err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		t.Fatalf("accepted address %q is more than scheme, host and port", raw)
	}
}

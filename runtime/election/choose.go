package election

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Strategy says which URL wins.
type Strategy string

// The two strategies of the configuration key master_election_strategy. URLs
// are compared as strings, so port 10000 sorts before 8081.
const (
	Lowest  Strategy = "lowest"
	Highest Strategy = "highest"
)

// ParseStrategy reads a strategy in any case; the empty text is Lowest.
func ParseStrategy(s string) (Strategy, error) {
	switch strategy := Strategy(strings.ToLower(s)); strategy {
	case "":
		return Lowest, nil
	case Lowest, Highest:
		return strategy, nil
	default:
		return "", fmt.Errorf("master_election_strategy %q is unknown: allowed are lowest and highest", s)
	}
}

// choice is the outcome of an election.
type choice struct {
	winner *member // nil: nobody is eligible
	// duplicates pairs the winner with members that advertise its URL.
	duplicates []string
	// assignments holds the bytes for every member, by member id.
	assignments map[string][]byte
}

// choose elects a primary among the members and writes every member's
// assignment. It is what the leader of the Kafka group runs; the leader's
// strategy counts, whatever the others are set to.
//
// Two members with one URL are a mistake of the configuration, but not a
// reason to leave the group without a primary: the smaller member id wins.
// Confluent's error code 1 is never sent, since it stops its nodes.
//
// The role stays where it is if every member says whether it holds it.
func choose(members []member, strategy Strategy, fenced bool) choice {
	readable := slices.Clone(members)
	readable = slices.DeleteFunc(readable, func(m member) bool { return m.raw == nil })
	keep := sticky(members)
	slices.SortFunc(readable, func(a, b member) int {
		byURL := strings.Compare(a.URL(), b.URL())
		if strategy == Highest {
			byURL = -byURL
		}
		return cmp.Or(byHold(a, b, keep), byURL, strings.Compare(a.id, b.id))
	})
	eligible := slices.DeleteFunc(slices.Clone(readable), func(m member) bool { return !m.Eligible })
	if len(eligible) == 0 {
		return choice{assignments: assignNobody(members, readable)}
	}
	c := choice{winner: &eligible[0], assignments: make(map[string][]byte, len(members))}
	for _, m := range eligible[1:] {
		if m.URL() == c.winner.URL() {
			c.duplicates = append(c.duplicates, m.id)
		}
	}
	for _, m := range members {
		// The extra field goes only to those who know it: Confluent's parser
		// of assignments is not known to ignore fields.
		c.assignments[m.id] = marshal(chosen{
			Master: c.winner.id, Identity: c.winner.raw, Version: 1, Fenced: fenced && m.fence != nil,
		})
	}
	return c
}

// sticky reports whether the role stays with the member that holds it, as in a
// group of Confluent's with leader.election.sticky. Any member may be the next
// assignor, and Karapace's do not know the field: in a group with one of them
// the role would move whenever the assignor does, each time with a wait. So one
// member that does not send the field is enough to go by the address alone,
// and all assignors of a group come to one result.
func sticky(members []member) bool {
	return !slices.ContainsFunc(members, func(m member) bool { return m.leader == nil })
}

// byHold puts a holder of the role before the others. Several may say that
// they are one, if one of them has not heard yet that it is not; the address
// decides between them.
func byHold(a, b member, keep bool) int {
	switch {
	case !keep || *a.leader == *b.leader:
		return 0
	case *a.leader:
		return -1
	default:
		return 1
	}
}

// assignNobody tells everybody, each in the form it can read, that there is
// no primary. Karapace's form has to name somebody; it names the member that
// sorts first, as Karapace does, and says that it is not eligible.
func assignNobody(members, readable []member) map[string][]byte {
	absent := marshal(nobody{Version: 1})
	out := make(map[string][]byte, len(members))
	for _, m := range members {
		out[m.id] = absent
		if m.karapace && len(readable) > 0 {
			first := readable[0]
			out[m.id] = marshal(ineligible{Master: first.id, Identity: ineligibleIdentity{
				Host: first.Host, Port: first.Port, Scheme: first.Scheme,
			}})
		}
	}
	return out
}

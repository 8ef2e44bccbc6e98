package peer

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// identity is a member as the products describe it, in metadata and in
// assignments.
type identity struct {
	Host        string `json:"host"`
	Port        int    `json:"port"`
	Eligibility bool   `json:"master_eligibility"`
	Scheme      string `json:"scheme"`
	Version     int    `json:"version"`
}

func (i identity) url() string { return fmt.Sprintf("%s://%s:%d", i.Scheme, i.Host, i.Port) }

// confluent are the bytes that Confluent writes for an identity.
func (i identity) confluent() string {
	return fmt.Sprintf(`{"host":%q,"port":%d,"master_eligibility":%t,"scheme":%q,"version":%d}`, i.Host, i.Port, i.Eligibility, i.Scheme, i.Version)
}

// karapace are the bytes that Karapace writes for an identity: the version
// fields are always its own.
func (i identity) karapace() string {
	return fmt.Sprintf(`{"version":2,"karapace_version":"6.2.0","host":%q,"port":%d,"scheme":%q,"master_eligibility":%t}`, i.Host, i.Port, i.Scheme, i.Eligibility)
}

// assignment is what a member is told.
type assignment struct {
	Error    int       `json:"error"`
	Master   string    `json:"master"`
	Identity *identity `json:"master_identity"`
}

// balancer is the group protocol "v0".
type balancer struct{ peer *Peer }

var _ kgo.GroupBalancer = balancer{}

// ProtocolName implements kgo.GroupBalancer.
func (balancer) ProtocolName() string { return "v0" }

// IsCooperative implements kgo.GroupBalancer.
func (balancer) IsCooperative() bool { return false }

// JoinGroupMetadata implements kgo.GroupBalancer.
func (b balancer) JoinGroupMetadata([]string, map[string][]int32, int32) []byte {
	me := b.peer.identity()
	if b.peer.product == Karapace {
		return []byte(me.karapace())
	}
	b.peer.assigned(assignment{}, false) // From here on it has no leader.
	return []byte(me.confluent())
}

// MemberBalancer implements kgo.GroupBalancer.
func (b balancer) MemberBalancer(members []kmsg.JoinGroupResponseMember) (kgo.GroupMemberBalancer, map[string]struct{}, error) {
	return election{product: b.peer.product, members: members}, nil, nil
}

// ParseSyncAssignment implements kgo.GroupBalancer. No topic is ever assigned.
func (b balancer) ParseSyncAssignment(raw []byte) (map[string][]int32, error) {
	var a assignment
	if err := json.Unmarshal(raw, &a); err != nil {
		b.peer.fault("assignment %q: %v", raw, err)
		return nil, nil
	}
	b.peer.assigned(a, true)
	return nil, nil
}

// election computes the assignments, if the peer is the one to do so.
type election struct {
	product Product
	members []kmsg.JoinGroupResponseMember
}

// Balance implements kgo.GroupMemberBalancer.
func (e election) Balance(map[string]int32) kgo.IntoSyncAssignment { return e }

// IntoSyncAssignment implements kgo.IntoSyncAssignment.
func (e election) IntoSyncAssignment() (out []kmsg.SyncGroupRequestGroupAssignment) {
	raw := e.result()
	for _, m := range e.members {
		a := kmsg.NewSyncGroupRequestGroupAssignment()
		a.MemberID, a.MemberAssignment = m.MemberID, []byte(raw)
		out = append(out, a)
	}
	return out
}

// result is the assignment that everybody gets. The smallest URL wins, as a
// string.
func (e election) result() string {
	type candidate struct {
		member string
		identity
	}
	var all, eligible []candidate
	for _, m := range e.members {
		c := candidate{member: m.MemberID}
		if json.Unmarshal(m.ProtocolMetadata, &c.identity) != nil {
			continue
		}
		all = append(all, c)
		if c.Eligibility {
			eligible = append(eligible, c)
		}
	}
	lowest := func(list []candidate) candidate {
		return slices.MinFunc(list, func(a, b candidate) int {
			if a.url() < b.url() {
				return -1
			}
			return 1
		})
	}
	switch {
	case e.product == Karapace && len(eligible) > 0:
		c := lowest(eligible)
		return fmt.Sprintf(`{"master":%q,"master_identity":%s,"error":0}`, c.member, c.karapace())
	case e.product == Karapace:
		c := lowest(all)
		return fmt.Sprintf(`{"master":%q,"master_identity":%s,"error":0}`, c.member, c.karapace())
	case len(eligible) == 0:
		return `{"error":0,"version":1}`
	default:
		c := lowest(eligible)
		return fmt.Sprintf(`{"error":0,"master":%q,"master_identity":%s,"version":1}`, c.member, c.confluent())
	}
}

// isMe is how a product finds out that it was chosen: Karapace by the member
// id, Confluent by comparing every member of the identity.
func (p *Peer) isMe(a assignment) bool {
	if a.Identity == nil || !a.Identity.Eligibility {
		return false
	}
	if p.product == Confluent {
		return a.Error == 0 && *a.Identity == p.identity()
	}
	member, _ := p.member.GroupMetadata()
	return a.Master == member
}

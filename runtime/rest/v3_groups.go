package rest

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
)

// Group is a consumer group as Kafka has it, whoever its members are.
type Group struct {
	ID string
	// Simple is a group that only stores offsets and has no members' protocol.
	Simple   bool
	Assignor string
	// State and Type are the words of REST contract 13.6.
	State, Type string
	// Coordinator is the broker's id, -1 when it is not known.
	Coordinator int32
	Members     []Member // sorted by id
}

// Member is one consumer of a group. Instance is nil unless it is static.
type Member struct {
	ID, Client string
	Instance   *string
	Assigned   []TopicPartition // sorted
}

// Member finds a member by its id.
func (g *Group) Member(id string) (Member, bool) {
	for _, m := range g.Members {
		if m.ID == id {
			return m, true
		}
	}
	return Member{}, false
}

// The types of groups.
const (
	classicGroup  = "CLASSIC"
	consumerGroup = "CONSUMER"
)

// Groups returns all consumer groups, sorted. Kinds as for adminFailure.
func (s *Service) Groups(ctx context.Context) ([]Group, error) {
	return admin(ctx, s, func(ctx context.Context, admin adminClient) ([]Group, error) {
		listed, err := admin.ListGroups(ctx)
		if err != nil {
			return nil, err
		}
		var names []string
		for _, g := range listed.Sorted() {
			if g.ProtocolType == "consumer" || g.ProtocolType == "" {
				names = append(names, g.Group)
			}
		}
		if len(names) == 0 {
			return nil, nil
		}
		return describeGroups(ctx, admin, names)
	})
}

// Group returns one group. Kinds: NotFound, and those of adminFailure.
func (s *Service) Group(ctx context.Context, id string) (*Group, error) {
	groups, err := admin(ctx, s, func(ctx context.Context, admin adminClient) ([]Group, error) {
		return describeGroups(ctx, admin, []string{id})
	})
	if err != nil {
		return nil, err
	}
	if len(groups) == 0 {
		return nil, fail(NotFound, "Consumer Group %s could not be found.", id)
	}
	return &groups[0], nil
}

// describeGroups asks for groups of both protocols: a broker tells of a group
// of the new one to nobody who asks for the old, and the other way around.
// Groups that do not exist are left out: to Kafka they are dead.
func describeGroups(ctx context.Context, admin adminClient, names []string) ([]Group, error) {
	described, err := admin.DescribeGroups(ctx, names...)
	if err != nil {
		return nil, err
	}
	groups := make([]Group, 0, len(names))
	var others []string
	for _, d := range described.Sorted() {
		switch {
		case d.Err != nil && adminKind(d.Err) == NotFound, d.Err == nil && d.State == "Dead":
			others = append(others, d.Group)
		case d.Err != nil:
			return nil, adminFailure(d.Err, &d.ErrMessage)
		default:
			groups = append(groups, classic(d))
		}
	}
	more, err := describeNewGroups(ctx, admin, others)
	if err != nil {
		return nil, err
	}
	groups = append(groups, more...)
	slices.SortFunc(groups, func(a, b Group) int { return strings.Compare(a.ID, b.ID) })
	return groups, nil
}

// describeNewGroups asks for groups of KIP-848. A broker without them has none.
func describeNewGroups(ctx context.Context, admin adminClient, names []string) ([]Group, error) {
	if len(names) == 0 {
		return nil, nil
	}
	described, err := admin.DescribeConsumerGroups(ctx, names...)
	if err != nil {
		if adminKind(err) == Refused { // an older broker
			return nil, nil
		}
		return nil, err
	}
	var groups []Group
	for _, d := range described.Sorted() {
		switch {
		case d.Err != nil && (adminKind(d.Err) == NotFound || adminKind(d.Err) == Refused), d.Err == nil && d.State == "Dead":
		case d.Err != nil:
			return nil, d.Err
		default:
			groups = append(groups, modern(d))
		}
	}
	return groups, nil
}

func classic(d kadm.DescribedGroup) Group {
	g := Group{
		ID: d.Group, Simple: d.ProtocolType == "", Assignor: d.Protocol, State: stateName(d.State), Type: classicGroup,
		Coordinator: d.Coordinator.NodeID,
	}
	for _, m := range d.Members {
		member := Member{ID: m.MemberID, Client: m.ClientID, Instance: m.InstanceID}
		if assigned, ok := m.Assigned.AsConsumer(); ok {
			for _, t := range assigned.Topics {
				for _, p := range t.Partitions {
					member.Assigned = append(member.Assigned, TopicPartition{t.Topic, p})
				}
			}
		}
		g.add(member)
	}
	return g
}

func modern(d kadm.DescribedConsumerGroup) Group {
	g := Group{ID: d.Group, Assignor: d.AssignorName, State: stateName(d.State), Type: consumerGroup, Coordinator: d.Coordinator.NodeID}
	for _, m := range d.Members {
		member := Member{ID: m.MemberID, Client: m.ClientID, Instance: m.InstanceID}
		m.Assignment.EachPartitions(func(topic string, partitions []int32) {
			for _, p := range partitions {
				member.Assigned = append(member.Assigned, TopicPartition{topic, p})
			}
		})
		g.add(member)
	}
	return g
}

func (g *Group) add(m Member) {
	slices.SortFunc(m.Assigned, comparePartitions)
	at, _ := slices.BinarySearchFunc(g.Members, m.ID, func(m Member, id string) int { return strings.Compare(m.ID, id) })
	g.Members = slices.Insert(g.Members, at, m)
}

// stateName turns PreparingRebalance into PREPARING_REBALANCE.
func stateName(state string) string {
	if state == "" {
		return "UNKNOWN"
	}
	var out strings.Builder
	for i, r := range state {
		if i > 0 && r >= 'A' && r <= 'Z' {
			out.WriteByte('_')
		}
		out.WriteRune(r)
	}
	return strings.ToUpper(out.String())
}

// Lag is how far a group is behind in one partition. Member is empty when
// nobody reads it.
type Lag struct {
	TopicPartition
	Member       Member
	Current, End int64
}

// Behind is the number of records that were not committed.
func (l *Lag) Behind() int64 { return l.End - l.Current }

// Lags returns the lags of all partitions that a group has committed, the
// largest first. The end is that of what a reader of committed records sees.
// Kinds: NotFound for no group or no offsets, and those of adminFailure.
func (s *Service) Lags(ctx context.Context, group string) ([]Lag, error) {
	g, err := s.Group(ctx, group)
	if err != nil {
		return nil, err
	}
	return admin(ctx, s, func(ctx context.Context, admin adminClient) ([]Lag, error) {
		committed, err := admin.FetchOffsets(ctx, group)
		if err != nil {
			return nil, err
		}
		if len(committed) == 0 {
			return nil, fail(NotFound, "Consumer group offsets could not be found.")
		}
		topics := make([]string, 0, len(committed))
		for topic := range committed {
			topics = append(topics, topic)
		}
		ends, err := admin.ListCommittedOffsets(ctx, topics...)
		if err != nil {
			return nil, err
		}
		owners := map[TopicPartition]Member{}
		for _, m := range g.Members {
			for _, tp := range m.Assigned {
				owners[tp] = m
			}
		}
		var lags []Lag
		committed.Each(func(o kadm.OffsetResponse) {
			end, ok := ends.Lookup(o.Topic, o.Partition)
			if o.Err != nil || !ok || end.Err != nil || o.At < 0 {
				return // The partition is gone.
			}
			tp := TopicPartition{o.Topic, o.Partition}
			lags = append(lags, Lag{TopicPartition: tp, Member: owners[tp], Current: o.At, End: end.Offset})
		})
		slices.SortFunc(lags, func(a, b Lag) int {
			return cmp.Or(cmp.Compare(b.Behind(), a.Behind()), comparePartitions(a.TopicPartition, b.TopicPartition))
		})
		return lags, nil
	})
}

package rest

import (
	"context"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Broker is a node of the cluster. Rack is nil when it has none.
type Broker struct {
	ID, Port int32
	Host     string
	Rack     *string
}

// Cluster is what Kafka says of itself. Controller is -1 when it is not known;
// brokers are sorted by id.
type Cluster struct {
	ID         string
	Controller int32
	Brokers    []Broker
}

// Broker finds a broker by its id.
func (c *Cluster) Broker(id int32) (Broker, bool) {
	for _, b := range c.Brokers {
		if b.ID == id {
			return b, true
		}
	}
	return Broker{}, false
}

// Cluster returns the cluster, at most MetadataMaxAge old. Kinds as for
// adminFailure.
func (s *Service) Cluster(ctx context.Context) (*Cluster, error) {
	return s.cluster.metadata.itself.Get(ctx, struct{}{}, func(ctx context.Context) (*Cluster, int, error) {
		c, err := admin(ctx, s, func(ctx context.Context, admin adminClient) (*Cluster, error) {
			m, err := admin.BrokerMetadata(ctx)
			c := &Cluster{ID: m.Cluster, Controller: m.Controller}
			for _, b := range m.Brokers {
				c.Brokers = append(c.Brokers, Broker{ID: b.NodeID, Host: b.Host, Port: b.Port, Rack: b.Rack})
			}
			return c, err
		})
		return c, 1, err
	})
}

// TopicInfo is a topic with what version 3 tells of it. Operations are what
// the principal may do, nil unless asked for.
type TopicInfo struct {
	Topic
	Internal   bool
	Operations []string
}

// ReplicationFactor is the number of replicas of the first partition.
func (t *TopicInfo) ReplicationFactor() int {
	if len(t.Partitions) == 0 {
		return 0
	}
	return len(t.Partitions[0].Replicas)
}

// TopicInfos returns all topics that Kafka shows, sorted by name, or the named
// ones. Kafka is asked each time. Kinds: UnknownTopic for a named one, and
// those of adminFailure.
func (s *Service) TopicInfos(ctx context.Context, operations bool, names ...string) ([]TopicInfo, error) {
	return admin(ctx, s, func(ctx context.Context, admin adminClient) ([]TopicInfo, error) {
		request := kmsg.NewPtrMetadataRequest()
		request.IncludeTopicAuthorizedOperations = operations
		for _, name := range names {
			wanted := kmsg.NewMetadataRequestTopic()
			wanted.Topic = &name
			request.Topics = append(request.Topics, wanted)
		}
		answer, err := request.RequestWith(ctx, admin.raw)
		if err != nil {
			return nil, err
		}
		topics := make([]TopicInfo, 0, len(answer.Topics))
		for _, t := range answer.Topics {
			if t.Topic == nil {
				continue
			}
			if err := refusal(t.ErrorCode, nil); err != nil && len(t.Partitions) == 0 {
				if len(names) == 0 {
					continue // It is being created or deleted.
				}
				return nil, err
			}
			info := TopicInfo{Topic: *topicOf(t), Internal: t.IsInternal}
			if operations {
				info.Operations = operationNames(t.AuthorizedOperations)
			}
			topics = append(topics, info)
		}
		slices.SortFunc(topics, func(a, b TopicInfo) int { return strings.Compare(a.Name, b.Name) })
		return topics, nil
	})
}

// TopicInfo returns one topic; see TopicInfos.
func (s *Service) TopicInfo(ctx context.Context, name string, operations bool) (TopicInfo, error) {
	topics, err := s.TopicInfos(ctx, operations, name)
	if err != nil {
		return TopicInfo{}, err
	}
	if len(topics) == 0 {
		return TopicInfo{}, refusal(unknownTopicCode, nil)
	}
	return topics[0], nil
}

// unknownTopicCode is Kafka's UNKNOWN_TOPIC_OR_PARTITION.
const unknownTopicCode = 3

// operationNames decodes a set of operations; one bit for each.
func operationNames(set int32) []string {
	names := []string{}
	if set == noOperations {
		return names
	}
	for op := kmsg.ACLOperationRead; op <= kmsg.ACLOperationIdempotentWrite; op++ {
		if set&(1<<op) != 0 {
			names = append(names, op.String())
		}
	}
	slices.Sort(names)
	return names
}

// noOperations is Kafka's value for a set that was not asked for.
const noOperations = -1 << 31

package rest

import (
	"context"
	"maps"
	"slices"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// NewTopic is a topic to be created.
type NewTopic struct {
	Name string
	// Partitions and ReplicationFactor are -1 for the broker's defaults, and
	// without meaning when Assignments says which brokers have which partition.
	Partitions        int32
	ReplicationFactor int16
	Assignments       map[int32][]int32
	Configs           []ConfigValue
	// ValidateOnly creates nothing.
	ValidateOnly bool
}

// ConfigValue is a configuration of a new topic; a nil value is the default.
type ConfigValue struct {
	Name  string
	Value *string
}

// CreatedTopic is what Kafka made, or would make, of a NewTopic.
type CreatedTopic struct {
	Partitions        int32
	ReplicationFactor int16
}

// CreateTopic creates a topic. Kinds: Refused when there is one of that name or
// Kafka does not like the request, and those of adminFailure.
func (s *Service) CreateTopic(ctx context.Context, t NewTopic) (CreatedTopic, error) {
	request := kmsg.NewPtrCreateTopicsRequest()
	request.TimeoutMillis = millis(s.settings.KafkaTimeout)
	request.ValidateOnly = t.ValidateOnly
	topic := kmsg.NewCreateTopicsRequestTopic()
	topic.Topic, topic.NumPartitions, topic.ReplicationFactor = t.Name, t.Partitions, t.ReplicationFactor
	for _, id := range slices.Sorted(maps.Keys(t.Assignments)) {
		a := kmsg.NewCreateTopicsRequestTopicReplicaAssignment()
		a.Partition, a.Replicas = id, t.Assignments[id]
		topic.ReplicaAssignment = append(topic.ReplicaAssignment, a)
	}
	if len(t.Assignments) > 0 {
		topic.NumPartitions, topic.ReplicationFactor = -1, -1
	}
	for _, c := range t.Configs {
		config := kmsg.NewCreateTopicsRequestTopicConfig()
		config.Name, config.Value = c.Name, c.Value
		topic.Configs = append(topic.Configs, config)
	}
	request.Topics = append(request.Topics, topic)
	created, err := admin(ctx, s, func(ctx context.Context, admin adminClient) (CreatedTopic, error) {
		answer, err := request.RequestWith(ctx, admin.raw)
		if err != nil {
			return CreatedTopic{}, err
		}
		for _, a := range answer.Topics {
			return CreatedTopic{a.NumPartitions, a.ReplicationFactor}, refusal(a.ErrorCode, a.ErrorMessage)
		}
		return CreatedTopic{}, fail(Failed, "Kafka did not say what became of topic %s", t.Name)
	})
	s.cluster.metadata.forget(t.Name)
	return created, err
}

// DeleteTopic deletes a topic. Kinds: UnknownTopic, and those of adminFailure.
func (s *Service) DeleteTopic(ctx context.Context, name string) error {
	_, err := admin(ctx, s, func(ctx context.Context, admin adminClient) (kadm.DeleteTopicResponse, error) {
		answer, err := admin.DeleteTopic(ctx, name)
		return answer, adminFailure(err, &answer.ErrMessage)
	})
	s.cluster.metadata.forget(name)
	return err
}

// GrowTopic sets the number of partitions of a topic. Kinds: UnknownTopic,
// Refused when that is not more than there are, and those of adminFailure.
func (s *Service) GrowTopic(ctx context.Context, name string, partitions int32) error {
	topic, err := s.TopicInfo(ctx, name, false)
	if err != nil {
		return err
	}
	if have := len(topic.Partitions); have >= int(partitions) {
		return fail(Refused, "Topic currently has %d partitions, which is not less than the requested %d.", have, partitions)
	}
	_, err = admin(ctx, s, func(ctx context.Context, admin adminClient) (kadm.CreatePartitionsResponse, error) {
		answers, err := admin.UpdatePartitions(ctx, int(partitions), name)
		if err != nil {
			return kadm.CreatePartitionsResponse{}, err
		}
		answer := answers[name]
		return answer, adminFailure(answer.Err, &answer.ErrMessage)
	})
	s.cluster.metadata.forget(name)
	return err
}

// forget makes the next question about a topic reach Kafka.
func (m *metadata) forget(name string) {
	m.topics.Drop(name)
	m.names.Drop(struct{}{})
}

// Reassignment is a partition that is being moved.
type Reassignment struct {
	TopicPartition
	Adding, Removing []int32
}

// Reassignments returns the moves that are under way, sorted: of everything
// when topic is empty. Kinds as for adminFailure.
func (s *Service) Reassignments(ctx context.Context, topic string) ([]Reassignment, error) {
	request := kmsg.NewPtrListPartitionReassignmentsRequest()
	request.TimeoutMillis = millis(s.settings.KafkaTimeout)
	if topic != "" {
		t, err := s.TopicInfo(ctx, topic, false)
		if err != nil {
			return nil, err
		}
		wanted := kmsg.NewListPartitionReassignmentsRequestTopic()
		wanted.Topic = topic
		for _, p := range t.Partitions {
			wanted.Partitions = append(wanted.Partitions, p.ID)
		}
		request.Topics = append(request.Topics, wanted)
	}
	return admin(ctx, s, func(ctx context.Context, admin adminClient) ([]Reassignment, error) {
		answer, err := request.RequestWith(ctx, admin.raw)
		if err != nil {
			return nil, err
		}
		if err := refusal(answer.ErrorCode, answer.ErrorMessage); err != nil {
			return nil, err
		}
		var all []Reassignment
		for _, t := range answer.Topics {
			for _, p := range t.Partitions {
				all = append(all, Reassignment{TopicPartition{t.Topic, p.Partition}, p.AddingReplicas, p.RemovingReplicas})
			}
		}
		slices.SortFunc(all, func(a, b Reassignment) int { return comparePartitions(a.TopicPartition, b.TopicPartition) })
		return all, nil
	})
}

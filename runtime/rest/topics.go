package rest

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/plastron-dev/plastron/runtime/internal/lru"
	"github.com/plastron-dev/plastron/runtime/kafka"
)

// Replica is one copy of a partition.
type Replica struct {
	Broker         int32
	Leader, InSync bool
}

// Partition is one partition of a topic. Leader is -1 when there is none.
type Partition struct {
	ID, Leader int32
	Replicas   []Replica
}

// Topic is a topic with its partitions, ascending.
type Topic struct {
	Name       string
	Partitions []Partition
}

// TopicDetail is a topic with its configuration, defaults included; a value is
// nil when Kafka does not tell it.
type TopicDetail struct {
	Topic
	Configs map[string]*string
}

// metadata remembers topics for a short time. What is not there is asked for
// each time, so that a new topic can be used at once.
type metadata struct {
	cluster *cluster
	topics  *lru.Cache[string, *Topic]
	names   *lru.Cache[struct{}, []string]
	brokers *lru.Cache[struct{}, []int32]
}

// maxCachedTopics bounds the topics that are remembered.
const maxCachedTopics = 10_000

func newMetadata(c *cluster, age time.Duration, clock func() time.Time) *metadata {
	// An age of 0 asks each time; the cache then only joins equal questions.
	bounds := func(count int) lru.Config {
		if age <= 0 {
			return lru.Config{Count: count, Age: 1, Clock: clock}
		}
		return lru.Config{Count: count, Age: age, Clock: clock}
	}
	return &metadata{
		cluster: c,
		topics:  lru.New[string, *Topic](bounds(maxCachedTopics)),
		names:   lru.New[struct{}, []string](bounds(1)),
		brokers: lru.New[struct{}, []int32](bounds(1)),
	}
}

// Topic returns a topic, at most MetadataMaxAge old. Kinds: UnknownTopic (also
// for a topic that may not be seen), Unavailable.
func (s *Service) Topic(ctx context.Context, name string) (*Topic, error) {
	return s.cluster.metadata.topic(ctx, name)
}

// Partition returns one partition of a topic. Kinds: UnknownTopic,
// UnknownPartition, Unavailable.
func (s *Service) Partition(ctx context.Context, name string, id int32) (Partition, error) {
	m := s.cluster.metadata
	topic, err := m.topic(ctx, name)
	if err != nil {
		return Partition{}, err
	}
	if p, ok := topic.partition(id); ok {
		return p, nil
	}
	// Partitions may have been added a moment ago.
	m.topics.Drop(name)
	if topic, err = m.topic(ctx, name); err != nil {
		return Partition{}, err
	}
	if p, ok := topic.partition(id); ok {
		return p, nil
	}
	return Partition{}, unknownPartition(strconv.Itoa(int(id)))
}

// Topics returns the names of all topics that Kafka shows, sorted, internal
// ones included.
func (s *Service) Topics(ctx context.Context) ([]string, error) {
	return s.cluster.metadata.names.Get(ctx, struct{}{}, func(ctx context.Context) (names []string, _ int, err error) {
		err = s.cluster.admin(ctx, func(ctx context.Context, admin *kadm.Client) error {
			m, err := admin.Metadata(ctx)
			if err != nil {
				return kafkaFailure("Kafka node not ready", Unavailable, err)
			}
			names = m.Topics.Names()
			return nil
		})
		return names, 1, err
	})
}

// TopicDetail returns a topic with its configuration. Kinds as for Topic.
func (s *Service) TopicDetail(ctx context.Context, name string) (TopicDetail, error) {
	topic, err := s.Topic(ctx, name)
	if err != nil {
		return TopicDetail{}, err
	}
	detail := TopicDetail{Topic: *topic, Configs: map[string]*string{}}
	err = s.cluster.admin(ctx, func(ctx context.Context, admin *kadm.Client) error {
		configs, err := admin.DescribeTopicConfigs(ctx, name)
		if err == nil {
			var c kadm.ResourceConfig
			if c, err = configs.On(name, nil); err == nil {
				err = c.Err
			}
			for _, config := range c.Configs {
				detail.Configs[config.Key] = config.Value
			}
		}
		return topicFailure(name, err)
	})
	return detail, err
}

// topic returns a topic from the cache or from Kafka.
func (m *metadata) topic(ctx context.Context, name string) (*Topic, error) {
	return m.topics.Get(ctx, name, func(ctx context.Context) (topic *Topic, _ int, err error) {
		err = m.cluster.admin(ctx, func(ctx context.Context, admin *kadm.Client) error {
			answer, err := admin.Metadata(ctx, name)
			if err != nil {
				return kafkaFailure("Kafka node not ready", Unavailable, err)
			}
			detail, ok := answer.Topics[name]
			if !ok {
				return unknownTopic(name)
			}
			if err := topicFailure(name, detail.Err); err != nil {
				return err
			}
			topic = topicOf(detail)
			return nil
		})
		return topic, 1, err
	})
}

// topicFailure is the error of a request that concerns one topic. A topic that
// the principal may not see is as good as none.
func topicFailure(name string, err error) error {
	switch kafka.Classify(err) {
	case kafka.None:
		return nil
	case kafka.UnknownTopicOrPartition, kafka.Authorization:
		return unknownTopic(name)
	case kafka.Retriable:
		if errors.Is(err, kerr.LeaderNotAvailable) {
			return unknownTopic(name) // being created
		}
	}
	return kafkaFailure("Kafka node not ready", Unavailable, err)
}

func topicOf(d kadm.TopicDetail) *Topic {
	t := &Topic{Name: d.Topic}
	for _, p := range d.Partitions.Sorted() {
		out := Partition{ID: p.Partition, Leader: p.Leader}
		for _, r := range p.Replicas {
			out.Replicas = append(out.Replicas, Replica{Broker: r, Leader: r == p.Leader, InSync: slices.Contains(p.ISR, r)})
		}
		t.Partitions = append(t.Partitions, out)
	}
	return t
}

// partition finds a partition by its number, which is its index unless Kafka
// left one out.
func (t *Topic) partition(id int32) (Partition, bool) {
	if id >= 0 && int(id) < len(t.Partitions) && t.Partitions[id].ID == id {
		return t.Partitions[id], true
	}
	for _, p := range t.Partitions {
		if p.ID == id {
			return p, true
		}
	}
	return Partition{}, false
}

func unknownTopic(name string) *Error { return fail(UnknownTopic, "Topic %s not found", name) }

func unknownPartition(id string) *Error { return fail(UnknownPartition, "Partition %s not found", id) }

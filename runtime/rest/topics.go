package rest

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

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
	itself  *lru.Cache[struct{}, *Cluster]
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
		itself:  lru.New[struct{}, *Cluster](bounds(1)),
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
	m := s.cluster.metadata
	return m.names.Get(ctx, struct{}{}, func(ctx context.Context) ([]string, int, error) {
		answer, err := m.ask(ctx, nil)
		if err != nil {
			return nil, 0, err
		}
		names := make([]string, 0, len(answer.Topics))
		for _, t := range answer.Topics {
			if t.Topic != nil && !(t.IsInternal && s.settings.HideInternal) {
				names = append(names, *t.Topic)
			}
		}
		slices.Sort(names)
		return names, 1, nil
	})
}

// ask requests metadata of some topics, of all when the list is nil, of none
// when it is empty. It does not go through the Kafka client's cache, which
// would not show a topic that was made a moment ago.
func (m *metadata) ask(ctx context.Context, topics []kmsg.MetadataRequestTopic) (*kmsg.MetadataResponse, error) {
	return ask(ctx, m.cluster, func(ctx context.Context, client *kgo.Client) (*kmsg.MetadataResponse, error) {
		request := kmsg.NewPtrMetadataRequest()
		request.Topics = topics
		answer, err := request.RequestWith(ctx, client)
		if err != nil {
			return nil, kafkaFailure(textNotReady, Unavailable, err)
		}
		return answer, nil
	})
}

// TopicDetail returns a topic with its configuration. Kinds as for Topic.
func (s *Service) TopicDetail(ctx context.Context, name string) (TopicDetail, error) {
	topic, err := s.Topic(ctx, name)
	if err != nil {
		return TopicDetail{}, err
	}
	configs, err := ask(ctx, s.cluster, func(ctx context.Context, client *kgo.Client) (map[string]*string, error) {
		out := map[string]*string{}
		answer, err := kadm.NewClient(client).DescribeTopicConfigs(ctx, name)
		if err == nil {
			var c kadm.ResourceConfig
			if c, err = answer.On(name, nil); err == nil {
				err = c.Err
			}
			for _, config := range c.Configs {
				out[config.Key] = config.Value
			}
		}
		return out, topicFailure(name, err)
	})
	return TopicDetail{Topic: *topic, Configs: configs}, err
}

// topic returns a topic from the cache or from Kafka.
func (m *metadata) topic(ctx context.Context, name string) (*Topic, error) {
	return m.topics.Get(ctx, name, func(ctx context.Context) (*Topic, int, error) {
		wanted := kmsg.NewMetadataRequestTopic()
		wanted.Topic = &name
		answer, err := m.ask(ctx, []kmsg.MetadataRequestTopic{wanted})
		if err != nil {
			return nil, 0, err
		}
		for _, t := range answer.Topics {
			if t.Topic == nil || *t.Topic != name {
				continue
			}
			if err := topicFailure(name, kerr.ErrorForCode(t.ErrorCode)); err != nil {
				return nil, 0, err
			}
			if topic := topicOf(t); len(topic.Partitions) > 0 {
				return topic, 1, nil
			}
		}
		return nil, 0, unknownTopic(name)
	})
}

// topicFailure is the error of a request that concerns one topic. A topic that
// the principal may not see is as good as none.
func topicFailure(name string, err error) error {
	switch kafka.Classify(err) {
	case kafka.None:
		return nil
	case kafka.UnknownTopicOrPartition:
		return unknownTopic(name)
	case kafka.Authorization:
		e := unknownTopic(name)
		e.hidden = true
		return e
	case kafka.Retriable:
		if errors.Is(err, kerr.LeaderNotAvailable) {
			return unknownTopic(name) // being created
		}
	}
	return kafkaFailure(textNotReady, Unavailable, err)
}

func topicOf(t kmsg.MetadataResponseTopic) *Topic {
	out := &Topic{Name: *t.Topic, Partitions: make([]Partition, 0, len(t.Partitions))}
	for _, p := range t.Partitions {
		partition := Partition{ID: p.Partition, Leader: p.Leader}
		for _, r := range p.Replicas {
			partition.Replicas = append(partition.Replicas, Replica{Broker: r, Leader: r == p.Leader, InSync: slices.Contains(p.ISR, r)})
		}
		out.Partitions = append(out.Partitions, partition)
	}
	slices.SortFunc(out.Partitions, func(a, b Partition) int { return int(a.ID) - int(b.ID) })
	return out
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

// unhidden is an error of a request that does not hide what somebody may not
// see.
func unhidden(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && e.hidden {
		return fail(Forbidden, "Forbidden")
	}
	return err
}

func unknownPartition(id string) *Error { return fail(UnknownPartition, "Partition %s not found", id) }

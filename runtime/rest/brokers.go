package rest

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/plastron-dev/plastron/runtime/kafka"
)

// Brokers returns the ids of the brokers, as Kafka lists them. Kind:
// Unavailable.
func (s *Service) Brokers(ctx context.Context) ([]int32, error) {
	return s.cluster.metadata.brokerIDs(ctx)
}

func (m *metadata) brokerIDs(ctx context.Context) ([]int32, error) {
	return m.brokers.Get(ctx, struct{}{}, func(ctx context.Context) ([]int32, int, error) {
		answer, err := m.ask(ctx, []kmsg.MetadataRequestTopic{})
		if err != nil {
			return nil, 0, err
		}
		ids := make([]int32, 0, len(answer.Brokers))
		for _, b := range answer.Brokers {
			ids = append(ids, b.NodeID)
		}
		return ids, 1, nil
	})
}

// PartitionOffsets returns the first offset of a partition and the one after
// its last, uncommitted records included. Kinds: UnknownTopic,
// UnknownPartition, Forbidden, Unavailable.
func (s *Service) PartitionOffsets(ctx context.Context, name string, id int32) (beginning, end int64, err error) {
	if _, err := s.Partition(ctx, name, id); err != nil {
		return 0, 0, unhidden(err)
	}
	offsets, err := ask(ctx, s.cluster, func(ctx context.Context, client *kgo.Client) (both [2]int64, err error) {
		admin := kadm.NewClient(client)
		starts, err := admin.ListStartOffsets(ctx, name)
		if err != nil {
			return both, kafkaFailure("Failed to list offsets", Unavailable, err)
		}
		ends, err := admin.ListEndOffsets(ctx, name)
		if err != nil {
			return both, kafkaFailure("Failed to list offsets", Unavailable, err)
		}
		if both[0], err = listedOffset(starts, name, id); err != nil {
			return both, err
		}
		both[1], err = listedOffset(ends, name, id)
		return both, err
	})
	return offsets[0], offsets[1], err
}

// listedOffset picks the offset of one partition out of an answer.
func listedOffset(offsets kadm.ListedOffsets, topic string, id int32) (int64, error) {
	o, ok := offsets.Lookup(topic, id)
	if !ok {
		o.Err = kerr.UnknownTopicOrPartition
	}
	switch kafka.Classify(o.Err) {
	case kafka.None:
		return o.Offset, nil
	case kafka.UnknownTopicOrPartition:
		return 0, &Error{Kind: UnknownPartition, Text: fmt.Sprintf("Partition %d not found", id), Err: o.Err}
	default:
		return 0, kafkaFailure("Failed to list offsets", Unavailable, o.Err)
	}
}

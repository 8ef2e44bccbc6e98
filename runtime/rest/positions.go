package rest

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Position is where a partition is to be read next.
type Position struct {
	TopicPartition
	Offset int64
}

// Instant asks for the first record at or after a time.
type Instant struct {
	TopicPartition
	Time time.Time
}

// Seek sets positions. One beyond the end is resolved at the next read, by
// what the consumer does where nothing is committed. Kinds: IllegalState for a
// partition that the instance does not read.
func (c *Consumer) Seek(ctx context.Context, positions []Position) error {
	return c.seek(ctx, func(context.Context) (map[string]map[int32]kgo.Offset, error) {
		offsets := map[string]map[int32]kgo.Offset{}
		for _, p := range positions {
			if !c.reads(p.TopicPartition) {
				return nil, fail(IllegalState, "Partition %s:%d is unassigned", p.Topic, p.Partition)
			}
			setOffset(offsets, p.Topic, p.Partition, kgo.NewOffset().At(p.Offset))
		}
		return offsets, nil
	})
}

// SeekToBeginning sets positions to the first record that Kafka still has.
// Kinds: IllegalState, NotSubscribable for a partition that does not exist.
func (c *Consumer) SeekToBeginning(ctx context.Context, partitions []TopicPartition) error {
	return c.seek(ctx, func(ctx context.Context) (map[string]map[int32]kgo.Offset, error) {
		offsets := map[string]map[int32]kgo.Offset{}
		for _, tp := range partitions {
			if err := c.mustRead(ctx, tp, "Trying to reset unassigned partitions to beginning"); err != nil {
				return nil, err
			}
			setOffset(offsets, tp.Topic, tp.Partition, kgo.NewOffset().AtStart())
		}
		return offsets, nil
	})
}

// SeekToEnd sets positions after the last record that there is now: what is
// produced after this call will be read. Kinds as for SeekToBeginning, and
// Unavailable.
func (c *Consumer) SeekToEnd(ctx context.Context, partitions []TopicPartition) error {
	return c.seek(ctx, func(ctx context.Context) (map[string]map[int32]kgo.Offset, error) {
		for _, tp := range partitions {
			if err := c.mustRead(ctx, tp, "Trying to reset unassigned partitions to end"); err != nil {
				return nil, err
			}
		}
		return c.listed(ctx, partitions, func(ctx context.Context, admin *kadm.Client, topics []string) (kadm.ListedOffsets, error) {
			return admin.ListEndOffsets(ctx, topics...)
		})
	})
}

// SeekToTime sets positions to the first record at or after a time, or to the
// end where there is none. Kinds as for SeekToEnd.
func (c *Consumer) SeekToTime(ctx context.Context, instants []Instant) error {
	return c.seek(ctx, func(ctx context.Context) (map[string]map[int32]kgo.Offset, error) {
		out := map[string]map[int32]kgo.Offset{}
		for _, in := range instants {
			if !c.reads(in.TopicPartition) {
				return nil, fail(IllegalState, "Partition %s:%d is unassigned", in.Topic, in.Partition)
			}
			offsets, err := c.listed(ctx, []TopicPartition{in.TopicPartition}, func(ctx context.Context, admin *kadm.Client, topics []string) (kadm.ListedOffsets, error) {
				return admin.ListOffsetsAfterMilli(ctx, in.Time.UnixMilli(), topics...)
			})
			if err != nil {
				return nil, err
			}
			setOffset(out, in.Topic, in.Partition, offsets[in.Topic][in.Partition])
		}
		return out, nil
	})
}

// seek takes the turn, finds the offsets and sets them.
func (c *Consumer) seek(ctx context.Context, find func(context.Context) (map[string]map[int32]kgo.Offset, error)) error {
	release, err := c.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	offsets, err := find(ctx)
	if err != nil || len(offsets) == 0 {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	// The group may have taken partitions away since find looked.
	for topic, partitions := range offsets {
		for id := range partitions {
			if c.parts[TopicPartition{topic, id}] == nil {
				return fail(IllegalState, "Partition %s:%d is unassigned", topic, id)
			}
		}
	}
	return c.follow(offsets)
}

func (c *Consumer) reads(tp TopicPartition) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.parts[tp] != nil
}

// mustRead tells a partition that does not exist from one that others read.
func (c *Consumer) mustRead(ctx context.Context, tp TopicPartition, text string) error {
	if c.reads(tp) {
		return nil
	}
	_, err := c.service.Partition(ctx, tp.Topic, tp.Partition)
	if e, ok := errors.AsType[*Error](err); ok && (e.Kind == UnknownTopic || e.Kind == UnknownPartition) {
		return notSubscribable()
	}
	return fail(IllegalState, "%s", text)
}

func notSubscribable() *Error { return fail(NotSubscribable, "Unknown topic or partition") }

type listOffsets func(ctx context.Context, admin *kadm.Client, topics []string) (kadm.ListedOffsets, error)

// listed asks Kafka for offsets of partitions.
func (c *Consumer) listed(ctx context.Context, partitions []TopicPartition, list listOffsets) (map[string]map[int32]kgo.Offset, error) {
	var topics []string
	for _, tp := range partitions {
		topics = append(topics, tp.Topic)
	}
	return ask(ctx, c.service.cluster, func(ctx context.Context, client *kgo.Client) (map[string]map[int32]kgo.Offset, error) {
		answer, err := list(ctx, kadm.NewClient(client), topics)
		if err != nil {
			return nil, kafkaFailure("Failed to list offsets", OffsetsFailed, err)
		}
		out := map[string]map[int32]kgo.Offset{}
		for _, tp := range partitions {
			at, err := listedOffset(answer, tp.Topic, tp.Partition)
			if err != nil {
				return nil, err
			}
			setOffset(out, tp.Topic, tp.Partition, kgo.NewOffset().At(at))
		}
		return out, nil
	})
}

package rest

import (
	"context"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Assign makes the instance read exactly these partitions, beginning at what
// its group has committed for them, without taking part in the group. Whether
// they exist is not checked. Kinds: IllegalState after a subscription,
// OffsetsFailed, Forbidden, Unavailable.
func (c *Consumer) Assign(ctx context.Context, partitions []TopicPartition) error {
	release, err := c.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	if c.isSubscribed() {
		return fail(IllegalState, "IllegalStateError: You must choose only one way to configure your consumer: "+
			"(1) subscribe to specific topics by name, (2) subscribe to topics matching a regex pattern, (3) assign itself specific topic-partitions.")
	}
	offsets := map[string]map[int32]kgo.Offset{}
	if len(partitions) > 0 {
		if offsets, err = c.startOffsets(ctx, partitions); err != nil {
			return err
		}
	}
	if c.Config.AutoCommit {
		c.autoCommit(ctx)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.assigned = true
	return c.reassign(offsets)
}

func (c *Consumer) isSubscribed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.member != nil
}

// startOffsets are the committed offsets, or the reset position.
func (c *Consumer) startOffsets(ctx context.Context, partitions []TopicPartition) (map[string]map[int32]kgo.Offset, error) {
	committed, err := c.committed(ctx)
	if err != nil {
		return nil, err
	}
	offsets := map[string]map[int32]kgo.Offset{}
	for _, tp := range partitions {
		start := c.reset()
		if o, ok := committed.Lookup(tp.Topic, tp.Partition); ok && o.At >= 0 {
			start = kgo.NewOffset().At(o.At)
		}
		setOffset(offsets, tp.Topic, tp.Partition, start)
	}
	return offsets, nil
}

// reassign keeps the partitions that stay, at their position. Called with mu
// held.
func (c *Consumer) reassign(offsets map[string]map[int32]kgo.Offset) error {
	gone := map[string][]int32{}
	for tp := range c.parts {
		if _, stays := offsets[tp.Topic][tp.Partition]; stays {
			delete(offsets[tp.Topic], tp.Partition)
		} else {
			gone[tp.Topic] = append(gone[tp.Topic], tp.Partition)
		}
	}
	if len(gone) > 0 {
		c.unfollow(gone)
	}
	for topic := range offsets {
		if len(offsets[topic]) == 0 {
			delete(offsets, topic)
		}
	}
	if len(offsets) == 0 {
		return nil
	}
	return c.follow(offsets)
}

// Assignments returns the partitions that the instance reads, whether by hand
// or by the group, sorted. Kind: UnknownConsumer.
func (c *Consumer) Assignments(ctx context.Context) ([]TopicPartition, error) {
	release, err := c.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.partitions(), nil
}

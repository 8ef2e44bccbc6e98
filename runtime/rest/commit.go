package rest

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// NotCommitted is the offset of a partition without commit, as Karapace's
// clients know it.
const NotCommitted int64 = -1001

// CommitOffset is a position to be committed, or one that is. To be committed
// is the last record that was processed; committed is the one after it.
type CommitOffset struct {
	TopicPartition
	Offset   int64
	Metadata string
}

// Commit commits the position of everything that was handed out. That nothing
// was is no error. Kinds: CommitFailed, Forbidden, Unavailable.
func (c *Consumer) Commit(ctx context.Context) error {
	release, err := c.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	return c.commitRead(context.WithoutCancel(ctx))
}

// CommitOffsets commits explicit positions: the record after each offset is
// what the group reads next. Kinds: UnknownTopic, UnknownPartition,
// CommitFailed, Forbidden, Unavailable.
func (c *Consumer) CommitOffsets(ctx context.Context, offsets []CommitOffset) error {
	release, err := c.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	ctx = context.WithoutCancel(ctx)
	out := kadm.Offsets{}
	for _, o := range offsets {
		if _, err := c.service.Partition(ctx, o.Topic, o.Partition); err != nil {
			if e, ok := errors.AsType[*Error](err); ok && e.Kind == UnknownPartition {
				return fail(UnknownPartition, "Partition %d not found for topic %s", o.Partition, o.Topic)
			}
			return err
		}
		out.Add(kadm.Offset{Topic: o.Topic, Partition: o.Partition, At: o.Offset + 1, LeaderEpoch: -1, Metadata: o.Metadata})
	}
	return c.commitExplicit(ctx, out)
}

// commitRead commits the positions that were handed out.
func (c *Consumer) commitRead(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.service.settings.KafkaTimeout)
	defer cancel()
	done, err := c.oneCommit(ctx)
	if err != nil {
		return err
	}
	defer done()
	offsets := c.dirty(nil)
	if len(offsets) == 0 {
		return nil
	}
	c.mu.Lock()
	member := c.member
	c.mu.Unlock()
	if member != nil {
		err = commitAsMember(ctx, member, offsets, nil)
	} else {
		err = c.commitAlone(ctx, kadmOffsets(offsets))
	}
	if err != nil {
		return commitFailure(err)
	}
	c.noteCommitted(offsets)
	return nil
}

// commitExplicit commits what the client says. A member that is still joining
// is waited for: until it has joined, Kafka knows nobody who could commit.
func (c *Consumer) commitExplicit(ctx context.Context, offsets kadm.Offsets) error {
	ctx, cancel := context.WithTimeout(ctx, c.service.settings.KafkaTimeout)
	defer cancel()
	member, err := c.joined(ctx)
	if err != nil {
		return commitFailure(err)
	}
	done, err := c.oneCommit(ctx)
	if err != nil {
		return err
	}
	defer done()
	if member == nil {
		err = c.commitAlone(ctx, offsets)
	} else {
		at := map[string]map[int32]kgo.EpochOffset{}
		offsets.Each(func(o kadm.Offset) { setOffset(at, o.Topic, o.Partition, kgo.EpochOffset{Epoch: -1, Offset: o.At}) })
		err = commitAsMember(ctx, member, at, offsets)
	}
	if err != nil {
		return commitFailure(err)
	}
	return nil
}

// oneCommit waits until no other commit is under way.
func (c *Consumer) oneCommit(ctx context.Context) (done func(), err error) {
	select {
	case c.commits <- struct{}{}:
		return func() { <-c.commits }, nil
	case <-ctx.Done():
		return nil, commitFailure(ctx.Err())
	}
}

// commitAlone commits for a group that this instance is no member of, which
// Kafka allows while the group has none.
func (c *Consumer) commitAlone(ctx context.Context, offsets kadm.Offsets) error {
	_, err := ask(ctx, c.service.cluster, func(ctx context.Context, client *kgo.Client) (struct{}, error) {
		answer, err := kadm.NewClient(client).CommitOffsets(ctx, c.ID.Group, offsets)
		if err == nil {
			err = answer.Error()
		}
		return struct{}{}, err
	})
	return err
}

// withMetadata puts the client's metadata into the request, in place of the
// name of the member that kgo puts there.
func withMetadata(offsets kadm.Offsets) func(*kmsg.OffsetCommitRequest) error {
	return func(r *kmsg.OffsetCommitRequest) error {
		for i := range r.Topics {
			for j := range r.Topics[i].Partitions {
				p := &r.Topics[i].Partitions[j]
				o, _ := offsets.Lookup(r.Topics[i].Topic, p.Partition)
				p.Metadata = &o.Metadata
			}
		}
		return nil
	}
}

func commitFailure(err error) error {
	return kafkaFailure("error sending commit request", CommitFailed, err)
}

// commitErrors collects the errors of the partitions.
func commitErrors(resp *kmsg.OffsetCommitResponse) error {
	if resp == nil {
		return nil
	}
	var failures []error
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				failures = append(failures, fmt.Errorf("partition %d of topic %s: %w", p.Partition, t.Topic, err))
			}
		}
	}
	return errors.Join(failures...)
}

// dirty returns the positions that were handed out and not committed, of some
// partitions, or of all when only is nil.
func (c *Consumer) dirty(only map[string][]int32) map[string]map[int32]kgo.EpochOffset {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string]map[int32]kgo.EpochOffset{}
	add := func(tp TopicPartition) {
		if p := c.parts[tp]; p != nil && p.read >= 0 && p.read != p.committed {
			setOffset(out, tp.Topic, tp.Partition, kgo.EpochOffset{Epoch: p.epoch, Offset: p.read})
		}
	}
	if only == nil {
		for tp := range c.parts {
			add(tp)
		}
	}
	for topic, partitions := range only {
		for _, id := range partitions {
			add(TopicPartition{topic, id})
		}
	}
	return out
}

func (c *Consumer) noteCommitted(offsets map[string]map[int32]kgo.EpochOffset) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for topic, partitions := range offsets {
		for id, o := range partitions {
			if p := c.parts[TopicPartition{topic, id}]; p != nil {
				p.committed = o.Offset
			}
		}
	}
}

// commitIsDue reports whether the instance commits by itself and has not for
// an interval.
func (c *Consumer) commitIsDue() bool {
	if !c.Config.AutoCommit {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.service.clock().Sub(c.lastCommit) >= c.service.settings.CommitInterval
}

// autoCommit commits what was handed out. Nobody waits for it: a failure is
// tried again at the next interval.
func (c *Consumer) autoCommit(ctx context.Context) {
	err := c.commitRead(ctx)
	c.mu.Lock()
	c.lastCommit = c.service.clock()
	c.mu.Unlock()
	if err != nil {
		c.service.logger.V(1).Info("Automatic commit did not succeed", "group", c.ID.Group, "instance", c.ID.Instance, "reason", err.Error())
	}
}

// Committed returns what the group has committed for some partitions, in their
// order. Kinds: OffsetsFailed, Forbidden, Unavailable.
func (c *Consumer) Committed(ctx context.Context, partitions []TopicPartition) ([]CommitOffset, error) {
	release, err := c.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	committed, err := c.committed(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]CommitOffset, 0, len(partitions))
	for _, tp := range partitions {
		o, ok := committed.Lookup(tp.Topic, tp.Partition)
		if !ok || o.At < 0 {
			o.At, o.Metadata = NotCommitted, ""
		}
		out = append(out, CommitOffset{TopicPartition: tp, Offset: o.At, Metadata: o.Metadata})
	}
	return out, nil
}

func (c *Consumer) committed(ctx context.Context) (kadm.OffsetResponses, error) {
	return ask(ctx, c.service.cluster, func(ctx context.Context, client *kgo.Client) (kadm.OffsetResponses, error) {
		all, err := kadm.NewClient(client).FetchOffsets(ctx, c.ID.Group)
		if err == nil {
			err = all.Error()
		}
		if errors.Is(err, kerr.GroupIDNotFound) {
			return nil, nil // A group that nobody has used yet has committed nothing.
		}
		if err != nil {
			return nil, kafkaFailure("Failed to get offsets", OffsetsFailed, err)
		}
		return all, nil
	})
}

func setOffset[T any](in map[string]map[int32]T, topic string, partition int32, offset T) {
	if in[topic] == nil {
		in[topic] = map[int32]T{}
	}
	in[topic][partition] = offset
}

func kadmOffsets(in map[string]map[int32]kgo.EpochOffset) kadm.Offsets {
	out := kadm.Offsets{}
	for topic, partitions := range in {
		for id, o := range partitions {
			out.Add(kadm.Offset{Topic: topic, Partition: id, At: o.Offset, LeaderEpoch: o.Epoch})
		}
	}
	return out
}

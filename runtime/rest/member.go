package rest

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// join makes the client that takes part in the group. It fetches nothing: the
// hook that may adjust the committed offsets takes all of them, for the
// fetcher, and leaves none.
func (c *Consumer) join(subscription ...kgo.Opt) (*kgo.Client, error) {
	session := c.service.settings.SessionTimeout
	opts := append([]kgo.Opt{
		kgo.ClientID(c.ID.Instance),
		kgo.ConsumerGroup(c.ID.Group),
		// What librdkafka and Java consumers have in common, so that they can
		// share a group with us.
		kgo.Balancers(kgo.RangeBalancer(), kgo.RoundRobinBalancer()),
		kgo.DisableAutoCommit(),
		kgo.SessionTimeout(session),
		kgo.HeartbeatInterval(min(session/3, 3*time.Second)),
		kgo.ConsumeResetOffset(c.reset()),
		kgo.WithHooks(groupHook{c}),
		kgo.OnPartitionsAssigned(c.onJoined),
		kgo.AdjustFetchOffsetsFn(c.onAssigned),
		kgo.OnPartitionsRevoked(c.onRevoked),
		kgo.OnPartitionsLost(c.onLost),
	}, subscription...)
	member, err := c.service.newClient(opts...)
	if err != nil {
		return nil, &Error{Kind: Internal, Text: "making a Kafka client", Err: err}
	}
	return member, nil
}

// onJoined hears of every round of the group, also when this member got no
// partition.
func (c *Consumer) onJoined(context.Context, *kgo.Client, map[string][]int32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.isMember, c.memberErr = true, nil
	c.notify()
}

// joined waits until the group has accepted the member, if there is one.
func (c *Consumer) joined(ctx context.Context) (*kgo.Client, error) {
	for {
		c.mu.Lock()
		member, isMember, changed := c.member, c.isMember, c.changed
		c.mu.Unlock()
		if member == nil || isMember {
			return member, nil
		}
		select {
		case <-changed:
		case <-c.gone:
			return nil, unknownConsumer(c.ID)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// onAssigned hears of the partitions that the group gave to this member, with
// the committed offset of each, or the reset position.
func (c *Consumer) onAssigned(_ context.Context, offsets map[string]map[int32]kgo.Offset) (map[string]map[int32]kgo.Offset, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, nil
	}
	return nil, c.follow(offsets)
}

// handingTime is how long a group waits for a client that reads its answer
// slowly.
const handingTime = 3 * time.Second

// onRevoked hears of partitions that are to be given to another member, which
// starts at what is committed now. A read that is handing out records ends
// first, and the next one begins when the partitions are gone:
//
//	T1 hands out records 10 to 14
//	T2 the group takes the partition away; 10 is committed, of reads before
//	T1 ends, and its client has records that the next member begins with
//
// A client that does not take its answer is waited for as long as handingTime;
// then the next member gets those records too.
func (c *Consumer) onRevoked(ctx context.Context, member *kgo.Client, revoked map[string][]int32) {
	timer := time.NewTimer(handingTime)
	defer timer.Stop()
	select {
	case c.handing <- struct{}{}:
		defer func() { <-c.handing }()
	case <-timer.C:
	}
	if c.Config.AutoCommit {
		ctx, cancel := context.WithTimeout(ctx, c.service.settings.KafkaTimeout)
		defer cancel()
		dirty := c.dirty(revoked)
		if err := commitAsMember(ctx, member, dirty, nil); err == nil {
			c.noteCommitted(dirty)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unfollow(revoked)
}

// onLost hears of partitions that others may have already: too late to commit.
func (c *Consumer) onLost(_ context.Context, _ *kgo.Client, lost map[string][]int32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unfollow(lost)
}

// groupHook hears why the group does not work.
type groupHook struct{ consumer *Consumer }

var _ kgo.HookGroupManageError = groupHook{}

// OnGroupManageError notes the error for the read that waits for partitions,
// or for the next one.
func (h groupHook) OnGroupManageError(err error) {
	if errors.Is(err, kgo.ErrClientClosed) || errors.Is(err, context.Canceled) {
		return
	}
	c := h.consumer
	c.mu.Lock()
	defer c.mu.Unlock()
	c.memberErr = err
	c.notify()
}

// drainMember throws away the errors that the member would return in place of
// records, so that they do not pile up: groupHook has heard of them.
func (c *Consumer) drainMember() {
	c.mu.Lock()
	member := c.member
	c.mu.Unlock()
	if member != nil {
		//lint:ignore SA1012 kgo documents nil as: return what is there, do not wait.
		member.PollFetches(nil)
	}
}

// commitAsMember commits as what the member is in the group now, and waits.
// Metadata is taken from metadata, where there is any.
func commitAsMember(ctx context.Context, member *kgo.Client, offsets map[string]map[int32]kgo.EpochOffset, metadata kadm.Offsets) error {
	if len(offsets) == 0 {
		return nil
	}
	ctx = kgo.PreCommitFnContext(ctx, withMetadata(metadata))
	var failure error
	member.CommitOffsetsSync(ctx, offsets, func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, resp *kmsg.OffsetCommitResponse, err error) {
		failure = errors.Join(err, commitErrors(resp))
	})
	return failure
}

package backup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/plastron-dev/plastron/runtime/kafka"
)

const (
	// fetchBytes bounds the records that are in memory at once, unless a single
	// one is larger.
	fetchBytes = 8 << 20
	fetchWait  = 500 * time.Millisecond
	retryPause = 100 * time.Millisecond
)

// topic is the one partition of a topic, for reading.
type topic struct {
	name        string
	id          [16]byte
	leader      int32
	replication int
	// start is the first offset, end the one behind the last record that counted
	// as committed when the topic was looked at, and high the one behind the last
	// record of all.
	start, end, high int64
}

// cluster is a connection to Kafka.
type cluster struct {
	client *kgo.Client
	admin  *kadm.Client
}

func connect(o kafka.Options, extra ...kgo.Opt) (*cluster, error) {
	client, err := kafka.NewClient(o, extra...)
	if err != nil {
		return nil, err
	}
	return &cluster{client: client, admin: kadm.NewClient(client)}, nil
}

// describe returns what is known of a topic, and false if there is none.
func (c *cluster) describe(ctx context.Context, name string) (t topic, found bool, err error) {
	details, err := c.admin.ListTopics(ctx, name)
	if err != nil {
		return t, false, fmt.Errorf("describing topic %s: %w", name, err)
	}
	d, ok := details[name]
	if !ok || errors.Is(d.Err, kerr.UnknownTopicOrPartition) {
		return t, false, nil
	}
	if d.Err != nil {
		return t, false, fmt.Errorf("describing topic %s: %w", name, d.Err)
	}
	if len(d.Partitions) != 1 {
		return t, true, messagef("Topic '%s' has %d partitions, but only topics with exactly 1 partition can be backed up. "+
			"The schemas topic MUST have exactly 1 partition to ensure perfect ordering of schema updates.", name, len(d.Partitions))
	}
	p := d.Partitions[0]
	return topic{name: name, id: d.ID, leader: p.Leader, replication: len(p.Replicas)}, true, nil
}

// bounds fills in start and end.
func (c *cluster) bounds(ctx context.Context, t topic) (topic, error) {
	starts, err := c.admin.ListStartOffsets(ctx, t.name)
	if err == nil {
		err = starts.Error()
	}
	if err != nil {
		return t, fmt.Errorf("reading the first offset of topic %s: %w", t.name, err)
	}
	highs, err := c.admin.ListEndOffsets(ctx, t.name)
	if err == nil {
		err = highs.Error()
	}
	if err != nil {
		return t, fmt.Errorf("reading the last offset of topic %s: %w", t.name, err)
	}
	ends, err := c.admin.ListCommittedOffsets(ctx, t.name)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return t, fmt.Errorf("reading the last offset of topic %s: %w", t.name, err)
	}
	start, _ := starts.Lookup(t.name, 0)
	end, _ := ends.Lookup(t.name, 0)
	high, _ := highs.Lookup(t.name, 0)
	t.start, t.end, t.high = start.Offset, end.Offset, high.Offset
	return t, nil
}

// configs returns the settings that a V3 backup keeps: those that were made for
// the topic itself, and four that always count.
func (c *cluster) configs(ctx context.Context, name string) (map[string]string, error) {
	described, err := c.admin.DescribeTopicConfigs(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("reading the settings of topic %s: %w", name, err)
	}
	always := []string{"cleanup.policy", "min.insync.replicas", "retention.bytes", "retention.ms"}
	kept := map[string]string{}
	for _, d := range described {
		if d.Err != nil {
			return nil, fmt.Errorf("reading the settings of topic %s: %w", name, d.Err)
		}
		for _, v := range d.Configs {
			if v.Value != nil && (v.Source == kmsg.ConfigSourceDynamicTopicConfig || slices.Contains(always, v.Key)) {
				kept[v.Key] = *v.Value
			}
		}
	}
	return kept, nil
}

// read calls each with every record from an offset up to the topic's end. Its
// position is the next offset to fetch and not the last record, so that control
// records, aborted transactions and what compaction took away at the end do not
// make it wait. It gives up when nothing was heard for stall.
func (c *cluster) read(ctx context.Context, t topic, from int64, stall time.Duration, each func(Record) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(stall, func() { cancel(ErrStalled) })
	defer watchdog.Stop()
	for at := from; at < t.end; {
		records, next, err := c.fetch(ctx, t, at)
		if err != nil {
			if t, err = c.recover(ctx, t, err); err != nil {
				return err
			}
			continue
		}
		if next > at {
			watchdog.Reset(stall)
		}
		for _, r := range records {
			if r.Offset < t.end && !r.Attrs.IsControl() {
				if err := each(fromKafka(r)); err != nil {
					return err
				}
			}
		}
		at = next
	}
	return nil
}

// fetch asks the leader for what follows an offset.
func (c *cluster) fetch(ctx context.Context, t topic, at int64) ([]*kgo.Record, int64, error) {
	partition := kmsg.NewFetchRequestTopicPartition()
	partition.FetchOffset, partition.PartitionMaxBytes = at, fetchBytes
	partition.CurrentLeaderEpoch = -1
	wanted := kmsg.NewFetchRequestTopic()
	wanted.Topic, wanted.TopicID = t.name, t.id
	wanted.Partitions = append(wanted.Partitions, partition)
	req := kmsg.NewPtrFetchRequest()
	req.ReplicaID, req.SessionEpoch = -1, -1
	req.IsolationLevel = 1 // Committed records only.
	req.MinBytes, req.MaxBytes = 1, 2*fetchBytes
	req.MaxWaitMillis = int32(fetchWait.Milliseconds())
	req.Topics = append(req.Topics, wanted)

	response, err := c.client.Broker(int(t.leader)).RetriableRequest(ctx, req)
	if err != nil {
		return nil, at, err
	}
	fetched, ok := response.(*kmsg.FetchResponse)
	if !ok || len(fetched.Topics) != 1 || len(fetched.Topics[0].Partitions) != 1 {
		if ok && fetched.ErrorCode != 0 {
			return nil, at, kerr.ErrorForCode(fetched.ErrorCode)
		}
		return nil, at, errors.New("the broker answered a fetch with something else")
	}
	opts := kgo.ProcessFetchPartitionOpts{
		KeepControlRecords: true, Offset: at, IsolationLevel: kgo.ReadCommitted(), Topic: t.name,
	}
	p, next := kgo.ProcessFetchPartition(opts, &fetched.Topics[0].Partitions[0], kgo.DefaultDecompressor(), nil)
	if p.Err != nil {
		return nil, at, p.Err
	}
	return p.Records, max(at, next), nil
}

// recover waits and looks for the leader again after an error that may pass,
// and returns all others.
func (c *cluster) recover(ctx context.Context, t topic, err error) (topic, error) {
	if cause := context.Cause(ctx); cause != nil {
		return t, fmt.Errorf("reading topic %s: %w", t.name, cause)
	}
	if !kafka.Classify(err).Temporary() {
		return t, fmt.Errorf("reading topic %s: %w", t.name, err)
	}
	timer := time.NewTimer(retryPause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return t, fmt.Errorf("reading topic %s: %w: %w", t.name, context.Cause(ctx), err)
	case <-timer.C:
	}
	again, found, described := c.describe(ctx, t.name)
	switch {
	case ctx.Err() != nil:
		return t, fmt.Errorf("reading topic %s: %w: %w", t.name, context.Cause(ctx), err)
	case described == nil && (!found || again.id != t.id):
		return t, fmt.Errorf("reading topic %s: it was deleted meanwhile", t.name)
	case described == nil:
		t.leader = again.leader
	}
	return t, nil
}

func fromKafka(r *kgo.Record) Record {
	out := Record{Key: r.Key, Value: r.Value, Offset: r.Offset, Timestamp: r.Timestamp.UnixMilli()}
	for _, h := range r.Headers {
		out.Headers = append(out.Headers, Header{Key: []byte(h.Key), Value: h.Value})
	}
	return out
}

package backup

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/kafka"
)

const (
	// bufferedRecords and bufferedBytes bound what was read and not yet
	// acknowledged.
	bufferedRecords = 20000
	bufferedBytes   = 64 << 20
	// batchOverhead is more than a batch adds to a single record.
	batchOverhead = 512
	// usualBatch is the largest batch that brokers take by default.
	usualBatch = 1000012
	// defaultDelivery is how long Kafka may acknowledge nothing. The client's own
	// time-out would count from the record's time, which may be years ago.
	defaultDelivery = time.Minute
	// abortTimeout is how long a failed restore waits to know what was written.
	abortTimeout = 3 * time.Second
	// creationTimeout is how long a new topic may take to be usable.
	creationTimeout = 20 * time.Second
)

// RestoreOptions say what to restore and how.
type RestoreOptions struct {
	// Location is the backup: a file, or the directory of format V3.
	Location string
	// Topic is the topic to write; empty is the configured one.
	Topic string
	// SkipTopicCreation restores to a topic that is there.
	SkipTopicCreation bool
	// OverrideReplication is the replication factor of the topic to create,
	// instead of that in a V3 backup; 0 keeps it.
	OverrideReplication int
	// Append restores to a topic that holds records.
	Append bool
	// Resume continues a restore that was interrupted.
	Resume bool
	// EmptyValues says what becomes of values without a byte.
	EmptyValues EmptyValues
	// DeliveryTimeout is how long Kafka may acknowledge nothing; 0 is a minute.
	DeliveryTimeout time.Duration
}

// restore is one restore at work.
type restore struct {
	Settings
	o       RestoreOptions
	backup  *Backup
	topic   string
	cluster *cluster
	// records and largest are what the first reading found.
	records int64
	largest int
	// end is the offset that the next record of the topic gets.
	end int64
	// joins: there are records in the topic that are not of this backup.
	joins bool
}

// Restore writes the records of a backup to a topic, in their order. It reads
// the whole backup and checks it before it changes anything in Kafka.
func Restore(ctx context.Context, s Settings, o RestoreOptions) error {
	if o.DeliveryTimeout <= 0 {
		o.DeliveryTimeout = defaultDelivery
	}
	b, err := Open(o.Location)
	if err != nil {
		return err
	}
	defer b.Close()
	r := &restore{Settings: s, o: o, backup: b, topic: s.topicName(o.Topic)}
	if b.Format == V3 && b.Metadata.Topic != r.topic {
		return fmt.Errorf("%w (the backup is of %q, the topic is %q)", ErrTopicName, b.Metadata.Topic, r.topic)
	}
	if err := r.check(ctx); err != nil {
		return err
	}
	if r.cluster, err = connect(s.Kafka, r.producer()...); err != nil {
		return err
	}
	defer r.cluster.client.Close()
	done, err := r.prepare(ctx)
	if err != nil {
		return err
	}
	return r.produce(ctx, done)
}

// check reads the backup to its end and finds out what it holds.
func (r *restore) check(ctx context.Context) error {
	src, err := r.backup.records()
	if err != nil {
		return err
	}
	p := r.progress("Checking the backup", 0)
	r.records, err = drain(src, func(rec Record) error {
		p.step(0)
		r.largest = max(r.largest, rec.size())
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	r.Logger.V(1).Info("Checked the backup", "format", r.backup.Format.String(), "records", r.records, "duration", p.duration())
	return nil
}

// producer returns options for a client that writes in order and as fast as the
// brokers acknowledge: nothing lingers, and what waits goes into one batch.
func (r *restore) producer() []kgo.Opt {
	return []kgo.Opt{
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerLinger(0),
		kgo.MaxBufferedRecords(bufferedRecords),
		kgo.MaxBufferedBytes(max(bufferedBytes, 2*r.largest+batchOverhead)),
		kgo.ProducerBatchMaxBytes(int32(min(max(usualBatch, r.largest+batchOverhead), math.MaxInt32))),
	}
}

// prepare makes or checks the topic and returns how many records of the backup
// it holds already.
func (r *restore) prepare(ctx context.Context) (done int64, err error) {
	t, found, err := r.cluster.describe(ctx, r.topic)
	if err != nil {
		return 0, err
	}
	if !found {
		return 0, r.create(ctx)
	}
	if r.backup.Format == V3 && !r.o.SkipTopicCreation && !r.o.Append && !r.o.Resume {
		return 0, messagef("Topic to restore '%s' already exists", r.topic)
	}
	if t, err = r.cluster.bounds(ctx, t); err != nil {
		return 0, err
	}
	r.end = t.high
	switch {
	case t.high == t.start:
		return 0, nil
	case r.o.Append:
		r.joins = true
		return 0, nil
	case r.o.Resume:
		return r.resumed(ctx, t)
	default:
		return 0, fmt.Errorf("topic %s holds records up to offset %d: %w", r.topic, t.high-1, ErrNotEmpty)
	}
}

// create makes the topic as the backup or the configuration says.
func (r *restore) create(ctx context.Context) error {
	replication, configs := r.Replication, map[string]*string{"cleanup.policy": kadm.StringPtr("compact")}
	if r.backup.Format == V3 {
		replication, configs = int(r.backup.Metadata.Replication), map[string]*string{}
		for name, value := range r.backup.Metadata.Configs {
			configs[name] = kadm.StringPtr(value)
		}
		if r.o.OverrideReplication > 0 {
			replication = r.o.OverrideReplication
		}
	}
	switch {
	case r.o.SkipTopicCreation:
		return fmt.Errorf("topic %s does not exist, and --skip-topic-creation is given", r.topic)
	case r.backup.Format != V3 && r.topic != r.Topic:
		return messagef("Not creating topic, because the name '%s' from the config and the name '%s' from the CLI differ. "+
			"It does not exist: create it with 1 partition and cleanup.policy=compact, or set topic_name", r.Topic, r.topic)
	}
	ctx, cancel := context.WithTimeout(ctx, creationTimeout)
	defer cancel()
	if replication == 0 {
		brokers, err := r.cluster.admin.ListBrokers(ctx)
		if err != nil {
			return fmt.Errorf("counting brokers for the replication factor: %w", err)
		}
		replication = max(1, min(3, len(brokers)))
	}
	if _, err := r.cluster.admin.CreateTopic(ctx, 1, int16(replication), configs, r.topic); err != nil {
		if errors.Is(err, kerr.TopicAlreadyExists) {
			return messagef("Topic to restore '%s' already exists", r.topic)
		}
		return fmt.Errorf("creating topic %s with 1 partition and %d replicas: %w", r.topic, replication, err)
	}
	r.Logger.Info("Created the topic", "topic", r.topic, "replicationFactor", replication)
	return r.await(ctx)
}

// await waits until the brokers know the topic that was created.
func (r *restore) await(ctx context.Context) error {
	ticker := time.NewTicker(retryPause)
	defer ticker.Stop()
	for {
		_, found, err := r.cluster.describe(ctx, r.topic)
		if found && err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for topic %s, which was created: %w", r.topic, errors.Join(err, ctx.Err()))
		case <-ticker.C:
		}
	}
}

// correction says how records change on their way. Format V3 is never
// corrected, but for empty values.
func (r *restore) correction() *correction {
	return &correction{
		keys:  r.backup.Format != V3 && (r.topic == schemasTopic || r.ForceKeyCorrection),
		empty: r.o.EmptyValues,
	}
}

// produce sends all records but the first skip ones. The first failure stops
// everything: a record that were sent after it would stand in a wrong place.
func (r *restore) produce(ctx context.Context, skip int64) error {
	src, err := r.backup.records()
	if err != nil {
		return err
	}
	sending, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	watchdog := time.AfterFunc(r.o.DeliveryTimeout, func() { stop(errUnacknowledged) })
	defer watchdog.Stop()
	var acknowledged atomic.Int64
	others := &neighbours{next: r.end}
	promise := func(sent *kgo.Record, err error) {
		if err != nil {
			stop(err)
			return
		}
		watchdog.Reset(r.o.DeliveryTimeout)
		others.see(sent.Offset)
		acknowledged.Add(1)
	}
	p := r.progress("Restoring", r.records-skip)
	c, n := r.correction(), int64(0)
	var claims epochs
	_, err = drain(src, func(rec Record) error {
		n++
		inForce := true
		if r.joins {
			rec, inForce = claims.strip(rec)
		}
		if n > skip && inForce && sending.Err() == nil {
			p.step(acknowledged.Load())
			r.cluster.client.Produce(sending, toKafka(r.topic, c.apply(rec)), promise)
		}
		return context.Cause(sending)
	})
	if err == nil && r.cluster.client.Flush(sending) != nil {
		err = context.Cause(sending)
	}
	if err == nil {
		err = context.Cause(sending)
	}
	if err != nil {
		stop(err)
		r.abort(ctx)
		return r.broken(ctx, skip+acknowledged.Load(), err)
	}
	if others.found {
		return fmt.Errorf("all %d records were restored, but somebody else wrote to topic %s meanwhile: "+
			"stop all writers, delete the topic and restore again", r.records-skip, r.topic)
	}
	if claims.void > 0 {
		r.Logger.Info("Left out records that had no effect in their own topic", "topic", r.topic, "records", claims.void)
	}
	r.Logger.Info("Restored", "format", r.backup.Format.String(), "topic", r.topic, "records", r.records-skip-claims.void, "duration", p.duration())
	return nil
}

// abort drops what was not sent and waits a little for the rest, so that the
// number of records that were written is right in most cases.
func (r *restore) abort(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
	defer cancel()
	if err := r.cluster.client.AbortBufferedRecords(ctx); err != nil {
		r.Logger.V(1).Info("Some records were sent without an answer", "error", err.Error())
	}
}

// broken explains a restore that stopped half way.
func (r *restore) broken(ctx context.Context, done int64, err error) error {
	remedy := "delete the topic and restore again, or continue with --resume"
	if ctx.Err() != nil {
		return fmt.Errorf("interrupted after at least %d of %d records; %s: %w", done, r.records, remedy, context.Canceled)
	}
	return fmt.Errorf("%w: %w; topic %s holds at least %d of %d records; %s", ErrPublished, explained{err}, r.topic, done, r.records, remedy)
}

// explained is an error of Kafka with what it means.
type explained struct{ error }

func (e explained) Error() string { return kafka.Explain(e.error) }
func (e explained) Unwrap() error { return e.error }

// neighbours finds offsets before or between ours that others took. The client calls see
// in order and from one goroutine at a time.
type neighbours struct {
	next  int64
	found bool
}

func (n *neighbours) see(offset int64) {
	if offset != n.next {
		n.found = true
	}
	n.next = offset + 1
}

func toKafka(topic string, r Record) *kgo.Record {
	out := &kgo.Record{Topic: topic, Partition: 0, Key: r.Key, Value: r.Value}
	if r.Timestamp >= 0 {
		out.Timestamp = time.UnixMilli(r.Timestamp)
	}
	for _, h := range r.Headers {
		out.Headers = append(out.Headers, kgo.RecordHeader{Key: string(h.Key), Value: h.Value})
	}
	return out
}

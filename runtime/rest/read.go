package rest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/kafka"
)

// ReadOptions bound a read. The zero value takes the consumer's own.
type ReadOptions struct {
	// Timeout is how long to wait for the first record; MaxBytes how many
	// bytes of keys and values to return, at least one record. Nil means the
	// default; 0 returns nothing.
	Timeout  *time.Duration
	MaxBytes *int
}

// ConsumedRecord is a record as it is handed out. Key and Value are JSON texts
// in the consumer's format; they are valid until the sink returns.
type ConsumedRecord struct {
	TopicPartition
	Offset     int64
	Timestamp  time.Time // zero when Kafka gave none
	Key, Value []byte
	Headers    []Header
}

// drain is how long a read that has something waits for more to come.
const drain = 50 * time.Millisecond

// pollRecords bounds how many records move from the Kafka client at once.
const pollRecords = 5000

// Sink takes the records of one read.
type Sink interface {
	// Record takes a record, which is valid until it returns.
	Record(r *ConsumedRecord) error
	// End is called after the last record of a read that succeeds.
	End() error
}

// Read waits for records and hands them to sink, in the order of each
// partition. It stops with the record that reaches MaxBytes; what was taken
// from Kafka beyond that is what the next read begins with.
//
// The records are done with when End has returned nil: that is what a commit
// covers. When the sink fails, all of them will be handed out again. A record
// that cannot be decoded ends the read without error if it is not the first;
// the next read then begins with it and fails with Undecodable. Kinds:
// UnknownConsumer, NotSubscribable, Undecodable, RegistryRefused, Forbidden,
// FetchFailed; or what the sink returned.
func (c *Consumer) Read(ctx context.Context, o ReadOptions, sink Sink) error {
	release, err := c.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	timeout, limit := c.bounds(o)
	if timeout == 0 || limit == 0 {
		return sink.End()
	}
	if err := c.checkTopics(ctx); err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := c.gather(waiting, limit); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err() // Nobody is there to take the records.
	}
	return c.handOut(ctx, limit, sink)
}

func (c *Consumer) bounds(o ReadOptions) (timeout time.Duration, maxBytes int) {
	s := c.service.settings
	timeout, maxBytes = c.Config.RequestTimeout, s.RequestMaxBytes
	if o.Timeout != nil {
		timeout = *o.Timeout
	}
	if o.MaxBytes != nil {
		maxBytes = *o.MaxBytes
	}
	return min(timeout, s.MaxReadTimeout), min(maxBytes, max(s.MaxReadBytes, s.RequestMaxBytes))
}

// checkTopics refuses a read that can only end empty, because nothing that it
// could read exists, or Kafka does not answer.
func (c *Consumer) checkTopics(ctx context.Context) error {
	topics := c.topicsToRead()
	known := false
	for _, topic := range topics {
		_, err := c.service.Topic(ctx, topic)
		err = unhidden(err)
		if e, ok := errors.AsType[*Error](err); ok && e.Kind == UnknownTopic {
			continue
		}
		if err != nil {
			return fetchRefused(err)
		}
		known = true
	}
	if len(topics) > 0 && !known {
		return notSubscribable()
	}
	return nil
}

// fetchRefused is the failure of a read that did not come to reading.
func fetchRefused(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == Forbidden {
		return err
	}
	return &Error{Kind: FetchFailed, Text: "Failed to fetch", Err: err}
}

// topicsToRead are the topics that the instance asked for by name, none when
// there are records to hand out already.
func (c *Consumer) topicsToRead() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.held) > 0 {
		return nil
	}
	if !c.assigned {
		return c.topics
	}
	var topics []string
	for _, tp := range c.partitions() {
		topics = append(topics, tp.Topic)
	}
	return slices.Compact(topics)
}

// gather takes records from Kafka until there is enough to hand out: limit
// bytes, or everything that is there, or as much as the memory of the process
// has room for. It returns without error when the time
// is over. A failure of Kafka counts only when there is nothing to hand out;
// otherwise the next read meets it.
func (c *Consumer) gather(ctx context.Context, limit int) error {
	for {
		have, drained := c.gathered()
		enough := have > 0 && have >= c.Config.FetchMinBytes
		if have >= limit || (enough && drained) || (have > 0 && c.isCrowded()) {
			return nil
		}
		got, err := c.poll(ctx, enough)
		if err != nil && have == 0 {
			return err
		}
		if err != nil || (enough && !got) {
			return nil
		}
		if ctx.Err() != nil {
			return c.timedOut()
		}
	}
}

// gathered returns the bytes that are held, and whether Kafka had no more when
// it was last asked. Records without bytes count as one.
func (c *Consumer) gathered() (bytes int, drained bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.parts {
		if p.high < 0 || p.fetched < p.high {
			return c.heldBytes, false
		}
	}
	return c.heldBytes, true
}

// timedOut is how a read without records ends: empty, unless the reason is
// known.
func (c *Consumer) timedOut() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.held) > 0 || c.memberErr == nil {
		return nil
	}
	return kafkaFailure("Failed to fetch", FetchFailed, c.memberErr)
}

// poll waits for records and adds them to those that are held. With short it
// waits for as long as a drain lasts.
func (c *Consumer) poll(ctx context.Context, short bool) (got bool, err error) {
	c.mu.Lock()
	fetcher, changed, generation, waits := c.fetcher, c.changed, c.generation, len(c.parts) == 0
	err = c.groupFailure()
	c.mu.Unlock()
	if err != nil {
		return false, err
	}
	if short {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, drain)
		defer cancel()
	}
	if fetcher == nil || waits {
		select {
		case <-changed:
			return false, nil
		case <-c.gone:
			return false, unknownConsumer(c.ID)
		case <-ctx.Done():
			return false, nil
		}
	}
	return c.keep(fetcher.PollRecords(ctx, pollRecords), generation)
}

// groupFailure is a reason why the group will never give partitions. Called
// with mu held.
func (c *Consumer) groupFailure() error {
	if c.memberErr == nil || kafka.Classify(c.memberErr).Temporary() {
		return nil
	}
	return kafkaFailure("Failed to fetch", FetchFailed, c.memberErr)
}

// keep adds what was polled to what is held. Records of partitions whose
// position was set after the poll began, or that are no longer ours, are from
// another life and dropped:
//
//	T1 polls: records 50 to 60 of partition 0 leave the Kafka client
//	T2 the group takes partition 0 away and gives it back, at offset 40
//	T1 would hand out 50 to 60, and then 40 to 60
func (c *Consumer) keep(fetches kgo.Fetches, generation uint64) (got bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fetches.EachPartition(func(f kgo.FetchTopicPartition) {
		if failure := fetchFailure(c.ID, f.Err); failure != nil {
			err = failure
		}
		p := c.parts[TopicPartition{f.Topic, f.Partition}]
		if p == nil || p.since > generation || len(f.Records) == 0 {
			return
		}
		got = true
		c.held = append(c.held, f.Records...)
		for _, r := range f.Records {
			c.heldBytes += sizeOf(r)
		}
		p.fetched, p.high = f.Records[len(f.Records)-1].Offset+1, f.HighWatermark
	})
	c.account()
	return got, err
}

// fetchFailure is the error of one fetched partition, nil when it passes by
// itself.
func fetchFailure(id ConsumerID, err error) error {
	switch {
	case err == nil, errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return nil
	case errors.Is(err, kgo.ErrClientClosed):
		return unknownConsumer(id)
	case kafka.Classify(err) == kafka.UnknownTopicOrPartition:
		return notSubscribable()
	case kafka.Classify(err).Temporary():
		return nil
	}
	if _, ok := errors.AsType[*kgo.ErrDataLoss](err); ok {
		return nil // The client has moved to what there is.
	}
	return kafkaFailure("Failed to fetch", FetchFailed, err)
}

// handOut decodes held records and gives them to the sink until limit bytes are
// out, or for conversionTime. What the sink does not take goes back.
func (c *Consumer) handOut(ctx context.Context, limit int, sink Sink) (err error) {
	select {
	case c.handing <- struct{}{}:
		defer func() { <-c.handing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	var out handed
	defer func() {
		if err != nil {
			c.takeBack(&out)
			return
		}
		c.done(&out)
	}()
	d := decoder{schemas: c.service.schemas, format: c.Config.Format}
	var spent time.Duration // without what the sink waits for its client
	for bytes := 0; bytes < limit && spent <= conversionTime; {
		r := c.front()
		if r == nil {
			break
		}
		begin := c.service.clock()
		record, err := d.decode(ctx, r)
		spent += c.service.clock().Sub(begin)
		if err != nil && len(out.records) > 0 {
			break
		}
		if err != nil {
			if e, ok := errors.AsType[*Error](err); ok && e.Kind == Undecodable && c.service.settings.SkipUndecodable {
				c.skip(r)
			}
			return err
		}
		if err := sink.Record(record); err != nil {
			return err
		}
		c.advance(r, &out)
		bytes += sizeOf(r)
	}
	return sink.End()
}

// handed is what one read has given to its sink.
type handed struct {
	records []*kgo.Record
	// since are the generations of the partitions that the records are from.
	since map[TopicPartition]uint64
}

func (c *Consumer) front() *kgo.Record {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.held) == 0 {
		return nil
	}
	return c.held[0]
}

// advance takes a record that the sink has from what is held, unless its
// partition went away meanwhile.
func (c *Consumer) advance(r *kgo.Record, out *handed) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.held) == 0 || c.held[0] != r {
		return
	}
	c.held[0] = nil
	c.held = c.held[1:]
	c.heldBytes -= sizeOf(r)
	c.handed += sizeOf(r) + recordOverhead
	if len(c.held) == 0 {
		c.held, c.heldBytes = nil, 0
	}
	tp := TopicPartition{r.Topic, r.Partition}
	p := c.parts[tp]
	if p == nil {
		return
	}
	if out.since == nil {
		out.since = map[TopicPartition]uint64{}
	}
	out.since[tp] = p.since
	out.records = append(out.records, r)
}

// skip makes a read go on behind a record that nobody can have.
func (c *Consumer) skip(r *kgo.Record) {
	var out handed
	c.advance(r, &out)
	c.done(&out)
}

// done notes that the client has the records of a read, except where the
// position was set anew meanwhile. From now on a commit covers them.
func (c *Consumer) done(out *handed) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range out.records {
		if p := c.partOf(r, out); p != nil {
			p.read, p.epoch = r.Offset+1, r.LeaderEpoch
		}
	}
	c.handed = 0
	c.account()
}

// takeBack makes the records of a read the next ones again.
func (c *Consumer) takeBack(out *handed) {
	c.mu.Lock()
	defer c.mu.Unlock()
	again := make([]*kgo.Record, 0, len(out.records)+len(c.held))
	for _, r := range out.records {
		if c.partOf(r, out) != nil {
			again = append(again, r)
			c.heldBytes += sizeOf(r)
		}
	}
	c.held = append(again, c.held...)
	c.handed = 0
	c.account()
}

// partOf is the partition of a record that was handed out, nil when it is not
// ours any more, or is read from somewhere else. Called with mu held.
func (c *Consumer) partOf(r *kgo.Record, out *handed) *part {
	tp := TopicPartition{r.Topic, r.Partition}
	if p := c.parts[tp]; p != nil && p.since == out.since[tp] {
		return p
	}
	return nil
}

// sizeOf is what a record counts in max_bytes and fetch.min.bytes, at least
// one, so that records without bytes are something.
func sizeOf(r *kgo.Record) int { return max(len(r.Key)+len(r.Value), 1) }

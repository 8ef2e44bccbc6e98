package rest

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// The places in a partition that have names instead of offsets.
const (
	FromBeginning int64 = -2
	FromEnd       int64 = -1
)

// PartitionRead is a read of one partition without a consumer.
type PartitionRead struct {
	TopicPartition
	// Offset is where to begin, or FromBeginning or FromEnd.
	Offset int64
	// Records, MaxBytes and Timeout bound what is returned and how long there
	// is waited for a first record. At least one record is returned, however
	// large.
	Records, MaxBytes int
	Timeout           time.Duration
	Format            Format
}

// maxPartitionReads bounds the reads without a consumer that go on at the same
// time in a process: each has connections of its own.
const maxPartitionReads = 64

// errEnough ends a read that has all the records it wanted.
var errEnough = errors.New("enough records")

// ReadPartition hands the records of a partition to sink as Consumer.Read does,
// and returns the offset at which it began. It works through a consumer that
// exists for the one read, without a group. Kinds: UnknownTopic,
// UnknownPartition, Refused for an offset that the partition does not have,
// TooManyConsumers, and those of Consumer.Read.
func (s *Service) ReadPartition(ctx context.Context, r PartitionRead, sink Sink) (from int64, err error) {
	beginning, end, err := s.PartitionOffsets(ctx, r.Topic, r.Partition)
	if err != nil {
		return 0, err
	}
	switch from = r.Offset; {
	case from == FromBeginning:
		from = beginning
	case from == FromEnd:
		from = end
	case from < beginning || from > end:
		return 0, fail(Refused, "Offset %d is out of range: the partition has the offsets from %d, and the next one is %d", from, beginning, end)
	}
	if r.Records == 0 {
		return from, sink.End()
	}
	if !s.memory.reads.take() {
		return 0, fail(TooManyConsumers, "There are as many reads without a consumer as may be at the same time: try again later")
	}
	defer s.memory.reads.add(-1)
	c := newConsumer(s, ConsumerID{Instance: "partition-read"}, ConsumerConfig{Format: r.Format})
	defer c.close(ctx)
	if err := c.readFrom(r.TopicPartition, from); err != nil {
		return 0, err
	}
	err = c.Read(ctx, ReadOptions{Timeout: &r.Timeout, MaxBytes: &r.MaxBytes}, &limitedSink{sink, r.Records})
	if errors.Is(err, errEnough) {
		err = sink.End()
	}
	return from, err
}

// readFrom assigns one partition by hand, from an offset that is known to be
// there.
func (c *Consumer) readFrom(tp TopicPartition, offset int64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.assigned = true
	return c.follow(map[string]map[int32]kgo.Offset{tp.Topic: {tp.Partition: kgo.NewOffset().At(offset)}})
}

// limitedSink ends a read before the record that is one too many.
type limitedSink struct {
	Sink
	left int
}

// Record takes a record, or says that there are enough.
func (l *limitedSink) Record(r *ConsumedRecord) error {
	if l.left == 0 {
		return errEnough
	}
	l.left--
	return l.Sink.Record(r)
}

package schemalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/record"
)

const (
	// fetchBytes is what one fetch may bring: long topics are read in few. It has
	// to arrive within fetchWait and readerPatience, which 9 Mbit/s do.
	fetchBytes = 4 << 20
	// fetchWait is how long the broker holds a fetch when there is nothing new;
	// a new record ends it at once. With readerPatience it is how long a broker
	// that hangs goes unnoticed, and with it every write that waits to be read.
	fetchWait      = time.Second
	readerPatience = 3 * time.Second
	// quiet is how long nothing may come before the end is reached until the
	// reader looks for what is not delivered.
	quiet = 500 * time.Millisecond
	// progressEvery is how often a long replay says how far it is.
	progressEvery = 5 * time.Second
	// applyAtOnce is how many records are applied before it is looked whether the
	// process is to end. A fetch can bring 50,000 records, which on a busy machine
	// take longer than a stop may.
	applyAtOnce = 2000
)

// newReaderClient returns a client that reads the topic from an offset.
// Aborted transactions of other writers are not read; their markers are, since
// they take offsets too.
func (l *Log) newReaderClient(from int64) (*kgo.Client, error) {
	opts := append(append([]kgo.Opt{}, l.cfg.Reader...),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{l.cfg.Topic: {0: kgo.NewOffset().At(from)}}),
		kgo.ConsumeResetOffset(kgo.NoResetOffset()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.KeepControlRecords(),
		kgo.KeepRetryableFetchErrors(),
		kgo.FetchMaxBytes(2*fetchBytes),
		kgo.FetchMaxPartitionBytes(fetchBytes),
		kgo.FetchMaxWait(fetchWait),
		kgo.RequestTimeoutOverhead(readerPatience),
	)
	client, err := kgo.NewClient(opts...)
	if err != nil {
		return nil, fmt.Errorf("making the client that reads the schemas topic: %w", err)
	}
	return client, nil
}

// read applies everything from an offset on. It closes caughtUp when the end
// that the session began with is reached, which is at once on an empty topic.
//
// The position is the next offset to be fetched, not the last record: control
// records have offsets but nothing to apply, and records that compaction took
// away leave gaps.
func (s *session) read(ctx context.Context, from int64) error {
	l, client := s.log, s.reader
	r := &reader{log: l, position: from, began: l.cfg.Now()}
	r.progress = r.began
	if from >= s.end {
		s.reachedEnd(r)
	}
	for {
		waiting := r.position < s.end
		fetches := poll(ctx, client, waiting)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := r.apply(ctx, fetches); err != nil {
			return err
		}
		if !waiting {
			continue
		}
		if fetches.NumRecords() == 0 {
			r.advance(s.probe(ctx, client, r.position))
		}
		if r.position >= s.end {
			s.reachedEnd(r)
		} else {
			r.sayProgress(s.end)
		}
	}
}

func poll(ctx context.Context, client *kgo.Client, waiting bool) kgo.Fetches {
	if waiting {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, quiet)
		defer cancel()
	}
	return client.PollFetches(ctx)
}

// reachedEnd lets the state be served and writers in.
func (s *session) reachedEnd(r *reader) {
	l := s.log
	if !l.ready.Swap(true) {
		l.logger.Info("Read the schemas topic to its end", "records", r.records, "offset", r.position-1,
			"duration", l.cfg.Now().Sub(r.began).String())
	}
	l.retry.worked()
	close(s.caughtUp)
}

// reader is the progress of reading.
type reader struct {
	log      *Log
	position int64 // the next offset
	records  int64
	began    time.Time
	progress time.Time
}

// apply applies what was fetched and returns an error that ends the session.
func (r *reader) apply(ctx context.Context, fetches kgo.Fetches) error {
	var fault error
	fetches.EachPartition(func(p kgo.FetchTopicPartition) {
		if err := r.fault(p.Err); err != nil {
			fault = err
		}
		for some := range slices.Chunk(p.Records, applyAtOnce) {
			if ctx.Err() != nil {
				fault = ctx.Err()
				return
			}
			fault = errors.Join(fault, r.applyRecords(some))
		}
		if p.Err == nil && p.HighWatermark >= 0 {
			r.log.status.contact(p.HighWatermark)
		}
	})
	return fault
}

func (r *reader) applyRecords(in []*kgo.Record) error {
	recs := make([]record.Record, 0, len(in))
	for _, rec := range in {
		if rec.Attrs.IsControl() {
			continue
		}
		recs = append(recs, record.Record{
			RawKey: rec.Key, Value: rec.Value, Offset: rec.Offset, Timestamp: rec.Timestamp.UnixMilli(),
			Epoch: epochOf(rec.Headers),
		})
	}
	r.records += int64(len(recs))
	problems := r.log.state.Apply(recs)
	r.log.problems.report(problems)
	// Waiters are woken last: who is woken looks at the state.
	r.advance(in[len(in)-1].Offset + 1)
	if r.log.cfg.Strict {
		return malformed(problems)
	}
	return nil
}

// malformed returns the error of the first record that a strict reader stops
// at.
func malformed(problems []record.Problem) error {
	for _, p := range problems {
		if p.Reason.Malformed() {
			return fmt.Errorf("%w: offset %d, %s: %w; delete the record (write its key with no value), "+
				"or set kafka_schema_reader_strict_mode to false", ErrMalformedRecord, p.Offset, p.Reason, p.Err)
		}
	}
	return nil
}

func (r *reader) advance(position int64) {
	if position > r.position {
		r.position = position
		r.log.waiters.advance(position - 1)
	}
}

// fault returns the errors after which the position means nothing any more.
// The client goes on by itself after all others.
func (r *reader) fault(err error) error {
	var loss *kgo.ErrDataLoss
	switch {
	case err == nil, errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return nil
	case errors.As(err, &loss),
		errors.Is(err, kerr.OffsetOutOfRange),
		errors.Is(err, kerr.UnknownTopicOrPartition),
		errors.Is(err, kerr.UnknownTopicID),
		errors.Is(err, kerr.InconsistentTopicID):
		return fmt.Errorf("%w: %w", errTopicChanged, err)
	case errors.Is(err, kgo.ErrClientClosed), !kerr.IsRetriable(err):
		return fmt.Errorf("reading the schemas topic: %w", err)
	}
	r.log.logger.V(1).Info("Reading the schemas topic meets a passing fault", "error", err.Error())
	return nil
}

func (r *reader) sayProgress(end int64) {
	now := r.log.cfg.Now()
	if now.Sub(r.progress) < progressEvery {
		return
	}
	r.progress = now
	r.log.logger.Info("Reading the schemas topic", "offset", r.position-1, "end", end, "records", r.records)
}

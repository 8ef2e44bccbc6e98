package schemalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/kafka"
	"github.com/plastron-dev/plastron/runtime/record"
)

const (
	// recordOverhead is more than a record takes beyond its key, value and
	// headers, alone in its batch.
	recordOverhead = 256
	// minDeliveryTimeout is the least that the client accepts.
	minDeliveryTimeout = time.Second
	// maxGroup bounds how many appends are written in one go.
	maxGroup = 256

	// produceWait is what an append grants the broker, and writerPatience what it
	// and every other request of the writer get on top. A broker that hangs
	// accepts connections and never answers, and as long as it is waited for,
	// nobody looks where the partition has moved: with 3 and 5 s, writes stopped
	// for 8 to 27 s, although Kafka had another leader after 3. Trying again is
	// safe, since the writer is idempotent, and cheap.
	produceWait    = 2 * time.Second
	writerPatience = 2 * time.Second
	// lookAgain is how often one who waits for an acknowledgement asks where the
	// partition is. A request that hangs cannot be taken back, but when it is
	// given up, it is known who to ask then; the question itself can hang too.
	lookAgain = time.Second
)

// newWriterClient returns a client that appends: idempotent, acknowledged by
// all in-sync replicas, nothing held back, no compression of what is small.
func (l *Log) newWriterClient() (*kgo.Client, error) {
	opts := append(append([]kgo.Opt{}, l.cfg.Writer...),
		kgo.DefaultProduceTopic(l.cfg.Topic),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.ProducerLinger(0),
		kgo.ProducerBatchCompression(kgo.NoCompression()),
		kgo.ProducerBatchMaxBytes(l.cfg.MaxRecordBytes),
		kgo.ProduceRequestTimeout(produceWait),
		kgo.RequestTimeoutOverhead(writerPatience),
		kgo.RecordDeliveryTimeout(max(l.cfg.AppendTimeout, minDeliveryTimeout)),
	)
	client, err := kgo.NewClient(opts...)
	if err != nil {
		return nil, fmt.Errorf("making the client that writes the schemas topic: %w", err)
	}
	return client, nil
}

func (l *Log) tooLarge(rec record.Record) bool {
	size := len(rec.KeyBytes()) + len(rec.Value) + recordOverhead
	for _, h := range l.headers(rec.Epoch) {
		size += len(h.Key) + len(h.Value)
	}
	return size > int(l.cfg.MaxRecordBytes)
}

// withHighWater puts a record with the highest ids ever given out before the
// tombstone of a schema, unless the log has one already. After the tombstone,
// compaction can take away the only record that says that the id was used, and
// a process that starts then would give it to another schema.
func (l *Log) withHighWater(recs []record.Record) []record.Record {
	for _, rec := range recs {
		if rec.Value != nil || !isSchema(rec) {
			continue
		}
		marks, persisted := l.state.HighWater()
		if persisted {
			return recs
		}
		return append([]record.Record{{Key: record.Noop(), Value: marks.Bytes(), Epoch: rec.Epoch}}, recs...)
	}
	return recs
}

func isSchema(rec record.Record) bool {
	if rec.Key.Type != "" {
		return rec.Key.Type == record.SchemaKey
	}
	k, err := record.ParseKey(rec.RawKey)
	return err == nil && k.Type == record.SchemaKey
}

func (l *Log) kafkaRecords(recs []record.Record) []*kgo.Record {
	out := make([]*kgo.Record, len(recs))
	for i, rec := range recs {
		out[i] = &kgo.Record{Topic: l.cfg.Topic, Partition: 0, Key: rec.KeyBytes(), Value: rec.Value, Headers: l.headers(rec.Epoch)}
	}
	return out
}

func (l *Log) headers(epoch record.Epoch) []kgo.RecordHeader {
	if epoch.IsZero() {
		return l.cfg.Headers
	}
	return append(slices.Clip(l.cfg.Headers), kgo.RecordHeader{Key: record.EpochHeader, Value: []byte(epoch.String())})
}

// epochOf reads the header; the last one counts if there are several.
func epochOf(headers []kgo.RecordHeader) record.Epoch {
	for _, h := range slices.Backward(headers) {
		if h.Key == record.EpochHeader {
			return record.ParseEpoch(h.Value)
		}
	}
	return record.Epoch{}
}

// writer is the one goroutine that appends, for as long as its session lasts.
type writer struct {
	log    *Log
	client *kgo.Client
	reader *kgo.Client // reads what client has written
	// queue has no buffer: whatever was handed over gets an answer, and whatever
	// was not was not written.
	queue chan *appending
	ended chan struct{} // closed when nobody takes from queue any more
}

// appending is one call of Append on its way.
type appending struct {
	recs   []*kgo.Record
	answer chan answer // with room for the one answer
}

type answer struct {
	offset int64
	err    error
}

// append hands records to the writer and returns the offset of the last one.
func (w *writer) append(ctx context.Context, recs []*kgo.Record) (int64, error) {
	a := &appending{recs: recs, answer: make(chan answer, 1)}
	select {
	case w.queue <- a:
	case <-w.ended:
		return 0, ErrNotReady
	case <-ctx.Done():
		return 0, fmt.Errorf("%w: it was not sent in time: %w", ErrNotReady, ctx.Err())
	}
	select {
	case got := <-a.answer:
		return got.offset, got.err
	case <-ctx.Done():
		return 0, fmt.Errorf("%w: %w", ErrUnknownOutcome, ctx.Err())
	}
}

// write waits until the session is caught up, then lets writers in and appends
// what they bring, many at once when many wait. It returns, and so ends the
// session, when the outcome of an append is unknown.
func (s *session) write(ctx context.Context) error {
	select {
	case <-s.caughtUp:
	case <-ctx.Done():
		return ctx.Err()
	}
	w := &writer{log: s.log, client: s.writer, reader: s.reader, queue: make(chan *appending), ended: make(chan struct{})}
	s.log.setWriter(w)
	defer func() {
		s.log.setWriter(nil)
		close(w.ended)
	}()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case a := <-w.queue:
			if err := w.commitGroup(ctx, w.waiting(a)); err != nil {
				return err
			}
		}
	}
}

// waiting returns first and everybody else who stands in the queue.
func (w *writer) waiting(first *appending) []*appending {
	group := []*appending{first}
	for len(group) < maxGroup {
		select {
		case a := <-w.queue:
			group = append(group, a)
		default:
			return group
		}
	}
	return group
}

// commitGroup writes a group and answers everybody in it. If the broker finds a
// record too large, it refuses the whole batch that it was in; each append of
// the group is tried alone then, so that one cannot fail its neighbours.
func (w *writer) commitGroup(ctx context.Context, group []*appending) error {
	answers, err := w.commit(ctx, group)
	for i, a := range group {
		got := answers[i]
		if len(group) > 1 && errors.Is(got.err, ErrTooLarge) {
			got, err = w.tryAlone(ctx, a, err)
		}
		a.answer <- got
	}
	return err
}

// tryAlone writes an append that was refused as part of a group, unless the
// session is over because of earlier.
func (w *writer) tryAlone(ctx context.Context, a *appending, earlier error) (answer, error) {
	if earlier != nil {
		return answer{err: ErrNotReady}, earlier
	}
	answers, err := w.commit(ctx, []*appending{a})
	return answers[0], err
}

// commit writes the records of some appends as one batch and returns an answer
// for each. The error is errInDoubt when the outcome of any is unknown.
func (w *writer) commit(ctx context.Context, group []*appending) ([]answer, error) {
	applied := w.log.waiters.position()
	p := w.produce(ctx, group)
	timer := time.NewTimer(w.log.cfg.AppendTimeout)
	defer timer.Stop()
	cause := w.await(ctx, p, timer.C)
	answers := make([]answer, len(group))
	var doubt error
	for i, a := range group {
		answers[i] = p.outcome(a, applied, cause)
		if errors.Is(answers[i].err, ErrUnknownOutcome) {
			doubt = fmt.Errorf("%w: %w", errInDoubt, answers[i].err)
		}
	}
	return answers, doubt
}

// await returns when all records have their outcome, or why it was not waited
// for any longer.
func (w *writer) await(ctx context.Context, p *production, over <-chan time.Time) error {
	late := time.NewTicker(lookAgain)
	defer late.Stop()
	for {
		select {
		case <-p.done:
			return nil
		case <-late.C:
			w.client.ForceMetadataRefresh()
			w.reader.ForceMetadataRefresh()
		case <-over:
			return fmt.Errorf("no acknowledgement within %s", w.log.cfg.AppendTimeout)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// production is a group of records between Produce and their acknowledgement.
type production struct {
	done chan struct{}

	mu      sync.Mutex
	left    int
	results map[*kgo.Record]result
}

// result is copied out of a record: the client owns the record until it has
// reported on it, and a group may be given up before.
type result struct {
	offset int64
	err    error
}

func (w *writer) produce(ctx context.Context, group []*appending) *production {
	p := &production{done: make(chan struct{}), results: make(map[*kgo.Record]result)}
	for _, a := range group {
		p.left += len(a.recs)
	}
	// A record that was handed over is not taken back when the session ends:
	// that would only make its outcome unknown, and kill the connection.
	ctx = context.WithoutCancel(ctx)
	for _, a := range group {
		for _, rec := range a.recs {
			again := *rec // The client writes into it, and it may be tried twice.
			w.client.Produce(ctx, &again, func(done *kgo.Record, err error) { p.finish(rec, done.Offset, err) })
		}
	}
	return p
}

func (p *production) finish(rec *kgo.Record, offset int64, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.results[rec] = result{offset, err}
	if p.left--; p.left == 0 {
		close(p.done)
	}
}

// outcome says what became of one append: written when all its records are
// acknowledged behind everything that was applied before; not written when the
// broker found all of them too large; unknown in all other cases. Even an error
// that says that a record was not written is no proof: it is the answer to the
// last attempt only.
func (p *production) outcome(a *appending, applied int64, cause error) answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	written, refused := 0, 0
	var last int64
	for _, rec := range a.recs {
		r, known := p.results[rec]
		switch {
		case known && r.err == nil && r.offset > applied:
			written, last = written+1, r.offset
		case known && r.err == nil:
			cause = fmt.Errorf("it got offset %d, although %d was applied before: %w", r.offset, applied, errTopicChanged)
		case known && kafka.Classify(r.err) == kafka.TooLarge:
			refused++
		case known:
			cause = r.err
		}
	}
	switch {
	case written == len(a.recs):
		return answer{offset: last}
	case refused == len(a.recs):
		return answer{err: fmt.Errorf("%w: the broker refused it", ErrTooLarge)}
	case cause == nil:
		cause = errors.New("only some of the records were written")
	}
	return answer{err: fmt.Errorf("%w: %w", ErrUnknownOutcome, cause)}
}

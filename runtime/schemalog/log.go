package schemalog

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/kafka"
	"github.com/plastron-dev/plastron/runtime/record"
)

// State is what the records build. Apply gets them in order, each exactly once
// between two calls of Reset. HighWater returns the highest ids ever seen, and
// whether a record in the log says so; Epoch the highest epoch in the log, and
// Repairs what its owner has to write because of late records of others.
type State interface {
	Apply(recs []record.Record) []record.Problem
	HighWater() (marks record.NoopValue, persisted bool)
	Epoch() record.Epoch
	Repairs() []record.Record
	Reset()
}

// Defaults of Config.
const (
	DefaultTopic          = "_schemas"
	DefaultMaxRecordBytes = 1_000_012
	// DefaultAppendTimeout is more than Kafka takes to give a partition another
	// leader when a broker does not answer (broker.session.timeout.ms, 9 s), so
	// that such a write is late and not of unknown outcome.
	DefaultAppendTimeout = 15 * time.Second
	DefaultCheckInterval = 30 * time.Second
)

// Config says which topic the log is, and how to reach it. Zero values are the
// defaults.
type Config struct {
	// Topic is the name of the topic; default _schemas.
	Topic string
	// Reader and Writer are options of the two clients: brokers, security,
	// client ids. What makes them reader and writer is added here.
	Reader, Writer []kgo.Opt
	// ReplicationFactor is used as it is when the topic has to be made; 0 means
	// three, or the number of brokers if that is less.
	ReplicationFactor int16
	// RequireCompact makes a topic whose clean-up policy is not exactly
	// "compact" an error of Run instead of a problem in Status.
	RequireCompact bool
	// Strict makes a malformed record an error of Run; otherwise it is skipped
	// and counted.
	Strict bool
	// MaxRecordBytes bounds a record, and a batch of records, and should be what
	// the topic's max.message.bytes is; default 1,000,012.
	MaxRecordBytes int32
	// AppendTimeout bounds the wait for the broker's acknowledgement; default
	// 15 s. After it the outcome of an append is unknown.
	AppendTimeout time.Duration
	// CheckInterval is how often the topic's identity, end and policy are
	// looked at; default 30 s.
	CheckInterval time.Duration
	// Headers are added to every record that is written: who wrote it, for
	// people who look at the topic. No reader needs them.
	Headers []kgo.RecordHeader
	// Owner names this process in the epochs of its records, differently at
	// every start. Without it barriers claim nothing, and nothing keeps two
	// writers apart.
	Owner string
	// Generation is the generation of the election group, which terms of epochs
	// follow as far as they can; nil is always 0.
	Generation func() int32
	// Now is the clock of Status and of progress messages; default time.Now.
	Now func() time.Time
	// Logger gets state changes at level 0 and single records that were not
	// applied at level 1.
	Logger logr.Logger
}

// Log is the schemas topic as this process sees it.
type Log struct {
	cfg      Config
	state    State
	logger   logr.Logger
	waiters  *waiters
	status   status
	problems problemLog
	retry    retryLog

	mu      sync.Mutex
	open    *writer       // the writer of the session that is caught up, or nil
	changed chan struct{} // closed and replaced when open changes

	ready atomic.Bool

	// The following belongs to the goroutine of Run.

	known   kadm.TopicID // the incarnation of the topic that state was built from
	visited bool         // the topic was seen; it is not made again
}

// New returns a log that builds state. It connects to nothing: see Run.
func New(cfg Config, state State) *Log {
	if cfg.Topic == "" {
		cfg.Topic = DefaultTopic
	}
	if cfg.MaxRecordBytes <= 0 {
		cfg.MaxRecordBytes = DefaultMaxRecordBytes
	}
	if cfg.AppendTimeout <= 0 {
		cfg.AppendTimeout = DefaultAppendTimeout
	}
	if cfg.CheckInterval <= 0 {
		cfg.CheckInterval = DefaultCheckInterval
	}
	if cfg.Generation == nil {
		cfg.Generation = func() int32 { return 0 }
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger.GetSink() == nil {
		cfg.Logger = logr.Discard()
	}
	l := &Log{
		cfg:     cfg,
		state:   state,
		logger:  cfg.Logger.WithValues("topic", cfg.Topic),
		waiters: newWaiters(),
		status:  status{now: cfg.Now, cur: Status{Applied: -1}},
		changed: make(chan struct{}),
	}
	l.problems.logger, l.retry.logger, l.retry.now = l.logger, l.logger, cfg.Now
	return l
}

// Delays between sessions: what went wrong may pass at once, or may not.
const (
	firstDelay = 50 * time.Millisecond
	maxDelay   = 5 * time.Second
)

// Run makes sure the topic is there, reads it to its end and then for ever, and
// lets writers in, until ctx ends, which is no error. Faults of Kafka are
// retried without limit; a topic of the wrong layout (ErrTopicLayout) and, in
// strict mode, a malformed record (ErrMalformedRecord) are errors, because
// waiting does not help.
func (l *Log) Run(ctx context.Context) error {
	delay := firstDelay
	for {
		caughtUp, err := l.session(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if errors.Is(err, ErrTopicLayout) || errors.Is(err, ErrMalformedRecord) {
			return err
		}
		l.status.change(func(s *Status) { s.LastError = kafka.Explain(err) })
		l.retry.failed(err)
		if caughtUp {
			delay = firstDelay
		}
		timer := time.NewTimer(delay)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
		delay = min(2*delay, maxDelay)
	}
}

// Ready reports whether the topic was read to its end, so that the state is
// fit to be served.
func (l *Log) Ready() bool { return l.ready.Load() }

// Status returns how the log is doing.
func (l *Log) Status() Status {
	s := l.status.get()
	s.Ready, s.Applied = l.Ready(), l.waiters.position()
	s.End = max(s.End, s.Applied+1)
	l.mu.Lock()
	defer l.mu.Unlock()
	s.Writable = l.open != nil
	return s
}

// Append writes records in the order given, each under the epoch that it
// names, and returns the offset of the last
// one, after this process has applied it. Records are written in one go, but
// not atomically: a fault can leave some of them behind.
//
// It returns ErrNotReady or ErrTooLarge when nothing was written, the error of
// ctx when that ended before anything was handed to the broker, and
// ErrUnknownOutcome, wrapped around the cause, in every other case.
func (l *Log) Append(ctx context.Context, recs []record.Record) (int64, error) {
	if len(recs) == 0 {
		return l.waiters.position(), nil
	}
	for _, rec := range recs {
		if l.tooLarge(rec) {
			return 0, fmt.Errorf("%w: it has %d bytes, the limit is %d", ErrTooLarge, len(rec.Value), l.cfg.MaxRecordBytes)
		}
	}
	w := l.writer()
	if w == nil {
		return 0, ErrNotReady
	}
	offset, err := w.append(ctx, l.kafkaRecords(l.withHighWater(recs)))
	if err != nil {
		return 0, err
	}
	if err := l.waiters.wait(ctx, offset); err != nil {
		return 0, fmt.Errorf("%w: it was acknowledged at offset %d, but not read back: %w", ErrUnknownOutcome, offset, err)
	}
	return offset, nil
}

func (l *Log) writer() *writer {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open
}

func (l *Log) setWriter(w *writer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = w
	close(l.changed)
	l.changed = make(chan struct{})
}

// AwaitWritable returns when the topic was read to its end and can be written,
// or with ErrNotReady when ctx ends first.
func (l *Log) AwaitWritable(ctx context.Context) error {
	for {
		l.mu.Lock()
		open, changed := l.open, l.changed
		l.mu.Unlock()
		if open != nil {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ErrNotReady, ctx.Err())
		}
	}
}

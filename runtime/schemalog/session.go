package schemalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"
)

// requestTimeout bounds one administrative request, the client's own retries
// included.
const requestTimeout = 10 * time.Second

// session is one stay on one incarnation of the topic, with clients of its own.
// It ends with the first thing that is out of order; the next one starts from
// what is true then.
type session struct {
	log    *Log
	writer *kgo.Client
	reader *kgo.Client
	admin  *kadm.Client
	topic  kadm.TopicDetail
	// end is the end of the topic when the session began: having read up to it
	// is being caught up.
	end      int64
	caughtUp chan struct{}
}

// session runs one session until it fails or ctx ends. It reports whether it
// got as far as reading the topic to its end.
func (l *Log) session(ctx context.Context) (caughtUp bool, err error) {
	client, err := l.newWriterClient()
	if err != nil {
		return false, err
	}
	defer client.Close()
	s := &session{log: l, writer: client, admin: kadm.NewClient(client), caughtUp: make(chan struct{})}
	if s.topic, err = s.ensureTopic(ctx); err != nil {
		return false, err
	}
	start, err := s.place(ctx)
	if err != nil {
		return false, err
	}
	if s.reader, err = l.newReaderClient(start); err != nil {
		return false, err
	}
	defer s.reader.Close()

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.read(ctx, start) })
	group.Go(func() error { return s.write(ctx) })
	group.Go(func() error { return s.check(ctx) })
	err = group.Wait()
	select {
	case <-s.caughtUp:
		return true, err
	default:
		return false, err
	}
}

// place decides where to read from. The state is kept when the topic is the
// one it was built from and holds all of it, which is the normal case after a
// fault; otherwise it is dropped and the topic read from its start.
func (s *session) place(ctx context.Context) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	l := s.log
	start, err := offsetOf(s.admin.ListStartOffsets(ctx, l.cfg.Topic))
	if err != nil {
		return 0, fmt.Errorf("asking for the start of the schemas topic: %w", err)
	}
	if s.end, err = offsetOf(s.admin.ListEndOffsets(ctx, l.cfg.Topic)); err != nil {
		return 0, fmt.Errorf("asking for the end of the schemas topic: %w", err)
	}
	applied := l.waiters.position()
	sameTopic := !l.visited || l.known == s.topic.ID
	switch {
	case l.visited && (!sameTopic || s.end < applied+1 || start > applied+1):
		l.drop(start, s.end, sameTopic)
		applied = -1
	case !l.visited && start > 0:
		l.logger.Info("The schemas topic does not begin at offset 0: what was before is unknown", "start", start)
	}
	l.visited, l.known = true, s.topic.ID
	if l.known != (kadm.TopicID{}) {
		l.status.change(func(st *Status) { st.TopicID = l.known.String() })
	}
	from := max(start, applied+1)
	l.waiters.advance(from - 1)
	l.status.problem(problemMissing, "")
	l.status.contact(s.end)
	return from, nil
}

// drop forgets the state, because the topic is not the one it was built from.
func (l *Log) drop(start, end int64, sameTopic bool) {
	what := "made anew"
	if sameTopic {
		what = "truncated"
	}
	text := fmt.Sprintf("topic %s was %s while this process ran: its schemas are now those of offsets %d to %d; "+
		"if any are missing, restore the topic from a backup", l.cfg.Topic, what, start, end-1)
	l.logger.Error(nil, "The schemas topic changed under this process, dropping the state and reading it again",
		"change", what, "applied", l.waiters.position(), "start", start, "end", end)
	l.ready.Store(false)
	l.state.Reset()
	l.waiters.reset(-1, errTopicChanged)
	l.status.problem(problemChanged, text)
	l.status.change(func(s *Status) { s.End = end })
}

func offsetOf(offsets kadm.ListedOffsets, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	for _, partitions := range offsets {
		if o, ok := partitions[0]; ok {
			return o.Offset, o.Err
		}
		for _, o := range partitions {
			return 0, errors.Join(o.Err, errTopicChanged)
		}
	}
	return 0, errTopicChanged
}

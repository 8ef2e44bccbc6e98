package rest

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// periodLength is how long the records of a stream share a deadline, and a view
// of the topic. A context of its own for each record would cost more than the
// record.
const periodLength = time.Second

// period is what the records of one second of a stream share. Its context ends
// with the delivery timeout, or when all of them are settled: the end of a
// context cuts the connection on which a record is under way.
type period struct {
	ctx    context.Context //nolint:containedctx // of records, not of a call
	cancel context.CancelFunc
	until  time.Time
	topic  *Topic
	client *shared
	rules  *rules
	leave  func() // ends the use of client
	err    error
	// missing are partitions that Kafka said are not there.
	missing []int32
	// open counts records under way, and one for being the current period.
	open atomic.Int64
}

// begin and end surround a record.
func (p *period) begin() { p.open.Add(1) }

func (p *period) end() {
	if p.open.Add(-1) == 0 {
		p.cancel()
		p.leave()
	}
}

// retire ends being the current period.
func (p *period) retire() {
	if p != nil {
		p.end()
	}
}

// maxMissing bounds how often in a period Kafka is asked for partitions that it
// does not have.
const maxMissing = 16

// lacks reports whether the topic does not have a partition.
func (p *period) lacks(s *Service, id int32) bool {
	if _, ok := p.topic.partition(id); ok {
		return false
	}
	if id < 0 || len(p.missing) >= maxMissing || slices.Contains(p.missing, id) {
		return true
	}
	if s.hasPartition(p.ctx, p.topic, id) {
		return false
	}
	p.missing = append(p.missing, id)
	return true
}

// now is the current period. A topic that is not there is asked for again in
// the next one, since a stream may bring many records for it.
func (st *Stream) now(ctx context.Context) *period {
	clock := st.service.clock()
	if p := st.sending.period; p != nil && clock.Before(p.until) {
		return p
	}
	st.sending.period.retire()
	p := st.newPeriod(context.WithoutCancel(ctx), clock.Add(periodLength), nil)
	st.sending.period, st.sending.since = p, 0
	return p
}

// newPeriod begins a period in which largest, or nil, is to be sent.
func (st *Stream) newPeriod(ctx context.Context, until time.Time, largest *kgo.Record) *period {
	s := st.service
	p := &period{until: until, leave: func() {}}
	p.ctx, p.cancel = context.WithTimeout(ctx, s.settings.DeliveryTimeout+periodLength)
	p.open.Store(1)
	if p.topic, p.err = s.Topic(ctx, st.topic); p.err != nil {
		return p
	}
	if p.client, p.rules, p.err = s.producer(ctx, st.topic, largest); p.err == nil {
		p.leave = func() { s.cluster.leave(p.client) }
	}
	return p
}

// toProduce is the period in which a record is sent; a new one, when the topic
// may take more than it did.
func (st *Stream) toProduce(ctx context.Context, r *kgo.Record) *period {
	p := st.now(ctx)
	if p.err != nil || !st.service.rules.outgrown(st.topic, p.rules, r) {
		return p
	}
	p.retire()
	p = st.newPeriod(context.WithoutCancel(ctx), p.until, r)
	st.sending.period = p
	return p
}

// refusal is why the topic does not take a record.
func (p *period) refusal(r *kgo.Record, now time.Time) *Failure {
	if p.err != nil {
		return nil
	}
	return p.rules.refuses(r, now)
}

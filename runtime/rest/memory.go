package rest

import "sync"

// Memory bounds what a process keeps for its clients: records that wait for
// Kafka, records that were read and not handed out yet, and consumers. The
// services of many users share one (IdentitiesDeps.Open gives it to each): the
// bounds hold for all of them together, and one user may have half of each, so
// that there is room for others whatever one of them does. It is safe for
// concurrent use.
type Memory struct {
	waiting *buffer
	// ahead is what Kafka clients of consumers may fetch before anybody reads,
	// held what reads have taken from them.
	ahead, held *quota
	// consumers are instances, reads those without an instance.
	consumers, reads *quota
}

// NewMemory is what the settings allow.
func NewMemory(s Settings) *Memory {
	return &Memory{
		waiting:   newBuffer(s.MaxBufferedBytes),
		ahead:     &quota{most: s.MaxFetchedBytes / 2},
		held:      &quota{most: s.MaxFetchedBytes / 2},
		consumers: &quota{most: s.MaxConsumers},
		reads:     &quota{most: maxPartitionReads},
	}
}

// half is the part of one service among many.
func (m *Memory) half() *Memory {
	waiting := newBuffer(m.waiting.most / 2)
	waiting.whole = m.waiting
	return &Memory{waiting: waiting, ahead: m.ahead.half(), held: m.held.half(), consumers: m.consumers.half(), reads: m.reads.half()}
}

// quota counts something for itself and for the whole that it is a part of.
type quota struct {
	most  int
	whole *quota // nil for the whole itself

	mu   sync.Mutex
	used int
}

func (q *quota) half() *quota { return &quota{most: (q.most + 1) / 2, whole: q} }

// take counts one, unless the bound is reached.
func (q *quota) take() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.used >= q.most || q.whole != nil && !q.whole.take() {
		return false
	}
	q.used++
	return true
}

// add counts n, whatever the bound says; it may be negative.
func (q *quota) add(n int) {
	q.mu.Lock()
	q.used += n
	q.mu.Unlock()
	if q.whole != nil {
		q.whole.add(n)
	}
}

// left is how much there is room for, 0 or less for nothing.
func (q *quota) left() int {
	q.mu.Lock()
	left := q.most - q.used
	q.mu.Unlock()
	if q.whole != nil {
		left = min(left, q.whole.left())
	}
	return left
}

// Bounds of what the Kafka client of one consumer fetches from each broker
// before anybody reads it, and of one partition's share of it.
const (
	fetchBytes          = 8 << 20
	leastFetchBytes     = 64 << 10
	fetchPartitionBytes = 1 << 20
)

// fetchAhead reserves what a consumer may fetch ahead from each of some
// brokers: an eighth of what is left, so that there is something left for the
// next one, within fetchBytes and leastFetchBytes. All consumers together thus
// stay within the bound and leastFetchBytes for each consumer and broker. What
// was reserved is to be given back to ahead.
func (m *Memory) fetchAhead(brokers int) (each, reserved int) {
	brokers = max(brokers, 1)
	each = min(max(m.ahead.left()/8/brokers, leastFetchBytes), fetchBytes)
	m.ahead.add(each * brokers)
	return each, each * brokers
}

// account counts what the instance holds, in its part of the memory. Called
// with mu held, whenever that has changed.
func (c *Consumer) account() {
	now := c.heldBytes + recordOverhead*len(c.held) + c.handed
	c.service.memory.held.add(now - c.accounted)
	c.accounted = now
}

// isCrowded reports whether so many records are held, by this and by other
// instances, that a read should end with what it has.
func (c *Consumer) isCrowded() bool { return c.service.memory.held.left() <= 0 }

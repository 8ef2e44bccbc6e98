package rest

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// Datum is one side of a record of version 3.
type Datum struct {
	// Format is how Data stands in the request; empty for the one of the schema
	// that Schema finds.
	Format Format
	// Data is a JSON text; nil is null, in Kafka too.
	Data   []byte
	Schema SchemaChoice
}

// StreamRecord is a record that goes into a Stream. Nothing of it is kept after
// Send returned.
type StreamRecord struct {
	// Key and Value are nil when they are absent.
	Key, Value *Datum
	// Partition is AnyPartition for the partitioner's choice.
	Partition int32
	Headers   []Header
	// Timestamp is the zero time for now.
	Timestamp time.Time
}

// Receipt is what became of one record: it has a place, or Failure or Err says
// why not. Failure is Kafka's, Err is from before Kafka.
type Receipt struct {
	Outcome
	Err        error
	Timestamp  time.Time
	Key, Value ReceiptSide
}

// ReceiptSide describes one side as it was written.
type ReceiptSide struct {
	// Type is the kind of the data in upper case; empty when the side is absent.
	Type    string
	Subject schema.Subject // empty without a schema
	Schema  schema.ID
	Version schema.Version
	Size    int
}

// StreamRecords is how many records of a long stream may be without a receipt
// that was taken.
const StreamRecords = 8192

// streamBytes is how many bytes of keys and values they may have together.
const streamBytes = 8 << 20

// Stream is a sequence of records to one topic, of which many are under way at
// once. One goroutine calls Send, Fail and CloseSend; another one takes the
// receipts, in the order of the records, with Next.
//
// Records and receipts meet in a ring. The sender fills the slot at head, Kafka
// settles slots in any order, the taker empties the slot at tail when it is
// settled. Nobody takes a lock for a record; who has to wait announces it and
// looks again, so that no wake-up is lost:
//
//	T1 (taker) sees that slot 7 is not settled
//	T2 (Kafka) settles slot 7, sees no waiter, and goes on
//	T1 announces that it waits for 7, looks again, and finds it settled
type Stream struct {
	service *Service
	topic   string

	slots []*slot
	head  atomic.Uint64 // the next slot to fill; written by the sender
	tail  atomic.Uint64 // the next slot to empty; written by the taker
	ended atomic.Bool   // no more is sent
	bytes atomic.Int64

	// awaited is the number of the slot that the taker waits for plus one, 0
	// when it does not wait; full is set while the sender waits for room.
	awaited atomic.Uint64
	full    atomic.Bool
	settled chan struct{} // wakes the taker
	room    chan struct{} // wakes the sender
	timer   *time.Timer   // the taker's

	sending sending
}

// sending is the state of the sender alone.
type sending struct {
	period  *period
	keyless int32
	since   int // records since keyless was chosen
	memory  pieces
	key     memo
	value   memo
}

// memo is the choice of the record before, which is mostly that of the next one.
type memo struct {
	choice choice
	chosen chosen
	err    error
	period *period
}

// keylessRun is how many records without a key go to one partition.
const keylessRun = 512

// memoryChunk is how much memory for keys and values is taken at once.
const memoryChunk = 64 << 10

// slot is the place of one record. Its state decides who may touch the rest:
// Kafka while it is pending, then the taker.
type slot struct {
	stream  *Stream
	number  uint64
	state   atomic.Int32
	record  kgo.Record
	receipt Receipt
	size    int64 // of key and value
	weight  int   // in the buffer of the service
	period  *period
	promise func(*kgo.Record, error)
}

const (
	slotPending int32 = iota
	slotSettled
	slotAbandoned
)

// Stream begins a stream of which up to records may be under way, a power of
// two. The topic need not exist: each record will say so. Kind: Closed.
func (s *Service) Stream(topic string, records int) (*Stream, error) {
	client, err := s.cluster.use()
	if err != nil {
		return nil, err
	}
	s.cluster.leave(client)
	return &Stream{
		service: s, topic: topic, slots: make([]*slot, records),
		settled: make(chan struct{}, 1), room: make(chan struct{}, 1),
		sending: sending{keyless: AnyPartition, memory: pieces{size: memoryChunk}},
	}, nil
}

// Send takes a record; what becomes of it is in its receipt. It waits while the
// stream is full, or while Kafka has too much to do already, for as long as the
// delivery timeout, and returns an error only when ctx ends meanwhile.
func (st *Stream) Send(ctx context.Context, r *StreamRecord) error {
	s, err := st.next(ctx)
	if err != nil {
		return err
	}
	err = st.fill(ctx, s, r, st.now(ctx))
	if err == nil {
		s.weight = waitingBytes(&s.record)
		err = st.service.buffer.await(ctx, st.topic, s.weight, st.service.settings.DeliveryTimeout)
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return err
	}
	if err != nil {
		st.refuse(s, Receipt{Err: err})
		return nil
	}
	period := st.toProduce(ctx, &s.record)
	failure := period.refusal(&s.record, st.service.clock())
	if failure != nil || period.err != nil {
		st.service.buffer.release(st.topic, s.weight)
		st.refuse(s, Receipt{Outcome: Outcome{Failure: failure}, Err: period.err})
		return nil
	}
	s.size = int64(len(s.record.Key) + len(s.record.Value))
	st.bytes.Add(s.size)
	s.period = period
	period.begin()
	st.publish(s)
	period.client.TryProduce(period.ctx, &s.record, s.promise)
	return nil
}

// refuse settles a slot that does not go to Kafka.
func (st *Stream) refuse(s *slot, r Receipt) {
	s.receipt = r
	st.publish(s)
	s.settle()
}

// Fail takes the place of a record that cannot be one: its receipt has the
// error.
func (st *Stream) Fail(ctx context.Context, err error) error {
	s, waiting := st.next(ctx)
	if waiting != nil {
		return waiting
	}
	st.refuse(s, Receipt{Err: err})
	return nil
}

// CloseSend says that no more is sent.
func (st *Stream) CloseSend() {
	st.sending.period.retire()
	st.ended.Store(true)
	st.wakeTaker()
}

// next waits for a free slot.
func (st *Stream) next(ctx context.Context) (*slot, error) {
	number := st.head.Load()
	for !st.hasRoom(number) {
		st.full.Store(true)
		if st.hasRoom(number) {
			break
		}
		select {
		case <-st.room:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	st.full.Store(false)
	at := st.at(number)
	s := *at
	if s == nil {
		s = &slot{stream: st}
		s.promise = s.kept
		*at = s
	}
	s.number, s.size, s.period = number, 0, nil
	s.record, s.receipt = kgo.Record{}, Receipt{}
	s.state.Store(slotPending)
	return s, nil
}

// at is the place of a slot in the ring.
func (st *Stream) at(number uint64) **slot { return &st.slots[number&uint64(len(st.slots)-1)] }

func (st *Stream) hasRoom(number uint64) bool {
	under := number - st.tail.Load()
	return under < uint64(len(st.slots)) && (under == 0 || st.bytes.Load() < streamBytes)
}

// wakeSender wakes a sender that waits for room, when half of it is free: a
// wake-up for each record would cost more than the record.
func (st *Stream) wakeSender(tail uint64) {
	if !st.full.Load() {
		return
	}
	under := st.head.Load() - tail
	if under == 0 || under <= uint64(len(st.slots)/2) && st.bytes.Load() <= streamBytes/2 {
		notify(st.room)
	}
}

// publish makes a slot one that the taker waits for.
func (st *Stream) publish(s *slot) {
	st.head.Store(s.number + 1)
	st.wakeTaker()
}

// wakeTaker wakes a taker that waits for a record to be sent at all.
func (st *Stream) wakeTaker() {
	if st.awaited.Load() == waitsForHead {
		notify(st.settled)
	}
}

// waitsForHead is what awaited holds while nothing is under way.
const waitsForHead = 1<<64 - 1

func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // It will look anyway.
	}
}

// kept is the promise of a record.
func (s *slot) kept(r *kgo.Record, err error) {
	s.stream.service.buffer.release(s.stream.topic, s.weight)
	period := s.period
	if s.state.Load() == slotPending {
		s.receipt.Outcome = s.stream.service.outcomeOf(r, period.rules, err)
		s.receipt.Timestamp = r.Timestamp
	}
	s.record = kgo.Record{} // The receipt may wait for its taker, key and value need not.
	s.settle()
	period.end()
}

// settle hands the slot to the taker and wakes it, when it waits for this one.
func (s *slot) settle() {
	number, st := s.number, s.stream
	if !s.state.CompareAndSwap(slotPending, slotSettled) {
		return // The taker has given up.
	}
	if st.awaited.Load() == number+1 {
		notify(st.settled)
	}
}

// Ready reports whether Next would return at once.
func (st *Stream) Ready() bool {
	number := st.tail.Load()
	if number == st.head.Load() {
		return st.ended.Load()
	}
	return (*st.at(number)).state.Load() != slotPending
}

// Next waits for the receipt of the next record. It returns false when there
// are no more. A record of which Kafka says nothing has a timeout in its
// receipt: it may have been written.
func (st *Stream) Next() (Receipt, bool) {
	number := st.tail.Load()
	for !st.Ready() {
		st.await(number)
	}
	if number == st.head.Load() { // and ended
		return Receipt{}, false
	}
	at := st.at(number)
	s := *at
	receipt := Receipt{Outcome: Outcome{Failure: passing(textTimedOut)}}
	if s.state.Load() == slotSettled {
		receipt = s.receipt
	} else {
		*at = nil // Kafka still has it.
	}
	st.bytes.Add(-s.size)
	st.tail.Store(number + 1)
	st.wakeSender(number + 1)
	return receipt, true
}

// await sleeps until slot number may be settled.
func (st *Stream) await(number uint64) {
	defer st.awaited.Store(0)
	if number == st.head.Load() {
		st.awaited.Store(waitsForHead)
		if number == st.head.Load() && !st.ended.Load() {
			<-st.settled
		}
		return
	}
	s := *st.at(number)
	st.awaited.Store(number + 1)
	if s.state.Load() != slotPending {
		return
	}
	limit := st.service.settings.DeliveryTimeout + periodLength + deliveryGrace
	if st.timer == nil {
		st.timer = time.NewTimer(limit)
	} else {
		st.timer.Reset(limit)
	}
	defer st.timer.Stop()
	select {
	case <-st.settled:
	case <-st.timer.C:
		s.state.CompareAndSwap(slotPending, slotAbandoned)
	}
}

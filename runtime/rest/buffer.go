package rest

import (
	"context"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// buffer counts the bytes that wait for Kafka: memory stays bounded. A request
// is refused as a whole when there are too many, so that nobody has to find out
// which half of it was written; a stream waits, and with it whoever sends it.
//
// One topic may have half of it: while Kafka does not take records of that one,
// there is room for those of others.
//
// The buffer of one user is a part of a whole, which counts the same bytes
// with bounds of its own.
type buffer struct {
	most  int
	whole *buffer // nil for the whole itself

	mu     sync.Mutex
	total  int
	topics map[string]int
	room   chan struct{} // closed when those who wait should look again; nil when nobody waits
}

func newBuffer(most int) *buffer { return &buffer{most: most, topics: map[string]int{}} }

// recordOverhead is about what a record without a key and a value takes until
// it is settled: the record itself, and what the Kafka client and a stream know
// of it.
const recordOverhead = 256

// waitingBytes is what a record counts while it waits.
func waitingBytes(r *kgo.Record) int {
	n := recordOverhead + len(r.Key) + len(r.Value)
	for i := range r.Headers {
		n += recordOverhead/4 + len(r.Headers[i].Key) + len(r.Headers[i].Value)
	}
	return n
}

// reserve makes room for bytes of a topic until release is called. Where
// nothing waits there is room for any request, since bodies are bounded. Kind:
// Overloaded.
func (b *buffer) reserve(topic string, size int) error {
	_, err := b.take(topic, size, false)
	return err
}

// take is reserve; with waits it returns what is closed when there may be room.
// Both happen under one lock: a release in between would not be seen.
func (b *buffer) take(topic string, size int, waits bool) (room <-chan struct{}, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.refusal(topic, size); err != nil {
		if waits && b.room == nil {
			b.room = make(chan struct{})
		}
		return b.room, err
	}
	if b.whole != nil {
		if room, err := b.whole.take(topic, size, waits); err != nil {
			return room, err
		}
	}
	b.total += size
	b.topics[topic] += size
	return nil, nil
}

// refusal is why there is no room for bytes of a topic, nil when there is.
// Called with mu held.
func (b *buffer) refusal(topic string, size int) error {
	switch used := b.topics[topic]; {
	case used > 0 && used+size > b.most/2:
		return fail(Overloaded, "%d bytes for topic %s wait for Kafka already: try again later", used, topic)
	case b.total > 0 && b.total+size > b.most:
		return fail(Overloaded, "%d bytes wait for Kafka already: try again later", b.total)
	default:
		return nil
	}
}

// await is reserve that waits for room, as long as patience. It returns the
// context's error when that ends before.
func (b *buffer) await(ctx context.Context, topic string, size int, patience time.Duration) error {
	if err := b.reserve(topic, size); err == nil {
		return nil
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		room, err := b.take(topic, size, true)
		if err == nil {
			return nil
		}
		select {
		case <-room:
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			return err
		}
	}
}

// release gives back what was reserved. It wakes those who wait when there is
// room for more than one record.
func (b *buffer) release(topic string, size int) {
	if b.whole != nil {
		defer b.whole.release(topic, size)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.total -= size
	if b.topics[topic] -= size; b.topics[topic] <= 0 {
		delete(b.topics, topic)
	}
	if b.room != nil && b.topics[topic] <= b.most/4 {
		close(b.room)
		b.room = nil
	}
}

package rest

import (
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"
)

// buffer counts the bytes that wait for Kafka, and refuses a request as a whole
// when there are too many: memory stays bounded, and nobody has to find out
// which half of a request was written.
//
// One topic may have half of it: while Kafka does not take records of that one,
// there is room for those of others.
type buffer struct {
	most int

	mu     sync.Mutex
	total  int
	topics map[string]int
}

func newBuffer(most int) *buffer { return &buffer{most: most, topics: map[string]int{}} }

// reserve makes room for records of a topic until release is called. Where
// nothing waits there is room for any request, since bodies are bounded.
func (b *buffer) reserve(topic string, records []kgo.Record) (release func(), err error) {
	size := 0
	for i := range records {
		size += sizeOf(&records[i])
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch used := b.topics[topic]; {
	case used > 0 && used+size > b.most/2:
		return nil, fail(Overloaded, "%d bytes for topic %s wait for Kafka already: try again later", used, topic)
	case b.total > 0 && b.total+size > b.most:
		return nil, fail(Overloaded, "%d bytes wait for Kafka already: try again later", b.total)
	}
	b.total += size
	b.topics[topic] += size
	return func() { b.release(topic, size) }, nil
}

func (b *buffer) release(topic string, size int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.total -= size
	if b.topics[topic] -= size; b.topics[topic] <= 0 {
		delete(b.topics, topic)
	}
}

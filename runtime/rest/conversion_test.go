package rest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// slowCodec takes three seconds for each record.
type slowCodec struct{ clock *manual }

func (s slowCodec) AppendBinary(dst, json []byte) ([]byte, error) {
	s.clock.add(3 * time.Second)
	return append(dst, json...), nil
}

func (s slowCodec) AppendJSON(dst, data []byte) ([]byte, error) { return s.AppendBinary(dst, data) }

func TestConversionOfARequestIsBoundedInTime(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	slow := encoder{format: JSONSchema, codec: &codec{id: 1, data: slowCodec{f.clock}}}
	topic := &Topic{Name: "one", Partitions: []Partition{{ID: 0}}}
	request := func(n int) ProduceRequest {
		r := ProduceRequest{Topic: topic, Format: JSONSchema}
		for range n {
			r.Records = append(r.Records, ProduceRecord{Value: []byte("1"), Partition: AnyPartition})
		}
		return r
	}
	if _, err := f.serialize(request(4), encoder{format: JSONSchema}, slow); err != nil {
		t.Fatal(err)
	}
	_, err := f.serialize(request(50), encoder{format: JSONSchema}, slow)
	if e, ok := errors.AsType[*Error](err); !ok || e.Kind != Improper || !strings.Contains(e.Text, "4 of 50 are done") {
		t.Fatal(err)
	}

	// A read ends early, and the next one goes on.
	c := newConsumer(f.Service, ConsumerID{Group: "g", Instance: "i"}, ConsumerConfig{Format: JSON})
	for i := range 10 {
		c.held = append(c.held, &kgo.Record{Topic: "one", Offset: int64(i), Value: []byte{'0' + byte(i)}})
	}
	now := time.Unix(1000, 0)
	f.Service.clock = func() time.Time { // Each call is three seconds later.
		now = now.Add(3 * time.Second)
		return now
	}
	var first, second numbers
	if err := errors.Join(c.handOut(t.Context(), 1<<20, &first), c.handOut(t.Context(), 1<<20, &second)); err != nil {
		t.Fatal(err)
	}
	f.want(first.got, 0, 1, 2, 3)
	f.want(second.got, 4, 5, 6, 7)
}

package rest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// send produces one value to a topic.
func (f *fixture) send(topic, value string) (Produced, error) {
	meta, err := f.Topic(f.t.Context(), topic)
	if err != nil {
		return Produced{}, err
	}
	return f.Produce(f.t.Context(), ProduceRequest{Topic: meta, Format: JSON, Records: []ProduceRecord{{Value: []byte(value), Partition: 0}}})
}

// A record that is too large fails alone: it does not reach the batches that
// others share with it.
func TestPoisonedRecordHurtsNoNeighbour(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(s *Settings) { s.MaxRecordBytes, s.Linger = 2000, 5*time.Millisecond })
	large := `"` + strings.Repeat("x", 5000) + `"`
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			value, poisoned := fmt.Sprint(i), i%4 == 0
			if poisoned {
				value = large
			}
			p, err := f.send("one", value)
			if err != nil {
				t.Error(err)
				return
			}
			if failure := p.Outcomes[0].Failure; (failure != nil) != poisoned {
				t.Errorf("record %d: %v", i, failure)
			}
		})
	}
	wg.Wait()
}

// hold keeps Kafka from taking records of a topic until the returned function
// is called. started is signalled by each request that is held.
func (f *fixture) hold(topic string) (started chan struct{}, free func()) {
	freed := make(chan struct{})
	started = make(chan struct{}, 100)
	id := f.kafka.TopicInfo(topic).TopicID
	f.kafka.ControlKey(int16(kmsg.Produce), func(r kmsg.Request) (kmsg.Response, error, bool) {
		f.kafka.KeepControl()
		for _, of := range r.(*kmsg.ProduceRequest).Topics {
			if of.Topic == topic || of.TopicID == id {
				started <- struct{}{}
				f.kafka.SleepControl(func() { <-freed })
			}
		}
		return nil, nil, false
	})
	var once sync.Once
	free = func() { once.Do(func() { close(freed) }) }
	f.t.Cleanup(free)
	return started, free
}

// While Kafka does not take the records of one topic, requests for it are
// refused instead of kept, and others still find room.
func TestSlowTopicTakesHalfOfTheBufferAtMost(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(s *Settings) { s.MaxBufferedBytes = 10_000 })
	started, free := f.hold("one")
	value := `"` + strings.Repeat("x", 3000) + `"`
	first := make(chan error, 1)
	go func() {
		p, err := f.send("one", value)
		if err == nil && p.Outcomes[0].Failure != nil {
			err = errors.New(p.Outcomes[0].Failure.Text)
		}
		first <- err
	}()
	<-started
	begin := time.Now()
	_, err := f.send("one", value)
	if e, ok := errors.AsType[*Error](err); !ok || e.Kind != Overloaded {
		t.Fatalf("a full buffer answers %v", err)
	}
	if d := time.Since(begin); d > time.Second {
		t.Errorf("the refusal took %s", d)
	}
	if err := f.buffer.reserve("four", 1); err != nil {
		t.Errorf("another topic: %v", err)
	} else {
		f.buffer.release("four", 1)
	}
	free()
	if err := <-first; err != nil {
		t.Error(err)
	}
	if _, err := f.send("one", value); err != nil {
		t.Errorf("after the hold: %v", err)
	}
	if f.buffer.total != 0 || len(f.buffer.topics) != 0 {
		t.Errorf("%d bytes of %v are still counted", f.buffer.total, f.buffer.topics)
	}
}

func TestBufferIsBounded(t *testing.T) {
	t.Parallel()
	b := newBuffer(100)
	f := func(topic string, n int, fits bool) {
		t.Helper()
		if err := b.reserve(topic, n); (err == nil) != fits {
			t.Fatalf("%s %d: %v", topic, n, err)
		}
	}
	f("a", 1000, true) // alone, whatever its size
	b.release("a", 1000)
	f("a", 40, true)
	f("a", 20, false) // half
	f("b", 40, true)
	f("c", 40, false) // all
	b.release("a", 40)
	f("c", 40, true)
}

func TestWeightsCountWhatIsKept(t *testing.T) {
	t.Parallel()
	r := &kgo.Record{Key: make([]byte, 10), Value: make([]byte, 20), Headers: []kgo.RecordHeader{{Key: "abc", Value: make([]byte, 4)}}}
	if got := waitingBytes(r); got < recordOverhead+37 || waitingBytes(&kgo.Record{}) != recordOverhead {
		t.Fatal(got)
	}
}

// stream opens a stream and takes its receipts beside it.
func (f *fixture) stream(topic string) (st *Stream, receipts chan Receipt) {
	f.t.Helper()
	st, err := f.Stream(topic, 1024)
	if err != nil {
		f.t.Fatal(err)
	}
	receipts = make(chan Receipt, 1024)
	go func() {
		defer close(receipts)
		for {
			r, more := st.Next()
			if !more {
				return
			}
			receipts <- r
		}
	}()
	return st, receipts
}

// A stream waits while its topic has half of the buffer; other topics find
// room, and when Kafka takes records again nothing is missing.
func TestStreamsObeyTheBuffer(t *testing.T) {
	t.Parallel()
	const most, total = 40_000, 200
	f := newFixture(t, func(s *Settings) { s.MaxBufferedBytes = most })
	started, free := f.hold("one")
	st, receipts := f.stream("one")
	sent := make(chan error, 1)
	go func() {
		defer st.CloseSend()
		for range total {
			value := &Datum{Format: JSON, Data: []byte(`"` + strings.Repeat("x", 1000) + `"`)}
			if err := st.Send(t.Context(), &StreamRecord{Value: value, Partition: 0}); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	<-started
	f.eventually("the stream waits", func() bool {
		f.buffer.mu.Lock()
		defer f.buffer.mu.Unlock()
		if f.buffer.total > most/2 {
			t.Errorf("%d bytes wait", f.buffer.total)
		}
		return f.buffer.room != nil
	})
	if err := f.buffer.reserve("four", most/4); err != nil {
		t.Errorf("another topic: %v", err)
	} else {
		f.buffer.release("four", most/4)
	}
	free()
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	n := int64(0)
	for r := range receipts {
		if r.Err != nil || r.Failure != nil || r.Offset != n {
			t.Fatalf("receipt %d: %+v", n, r)
		}
		n++
	}
	if n != total || f.buffer.total != 0 || len(f.buffer.topics) != 0 {
		t.Errorf("%d receipts; %d bytes of %v are still counted", n, f.buffer.total, f.buffer.topics)
	}
}

// Who waits in vain is told to come again, and who has gone waits no longer.
func TestStreamThatFindsNoRoomIsToldSo(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(s *Settings) { s.MaxBufferedBytes, s.DeliveryTimeout = 10_000, 50*time.Millisecond })
	if err := f.buffer.reserve("one", 10_000); err != nil {
		t.Fatal(err)
	}
	st, receipts := f.stream("one")
	if err := st.Send(t.Context(), &StreamRecord{Partition: 0}); err != nil {
		t.Fatal(err)
	}
	r := <-receipts
	if e, ok := errors.AsType[*Error](r.Err); !ok || e.Kind != Overloaded {
		t.Fatalf("%+v", r)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := st.Send(gone, &StreamRecord{Partition: 0}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	f.buffer.release("one", 10_000)
	if err := st.Send(t.Context(), &StreamRecord{Partition: 0}); err != nil {
		t.Fatal(err)
	}
	st.CloseSend()
	if r := <-receipts; r.Err != nil {
		t.Fatalf("with room: %+v", r)
	}
	if _, more := <-receipts; more {
		t.Fatal("a receipt too many")
	}
}

// Ten thousand consumers that come and go leave neither goroutines nor memory.
func TestTenThousandConsumersLeaveNothing(t *testing.T) {
	f := newFixture(t)
	f.produce("one", 0, 1)
	measure := func() (goroutines int, heap uint64) {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return runtime.NumGoroutine(), m.HeapAlloc
	}
	round := func(n int) {
		for i := range n {
			c := f.create("g", fmt.Sprint(i), false)
			if i%100 == 0 { // Clients are made when they are needed.
				if err := c.Assign(f.t.Context(), []TopicPartition{{"one", 0}}); err != nil {
					t.Fatal(err)
				}
				f.want(f.read(c, ReadOptions{}), 0)
			}
			if err := f.DeleteConsumer(context.Background(), c.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	round(200)
	goroutines, heap := measure()
	round(10_000)
	var nowGoroutines int
	var nowHeap uint64
	f.eventually("goroutines and memory are as few as before", func() bool { // The ends of connections are noticed later.
		nowGoroutines, nowHeap = measure()
		return nowGoroutines <= goroutines+20 && nowHeap <= heap+8<<20
	})
	t.Logf("goroutines %d, then %d; heap %d KiB, then %d KiB", goroutines, nowGoroutines, heap>>10, nowHeap>>10)
}

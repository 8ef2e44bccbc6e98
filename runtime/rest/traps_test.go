package rest

import (
	"context"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// The tests of this file, and those of rules_test.go, are about what one user
// of a shared Kafka client could do to the others.

// hook adds hooks to the clients that the service will make.
func (f *fixture) hook(hooks ...kgo.Hook) {
	inner := f.cluster.newClient
	f.cluster.newClient = func(extra ...kgo.Opt) (*kgo.Client, error) {
		return inner(append(extra, kgo.WithHooks(hooks...))...)
	}
}

// disconnects counts connections that end.
type disconnects struct{ atomic.Int64 }

// OnBrokerDisconnect implements kgo.HookBrokerDisconnect.
func (d *disconnects) OnBrokerDisconnect(kgo.BrokerMetadata, net.Conn) { d.Add(1) }

// holdKey keeps Kafka from answering requests of a kind until free is called.
func (f *fixture) holdKey(key kmsg.Key) (started chan struct{}, free func()) {
	freed := make(chan struct{})
	started = make(chan struct{}, 100)
	f.kafka.ControlKey(int16(key), func(kmsg.Request) (kmsg.Response, error, bool) {
		select {
		case <-freed:
			return nil, nil, false
		default:
		}
		f.kafka.KeepControl()
		started <- struct{}{}
		f.kafka.SleepControl(func() { <-freed })
		return nil, nil, false
	})
	free = sync.OnceFunc(func() { close(freed) })
	f.t.Cleanup(free)
	return started, free
}

// Trap (b): the end of a request's context would cut the connection on which it
// is under way. Who goes away cuts nobody's.
func TestWhoLeavesCutsNobodysConnection(t *testing.T) {
	t.Parallel()
	try := func(key kmsg.Key, call func(f *fixture, ctx context.Context) error) {
		f := newFixture(t)
		var cut disconnects
		f.hook(&cut)
		f.produce("four", 0, 4)
		if err := call(f, t.Context()); err != nil { // All caches are full then.
			t.Fatal(key.Name(), err)
		}
		started, free := f.holdKey(key)
		f.clock.add(time.Hour)
		gone, cancel := context.WithCancel(t.Context())
		left, stays := make(chan error, 1), make(chan error, 1)
		go func() { left <- call(f, gone) }()
		<-started
		go func() { stays <- call(f, t.Context()) }()
		cancel()
		free()
		<-left
		if err := <-stays; err != nil {
			t.Errorf("%s: the one who stayed: %v", key.Name(), err)
		}
		if n := cut.Load(); n != 0 {
			t.Errorf("%s: %d connections were cut", key.Name(), n)
		}
	}
	try(kmsg.Metadata, func(f *fixture, ctx context.Context) error { _, err := f.Topics(ctx); return err })
	try(kmsg.ListOffsets, func(f *fixture, ctx context.Context) error {
		_, _, err := f.PartitionOffsets(ctx, "one", 0)
		return err
	})
	try(kmsg.DescribeConfigs, func(f *fixture, ctx context.Context) error { _, err := f.TopicDetail(ctx, "one"); return err })
	try(kmsg.Produce, func(f *fixture, ctx context.Context) error {
		topic, err := f.Topic(context.WithoutCancel(ctx), "one")
		if err != nil {
			return err
		}
		p, err := f.Produce(ctx, ProduceRequest{Topic: topic, Format: JSON, Records: []ProduceRecord{{Value: []byte("1")}}})
		if err == nil && p.Outcomes[0].Failure != nil {
			t.Errorf("who left has %+v", p.Outcomes[0].Failure)
		}
		return err
	})
}

// buffered sees on whose goroutine records are handed to the Kafka client.
type buffered struct {
	records  atomic.Int64
	promised atomic.Int64
}

// OnProduceRecordBuffered implements kgo.HookProduceRecordBuffered.
func (b *buffered) OnProduceRecordBuffered(*kgo.Record) {
	b.records.Add(1)
	stack := make([]byte, 8<<10)
	if strings.Contains(string(stack[:runtime.Stack(stack, false)]), "finishRecordPromise") {
		b.promised.Add(1)
	}
}

// Trap (d): a promise that produces waits for itself. None does, also when
// records fail, a client is replaced, or a stream goes on behind them.
func TestPromisesDoNotProduce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var seen buffered
	f.hook(&seen)
	f.topic("small", "max.message.bytes", "1000")
	f.produce("four", 0, 100)
	st, receipts := f.stream("small")
	for i := range 50 {
		if i == 25 {
			f.setConfig("small", "max.message.bytes", "10000")
			f.clock.add(rulesMinAge)
		}
		if err := st.Send(t.Context(), &StreamRecord{Value: &Datum{Format: JSON, Data: []byte(text(2000))}}); err != nil {
			t.Fatal(err)
		}
	}
	st.CloseSend()
	failed := 0
	for r := range receipts {
		if r.Failure != nil {
			failed++
		}
	}
	if failed != 25 {
		t.Errorf("%d records failed", failed)
	}
	if n := seen.promised.Load(); n != 0 || seen.records.Load() < 125 {
		t.Errorf("promises produced %d of %d records", n, seen.records.Load())
	}
}

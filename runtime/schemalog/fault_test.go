package schemalog

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/plastron-dev/plastron/runtime/record"
)

// sealed returns the bytes of a batch with its length and checksum filled in.
func sealed(b kmsg.RecordBatch) []byte {
	raw := b.AppendTo(nil)
	b.Length = int32(len(raw) - 12)
	raw = b.AppendTo(nil)
	b.CRC = int32(crc32.Checksum(raw[21:], crc32.MakeTable(crc32.Castagnoli)))
	return b.AppendTo(nil)
}

// refusing answers produce requests with an error code.
func refusing(code *kerr.Error) func(kmsg.Request) (kmsg.Response, error, bool) {
	return answering(code.Code, -1)
}

// answering answers produce requests and writes nothing.
func answering(code int16, offset int64) func(kmsg.Request) (kmsg.Response, error, bool) {
	return func(req kmsg.Request) (kmsg.Response, error, bool) {
		in := req.(*kmsg.ProduceRequest)
		out := in.ResponseKind().(*kmsg.ProduceResponse)
		for _, inTopic := range in.Topics {
			outTopic := kmsg.NewProduceResponseTopic()
			outTopic.Topic, outTopic.TopicID = inTopic.Topic, inTopic.TopicID
			for _, inPartition := range inTopic.Partitions {
				p := kmsg.NewProduceResponseTopicPartition()
				p.Partition, p.ErrorCode, p.BaseOffset = inPartition.Partition, code, offset
				outTopic.Partitions = append(outTopic.Partitions, p)
			}
			out.Topics = append(out.Topics, outTopic)
		}
		return out, nil, true
	}
}

func TestFaultsOfTheBrokerLeaveTheOutcomeUnknown(t *testing.T) {
	t.Parallel()
	run := func(fault func(kmsg.Request) (kmsg.Response, error, bool)) {
		t.Helper()
		f := newFixture(t)
		n := f.start(func(c *Config) { c.AppendTimeout = 300 * time.Millisecond }).writable()
		n.mustAppend(schemaRecord("a", 1, 1, "x"))
		mend := f.controlling(kmsg.Produce, fault)
		began := time.Now()
		_, err := n.Append(f.ctx, []record.Record{schemaRecord("a", 2, 2, "y")})
		is(t, err, ErrUnknownOutcome)
		if took := time.Since(began); took > 3*time.Second {
			t.Fatalf("the append took %s", took)
		}
		// What is in memory can be read all the time.
		if !n.Ready() {
			t.Fatal("the state is not served during a fault")
		}
		mend()
		if err := n.Barrier(f.ctx); err != nil {
			t.Fatal(err)
		}
		// After the barrier, the state says what became of it.
		written := 0
		for _, line := range f.dump() {
			if strings.Contains(line, `"version":2,"id":2`) {
				written++
			}
		}
		n.expect("a", 1+written)
		n.mustAppend(schemaRecord("b", 1, 3, "z"))
		if s := n.Status(); s.LastError != "" {
			t.Fatalf("%+v", s)
		}
	}

	run(refusing(kerr.NotEnoughReplicas))
	run(refusing(kerr.NotEnoughReplicasAfterAppend))
	run(refusing(kerr.RequestTimedOut))
	run(refusing(kerr.TopicAuthorizationFailed))
	run(func(kmsg.Request) (kmsg.Response, error, bool) { return nil, errors.New("drop the connection"), true })
}

// TestOffsetFromAnotherTopic acknowledges an append at an offset that was
// applied long ago, as the broker of a topic does that was just made anew. The
// record is not in the state, although the state is past that offset.
func TestOffsetFromAnotherTopic(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.start(nil).writable()
	n.mustAppend(schemaRecord("a", 1, 1, "x"), schemaRecord("a", 2, 2, "y"))
	mend := f.controlling(kmsg.Produce, answering(0, 1))
	_, err := n.Append(f.ctx, []record.Record{schemaRecord("a", 3, 3, "z")})
	is(t, err, ErrUnknownOutcome)
	is(t, err, errTopicChanged)
	mend()
	if err := n.Barrier(f.ctx); err != nil {
		t.Fatal(err)
	}
	n.expect("a", 2)
}

// cutter is a connection that loses the next answer when it is armed.
type cutter struct {
	net.Conn
	armed *atomic.Bool
}

func (c cutter) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if err == nil && c.armed.CompareAndSwap(true, false) {
		_ = c.Close()
		return 0, io.EOF
	}
	return n, err
}

func TestLostAcknowledgementIsResolvedByTheClient(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var armed, onProduce atomic.Bool
	n := f.start(func(c *Config) {
		c.CheckInterval = time.Hour
		c.Writer = append(c.Writer, kgo.Dialer(func(ctx context.Context, network, host string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, host)
			return cutter{conn, &armed}, err
		}))
	}).writable()
	f.controlling(kmsg.Produce, func(kmsg.Request) (kmsg.Response, error, bool) {
		armed.Store(onProduce.CompareAndSwap(true, false))
		return nil, nil, false
	})
	n.mustAppend(schemaRecord("a", 1, 1, "x"))
	onProduce.Store(true)
	n.mustAppend(schemaRecord("a", 2, 2, "y"))
	if onProduce.Load() || armed.Load() {
		t.Fatal("the answer was not lost")
	}
	if got := len(f.dump()); got != 2 {
		t.Fatalf("%d records in the topic; want 2", got)
	}
}

func TestSlowBroker(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.start(nil).writable()
	arrived, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	f.cluster.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		f.cluster.SleepControl(func() {
			once.Do(func() { close(arrived) })
			<-release
		})
		return nil, nil, false
	})
	ctx, cancel := context.WithCancel(f.ctx)
	first := make(chan error, 1)
	go func() {
		_, err := n.Append(ctx, []record.Record{schemaRecord("a", 1, 1, "x")})
		first <- err
	}()
	<-arrived
	// Who waits behind it and gives up has written nothing, and knows it.
	short, stop := context.WithTimeout(f.ctx, 10*time.Millisecond)
	defer stop()
	_, err := n.Append(short, []record.Record{schemaRecord("b", 1, 2, "y")})
	is(t, err, ErrNotReady)
	is(t, err, context.DeadlineExceeded)
	// Who gives up while his record is on its way does not know.
	cancel()
	err = <-first
	is(t, err, ErrUnknownOutcome)
	close(release)
	if err := n.Barrier(f.ctx); err != nil {
		t.Fatal(err)
	}
	n.expect("a", 1)
	n.expect("b", 0)
}

func TestBrokerThatIsNotThere(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().String()
	_ = listener.Close()
	f := newFixture(t)
	n := f.start(func(c *Config) {
		c.Reader = []kgo.Opt{kgo.SeedBrokers(addr), kgo.RequestRetries(1)}
		c.Writer = c.Reader
	})
	n.eventually("reported", func() bool { return n.Status().LastError != "" })
	if n.Ready() || n.Status().Writable {
		t.Fatalf("%+v", n.Status())
	}
	began := time.Now()
	if err := n.stop(); err != nil || time.Since(began) > 5*time.Second {
		t.Fatalf("stopping took %s: %v", time.Since(began), err)
	}
}

func TestBrokerGoesAndComesBack(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.start(func(c *Config) { c.AppendTimeout = 500 * time.Millisecond }).writable()
	n.mustAppend(schemaRecord("a", 1, 1, "x"))
	var down atomic.Bool
	down.Store(true)
	f.cluster.Control(func(kmsg.Request) (kmsg.Response, error, bool) {
		f.cluster.KeepControl()
		if down.Load() {
			return nil, errors.New("down"), true
		}
		return nil, nil, false
	})
	_, err := n.Append(f.ctx, []record.Record{schemaRecord("a", 2, 2, "y")})
	is(t, err, ErrUnknownOutcome)
	n.eventually("reported", func() bool { s := n.Status(); return s.LastError != "" && !s.Writable })
	if !n.Ready() {
		t.Fatal("the state is not served while the broker is away")
	}
	down.Store(false)
	if err := n.Barrier(f.ctx); err != nil {
		t.Fatal(err)
	}
	n.mustAppend(schemaRecord("b", 1, 3, "z"))
	n.expect("b", 1)
}

func TestLeaderMoves(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.start(nil).writable()
	for i := range 6 {
		n.mustAppend(schemaRecord("a", i+1, i+1, fmt.Sprint(i)))
		if err := f.cluster.MoveTopicPartition(topic, 0, int32(i%3)); err != nil {
			t.Fatal(err)
		}
	}
	n.mustAppend(schemaRecord("a", 7, 7, "last"))
	n.expect("a", 7)
}

package rest

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// cluster is the client that all requests share: it produces, and asks for
// metadata and offsets.
type cluster struct {
	newClient NewClient
	settings  Settings
	metadata  *metadata

	mu      sync.Mutex
	client  *shared
	retired map[*shared]struct{} // still in use
	closed  bool
	calls   sync.WaitGroup // what ask and leave left behind
}

// shared is a Kafka client that several requests use.
type shared struct {
	*kgo.Client
	users int // guarded by the cluster's mutex

	mu   sync.Mutex
	told map[string]int32 // the largest batch of topics, as the client knows it
}

// tell says how large batches of a topic may be, before the first record goes
// there. It returns false when the client was told something else before.
func (s *shared) tell(topic string, maxBytes int32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	known, ok := s.told[topic]
	if !ok {
		s.told[topic], known = maxBytes, maxBytes
	}
	return known == maxBytes
}

// maxBytes is what was told of a topic, or else most.
func (s *shared) maxBytes(topic string, most int32) int32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n, ok := s.told[topic]; ok {
		return n
	}
	return most
}

func newCluster(newClient NewClient, s Settings, clock func() time.Time) *cluster {
	c := &cluster{newClient: newClient, settings: s, retired: map[*shared]struct{}{}}
	c.metadata = newMetadata(c, s.MetadataMaxAge, clock)
	return c
}

// use returns the client, which is made when it is first needed, until leave is
// called.
func (c *cluster) use() (*shared, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, closed()
	}
	if c.client == nil {
		s := &shared{told: map[string]int32{}}
		client, err := c.newClient(producerOptions(c.settings, s)...)
		if err != nil {
			return nil, &Error{Kind: Internal, Text: "making a Kafka client", Err: err}
		}
		s.Client = client
		c.client = s
	}
	c.client.users++
	return c.client, nil
}

// leave ends a use. A client that was replaced is closed behind its last user,
// who may be a promise of its own: so not here.
func (c *cluster) leave(s *shared) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.users--
	if _, ok := c.retired[s]; ok && s.users == 0 && !c.closed {
		delete(c.retired, s)
		c.calls.Go(s.Close)
	}
}

// renew makes the next use make another client than s.
func (c *cluster) renew(s *shared) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.client == s {
		c.client = nil
		c.retired[s] = struct{}{}
	}
}

// ask runs do, which puts one question to Kafka, with a context that ends with
// KafkaTimeout. It does not end with the caller's: a canceled request would
// cut a connection that other requests share.
//
// The Kafka client looks at that context only where it can; while it opens a
// connection to a broker that accepts and says nothing, it does not. So do
// runs beside the caller, who leaves when the time is over; close waits for
// what was left behind. do must return what it finds and write nothing that
// its caller reads.
func ask[T any](ctx context.Context, c *cluster, do func(ctx context.Context, client *kgo.Client) (T, error)) (T, error) {
	type reply struct {
		value T
		err   error
	}
	var none T
	client, err := c.use()
	if err != nil {
		return none, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.settings.KafkaTimeout)
	replies := make(chan reply, 1)
	if !c.beside(func() {
		defer c.leave(client)
		defer cancel()
		value, err := do(ctx, client.Client)
		replies <- reply{value, err}
	}) {
		cancel()
		c.leave(client)
		return none, closed()
	}
	select {
	case r := <-replies:
		return r.value, r.err
	case <-ctx.Done():
		select {
		case r := <-replies: // It was there before do canceled the context.
			return r.value, r.err
		default:
			return none, kafkaFailure(textNotReady, Unavailable, ctx.Err())
		}
	}
}

// beside runs f on a goroutine that close waits for, unless it is too late.
func (c *cluster) beside(f func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.calls.Go(f)
	return true
}

// textNotReady is what clients of Karapace see when Kafka does not answer.
const textNotReady = "Kafka node not ready"

func closed() *Error { return fail(Closed, "The proxy is shutting down") }

func (c *cluster) close() {
	c.mu.Lock()
	if c.client != nil {
		c.retired[c.client] = struct{}{}
	}
	c.client, c.closed = nil, true
	c.mu.Unlock()
	for s := range c.retired { // Nobody changes it any more.
		s.Close()
	}
	c.calls.Wait()
}

// producerOptions are the choices of the shared client. Partitions are chosen
// before a record is handed over, so that the choice is the contract's. There
// is no kgo.RecordDeliveryTimeout: it counts from the timestamp of a record,
// which may be the client's; deliver bounds each request instead. of is told
// how large batches may be.
func producerOptions(s Settings, of *shared) []kgo.Opt {
	batch := batchBytes(s)
	opts := []kgo.Opt{
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerLinger(s.Linger),
		kgo.ProducerBatchMaxBytesFn(func(topic string) int32 { return of.maxBytes(topic, batch) }),
		kgo.BrokerMaxWriteBytes(max(100<<20, batch+1<<20)),
		kgo.MaxBufferedRecords(math.MaxInt32), // The service's buffer counts.
		kgo.UnknownTopicRetries(1),
		kgo.ProducerBatchCompression(compression(s.Compression)),
	}
	switch s.Acks {
	case "0":
		return append(opts, kgo.RequiredAcks(kgo.NoAck()), kgo.DisableIdempotentWrite())
	case "1":
		return append(opts, kgo.RequiredAcks(kgo.LeaderAck()), kgo.DisableIdempotentWrite())
	default:
		return append(opts, kgo.RequiredAcks(kgo.AllISRAcks()))
	}
}

func compression(name string) kgo.CompressionCodec {
	switch name {
	case "gzip":
		return kgo.GzipCompression()
	case "snappy":
		return kgo.SnappyCompression()
	case "lz4":
		return kgo.Lz4Compression()
	case "zstd":
		return kgo.ZstdCompression()
	default:
		return kgo.NoCompression()
	}
}

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

	mu     sync.Mutex
	client *kgo.Client
	closed bool
	calls  sync.WaitGroup // what ask left behind
}

func newCluster(newClient NewClient, s Settings, clock func() time.Time) *cluster {
	c := &cluster{newClient: newClient, settings: s}
	c.metadata = newMetadata(c, s.MetadataMaxAge, clock)
	return c
}

// connect returns the client, which is made when it is first needed.
func (c *cluster) connect() (*kgo.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, closed()
	}
	if c.client == nil {
		client, err := c.newClient(producerOptions(c.settings)...)
		if err != nil {
			return nil, &Error{Kind: Internal, Text: "making a Kafka client", Err: err}
		}
		c.client = client
	}
	return c.client, nil
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
	client, err := c.connect()
	if err != nil {
		return none, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.settings.KafkaTimeout)
	replies := make(chan reply, 1)
	if !c.beside(func() {
		defer cancel()
		value, err := do(ctx, client)
		replies <- reply{value, err}
	}) {
		cancel()
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
	client := c.client
	c.client, c.closed = nil, true
	c.mu.Unlock()
	if client != nil {
		client.Close()
	}
	c.calls.Wait()
}

// producerOptions are the choices of the shared client. Partitions are chosen
// before a record is handed over, so that the choice is the contract's. There
// is no kgo.RecordDeliveryTimeout: it counts from the timestamp of a record,
// which may be the client's; deliver bounds each request instead.
func producerOptions(s Settings) []kgo.Opt {
	batch := min(max(s.MaxRecordBytes, 512), 1<<30-1<<20) // what the Kafka client allows
	opts := []kgo.Opt{
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerLinger(s.Linger),
		kgo.ProducerBatchMaxBytes(int32(batch)),                   // bounded above
		kgo.BrokerMaxWriteBytes(max(100<<20, int32(batch)+1<<20)), // bounded above
		kgo.MaxBufferedRecords(math.MaxInt32),                     // The service's buffer counts.
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

package rest

import (
	"context"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
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
		return nil, fail(Closed, "The proxy is shutting down")
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

// bounded runs do with a context that ends with KafkaTimeout and not with the
// caller's: a canceled request would cut a connection that other requests
// share.
func (c *cluster) bounded(ctx context.Context, do func(ctx context.Context, client *kgo.Client) error) error {
	client, err := c.connect()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.settings.KafkaTimeout)
	defer cancel()
	return do(ctx, client)
}

// admin is bounded with a client for Kafka's administrative requests.
func (c *cluster) admin(ctx context.Context, do func(ctx context.Context, admin *kadm.Client) error) error {
	return c.bounded(ctx, func(ctx context.Context, client *kgo.Client) error {
		return do(ctx, kadm.NewClient(client))
	})
}

func (c *cluster) close() {
	c.mu.Lock()
	client := c.client
	c.client, c.closed = nil, true
	c.mu.Unlock()
	if client != nil {
		client.Close()
	}
}

// producerOptions are the choices of the shared client. Partitions are chosen
// before a record is handed over, so that the choice is the contract's. There
// is no kgo.RecordDeliveryTimeout: it counts from the timestamp of a record,
// which may be the client's; deliver bounds each request instead.
func producerOptions(s Settings) []kgo.Opt {
	opts := []kgo.Opt{
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerLinger(s.Linger),
		kgo.ProducerBatchMaxBytes(int32(s.MaxRecordBytes)), //nolint:gosec // bounded by configuration
		kgo.MaxBufferedBytes(s.MaxBufferedBytes),
		kgo.MaxBufferedRecords(200_000),
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

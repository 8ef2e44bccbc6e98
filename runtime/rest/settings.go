package rest

import (
	"fmt"
	"time"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// The partitioners: how a key chooses its partition.
const (
	// ConsistentRandom is CRC-32 of the key, as librdkafka and with it
	// Karapace have it.
	ConsistentRandom = "consistent_random"
	// Murmur2Random is the hash of Kafka's Java producer.
	Murmur2Random = "murmur2_random"
)

// The strategies that name the subject of a schema.
const (
	TopicName       = "topic_name"
	RecordName      = "record_name"
	TopicRecordName = "topic_record_name"
)

// Settings are the choices of whoever runs the proxy. DefaultSettings has
// sensible ones.
type Settings struct {
	// Acks is how many replicas confirm a record: "all" or "-1", "1", "0".
	Acks string
	// Compression is none, gzip, snappy, lz4 or zstd.
	Compression string
	// Linger is how long a record waits for company.
	Linger time.Duration
	// DeliveryTimeout bounds how long a produce request waits for Kafka.
	DeliveryTimeout time.Duration
	// MaxRecordBytes bounds one batch of records, and so one record.
	MaxRecordBytes int
	// MaxBufferedBytes bounds what waits to be sent, over all requests.
	MaxBufferedBytes int
	// MaxFetchedBytes bounds what consumers were given by Kafka and have not
	// handed out, over all of them. A read ends early when it is reached.
	MaxFetchedBytes int
	// Partitioner is ConsistentRandom or Murmur2Random.
	Partitioner string

	// Flavour is whose rules decide which JSON fits a JSON Schema.
	Flavour schema.Flavour
	// AvroJSON and ProtobufJSON are whose JSON records of those formats are
	// shown as, and bytes of Avro are read as; empty means Karapace's.
	AvroJSON, ProtobufJSON schema.Flavour
	// NameStrategy is TopicName, RecordName or TopicRecordName.
	NameStrategy string
	// NameValidation demands that a schema id belongs to the expected subject.
	NameValidation bool
	// Limits bound what a schema may cost.
	Limits format.Limits
	// CachedSchemas bounds how many codecs are kept, per cache.
	CachedSchemas int

	// AutoCommit, RequestTimeout, RequestMaxBytes and FetchMinBytes are what a
	// consumer has when it was created without saying.
	AutoCommit      bool
	RequestTimeout  time.Duration
	RequestMaxBytes int
	FetchMinBytes   int
	// MaxReadBytes bounds what one read returns, whatever it asks for; at least
	// RequestMaxBytes.
	MaxReadBytes int
	// MaxReadTimeout bounds how long one read waits, whatever it asks for.
	MaxReadTimeout time.Duration
	// SkipUndecodable moves a consumer past a record that it cannot decode,
	// once it has reported it.
	SkipUndecodable bool
	// SessionTimeout is after how long without heartbeat Kafka gives the
	// partitions of a consumer to others.
	SessionTimeout time.Duration
	// CommitInterval is how often consumers with AutoCommit commit.
	CommitInterval time.Duration
	// IdleTimeout removes a consumer that nobody used for so long; 0 never.
	IdleTimeout time.Duration
	// MaxConsumers bounds the instances that exist at the same time, over all
	// services that share a Memory.
	MaxConsumers int

	// HideInternal leaves Kafka's own topics out of the list of names.
	HideInternal bool
	// MetadataMaxAge is how old the list of topics and brokers may be.
	MetadataMaxAge time.Duration
	// KafkaTimeout bounds every other request to Kafka.
	KafkaTimeout time.Duration
}

// DefaultSettings are the defaults of the replaced proxy, except for what no
// client can see: no linger, and bounds on time and memory where it had none.
func DefaultSettings() Settings {
	return Settings{
		Acks:             "1",
		Compression:      "none",
		DeliveryTimeout:  30 * time.Second,
		MaxRecordBytes:   1 << 20,
		MaxBufferedBytes: 64 << 20,
		MaxFetchedBytes:  128 << 20,
		Partitioner:      ConsistentRandom,
		Flavour:          schema.Karapace,
		NameStrategy:     TopicName,
		NameValidation:   true,
		Limits:           format.DefaultLimits(),
		CachedSchemas:    1000,
		AutoCommit:       true,
		RequestTimeout:   11 * time.Second,
		RequestMaxBytes:  64 << 20,
		FetchMinBytes:    1,
		MaxReadBytes:     64 << 20,
		MaxReadTimeout:   10 * time.Minute,
		SessionTimeout:   10 * time.Second,
		CommitInterval:   5 * time.Second,
		MaxConsumers:     5000,
		MetadataMaxAge:   5 * time.Second,
		KafkaTimeout:     10 * time.Second,
	}
}

func (s Settings) check() error {
	oneOf := func(name, value string, allowed ...string) error {
		for _, a := range allowed {
			if value == a {
				return nil
			}
		}
		return fmt.Errorf("%s is %q, allowed are %q", name, value, allowed)
	}
	for _, err := range []error{
		oneOf("producer acks", s.Acks, "all", "-1", "1", "0"),
		oneOf("producer compression", s.Compression, "none", "gzip", "snappy", "lz4", "zstd", ""),
		oneOf("producer partitioner", s.Partitioner, ConsistentRandom, Murmur2Random),
		oneOf("name strategy", s.NameStrategy, TopicName, RecordName, TopicRecordName),
	} {
		if err != nil {
			return err
		}
	}
	for name, d := range map[string]time.Duration{
		"delivery timeout": s.DeliveryTimeout, "session timeout": s.SessionTimeout, "Kafka timeout": s.KafkaTimeout,
		"commit interval": s.CommitInterval, "longest read": s.MaxReadTimeout,
	} {
		if d <= 0 {
			return fmt.Errorf("%s is %s, want more than 0", name, d)
		}
	}
	return nil
}

package rest

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/internal/lru"
)

// rules are what a topic takes. Kafka refuses a whole batch for one record, and
// batches are shared by requests, so that each record is held against the rules
// before it comes into one.
type rules struct {
	// maxBytes bounds a batch, and so a record; that of the producer, where the
	// topic's is larger or Kafka does not tell it.
	maxBytes int32
	// keyed topics are compacted: there is no record without a key.
	keyed bool
	// before and after are how far a timestamp may be from now; 0 is no bound.
	before, after time.Duration
	asked         time.Time
}

// rulebook remembers the rules of topics.
type rulebook struct {
	cluster *cluster
	most    int32
	clock   func() time.Time
	topics  *lru.Cache[string, *rules]
}

const (
	// rulesAge is how long rules are believed, and rulesMinAge how long at least
	// when Kafka or a record contradicts them.
	rulesAge    = time.Minute
	rulesMinAge = 5 * time.Second
	// minBatchBytes and maxBatchBytes are what the Kafka client allows.
	minBatchBytes, maxBatchBytes = 512, 1<<30 - 1<<20
	// batchOverhead is what a batch of one record has beside the record, at most.
	batchOverhead = 128
)

func newRulebook(c *cluster, s Settings, clock func() time.Time) *rulebook {
	return &rulebook{
		cluster: c, most: batchBytes(s), clock: clock,
		topics: lru.New[string, *rules](lru.Config{Count: maxCachedTopics, Age: rulesAge, Clock: clock}),
	}
}

// batchBytes is the largest batch that the settings allow.
func batchBytes(s Settings) int32 {
	return int32(min(max(s.MaxRecordBytes, minBatchBytes), maxBatchBytes)) // bounded
}

// of returns the rules of a topic. When Kafka does not tell them, which needs
// the right to describe its configuration, there are none but the producer's.
func (b *rulebook) of(ctx context.Context, topic string) *rules {
	r, err := b.topics.Get(ctx, topic, func(ctx context.Context) (*rules, int, error) {
		configs, err := ask(ctx, b.cluster, func(ctx context.Context, client *kgo.Client) (kadm.ResourceConfig, error) {
			answer, err := kadm.NewClient(client).DescribeTopicConfigs(ctx, topic)
			if err != nil {
				return kadm.ResourceConfig{}, err
			}
			return answer.On(topic, nil)
		})
		r := &rules{maxBytes: b.most, asked: b.clock()}
		if err == nil && configs.Err == nil {
			r.read(configs.Configs)
		}
		return r, 1, nil
	})
	if err != nil {
		return &rules{maxBytes: b.most, asked: b.clock()} // Somebody's context has ended.
	}
	return r
}

// doubt makes the next one ask again for rules that were contradicted. It
// returns false, and does not, while they are new.
func (b *rulebook) doubt(topic string, r *rules) bool {
	if b.clock().Sub(r.asked) < rulesMinAge {
		return false
	}
	b.topics.Drop(topic)
	return true
}

// outgrown is doubt when a record is larger than the topic took, of which it may
// take more by now.
func (b *rulebook) outgrown(topic string, r *rules, record *kgo.Record) bool {
	return r.maxBytes < b.most && !r.fits(record) && b.doubt(topic, r)
}

func (r *rules) read(configs []kadm.Config) {
	stamped := false // by the broker
	for _, c := range configs {
		if c.Value == nil {
			continue
		}
		switch c.Key {
		case "max.message.bytes":
			if n, err := strconv.ParseInt(*c.Value, 10, 64); err == nil {
				r.maxBytes = int32(min(max(n, minBatchBytes), int64(r.maxBytes))) // bounded by maxBytes
			}
		case "cleanup.policy":
			r.keyed = strings.Contains(*c.Value, "compact")
		case "message.timestamp.type":
			stamped = *c.Value == "LogAppendTime"
		case "message.timestamp.before.max.ms":
			r.before = distance(*c.Value)
		case "message.timestamp.after.max.ms":
			r.after = distance(*c.Value)
		}
	}
	if stamped {
		r.before, r.after = 0, 0
	}
}

// distance reads milliseconds; what is longer than time can express is no
// bound.
func distance(text string) time.Duration {
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil || ms <= 0 || ms > int64(1<<63-1)/int64(time.Millisecond) {
		return 0
	}
	return time.Duration(ms) * time.Millisecond
}

// refuses says why the topic does not take a record, nil when it seems to. The
// size is the Kafka client's to judge, which is told maxBytes.
func (r *rules) refuses(record *kgo.Record, now time.Time) *Failure {
	if r.keyed && record.Key == nil {
		return lasting(kerr.InvalidRecord.Description)
	}
	if record.Timestamp.IsZero() {
		return nil
	}
	age := now.Sub(record.Timestamp)
	if r.before > 0 && age > r.before || r.after > 0 && -age > r.after {
		return lasting(kerr.InvalidTimestamp.Description)
	}
	return nil
}

// fits reports whether a record is so small that only a batch with others can
// have been too large.
func (r *rules) fits(record *kgo.Record) bool {
	return batchOverhead+waitingBytes(record)-recordOverhead < int(r.maxBytes)
}

// producer returns the client that produces to a topic, to be left by the
// caller, and the topic's rules. largest is the largest record that is to be
// sent.
//
// The Kafka client asks once for a topic how large its batches may be. When
// that has changed, there has to be another client; the one before goes on with
// what it has.
func (s *Service) producer(ctx context.Context, topic string, largest *kgo.Record) (*shared, *rules, error) {
	for {
		r := s.rules.of(ctx, topic)
		if largest != nil && s.rules.outgrown(topic, r, largest) {
			continue
		}
		client, err := s.cluster.use()
		if err != nil {
			return nil, nil, err
		}
		if client.tell(topic, r.maxBytes) {
			return client, r, nil
		}
		s.cluster.renew(client)
		s.cluster.leave(client)
	}
}

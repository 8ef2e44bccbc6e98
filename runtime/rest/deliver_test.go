package rest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestPartitioners(t *testing.T) {
	t.Parallel()
	// The check value of CRC-32/ISO-HDLC.
	if got := partitionerOf(ConsistentRandom)([]byte("123456789"), 1000); got != 0xcbf43926%1000 {
		t.Fatalf("CRC-32: %d", got)
	}
	java := kgo.StickyKeyPartitioner(nil).ForTopic("t")
	ours := partitionerOf(Murmur2Random)
	for range 2000 {
		key := make([]byte, 1+rand.IntN(40))
		for i := range key {
			key[i] = byte(rand.IntN(256))
		}
		n := 1 + rand.IntN(100)
		if got, want := ours(key, n), java.Partition(&kgo.Record{Key: key}, n); got != want {
			t.Fatalf("%x of %d: %d, want %d", key, n, got, want)
		}
	}
}

func TestKeylessRecordsSpread(t *testing.T) {
	t.Parallel()
	topic := &Topic{}
	for i := range 100 {
		leader := int32(1)
		if i%2 == 0 {
			leader = -1
		}
		topic.Partitions = append(topic.Partitions, Partition{ID: int32(i), Leader: leader})
	}
	seen := map[int32]bool{}
	for range 200 {
		seen[topic.spread()] = true
	}
	if len(seen) < 2 {
		t.Fatalf("%d partitions", len(seen))
	}
	for id := range seen {
		if id%2 == 0 {
			t.Fatalf("partition %d has no leader", id)
		}
	}
}

func TestFailuresOfRecords(t *testing.T) {
	t.Parallel()
	f := func(err error, retriable bool, text string) {
		t.Helper()
		got := failureOf(fmt.Errorf("wrapped: %w", err))
		if got.Retriable != retriable || !strings.Contains(got.Text, text) {
			t.Fatalf("%v: %+v", err, got)
		}
	}
	f(kerr.UnknownTopicOrPartition, true, textUnknownPartition)
	f(kerr.MessageTooLarge, false, textTooLarge)
	f(kerr.TopicAuthorizationFailed, false, textNotAuthorized)
	f(kerr.NotLeaderForPartition, true, "")
	f(kerr.NotEnoughReplicas, true, "")
	f(kerr.InvalidRecord, false, "")
	f(kgo.ErrMaxBuffered, false, textQueueFull)
	f(context.DeadlineExceeded, true, textTimedOut)
	f(kgo.ErrClientClosed, false, "closed")
}

func TestProduceOutlivesItsCaller(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	topic, err := f.Topic(t.Context(), "one")
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	produced, err := f.Produce(gone, ProduceRequest{Topic: topic, Format: JSON, Records: []ProduceRecord{{Value: []byte("1"), Partition: AnyPartition}}})
	if err != nil || produced.Outcomes[0].Failure != nil {
		t.Fatalf("%+v, %v", produced, err)
	}
	if _, end, err := f.PartitionOffsets(t.Context(), "one", 0); err != nil || end != 1 {
		t.Fatalf("end %d, %v", end, err)
	}
}

func TestSilentBrokerEndsInATimeout(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(s *Settings) { s.DeliveryTimeout = 100 * time.Millisecond })
	f.produce("one", 0, 1)
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	f.kafka.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		f.kafka.SleepControl(func() { <-release })
		return nil, nil, false
	})
	topic, err := f.Topic(t.Context(), "one")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	produced, err := f.Produce(t.Context(), ProduceRequest{Topic: topic, Format: JSON, Records: []ProduceRecord{{Value: []byte("1"), Partition: 0}}})
	if err != nil {
		t.Fatal(err)
	}
	if failure := produced.Outcomes[0].Failure; failure == nil || !failure.Retriable || failure.Text != textTimedOut {
		t.Fatalf("%+v", produced.Outcomes[0])
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Fatalf("it took %s", d)
	}
}

func TestAcks(t *testing.T) {
	t.Parallel()
	f := func(acks string, offset int64) {
		t.Helper()
		fx := newFixture(t, func(s *Settings) { s.Acks = acks })
		topic, err := fx.Topic(t.Context(), "one")
		if err != nil {
			t.Fatal(err)
		}
		produced, err := fx.Produce(t.Context(), ProduceRequest{Topic: topic, Format: JSON, Records: []ProduceRecord{{Value: []byte("1"), Partition: 0}}})
		if err != nil || produced.Outcomes[0].Failure != nil || produced.Outcomes[0].Offset != offset {
			t.Fatalf("acks=%s: %+v, %v", acks, produced, err)
		}
	}
	f("all", 0)
	f("-1", 0)
	f("1", 0)
	f("0", -1)
}

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	f := func(want string, change func(*Settings)) {
		t.Helper()
		s := DefaultSettings()
		change(&s)
		_, err := New(Deps{NewClient: func(...kgo.Opt) (*kgo.Client, error) { return nil, nil }, Settings: s})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("%v; want %q", err, want)
		}
	}
	f(`producer acks is "2"`, func(s *Settings) { s.Acks = "2" })
	f("producer compression", func(s *Settings) { s.Compression = "rar" })
	f("producer partitioner", func(s *Settings) { s.Partitioner = "" })
	f("name strategy", func(s *Settings) { s.NameStrategy = "x" })
	f("delivery timeout", func(s *Settings) { s.DeliveryTimeout = 0 })
}

func TestLargeRequestSizesAreTaken(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 1 << 20, 200 << 20, 1<<31 - 1} {
		f := newFixture(t, func(s *Settings) { s.MaxRecordBytes = size })
		if _, err := f.Brokers(t.Context()); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

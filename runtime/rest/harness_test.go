package rest

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// manual is a clock that tests set.
type manual struct {
	mu  sync.Mutex
	now time.Time
}

func (m *manual) read() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

func (m *manual) add(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}

type fixture struct {
	*Service
	t     testing.TB
	kafka *kfake.Cluster
	clock *manual
}

func newFixture(t testing.TB, changes ...func(*Settings)) *fixture {
	t.Helper()
	cluster, err := kfake.NewCluster(
		kfake.NumBrokers(1),
		kfake.SeedTopics(1, "one"),
		kfake.SeedTopics(4, "four"),
		kfake.BrokerConfigs(map[string]string{"group.initial.rebalance.delay.ms": "0"}),
	)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	settings := DefaultSettings()
	settings.KafkaTimeout = 5 * time.Second
	for _, change := range changes {
		change(&settings)
	}
	clock := &manual{now: time.Unix(1000, 0)}
	service, err := New(Deps{
		NewClient: func(extra ...kgo.Opt) (*kgo.Client, error) {
			return kgo.NewClient(append([]kgo.Opt{
				kgo.SeedBrokers(cluster.ListenAddrs()...),
				kgo.MetadataMinAge(50 * time.Millisecond),
				kgo.DisableClientMetrics(),
			}, extra...)...)
		},
		Settings: settings,
		Clock:    clock.read,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(service.Close)
	return &fixture{Service: service, t: t, kafka: cluster, clock: clock}
}

// produce sends numbers to the partitions of a topic in turn.
func (f *fixture) produce(topic string, from, to int) {
	f.t.Helper()
	meta, err := f.Topic(f.t.Context(), topic)
	if err != nil {
		f.t.Fatal(err)
	}
	r := ProduceRequest{Topic: meta, Format: JSON}
	for i := from; i < to; i++ {
		r.Records = append(r.Records, ProduceRecord{Value: []byte(strconv.Itoa(i)), Partition: int32(i % len(meta.Partitions))})
	}
	produced, err := f.Produce(f.t.Context(), r)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, o := range produced.Outcomes {
		if o.Failure != nil {
			f.t.Fatal(o.Failure.Text)
		}
	}
}

func (f *fixture) create(group, name string, autoCommit bool) *Consumer {
	f.t.Helper()
	c, err := f.CreateConsumer(f.t.Context(), group, ConsumerConfig{Name: name, Format: JSON, AutoCommit: autoCommit, RequestTimeout: 5 * time.Second})
	if err != nil {
		f.t.Fatal(err)
	}
	return c
}

// numbers is a sink.
type numbers struct{ got []int }

func (n *numbers) Record(r *ConsumedRecord) error {
	i, err := strconv.Atoi(string(r.Value))
	n.got = append(n.got, i)
	return err
}

func (n *numbers) End() error { return nil }

func (f *fixture) read(c *Consumer, o ReadOptions) []int {
	f.t.Helper()
	var n numbers
	if err := c.Read(f.t.Context(), o, &n); err != nil {
		f.t.Fatal(err)
	}
	return n.got
}

func (f *fixture) want(got []int, want ...int) {
	f.t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		f.t.Fatalf("got %v, want %v", got, want)
	}
}

// committedOf is what a group has committed for partition 0 of topic one.
func (f *fixture) committedOf(group string) int64 {
	f.t.Helper()
	c := newConsumer(f.Service, ConsumerID{Group: group, Instance: "probe"}, ConsumerConfig{})
	offsets, err := c.Committed(context.Background(), []TopicPartition{{"one", 0}})
	if err != nil {
		f.t.Fatal(err)
	}
	return offsets[0].Offset
}

// eventually waits until something holds.
func (f *fixture) eventually(what string, holds func() bool) {
	f.t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); runtime.Gosched() {
		if time.Now().After(deadline) {
			f.t.Fatalf("in vain: %s", what)
		}
	}
}

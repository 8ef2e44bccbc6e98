package backup

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr/funcr"
	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/plastron-dev/plastron/runtime/kafka"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fixture is a broker and what a test needs to fill and read its topics.
type fixture struct {
	t       testing.TB
	ctx     context.Context
	cluster *kfake.Cluster
	client  *kgo.Client
	admin   *kadm.Client
	log     strings.Builder
	dir     string
	kafka   kafka.Options
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	f := &fixture{t: t, ctx: ctx, cluster: cluster, dir: t.TempDir()}
	f.kafka = kafka.Options{Bootstrap: cluster.ListenAddrs(), MetadataMinAge: 50 * time.Millisecond}
	f.client, err = kafka.NewClient(f.kafka)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.client.Close)
	f.admin = kadm.NewClient(f.client)
	return f
}

func (f *fixture) settings() Settings {
	return Settings{
		Kafka: f.kafka,
		Topic: schemasTopic, Version: "test",
		Logger: funcr.New(func(_, args string) { f.log.WriteString(args + "\n") }, funcr.Options{}),
	}
}

func (f *fixture) path(name string) string { return filepath.Join(f.dir, name) }

func (f *fixture) write(name, text string) string {
	f.t.Helper()
	if err := os.WriteFile(f.path(name), []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
	return f.path(name)
}

func (f *fixture) create(topic string, partitions int32, configs map[string]string) {
	f.t.Helper()
	set := map[string]*string{}
	for name, value := range configs {
		set[name] = kadm.StringPtr(value)
	}
	if _, err := f.admin.CreateTopic(f.ctx, partitions, 1, set, topic); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) produce(topic string, recs ...Record) {
	f.t.Helper()
	var out []*kgo.Record
	for _, r := range recs {
		out = append(out, toKafka(topic, r))
	}
	// A client remembers the id of a topic that was deleted and made again.
	client, err := kafka.NewClient(f.kafka, kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(0))
	if err != nil {
		f.t.Fatal(err)
	}
	defer client.Close()
	if err := client.ProduceSync(f.ctx, out...).FirstErr(); err != nil {
		f.t.Fatal(err)
	}
}

// drop deletes a topic, so that a backup can be restored to its name.
func (f *fixture) drop(topic string) {
	f.t.Helper()
	if _, err := f.admin.DeleteTopic(f.ctx, topic); err != nil {
		f.t.Fatal(err)
	}
}

// dump reads a topic by the ordinary client, which shares no code with ours.
func (f *fixture) dump(topic string) []Record {
	f.t.Helper()
	ends, err := f.admin.ListEndOffsets(f.ctx, topic)
	if err != nil {
		f.t.Fatal(err)
	}
	end, _ := ends.Lookup(topic, 0)
	client, err := kafka.NewClient(f.kafka,
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}))
	if err != nil {
		f.t.Fatal(err)
	}
	defer client.Close()
	var out []Record
	for next := int64(0); next < end.Offset; {
		fetches := client.PollFetches(f.ctx)
		if err := fetches.Err(); err != nil {
			f.t.Fatal(err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			next = r.Offset + 1
			out = append(out, fromKafka(r))
		})
	}
	return out
}

func (f *fixture) exists(topic string) bool {
	f.t.Helper()
	details, err := f.admin.ListTopics(f.ctx)
	if err != nil {
		f.t.Fatal(err)
	}
	return details.Has(topic)
}

func (f *fixture) get(o GetOptions) {
	f.t.Helper()
	if err := Get(f.ctx, f.settings(), o); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) restore(o RestoreOptions) {
	f.t.Helper()
	if err := Restore(f.ctx, f.settings(), o); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) equal(want, got any) {
	f.t.Helper()
	if reflect.DeepEqual(want, got) {
		return // cmp takes seconds for megabytes.
	}
	if diff := cmp.Diff(want, got); diff != "" {
		f.t.Fatal(diff)
	}
}

func fails(t testing.TB, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Fatalf("error %v; want %q", err, want)
	}
}

package schemalog

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr/funcr"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/goleak"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const topic = DefaultTopic

// fixture is a broker and clients for the test's own use.
type fixture struct {
	t       *testing.T
	ctx     context.Context
	cluster *kfake.Cluster
	client  *kgo.Client
	admin   *kadm.Client
}

func newFixture(t *testing.T, opts ...kfake.Opt) *fixture {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	cluster, err := kfake.NewCluster(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	f := &fixture{t: t, ctx: ctx, cluster: cluster}
	f.client, err = kgo.NewClient(append(f.opts(), kgo.DefaultProduceTopic(topic), kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.client.Close)
	f.admin = kadm.NewClient(f.client)
	return f
}

func (f *fixture) opts() []kgo.Opt {
	return []kgo.Opt{kgo.SeedBrokers(f.cluster.ListenAddrs()...), kgo.MetadataMinAge(50 * time.Millisecond), kgo.DisableClientMetrics()}
}

// compacted makes the topic as it should be.
func (f *fixture) compacted() {
	f.t.Helper()
	f.create(1, map[string]*string{policyKey: kadm.StringPtr(policyCompact)})
}

func (f *fixture) create(partitions int32, configs map[string]*string) {
	f.t.Helper()
	if _, err := f.admin.CreateTopic(f.ctx, partitions, 1, configs, topic); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) produce(recs ...*kgo.Record) {
	f.t.Helper()
	if err := f.client.ProduceSync(f.ctx, recs...).FirstErr(); err != nil {
		f.t.Fatal(err)
	}
}

// controlling answers requests of one key with fn until the returned function
// is called. fn reports whether it takes the request.
func (f *fixture) controlling(key kmsg.Key, fn func(kmsg.Request) (kmsg.Response, error, bool)) (stop func()) {
	var stopped atomic.Bool
	f.cluster.ControlKey(int16(key), func(req kmsg.Request) (kmsg.Response, error, bool) {
		if stopped.Load() {
			return nil, nil, false
		}
		f.cluster.KeepControl()
		return fn(req)
	})
	return func() { stopped.Store(true) }
}

func raw(key, value string) *kgo.Record {
	r := &kgo.Record{Key: []byte(key)}
	if value != "" {
		r.Value = []byte(value)
	}
	return r
}

func schemaRecord(s string, v, id int, text string) record.Record {
	value := record.SchemaValue{
		Subject: schema.Subject(s), Version: schema.Version(v), ID: schema.ID(id),
		Schema: schema.Schema{Type: schema.Avro, Text: text},
	}
	return record.Record{Key: record.SchemaOf(value.Subject, value.Version), Value: value.Bytes()}
}

func foreign(s string, v, id int, text string) *kgo.Record {
	rec := schemaRecord(s, v, id, text)
	return &kgo.Record{Key: rec.Key.Bytes(), Value: rec.Value}
}

// node is a running Log with its state.
type node struct {
	*Log
	f     *fixture
	store *store.Store
	// stop ends Run and returns its error; result waits until Run ends.
	stop, result func() error
}

// start runs a log with short times. change may be nil.
func (f *fixture) start(change func(*Config)) *node {
	f.t.Helper()
	cfg := Config{
		Reader: f.opts(), Writer: f.opts(),
		AppendTimeout: 5 * time.Second, CheckInterval: 50 * time.Millisecond,
		Logger: funcr.New(func(prefix, args string) {
			if testing.Verbose() {
				fmt.Println(f.t.Name(), prefix, args)
			}
		}, funcr.Options{Verbosity: 1}),
	}
	if change != nil {
		change(&cfg)
	}
	n := &node{f: f, store: store.New()}
	n.Log = New(cfg, n.store)
	ctx, cancel := context.WithCancel(f.ctx)
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	n.stop = sync.OnceValue(func() error {
		cancel()
		return n.result()
	})
	n.result = sync.OnceValue(func() error { return <-done })
	f.t.Cleanup(func() {
		if err := n.stop(); err != nil && !errors.Is(err, ErrTopicLayout) && !errors.Is(err, ErrMalformedRecord) {
			f.t.Errorf("Run: %v", err)
		}
	})
	return n
}

func (n *node) writable() *node {
	n.f.t.Helper()
	if err := n.AwaitWritable(n.f.ctx); err != nil {
		n.f.t.Fatalf("%v; status %+v", err, n.Status())
	}
	return n
}

func (n *node) mustAppend(recs ...record.Record) int64 {
	n.f.t.Helper()
	offset, err := n.Append(n.f.ctx, recs)
	if err != nil {
		n.f.t.Fatal(err)
	}
	return offset
}

// eventually waits until the condition holds, for things that nobody signals.
func (n *node) eventually(what string, condition func() bool) {
	n.f.t.Helper()
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for !condition() {
		select {
		case <-ticker.C:
		case <-n.f.ctx.Done():
			n.f.t.Fatalf("not %s in time; status %+v", what, n.Status())
		}
	}
}

func (n *node) expect(s schema.Subject, versions int) {
	n.f.t.Helper()
	if got := len(n.store.View().Entries(s)); got != versions {
		n.f.t.Fatalf("subject %s has %d versions; want %d", s, got, versions)
	}
}

// dump returns the keys and values of the topic, markers of transactions left
// out.
func (f *fixture) dump() []string {
	f.t.Helper()
	ends, err := f.admin.ListEndOffsets(f.ctx, topic)
	if err != nil {
		f.t.Fatal(err)
	}
	end, _ := ends.Lookup(topic, 0)
	client, err := kgo.NewClient(append(f.opts(), kgo.KeepControlRecords(),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}))...)
	if err != nil {
		f.t.Fatal(err)
	}
	defer client.Close()
	var out []string
	for next := int64(0); next < end.Offset; {
		fetches := client.PollFetches(f.ctx)
		if err := fetches.Err(); err != nil {
			f.t.Fatal(err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			next = r.Offset + 1
			if !r.Attrs.IsControl() {
				out = append(out, string(r.Key)+" "+string(r.Value))
			}
		})
	}
	return out
}

func is(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v; want %v", err, want)
	}
}

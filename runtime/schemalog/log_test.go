package schemalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestTopicIsMadeWhenThereIsNone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.start(nil).writable()
	details, err := f.admin.ListTopics(f.ctx, topic)
	if err != nil || len(details[topic].Partitions) != 1 || len(details[topic].Partitions[0].Replicas) != 3 {
		t.Fatalf("%+v, %v", details, err)
	}
	configs, err := f.admin.DescribeTopicConfigs(f.ctx, topic)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(configs[0].Configs, func(c kadm.Config) bool { return c.Key == policyKey })
	if i < 0 || configs[0].Configs[i].MaybeValue() != policyCompact {
		t.Fatalf("%+v", configs)
	}
}

func TestTopicThatExistsNeedsNoRightToCreate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.compacted()
	var asked atomic.Int64
	f.controlling(kmsg.CreateTopics, func(kmsg.Request) (kmsg.Response, error, bool) {
		asked.Add(1)
		return nil, nil, false
	})
	f.start(nil).writable()
	if asked.Load() != 0 {
		t.Fatal("it was asked to create a topic that exists")
	}
}

func TestAppendIsReadBack(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.start(func(c *Config) { c.Headers = []kgo.RecordHeader{{Key: "X-Registry-Version", Value: []byte("test")}} }).writable()
	if offset := n.mustAppend(schemaRecord("a", 1, 1, "x"), schemaRecord("a", 2, 2, "y")); offset != 1 {
		t.Fatalf("offset %d", offset)
	}
	n.expect("a", 2)
	if n.store.View().Offset() != 1 {
		t.Fatal("append returned before its record was applied")
	}
	e, _ := n.store.View().Entry("a", 1)
	if e.Timestamp == 0 || e.Offset != 0 {
		t.Fatalf("%+v", e)
	}
	want := []string{
		`{"keytype":"SCHEMA","subject":"a","version":1,"magic":1} {"subject":"a","version":1,"id":1,"schema":"x","deleted":false}`,
		`{"keytype":"SCHEMA","subject":"a","version":2,"magic":1} {"subject":"a","version":2,"id":2,"schema":"y","deleted":false}`,
	}
	if diff := cmp.Diff(want, f.dump()); diff != "" {
		t.Fatal(diff)
	}
	s := n.Status()
	if !s.Ready || !s.Writable || s.Applied != 1 || s.End != 2 || s.TopicProblem != "" || s.LastError != "" || s.Contact.IsZero() {
		t.Fatalf("%+v", s)
	}
	if offset, err := n.Append(f.ctx, nil); err != nil || offset != 1 {
		t.Fatal(offset, err)
	}
}

func TestRestartReplaysEverything(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.start(nil).writable()
	for i := range 50 {
		n.mustAppend(schemaRecord("a", i+1, i+1, fmt.Sprint(i)))
	}
	n.mustAppend(record.Record{Key: record.SchemaOf("a", 50)})
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	if n.Status().Writable {
		t.Fatal("a stopped log says that it can be written")
	}
	_, err := n.Append(f.ctx, []record.Record{schemaRecord("a", 50, 51, "x")})
	is(t, err, ErrNotReady)

	again := f.start(nil).writable()
	again.expect("a", 49)
	if again.store.View().MaxID(".") != 50 || again.Status().Applied != n.Status().Applied {
		t.Fatalf("%+v", again.Status())
	}
}

func TestOthersRecordsArrive(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a, b := f.start(nil).writable(), f.start(nil).writable()
	offset := a.mustAppend(schemaRecord("a", 1, 1, "x"))
	if err := b.waiters.wait(f.ctx, offset); err != nil {
		t.Fatal(err)
	}
	b.expect("a", 1)
}

func TestNobodyWritesBeforeTheTopicIsRead(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.compacted()
	f.produce(foreign("a", 1, 1, "x"))
	release := f.controlling(kmsg.Fetch, func(kmsg.Request) (kmsg.Response, error, bool) {
		return nil, fmt.Errorf("not now"), true
	})
	n := f.start(nil)
	n.eventually("connected", func() bool { return !n.Status().Contact.IsZero() })
	if s := n.Status(); s.Ready || s.Writable || n.Ready() || s.End != 1 {
		t.Fatalf("%+v", s)
	}
	_, err := n.Append(f.ctx, []record.Record{schemaRecord("b", 1, 1, "y")})
	is(t, err, ErrNotReady)
	short, cancel := context.WithCancel(f.ctx)
	cancel()
	is(t, n.Barrier(short), ErrNotReady)

	release()
	n.writable()
	n.expect("a", 1)
	n.mustAppend(schemaRecord("b", 1, 2, "y"))
	if got := len(f.dump()); got != 2 {
		t.Fatalf("%d records in the topic", got)
	}
}

func TestTransactionMarkersAtTheEnd(t *testing.T) {
	t.Parallel()
	run := func(end kgo.TransactionEndTry, versions int) {
		t.Helper()
		f := newFixture(t)
		f.compacted()
		txn, err := kgo.NewClient(append(f.opts(), kgo.TransactionalID("copy"), kgo.DefaultProduceTopic(topic),
			kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
		if err != nil {
			t.Fatal(err)
		}
		defer txn.Close()
		if err := txn.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := txn.ProduceSync(f.ctx, foreign("a", 1, 1, "x")).FirstErr(); err != nil {
			t.Fatal(err)
		}
		if err := txn.EndTransaction(f.ctx, end); err != nil {
			t.Fatal(err)
		}
		n := f.start(nil).writable()
		n.expect("a", versions)
		if s := n.Status(); s.Applied != 1 || s.End != 2 {
			t.Fatalf("%+v", s)
		}
		n.mustAppend(schemaRecord("b", 1, 2, "y"))
		// And while it runs.
		if err := txn.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := txn.ProduceSync(f.ctx, foreign("c", 1, 3, "z")).FirstErr(); err != nil {
			t.Fatal(err)
		}
		if err := txn.EndTransaction(f.ctx, end); err != nil {
			t.Fatal(err)
		}
		if err := n.Barrier(f.ctx); err != nil {
			t.Fatal(err)
		}
		n.expect("c", versions)
	}

	run(kgo.TryCommit, 1)
	run(kgo.TryAbort, 0)
}

// TestRecordsThatAreNotDelivered has a topic whose last records were compacted
// away: the broker answers with an empty batch that ends at offset 4.
func TestRecordsThatAreNotDelivered(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.compacted()
	for i := range 5 {
		f.produce(foreign("a", i+1, i+1, "x"))
	}
	batch := kmsg.NewRecordBatch()
	batch.Magic, batch.LastOffsetDelta, batch.ProducerID, batch.PartitionLeaderEpoch = 2, 4, -1, -1
	f.controlling(kmsg.Fetch, func(req kmsg.Request) (kmsg.Response, error, bool) {
		in := req.(*kmsg.FetchRequest)
		if len(in.Topics) != 1 || in.Topics[0].Partitions[0].FetchOffset > 4 {
			return nil, nil, false
		}
		out := in.ResponseKind().(*kmsg.FetchResponse)
		p := kmsg.NewFetchResponseTopicPartition()
		p.HighWatermark, p.LastStableOffset, p.LogStartOffset = 5, 5, 0
		p.RecordBatches = sealed(batch)
		top := kmsg.NewFetchResponseTopic()
		top.Topic, top.TopicID = in.Topics[0].Topic, in.Topics[0].TopicID
		top.Partitions = append(top.Partitions, p)
		out.Topics = append(out.Topics, top)
		return out, nil, true
	})
	n := f.start(nil).writable()
	n.expect("a", 0)
	if s := n.Status(); s.Applied != 4 || s.End != 5 {
		t.Fatalf("%+v", s)
	}
}

func TestTopicThatBeginsLate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.compacted()
	for i := range 5 {
		f.produce(foreign("a", i+1, i+1, "x"))
	}
	if _, err := f.admin.DeleteRecords(f.ctx, kadm.Offsets{topic: {0: kadm.Offset{Topic: topic, At: 5}}}); err != nil {
		t.Fatal(err)
	}
	n := f.start(nil).writable()
	if s := n.Status(); s.Applied != 4 || s.End != 5 {
		t.Fatalf("%+v", s)
	}
	if offset := n.mustAppend(schemaRecord("b", 1, 9, "y")); offset != 5 {
		t.Fatalf("offset %d", offset)
	}
}

func TestCompactedTopic(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.start(nil).writable()
	for i := range 20 {
		n.mustAppend(schemaRecord("a", i%3+1, i%3+1, fmt.Sprint("x", i%3)))
		n.mustAppend(record.Record{Key: record.ConfigOf("a"), Value: record.ConfigValue{Level: schema.Full}.Bytes()})
	}
	n.mustAppend(record.Record{Key: record.SchemaOf("a", 2)})
	n.mustAppend(schemaRecord("z", 1, 4, "last"))
	f.cluster.Compact()
	again := f.start(nil).writable()
	again.expect("a", 2)
	again.expect("z", 1)
	if again.Status().Applied != n.Status().Applied {
		t.Fatalf("%+v, %+v", again.Status(), n.Status())
	}
}

func TestForeignRecordsOfAllSorts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.compacted()
	f.produce(
		foreign("a", 1, 1, "x"),
		&kgo.Record{Value: []byte("no key")},
		&kgo.Record{},
		raw("garbage", "garbage"),
		raw("\xff\xfe", "\x00"),
		raw(`{"keytype":"NEW","magic":0}`, "{}"),
		raw(`{"keytype":"SCHEMA","subject":"b","version":1,"magic":1}`, "{}"),
		raw(`{"subject":"b","version":2,"magic":1,"keytype":"SCHEMA"}`, `{"id":2,"schema":"{"}`),
		raw(`{"keytype":"SCHEMA","subject":"c","version":1,"magic":1}`, "["),
	)
	n := f.start(nil).writable()
	n.expect("a", 1)
	n.expect("b", 1)
	n.expect("c", 0)
	if s := n.Status(); s.Applied != 8 {
		t.Fatalf("%+v", s)
	}
}

func TestBarrierCarriesTheHighestIDs(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.compacted()
	n := f.start(nil).writable()
	f.produce(foreign("a", 1, 41, "x"), foreign(":.eu:a", 1, 7, "x"))
	if err := n.Barrier(f.ctx); err != nil {
		t.Fatal(err)
	}
	n.expect("a", 1)
	dump := f.dump()
	if got, want := dump[len(dump)-1], `{"keytype":"NOOP","magic":0} {"maxId":41,"contexts":{".eu":7}}`; got != want {
		t.Fatalf("%s; want %s", got, want)
	}
}

// TestTombstonesNeverFreeAnID is the case of two registries of the field: the
// schema with the highest id is deleted for good, the topic compacted, the
// process restarted, and the id given to another schema.
func TestTombstonesNeverFreeAnID(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.start(nil).writable()
	n.mustAppend(schemaRecord("a", 1, 1, "x"), schemaRecord("a", 2, 2, "y"))
	n.mustAppend(record.Record{RawKey: record.SchemaOf("a", 2).Bytes()})
	n.mustAppend(record.Record{Key: record.SchemaOf("a", 1)})
	want := []string{
		string(record.Noop().Bytes()) + ` {"maxId":2}`,
		string(record.SchemaOf("a", 2).Bytes()) + " ",
		string(record.SchemaOf("a", 1).Bytes()) + " ",
	}
	if diff := cmp.Diff(want, f.dump()[2:]); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
	// What compaction leaves once tombstones are gone.
	f.cluster.Compact()
	only := newFixture(t)
	only.compacted()
	only.produce(raw(string(record.Noop().Bytes()), `{"maxId":2}`))
	if got := only.start(nil).writable().store.View().MaxID("."); got != 2 {
		t.Fatalf("highest id %d", got)
	}
}

func TestManyWritersShareRoundTrips(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.start(nil).writable()
	var requests atomic.Int64
	f.controlling(kmsg.Produce, func(kmsg.Request) (kmsg.Response, error, bool) {
		requests.Add(1)
		return nil, nil, false
	})
	const writers = 200
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			if _, err := n.Append(f.ctx, []record.Record{schemaRecord("a", i+1, i+1, fmt.Sprint(i))}); err != nil {
				t.Error(err)
			}
			if _, ok := n.store.View().Entry("a", schema.Version(i+1)); !ok {
				t.Errorf("version %d is not there after its append", i+1)
			}
		})
	}
	wg.Wait()
	n.expect("a", writers)
	if got := requests.Load(); got >= writers {
		t.Errorf("%d requests for %d appends", got, writers)
	}
}

func TestWrongPartitionsAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, kfake.NumBrokers(1))
	f.create(3, map[string]*string{policyKey: kadm.StringPtr(policyCompact)})
	n := f.start(nil)
	err := n.result()
	is(t, err, ErrTopicLayout)
	if !strings.Contains(err.Error(), "3 partitions") || n.Ready() {
		t.Fatal(err)
	}
}

func TestWrongPolicyIsReportedOrRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(1, map[string]*string{policyKey: kadm.StringPtr("delete")})
	n := f.start(nil).writable()
	if s := n.Status(); !strings.Contains(s.TopicProblem, "cleanup.policy=delete") {
		t.Fatalf("%+v", s)
	}
	strict := f.start(func(c *Config) { c.RequireCompact = true })
	is(t, strict.result(), ErrTopicLayout)

	// It is noticed when somebody mends it, and when somebody breaks it again.
	set := func(value string) {
		t.Helper()
		_, err := f.admin.AlterTopicConfigs(f.ctx, []kadm.AlterConfig{{Op: kadm.SetConfig, Name: policyKey, Value: &value}}, topic)
		if err != nil {
			t.Fatal(err)
		}
	}
	set(policyCompact)
	n.eventually("mended", func() bool { return n.Status().TopicProblem == "" })
	set("compact,delete")
	n.eventually("broken", func() bool { return n.Status().TopicProblem != "" })
	n.mustAppend(schemaRecord("a", 1, 1, "x"))
}

func TestMorePartitionsWhileRunning(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.start(nil).writable()
	if _, err := f.admin.CreatePartitions(f.ctx, 2, topic); err != nil {
		t.Fatal(err)
	}
	n.eventually("noticed", func() bool { return strings.Contains(n.Status().TopicProblem, "3 partitions") })
	n.mustAppend(schemaRecord("a", 1, 1, "x"))
}

package schemalog

import (
	"fmt"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

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

func TestStrictModeStopsAtAMalformedRecord(t *testing.T) {
	t.Parallel()
	run := func(key, value, want string) {
		t.Helper()
		f := newFixture(t)
		f.compacted()
		f.produce(foreign("a", 1, 1, "x"), raw(key, value), foreign("b", 1, 2, "y"))
		n := f.start(func(c *Config) { c.Strict = true })
		if want == "" {
			n.writable()
			n.expect("b", 1)
			return
		}
		err := n.result()
		is(t, err, ErrMalformedRecord)
		if text := err.Error(); !strings.Contains(text, "offset 1") || !strings.Contains(text, want) {
			t.Errorf("%s; want %s at offset 1", text, want)
		}
	}

	run("", "a value", string(record.KeyMissing))
	run("no json", "x", string(record.KeyMalformed))
	run(`{"keytype":"NEW","magic":0}`, "{}", string(record.KeyUnknown))
	run(`{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}`, "{}", string(record.ValueMalformed))
	// These are remarkable, but not malformed.
	run("", "", "")
	run(`{"keytype":"SCHEMA","subject":"c","version":1,"magic":1}`, string(foreign("c", 1, 1, "other").Value), "")
	run(`{"keytype":"SCHEMA","subject":"c","version":1,"magic":1}`, string(foreign("d", 1, 5, "x").Value), "")
}

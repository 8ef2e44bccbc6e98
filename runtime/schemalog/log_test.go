package schemalog

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

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

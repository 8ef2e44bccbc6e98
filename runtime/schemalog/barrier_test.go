package schemalog

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/plastron-dev/plastron/runtime/record"
)

func owned(name string) func(*Config) { return func(c *Config) { c.Owner = name } }

// claims has the node claim the log and returns its epoch.
func (n *node) claims() record.Epoch {
	n.f.t.Helper()
	if err := n.Barrier(n.f.ctx); err != nil {
		n.f.t.Fatal(err)
	}
	return n.store.Epoch()
}

func (n *node) under(e record.Epoch, recs ...record.Record) {
	n.f.t.Helper()
	for i := range recs {
		recs[i].Epoch = e
	}
	n.mustAppend(recs...)
}

// await waits until the node has read what another one has written.
func (n *node) await(offset int64) {
	n.f.t.Helper()
	if err := n.store.Await(n.f.ctx, offset); err != nil {
		n.f.t.Fatal(err)
	}
}

func TestBarrierClaimsTheLog(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.start(func(c *Config) { c.Owner, c.Generation = "a", func() int32 { return 4 } }).writable()
	b := f.start(owned("b")).writable()
	first := a.claims()
	if want := (record.Epoch{Term: 4, Owner: "a"}); first != want {
		t.Fatalf("epoch %v; want %v", first, want)
	}
	if again := a.claims(); again.Term != 5 {
		t.Fatalf("the second claim has epoch %v", again)
	}
	b.await(1)
	second := b.claims() // It does not know the generation, but the log.
	if want := (record.Epoch{Term: 6, Owner: "b"}); second != want {
		t.Fatalf("epoch %v; want %v", second, want)
	}
	// A is late. It reads what it wrote, and that it had no effect.
	a.under(record.Epoch{Term: 5, Owner: "a"}, schemaRecord("x", 1, 1, "X"))
	a.expect("x", 0)
	b.under(second, schemaRecord("y", 1, 1, "Y"))
	b.expect("x", 0)
	b.expect("y", 1)
}

func TestBarrierRepairsWhatCameLate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a, b := f.start(owned("a")).writable(), f.start(owned("b")).writable()
	old := a.claims()
	a.under(old, schemaRecord("s", 1, 1, "A"))
	e := b.claims()
	b.under(e, schemaRecord("t", 1, 2, "B"))
	a.under(old, schemaRecord("s", 1, 2, "late"), schemaRecord("u", 1, 2, "late"))
	if !a.store.View().Damaged() {
		t.Fatal("nothing to repair")
	}
	b.claims()
	if b.store.View().Damaged() {
		t.Fatal("not repaired")
	}
	// A registry that knows no epochs: the newest record of each key counts.
	newest := map[string]string{}
	for _, line := range f.dump() {
		for i := range line {
			if line[i] == ' ' && line[i-1] == '}' {
				newest[line[:i]] = line[i+1:]
				break
			}
		}
	}
	check := func(k record.Key, want record.Record) {
		t.Helper()
		if got := newest[string(k.Bytes())]; got != string(want.Value) {
			t.Errorf("%s: %q; want %q", k.Bytes(), got, want.Value)
		}
	}
	check(record.SchemaOf("s", 1), schemaRecord("s", 1, 1, "A"))
	check(record.SchemaOf("t", 1), schemaRecord("t", 1, 2, "B"))
	check(record.SchemaOf("u", 1), record.Record{})
}

// TestRequestThatLandsAfterTheNextSession is the walk-through of Barrier: a
// produce request hangs in the broker until its session is over and another
// decision has landed.
func TestRequestThatLandsAfterTheNextSession(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.start(func(c *Config) { c.Owner, c.AppendTimeout = "n", 200*time.Millisecond }).writable()
	e := n.claims()
	f.hang(func() {
		_, err := n.Append(f.ctx, []record.Record{{Key: record.SchemaOf("x", 1), Value: schemaRecord("x", 1, 7, "X").Value, Epoch: e}})
		is(t, err, ErrUnknownOutcome)
		e = n.claims()
		n.expect("x", 0)
		n.under(e, schemaRecord("y", 1, 7, "Y"))
	})
	n.await(3) // Two barriers, Y, X.
	n.expect("x", 0)
	if got := n.store.View().ByID(".", 7); len(got) != 1 || got[0].Schema.Text != "Y" {
		t.Fatalf("id 7 is %+v", got)
	}
	n.claims()
	n.expect("x", 0)
}

// hang runs fn while the next produce request is held; it lands behind
// everything that fn writes.
func (f *fixture) hang(fn func()) {
	f.t.Helper()
	var once sync.Once
	var held *kmsg.ProduceRequest
	f.cluster.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		var err error
		once.Do(func() { held = req.(*kmsg.ProduceRequest) })
		return nil, err, true // Nobody ever answers.
	})
	fn()
	if held == nil {
		f.t.Fatal("nothing was produced")
	}
	if err := replay(f.ctx, f.client, held); err != nil {
		f.t.Fatal(err)
	}
}

// replay sends the records of a produce request as another producer's, since
// the broker has to take them.
func replay(ctx context.Context, client *kgo.Client, req *kmsg.ProduceRequest) error {
	for _, t := range req.Topics {
		for _, p := range t.Partitions {
			var batch kmsg.RecordBatch
			if err := batch.ReadFrom(p.Records); err != nil {
				return err
			}
			recs, err := kgo.DefaultDecompressor().Decompress(batch.Records, kgo.CodecNone)
			if err != nil {
				return err
			}
			for range batch.NumRecords {
				var r kmsg.Record
				if err := r.ReadFrom(recs); err != nil {
					return err
				}
				recs = recs[len(r.AppendTo(nil)):]
				out := &kgo.Record{Key: r.Key, Value: r.Value}
				for _, h := range r.Headers {
					out.Headers = append(out.Headers, kgo.RecordHeader{Key: h.Key, Value: h.Value})
				}
				if err := client.ProduceSync(ctx, out).FirstErr(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

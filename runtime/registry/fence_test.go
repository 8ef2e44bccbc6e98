package registry

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// claims has the barriers of a node claim the log as a name, as schemalog does.
func claims(name string) func(*node, *Deps) {
	return func(n *node, d *Deps) {
		d.Owner, d.Late = name, n.store.Late()
		n.claim = func() {
			e := n.store.Epoch().Next(0, name)
			n.topic.append(record.Record{Key: record.Noop(), Value: record.NoopValue{}.Bytes(), Epoch: e})
			n.read()
			repairs := n.store.Repairs()
			for i := range repairs {
				repairs[i].Epoch = e
			}
			n.topic.append(repairs...)
			n.read()
		}
	}
}

// TestTwoPrimariesShareNoID lets two nodes write that both believe to be
// primary: whoever claims last is the one whose records count, nobody hears of
// an id that means something else, and nobody is refused for ever.
func TestTwoPrimariesShareNoID(t *testing.T) {
	t.Parallel()
	shared := &topic{}
	nodes := []*node{newNode(t, shared, schema.Karapace, claims("a")), newNode(t, shared, schema.Karapace, claims("b"))}
	var mu sync.Mutex
	ids := map[schema.ID]string{}
	var group sync.WaitGroup
	for i, n := range nodes {
		group.Go(func() {
			for k := range 40 {
				e, err := n.Register(t.Context(), Registration{Subject: schema.Subject('a' + rune(i)), Schema: numbered(100*i + k), Force: true})
				if KindOf(err) == Timeout {
					continue // The other one claimed the log three times in between.
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if text, known := ids[e.ID]; known && text != e.Schema.Text {
					t.Errorf("id %d for %s and for %s", e.ID, text, e.Schema.Text)
				}
				ids[e.ID] = e.Schema.Text
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if len(ids) < 20 {
		t.Errorf("only %d of 80 registrations got through", len(ids))
	}
	for _, n := range nodes {
		n.read()
		for id, text := range ids {
			if got := n.View().ByID(".", id); len(got) == 0 || got[0].Schema.Text != text {
				t.Errorf("id %d was answered for %s and is %+v", id, text, got)
			}
		}
	}
}

// TestDecisionKeepsItsEpoch is the walk-through of stamp: between a decision
// and its append the role goes to another node and comes back.
func TestDecisionKeepsItsEpoch(t *testing.T) {
	t.Parallel()
	shared := &topic{}
	a, b := newNode(t, shared, schema.Karapace, claims("a")), newNode(t, shared, schema.Karapace, claims("b"))
	a.register(t, "first", avro(`"int"`))
	// MayWrite is asked by submit, at the start of the round, and between
	// decision and append.
	between := a.asked.Load() + 3
	a.asking = func(call int64) {
		if call == between {
			b.register(t, "s", recordOf("B"))
			_ = a.Barrier(context.Background())
		}
	}
	mine, err := a.Register(t.Context(), Registration{Subject: "s", Schema: recordOf("A"), Force: true})
	if err != nil {
		t.Fatal(err)
	}
	theirs := b.register(t, "s", recordOf("B"))
	if theirs.Version != 1 || mine.Version != 2 || mine.ID == theirs.ID {
		t.Fatalf("B is version %d id %d, A is version %d id %d", theirs.Version, theirs.ID, mine.Version, mine.ID)
	}
}

func TestLateRecordIsRepairedWithoutAWrite(t *testing.T) {
	t.Parallel()
	n := newNode(t, &topic{}, schema.Karapace, claims("n"))
	want := n.register(t, "s", avro(`"int"`))
	late := record.SchemaValue{Subject: "s", Version: 1, ID: 9, Schema: avro(`"long"`)}
	n.topic.append(record.Record{Key: record.SchemaOf("s", 1), Value: late.Bytes(), Epoch: record.Epoch{Term: 1, Owner: "m"}})
	n.read()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	// The late record, the barrier, the repair.
	if err := n.store.Await(ctx, 4); err != nil {
		t.Fatal(err)
	}
	last := n.topic.from(4)[0]
	if got, err := record.ParseSchemaValue(last.Value); err != nil || got.ID != want.ID || string(last.RawKey) != string(record.SchemaOf("s", 1).Bytes()) {
		t.Fatalf("%s %s", last.RawKey, last.Value)
	}
}

// TestFollowerRepairsNothing leaves repairs to the primary.
func TestFollowerRepairsNothing(t *testing.T) {
	t.Parallel()
	n := newNode(t, &topic{}, schema.Karapace, claims("n"))
	n.register(t, "s", avro(`"int"`))
	n.mayWrite.Store(false)
	n.topic.append(record.Record{Key: record.Noop(), Epoch: record.Epoch{Term: 50, Owner: "p"}})
	n.topic.append(record.Record{Key: record.SchemaOf("s", 1), Epoch: record.Epoch{Term: 1, Owner: "m"}})
	n.read()
	// The node takes its turn before it answers that it may not write.
	n.mayWrite.Store(true)
	n.revoke.Store(n.asked.Load() + 2)
	_, err := n.Register(t.Context(), Registration{Subject: "x", Schema: avro(`"int"`)})
	if err == nil || len(n.topic.from(4)) != 0 {
		t.Fatalf("%v, %d records", err, len(n.topic.from(0)))
	}
}

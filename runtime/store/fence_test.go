package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func epoch(text string) record.Epoch { return record.ParseEpoch([]byte(text)) }

// TestAdmit gives the epochs of the records of a log in their order; "-" is a
// record without one. The records of want have an effect.
func TestAdmit(t *testing.T) {
	t.Parallel()
	f := func(log, want string) {
		t.Helper()
		var highest record.Epoch
		var got []string
		for text := range strings.FieldsSeq(log) {
			next, void := highest.Admit(epoch(text))
			if next.Compare(highest) < 0 {
				t.Errorf("%s: the epoch went back from %v to %v", log, highest, next)
			}
			if highest = next; void {
				text = "x"
			}
			got = append(got, text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %s; want %s", log, strings.Join(got, " "), want)
		}
	}

	// One primary after the other.
	f("5.a 5.a 6.b 6.b", "5.a 5.a 6.b 6.b")
	// The record of the first comes behind the claim of the second.
	f("5.a 6.b 5.a 6.b", "5.a 6.b x 6.b")
	// Two claims of one term: whichever comes first, the records of one of them
	// have no effect any more.
	f("5.a 5.b 5.a 5.b", "5.a 5.b x 5.b")
	f("5.b 5.a 5.b 5.a", "5.b x 5.b x")
	// A process that claims again makes void what it left behind itself.
	f("5.a 6.a 5.a 6.a", "5.a 6.a x 6.a")
	// Other registries write without epochs, and are believed as ever.
	f("- 5.a - 5.a 6.b - 5.a", "- 5.a - 5.a 6.b - x")
	// The barrier was compacted away: any record of its epoch stands for it.
	f("5.a 6.b 5.a", "5.a 6.b x")
	// A restored topic comes with its epochs; the group counts from 1 again.
	f("40.z 40.z 41.a 1.q", "40.z 40.z 41.a x")
}

// under returns records as a process writes them in an epoch.
func under(epochText string, recs ...record.Record) []record.Record {
	for i := range recs {
		recs[i].Epoch = epoch(epochText)
	}
	return recs
}

func barrier(epochText string, maxID schema.ID) record.Record {
	return under(epochText, record.Record{Key: record.Noop(), Value: record.NoopValue{MaxID: maxID}.Bytes()})[0]
}

func fencedCount(v *View) int64 { return v.Problems()[record.Fenced] }

// TestLateRecordIsVoid is the walk-through of fence.go.
func TestLateRecordIsVoid(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	f.records(barrier("5.a", 6), barrier("6.b", 6))
	f.records(under("6.b", schemaRecord("y", "Y", 1, 7))...)
	before := dump(f.view())
	f.records(under("5.a", schemaRecord("x", "X", 1, 7))...)
	f.records(under("5.a", schemaRecord("y", "Z", 1, 8))...)
	v := f.view()
	if got := v.ByID(".", 7); len(got) != 1 || got[0].Schema.Text != "Y" || len(v.Entries("x")) != 0 {
		t.Fatalf("id 7 is %+v", got)
	}
	if fencedCount(v) != 2 || v.Offset() != 4 || v.Epoch() != epoch("6.b") || v.MaxID(".") != 8 {
		t.Fatalf("%+v at %d in %v, highest id %d", v.Problems(), v.Offset(), v.Epoch(), v.MaxID("."))
	}
	select {
	case <-f.store.Late():
	default:
		t.Error("nobody was told")
	}
	got := dump(v)
	delete(before, "max")
	delete(got, "max")
	if diff := cmp.Diff(before, got); diff != "" {
		t.Fatalf("void records had an effect:\n%s", diff)
	}
}

// TestRepairs compares a reader that knows epochs with one that does not,
// after the primary has repaired what a late record did.
func TestRepairs(t *testing.T) {
	t.Parallel()
	f := func(name string, late ...record.Record) {
		t.Helper()
		knowing, other := newFeed(t), newFeed(t)
		add := func(recs ...record.Record) {
			knowing.records(recs...)
			for i := range recs {
				recs[i].Epoch = record.Epoch{}
			}
			other.records(recs...)
		}
		add(under("5.a", schemaRecord("s", "A", 1, 1), schemaRecord("s", "B", 2, 2), schemaRecord("t", "A", 1, 1))...)
		add(under("5.a", record.Record{Key: record.ConfigOf("s"), Value: []byte(`{"compatibilityLevel":"FULL"}`)})...)
		add(under("5.a", record.Record{Key: record.DeleteSubjectOf("t"), Value: record.DeleteSubjectValue{Subject: "t", Version: 1}.Bytes()})...)
		add(barrier("6.b", 2))
		want := dump(knowing.view())
		add(under("5.a", late...)...)
		if !knowing.view().Damaged() {
			t.Errorf("%s: no damage seen", name)
		}
		repairs := knowing.view().Repairs()
		add(under("6.b", repairs...)...)
		if knowing.view().Damaged() || len(knowing.view().Repairs()) > 0 {
			t.Errorf("%s: not repaired by %d records", name, len(repairs))
		}
		if diff := cmp.Diff(facts(want), facts(dump(knowing.view()))); diff != "" {
			t.Errorf("%s: the truth changed:\n%s", name, diff)
		}
		if diff := cmp.Diff(facts(dump(knowing.view())), facts(dump(other.view()))); diff != "" {
			t.Errorf("%s: the other reader does not agree (-knowing +other):\n%s", name, diff)
		}
	}

	f("a new version with an id of its own", schemaRecord("u", "X", 1, 3))
	f("a new version with an id that means another schema", schemaRecord("u", "X", 1, 1))
	f("a version written over", schemaRecord("s", "X", 1, 3))
	f("a version deleted for good", record.Record{Key: record.SchemaOf("s", 1)})
	f("a version deleted softly", record.Record{Key: record.SchemaOf("s", 1), Value: schemaValue("s", "A", 1, 1).WithDeleted(true).Bytes()})
	f("a deleted version restored", schemaRecord("t", "A", 1, 1))
	f("another form of a key", record.Record{RawKey: []byte(`{"subject":"s","version":1,"magic":1,"keytype":"SCHEMA"}`), Value: schemaRecord("s", "X", 1, 9).Value})
	f("a subject deleted", record.Record{Key: record.DeleteSubjectOf("s"), Value: record.DeleteSubjectValue{Subject: "s", Version: 2}.Bytes()})
	f("a configuration changed", record.Record{Key: record.ConfigOf("s"), Value: []byte(`{"compatibilityLevel":"NONE"}`)})
	f("a configuration deleted", record.Record{Key: record.ConfigOf("s")})
	f("a configuration made", record.Record{Key: record.ConfigOf("u"), Value: []byte(`{"compatibilityLevel":"NONE"}`)})
	f("a global mode", record.Record{Key: record.GlobalMode(), Value: record.ModeValue{Mode: schema.ReadOnly}.Bytes()})
	assoc := record.AssocValue{ResourceName: "r", ResourceNamespace: "n", ResourceType: "topic", Type: "value", Subject: "s"}
	f("an association made", record.Record{Key: record.AssocOf(assoc), Value: assoc.Bytes()})
	f("a barrier", record.Record{Key: record.Noop(), Value: record.NoopValue{MaxID: 1}.Bytes()})
	f("several at once", schemaRecord("u", "X", 1, 1), schemaRecord("u", "Y", 2, 2), record.Record{Key: record.SchemaOf("s", 2)})
}

func schemaValue(s, text string, v, id int) record.SchemaValue {
	value, err := record.ParseSchemaValue(schemaRecord(s, text, v, id).Value)
	if err != nil {
		panic(err)
	}
	return value
}

// facts is a dump without what a repair may change: where records lie, the
// highest ids, and which forms of keys there are.
func facts(dumped map[string]any) map[string]any {
	out := map[string]any{}
	for name, value := range dumped {
		texts, isList := value.([]string)
		if name == "max" || strings.HasPrefix(name, "forms ") || strings.HasPrefix(name, "content ") {
			continue
		}
		if !isList {
			value = strings.SplitN(fmt.Sprint(value), " [[", 2)[0] // Without the forms of the key.
		}
		var kept []string
		for _, text := range texts {
			before, _, _ := strings.Cut(text, " @")
			kept = append(kept, before)
		}
		slices.Sort(kept)
		if isList {
			value = kept
		}
		out[name] = value
	}
	return out
}

// TestRivalPrimaries lets several processes write at once. Each of them reads
// the log with a delay of its own, claims it when it likes, and has records on
// their way that land late. What was in force when its writer read it back is
// never given another meaning, all readers agree, and so does a reader without
// epochs once the last primary has repaired the log, and one of the compacted
// log.
func TestRivalPrimaries(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		w := newRivals(t, seed)
		for range 120 {
			w.step()
		}
		w.settle()
		w.check()
	}
}

// rivals is a log with several writers.
type rivals struct {
	t       *testing.T
	seed    uint64
	rnd     *rand.Rand
	history *history
	nodes   []*rival
	acked   map[schema.ID]string
}

// rival is a writer: what it has read, and what it has sent but not landed.
type rival struct {
	name  string
	store *Store
	read  int
	sent  []record.Record
	// unsettled: something is on its way, so nothing is decided before a claim.
	unsettled bool
}

func newRivals(t *testing.T, seed uint64) *rivals {
	w := &rivals{t: t, seed: seed, rnd: rand.New(rand.NewPCG(seed, 3)), acked: map[schema.ID]string{}}
	w.history = &history{rnd: w.rnd, store: New()}
	for _, name := range []string{"a", "b", "c"} {
		w.nodes = append(w.nodes, &rival{name: name, store: New()})
	}
	return w
}

func (w *rivals) step() {
	n := w.nodes[w.rnd.IntN(len(w.nodes))]
	switch op := w.rnd.IntN(10); {
	case op < 2:
		w.catchUp(n)
		w.claim(n)
	case op < 5: // Something that was sent lands.
		if len(n.sent) > 0 {
			w.history.append(n.sent[0])
			n.sent = n.sent[1:]
		}
	case op < 7:
		w.catchUp(n)
	default:
		w.decide(n)
	}
}

// catchUp reads everything, and takes for acknowledged what shows.
func (w *rivals) catchUp(n *rival) {
	n.store.Apply(w.history.log[n.read:])
	n.read = len(w.history.log)
	for id := schema.ID(1); id <= n.store.View().MaxID("."); id++ {
		for _, e := range n.store.View().ByID(".", id)[:min(1, len(n.store.View().ByID(".", id)))] {
			if text, known := w.acked[id]; known && text != e.Schema.Text {
				w.t.Fatalf("seed %d: id %d was %s and is %s", w.seed, id, text, e.Schema.Text)
			}
			w.acked[id] = e.Schema.Text
		}
	}
}

// claim writes a barrier, reads it back and repairs.
func (w *rivals) claim(n *rival) {
	n.unsettled = false
	e := n.store.Epoch().Next(0, n.name)
	w.history.append(barrier(e.String(), n.store.View().MaxID(".")))
	w.catchUp(n)
	if n.store.Epoch() != e {
		return
	}
	w.history.append(under(e.String(), n.store.Repairs()...)...)
	w.catchUp(n)
}

// decide registers something if the writer thinks that the log is its own.
func (w *rivals) decide(n *rival) {
	v := n.store.View()
	if n.unsettled || v.Epoch().Owner != n.name || v.Damaged() {
		return
	}
	s := []string{"s", "t", "u"}[w.rnd.IntN(3)]
	text := fmt.Sprintf("%s%d", n.name, w.rnd.IntN(1000))
	version := len(v.Entries(schema.Subject(s))) + 1
	rec := schemaRecord(s, text, version, int(v.MaxID("."))+1)
	rec.Epoch = v.Epoch()
	if w.rnd.IntN(2) == 0 {
		n.sent, n.unsettled = append(n.sent, rec), true
		return
	}
	w.history.append(rec)
	w.catchUp(n)
}

// settle lets everything land and the last node repair it.
func (w *rivals) settle() {
	for _, n := range w.nodes {
		w.history.append(n.sent...)
	}
	last := w.nodes[0]
	w.catchUp(last)
	w.claim(last)
}

func (w *rivals) check() {
	w.t.Helper()
	for _, n := range w.nodes {
		w.catchUp(n)
	}
	want := dump(w.nodes[0].store.View())
	f := func(name string, s *Store) {
		w.t.Helper()
		if diff := cmp.Diff(facts(want), facts(dump(s.View()))); diff != "" {
			w.t.Fatalf("seed %d, %s:\n%s", w.seed, name, diff)
		}
	}
	for _, n := range w.nodes {
		f(n.name, n.store)
	}
	compacted := New()
	compacted.Apply(w.history.compact())
	f("a reader of the compacted log", compacted)
	if compacted.Epoch() != w.nodes[0].store.Epoch() {
		w.t.Fatalf("seed %d: epoch %v of the compacted log", w.seed, compacted.Epoch())
	}
	other := New()
	for _, rec := range w.history.log {
		rec.Epoch = record.Epoch{}
		other.Apply([]record.Record{rec})
	}
	f("a reader without epochs", other)
}

package store

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func sortedKeys[V any](m map[schema.Subject]V) []schema.Subject { return slices.Sorted(maps.Keys(m)) }

// history makes a log as registries write it: every record follows from the
// state before it. Some records come from a registry with other key forms.
type history struct {
	rnd   *rand.Rand
	store *Store
	log   []record.Record
}

func (h *history) append(recs ...record.Record) {
	for _, rec := range recs {
		rec.RawKey = rec.KeyBytes()
		rec.Offset = int64(len(h.log))
		rec.Timestamp = 1_700_000_000_000 + rec.Offset
		h.log = append(h.log, rec)
		h.store.Apply([]record.Record{rec})
	}
}

func (h *history) subject() schema.Subject {
	return []schema.Subject{"a", "b", "c/d", ":.eu:a", ":.eu:b"}[h.rnd.IntN(5)]
}

// foreign spells the key of a record as an old Karapace did.
func (h *history) foreign(recs []record.Record) []record.Record {
	if h.rnd.IntN(4) > 0 {
		return recs
	}
	last := &recs[len(recs)-1]
	quoted := record.AppendQuoted(nil, string(last.Key.Subject))
	switch last.Key.Type {
	case record.SchemaKey:
		last.RawKey = fmt.Appendf(nil, `{"subject":%s,"version":%d,"magic":1,"keytype":"SCHEMA"}`, quoted, last.Key.Version)
	case record.ConfigKey:
		last.RawKey = fmt.Appendf(nil, `{"subject":%s,"magic":0,"keytype":"CONFIG"}`, quoted)
	}
	return recs
}

func (h *history) step() {
	v, s := h.store.View(), h.subject()
	entries := v.Entries(s)
	switch op := h.rnd.IntN(12); {
	case op < 5 || len(entries) == 0:
		h.register(v, s)
	case op == 5: // Soft deletion of one version.
		e := entries[h.rnd.IntN(len(entries))]
		value, _ := e.Value()
		h.append(h.foreign(v.Put(record.SchemaOf(s, e.Version), value.WithDeleted(true).Bytes()))...)
	case op == 6: // Soft deletion of the subject, whatever rows it has.
		last := entries[len(entries)-1].Version
		h.append(v.Put(record.DeleteSubjectOf(s), record.DeleteSubjectValue{Subject: s, Version: last}.Bytes())...)
	case op < 9: // Hard deletion of one version. The mark of ids comes first.
		if marks, persisted := h.store.HighWater(); !persisted {
			h.append(v.Put(record.Noop(), marks.Bytes())...)
		}
		h.append(v.Tombstones(record.SchemaOf(s, entries[h.rnd.IntN(len(entries))].Version))...)
	case op == 9:
		h.append(h.foreign(v.Put(record.ConfigOf(s), record.ConfigValue{Level: schema.Levels()[h.rnd.IntN(7)]}.Bytes()))...)
	case op == 10:
		h.append(v.Tombstones(record.ConfigOf(s))...)
	default:
		h.append(record.Record{RawKey: []byte("garbage"), Value: []byte{0xff}})
	}
}

func (h *history) register(v *View, s schema.Subject) {
	content := avro(fmt.Sprint("text ", h.rnd.IntN(12)))
	if h.rnd.IntN(3) == 0 {
		content.References = []schema.Reference{{Name: "n", Subject: "a", Version: schema.Version(1 + h.rnd.IntN(3))}}
	}
	id, ok := v.FindContent(v.naming.Context(s), content, record.Extra{})
	if !ok {
		id = v.MaxID(v.naming.Context(s)) + 1
	}
	version := schema.Version(1)
	if entries := v.Entries(s); len(entries) > 0 {
		version = entries[len(entries)-1].Version + 1
	}
	value := record.SchemaValue{Subject: s, Version: version, ID: id, Schema: content}
	h.append(h.foreign(v.Put(record.SchemaOf(s, version), value.Bytes()))...)
}

// compact does what the broker may do: only the last record of each key stays,
// and tombstones stay or go.
func (h *history) compact() []record.Record {
	last := map[string]int64{}
	for _, rec := range h.log {
		last[string(rec.RawKey)] = rec.Offset
	}
	var out []record.Record
	for _, rec := range h.log {
		if last[string(rec.RawKey)] != rec.Offset || (rec.Value == nil && h.rnd.IntN(2) == 0) {
			continue
		}
		out = append(out, rec)
	}
	return out
}

// dump is everything that readers can see in a view.
func dump(v *View) map[string]any {
	out := map[string]any{"subjects": v.Subjects(), "max": []schema.ID{v.MaxID("."), v.MaxID(".eu")}}
	lists := func(name string, list []*Entry) {
		var texts []string
		for _, e := range list {
			texts = append(texts, fmt.Sprintf("%s/%d id=%d %v deleted=%t @%d %d %s", e.Subject, e.Version, e.ID, e.Schema, e.Deleted, e.Offset, e.Timestamp, e.RawValue()))
			var forms []string
			for _, raw := range v.KeyVariants(record.SchemaOf(e.Subject, e.Version)) {
				forms = append(forms, string(raw))
			}
			out[fmt.Sprintf("forms %s/%d", e.Subject, e.Version)] = forms
		}
		if len(texts) > 0 {
			out[name] = texts
		}
	}
	for _, s := range []schema.Subject{"a", "b", "c/d", ":.eu:a", ":.eu:b"} {
		lists("entries "+string(s), v.Entries(s))
		c, ok := v.Config(s)
		out["config "+string(s)] = fmt.Sprint(string(c.Bytes()), ok, v.KeyVariants(record.ConfigOf(s)))
		for n := range schema.Version(5) {
			lists(fmt.Sprintf("refs %s/%d", s, n), v.ReferencedBy(s, n))
		}
	}
	for _, context := range []string{".", ".eu"} {
		for id := schema.ID(1); id <= v.MaxID(context); id++ {
			list := v.ByID(context, id)
			lists(fmt.Sprintf("id %s %d", context, id), list)
			for _, e := range list {
				found, ok := v.FindContent(context, e.Schema, e.Extra)
				out[fmt.Sprintf("content %s %d %s", context, id, e.Schema.Text)] = fmt.Sprint(found, ok)
			}
		}
	}
	return out
}

// TestReplayIsLiveState is invariant I8: the state does not depend on how the
// records were cut into batches, nor on what compaction left of them.
func TestReplayIsLiveState(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		h := &history{rnd: rand.New(rand.NewPCG(seed, 1)), store: New()}
		for range 150 {
			h.step()
		}
		want := dump(h.store.View())

		whole := New()
		whole.Apply(h.log)
		pieces := New()
		for rest := h.log; len(rest) > 0; {
			n := 1 + h.rnd.IntN(min(len(rest), 20))
			pieces.Apply(rest[:n])
			rest = rest[n:]
		}
		compacted := New()
		compacted.Apply(h.compact())
		for name, s := range map[string]*Store{"one batch": whole, "batches": pieces, "compacted": compacted} {
			if diff := cmp.Diff(want, dump(s.View())); diff != "" {
				t.Fatalf("seed %d, %s (-live +replayed):\n%s", seed, name, diff)
			}
		}
		if whole.View().contents.size != h.store.View().contents.size || whole.View().variants.size != h.store.View().variants.size {
			t.Fatalf("seed %d: the indexes differ in size", seed)
		}
	}
}

// TestReadersNeedNoLock reads all views while records are applied, for the
// race detector.
func TestReadersNeedNoLock(t *testing.T) {
	t.Parallel()
	h := &history{rnd: rand.New(rand.NewPCG(7, 7)), store: New()}
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for {
				v := h.store.View()
				first, second := dump(v), dump(v)
				if diff := cmp.Diff(first, second); diff != "" {
					t.Errorf("a view changed:\n%s", diff)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for range 80 {
		h.step()
	}
	close(done)
	wg.Wait()
}

func FuzzApply(f *testing.F) {
	f.Add([]byte(`{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}`), []byte(`{"subject":"s","version":1,"id":1,"schema":"x"}`))
	f.Add([]byte(`{"keytype":"DELETE_SUBJECT","subject":"s","magic":0}`), []byte(`{"subject":"s","version":1}`))
	f.Add([]byte(`{"keytype":"CLEAR_SUBJECT","magic":0}`), []byte(`{}`))
	f.Add([]byte(`{"keytype":"CONFIG","subject":"s","magic":0}`), []byte(`{"compatibilityLevel":"FULL"}`))
	f.Add([]byte(`{"keytype":"NOOP","magic":0}`), []byte(`{"maxId":7}`))
	f.Fuzz(func(t *testing.T, key, value []byte) {
		s := New()
		first := schemaRecord("s", "x", 1, 1)
		first.RawKey = first.Key.Bytes()
		for i := range int64(3) {
			s.Apply([]record.Record{first, {RawKey: key, Value: value, Offset: i}})
			dump(s.View())
			if s.View().Offset() != i || s.View().MaxID(".") < 1 {
				t.Fatal("the record stopped the log")
			}
		}
	})
}

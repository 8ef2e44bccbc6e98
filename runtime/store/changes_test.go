package store

import (
	"fmt"
	"slices"
	"testing"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestChangedSince(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	f.schema("a", `"int"`, 1, 1)                                                                 // 0
	f.schema("b", `"long"`, 1, 2)                                                                // 1
	f.put(record.ConfigOf("c"), []byte(`{"compatibilityLevel":"FULL"}`))                         // 2
	f.put(record.GlobalConfig(), []byte(`{"compatibilityLevel":"NONE"}`))                        // 3
	f.put(record.ModeOf("a"), record.ModeValue{Mode: "READONLY"}.Bytes())                        // 4
	f.raw(`{"keytype":"DELETE_SUBJECT","subject":"b","magic":0}`, `{"subject":"b","version":1}`) // 5
	f.raw(`{"keytype":"NOOP","magic":0}`, "{}")                                                  // 6
	f.records(f.view().Tombstones(record.SchemaOf("b", 1))...)                                   // 7

	check := func(since int64, limit int, want []schema.Subject, upTo int64, all bool) {
		t.Helper()
		got, to, whole, ok := f.view().ChangedSince(since, limit)
		if !ok || !slices.Equal(got, want) || to != upTo || whole != all {
			t.Errorf("since %d: %q up to %d, all %t, %t; want %q up to %d, all %t", since, got, to, whole, ok, want, upTo, all)
		}
	}
	check(-1, 9, []schema.Subject{"a", "b", "c", ""}, 7, true)
	check(0, 9, []schema.Subject{"b", "c", "", "a"}, 7, true)
	check(4, 9, []schema.Subject{"b"}, 7, true)
	check(7, 9, nil, 7, true)
	check(20, 9, nil, 20, true)
	check(-1, 2, []schema.Subject{"a", "b"}, 1, false)
	check(1, 2, []schema.Subject{"c", ""}, 3, false)
	check(3, 2, []schema.Subject{"a", "b"}, 7, true)

	if got := f.view().KnownAfter("", 9); !slices.Equal(got, []schema.Subject{"a", "c"}) {
		t.Errorf("known: %q", got)
	}
	f.raw(`{"keytype":"CLEAR_SUBJECT","subject":"a","magic":0}`, `{"subject":"a"}`) // 8
	check(7, 9, []schema.Subject{"a"}, 8, true)
	f.raw(`{"keytype":"CLEAR_SUBJECT","subject":":.x:","magic":0}`, `{"subject":":.x:"}`) // 9
	if _, _, _, ok := f.view().ChangedSince(8, 9); ok {
		t.Error("a whole context was cleared, and the changes are told one by one")
	}
	check(9, 9, nil, 9, true)
}

// TestChangesAreBounded: what is remembered does not grow with the log, and
// views that are still held see what they saw.
func TestChangesAreBounded(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	f.schema("first", `"int"`, 1, 1)
	old := f.view()
	var recs []record.Record
	for i := range 5 * maxChanges {
		recs = append(recs, schemaRecord(fmt.Sprintf("s%d", i%3), `"int"`, 1, 1))
	}
	f.records(recs...)
	if n := cap(f.view().changes); n > 2*maxChanges {
		t.Errorf("%d changes are kept", n)
	}
	if _, _, _, ok := f.view().ChangedSince(0, 9); ok {
		t.Error("changes that were forgotten are said to be complete")
	}
	if got, _, _, ok := f.view().ChangedSince(f.view().Offset()-maxChanges, 9); !ok || len(got) != 3 {
		t.Errorf("the newest changes: %q, %t", got, ok)
	}
	if got, _, _, ok := old.ChangedSince(-1, 9); !ok || !slices.Equal(got, []schema.Subject{"first"}) {
		t.Errorf("an older view: %q, %t", got, ok)
	}
}

func TestKnownInPages(t *testing.T) {
	t.Parallel()
	f := newFeed(t)
	var want []schema.Subject
	for i := range 40 {
		name := fmt.Sprintf("s%02d", i)
		want = append(want, schema.Subject(name))
		if i%3 == 0 {
			f.put(record.ConfigOf(schema.Subject(name)), []byte(`{"compatibilityLevel":"FULL"}`))
		}
		if i%3 != 0 || i%2 == 0 {
			f.schema(name, `"int"`, 1, 1)
		}
		if i%5 == 0 {
			f.put(record.ModeOf(schema.Subject(name)), record.ModeValue{Mode: "READONLY"}.Bytes())
		}
	}
	for _, size := range []int{1, 7, 20, 40, 41} {
		var got []schema.Subject
		for {
			after := schema.Subject("")
			if len(got) > 0 {
				after = got[len(got)-1]
			}
			page := f.view().KnownAfter(after, size)
			got = append(got, page...)
			if len(page) < size {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d: %q", size, got)
		}
	}
}

// TestResetWakes: who waits for another state sees that it is gone.
func TestResetWakes(t *testing.T) {
	t.Parallel()
	s := New()
	changed := s.Changed()
	s.Reset()
	select {
	case <-changed:
	default:
		t.Error("nobody was woken")
	}
}

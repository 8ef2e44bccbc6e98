package registry

import (
	"sync"
	"testing"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// An import brings its id along while the registry gives out ids of its own:
// decided in one batch, from one state, both could take the same.
func TestImportAndRegistrationAtOnceShareNoID(t *testing.T) {
	t.Parallel()
	for range 20 { // The order in the queue is not ours to choose.
		n := newKarapace(t)
		if err := n.SetSubjectMode(t.Context(), "i", ModeChange{Mode: schema.Import}); err != nil {
			t.Fatal(err)
		}
		entered := n.holdFirst(2)
		var group sync.WaitGroup
		group.Go(func() { n.register(t, "first", avro(`"int"`)) })
		<-entered
		var imported, own *Entry
		var refused error
		group.Go(func() {
			imported, refused = n.Register(t.Context(), Registration{Subject: "i", Schema: avro(`"bytes"`), ID: 2})
		})
		group.Go(func() { own = n.register(t, "r", avro(`"string"`)) })
		group.Wait()
		if refused == nil && imported.ID == own.ID {
			t.Fatalf("id %d is both %s and %s", own.ID, imported.Schema.Text, own.Schema.Text)
		}
		if refused != nil {
			wantKind(t, refused, NotPermitted)
		}
		if conflicts := n.View().Problems()[record.IDConflict]; conflicts != 0 {
			t.Fatalf("%d ids with two meanings in the log", conflicts)
		}
	}
}

func TestImportKeepsWhatOthersReferTo(t *testing.T) {
	t.Parallel()
	n := newNode(t, &topic{}, schema.Confluent)
	n.register(t, "a", recordOf("A"))
	uses := avro(`{"type":"record","name":"U","fields":[{"name":"a","type":"A"}]}`, schema.Reference{Name: "A", Subject: "a", Version: 1})
	n.register(t, "u", uses)
	if _, err := n.DeleteSubject(t.Context(), "u"); err != nil {
		t.Fatal(err)
	}
	if _, err := n.DeleteSubject(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	// Making room for the import would take the version that "u" refers to.
	wantKind(t, n.SetSubjectMode(t.Context(), "a", ModeChange{Mode: schema.Import}), Referenced)
	if err := n.SetSubjectMode(t.Context(), "u", ModeChange{Mode: schema.Import}); err != nil {
		t.Fatal(err)
	}
	if err := n.SetSubjectMode(t.Context(), "a", ModeChange{Mode: schema.Import}); err != nil {
		t.Fatal(err)
	}
	if left := len(n.View().Entries("a")) + len(n.View().Entries("u")); left != 0 {
		t.Fatalf("%d versions left", left)
	}
}

func TestSupersededVersionStaysWhileItIsReferredTo(t *testing.T) {
	t.Parallel()
	f := func(referred bool, want int) {
		t.Helper()
		n := newNode(t, &topic{}, schema.Confluent)
		n.register(t, "a", recordOf("A"))
		if referred {
			n.register(t, "u", avro(`{"type":"record","name":"U","fields":[{"name":"a","type":"A"}]}`, schema.Reference{Name: "A", Subject: "a", Version: 1}))
			if _, err := n.DeleteSubject(t.Context(), "u"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := n.DeleteSubject(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		n.register(t, "a", recordOf("A"))
		if got := len(n.View().Entries("a")); got != want {
			t.Fatalf("referred to %t: %d versions; want %d", referred, got, want)
		}
	}

	f(false, 1)
	f(true, 2)
}

func TestDeletedSubjectNamesItsHighestVersion(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	n.register(t, "a", avro(`"int"`))
	n.register(t, "a", avro(`"long"`))
	if _, err := n.DeleteVersion(t.Context(), "a", 2); err != nil {
		t.Fatal(err)
	}
	if _, err := n.DeleteSubject(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	last := n.topic.records[len(n.topic.records)-1]
	if string(last.Value) != `{"subject":"a","version":2}` {
		t.Fatalf("%s", last.Value)
	}
}

package store

import (
	"testing"

	"github.com/plastron-dev/plastron/runtime/record"
)

func TestAssociationsAreIndexed(t *testing.T) {
	t.Parallel()
	value := record.AssocValue{Subject: "s", ResourceName: "r", ResourceNamespace: "n", ResourceID: "1", ResourceType: "topic", Type: "key"}
	other := value
	other.ResourceNamespace = "m"
	s, offset := New(), int64(-1)
	put := func(a record.AssocValue, value []byte) {
		offset++
		s.Apply([]record.Record{{RawKey: record.AssocOf(a).Bytes(), Value: value, Offset: offset, Timestamp: 100 + offset}})
	}
	f := func(byName, bySubject int) {
		t.Helper()
		v := s.View()
		if len(v.AssociationsOf("r")) != byName || len(v.AssociationsWith("s")) != bySubject || len(v.Associations()) != byName {
			t.Fatalf("%v %v %v", v.AssociationsOf("r"), v.AssociationsWith("s"), v.Associations())
		}
	}

	f(0, 0)
	put(value, value.Bytes())
	put(other, other.Bytes())
	f(2, 2)
	older := s.View()
	value.Strong, value.Created = true, 100
	put(value, value.Bytes())
	f(2, 2)
	if got := s.View().AssociationsOf("r")[1]; !got.Strong || got.CreatedAt() != 100 || got.Timestamp != 102 {
		t.Fatalf("%+v", got)
	}
	put(value, []byte(`{"subject":"s"}`)) // Nonsense changes nothing.
	f(2, 2)
	put(value, nil)
	f(1, 1)
	put(value, nil)
	put(other, []byte("null"))
	f(0, 0)
	if len(older.AssociationsOf("r")) != 2 || older.AssociationsOf("r")[1].Strong {
		t.Fatal("an older view has changed")
	}
	put(value, value.Bytes())
	s.Reset()
	f(0, 0)
}

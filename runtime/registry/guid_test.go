package registry

import (
	"testing"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestGUID(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	// The check value of registry contract 14.3; both texts print as "string".
	for _, text := range []string{`"string"`, `{"type":"string"}`} {
		if got := n.GUID(&Entry{Subject: "a", Schema: avro(text)}); got != "095d71cf-1255-6b9d-5e33-0ad575b3df5d" {
			t.Fatalf("%s: %s", text, got)
		}
	}
	if n.GUID(&Entry{Schema: avro("{")}) == "" {
		t.Fatal("what does not parse has a guid too")
	}
}

// TestGUIDsFollowARecreatedTopic reads another topic in the place of the first:
// the same ids at the same offsets, and more of them, mean other schemas.
func TestGUIDsFollowARecreatedTopic(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	apply := func(texts ...string) {
		for i, text := range texts {
			v := record.SchemaValue{Subject: "s", Version: schema.Version(i + 1), ID: schema.ID(i + 1), Schema: avro(text)}
			n.store.Apply([]record.Record{{RawKey: record.SchemaOf("s", v.Version).Bytes(), Value: v.Bytes(), Offset: int64(i), Timestamp: 1}})
		}
	}
	apply(`"int"`, `"long"`)
	gone, err := n.Version("s", 1, Live)
	if err != nil {
		t.Fatal(err)
	}
	guid := n.GUID(gone)
	if ids := n.IDsOfGUID(guid); len(ids) != 1 || ids[0].ID != 1 {
		t.Fatal(ids)
	}

	n.store.Reset()
	apply(`"string"`, `"double"`, `"int"`) // Past the offset that was indexed.
	if e, err := n.ByGUID(guid); err != nil || e.ID != 3 || e.Schema.Text != `"int"` {
		t.Fatalf("the first topic's guid leads to %+v, %v; the schema has id 3 now", e, err)
	}
	fresh, err := n.ByGUID("095d71cf-1255-6b9d-5e33-0ad575b3df5d")
	if err != nil || fresh.ID != 1 || n.GUID(fresh) != "095d71cf-1255-6b9d-5e33-0ad575b3df5d" {
		t.Fatalf("%+v, %v", fresh, err)
	}
}

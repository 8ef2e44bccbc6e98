package record

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAssociationsOnDisk(t *testing.T) {
	t.Parallel()
	a := AssocValue{
		Subject: ":.n:r-value", GUID: "g", ResourceName: "r", ResourceNamespace: "n", ResourceID: "id", ResourceType: "topic", Type: "value",
		Strong: true, Frozen: true, Created: 7,
	}
	// The key is the field's, byte for byte: another one would be another record.
	const key = `{"keytype":"ASSOC","tenant":"default","resourceName":"r","resourceNamespace":"n","resourceType":"topic","associationType":"value","subject":":.n:r-value","magic":0}`
	if got := string(AssocOf(a).Bytes()); got != key {
		t.Fatalf("got  %s\nwant %s", got, key)
	}
	parsed, err := ParseKey([]byte(key))
	if err != nil || parsed != AssocOf(a) {
		t.Fatalf("%v, %v", parsed, err)
	}
	back, err := ParseAssocValue(a.Bytes())
	if err != nil || back != a {
		t.Fatal(cmp.Diff(a, back), err)
	}
	f := func(raw string) {
		t.Helper()
		if _, err := ParseAssocValue([]byte(raw)); err == nil {
			t.Fatalf("%s is taken for an association", raw)
		}
	}

	f(``)
	f(`[]`)
	f(`{}`)
	f(`{"subject":"s","resourceName":"r"}`)
	f(`{"subject":7,"resourceName":"r","associationType":"key"}`)
	f(`{"subject":"s","resourceName":"r","associationType":"key","frozen":"yes"}`)
}

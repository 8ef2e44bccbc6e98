package registry

import "testing"

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

package serde

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestHeader(t *testing.T) {
	t.Parallel()
	got := AppendHeader(nil, 7)
	if diff := cmp.Diff([]byte{0, 0, 0, 0, 7}, got); diff != "" {
		t.Fatal(diff)
	}
	id, payload, err := ParseHeader(append(AppendHeader([]byte{}, 0x01020304), "data"...))
	if id != 0x01020304 || string(payload) != "data" || err != nil {
		t.Fatalf("%d %q %v", id, payload, err)
	}
	if _, payload, err := ParseHeader(AppendHeader(nil, 1)); err != nil || len(payload) != 0 {
		t.Fatalf("%q %v", payload, err)
	}
	if _, _, err := ParseHeader([]byte{0, 0, 0, 1}); !errors.Is(err, ErrShort) {
		t.Fatal(err)
	}
	if _, _, err := ParseHeader(nil); !errors.Is(err, ErrShort) {
		t.Fatal(err)
	}
	_, _, err = ParseHeader([]byte("{\"a\":1}"))
	if !errors.Is(err, ErrMagic) || err.Error() != "Start byte is 7b and should be 0" {
		t.Fatal(err)
	}
}

func TestHeaderAllocatesNothing(t *testing.T) {
	buffer := make([]byte, 0, HeaderSize)
	var sink schema.ID
	n := testing.AllocsPerRun(100, func() {
		b := AppendHeader(buffer, 123456)
		sink, _, _ = ParseHeader(b)
	})
	if n != 0 || sink != 123456 {
		t.Fatalf("%v allocations, id %d", n, sink)
	}
}

func TestRecordName(t *testing.T) {
	t.Parallel()
	f := func(text, want string) {
		t.Helper()
		if got, ok := RecordName(parsed(t, text)); got != want || ok != (want != "") {
			t.Fatalf("%s: %q, %t", text, got, ok)
		}
	}

	f(`{"type":"record","name":"R","namespace":"n","fields":[]}`, "n.R")
	f(`{"type":"enum","name":"E","symbols":["A"]}`, "E")
	f(`["null","int"]`, "")
}

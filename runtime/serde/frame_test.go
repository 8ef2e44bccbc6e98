package serde

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestParseFrame(t *testing.T) {
	t.Parallel()
	guid := schema.GUID{1, 2, 3, 15: 16}
	framed := func(rest string) []byte { return append(AppendGUID(nil, guid), rest...) }
	f := func(header, data []byte, want Frame, wantErr error) {
		t.Helper()
		got, err := ParseFrame(header, data)
		if !errors.Is(err, wantErr) {
			t.Fatalf("%x, %x: %v, want %v", header, data, err, wantErr)
		}
		if diff := cmp.Diff(want, got); wantErr == nil && diff != "" {
			t.Fatalf("%x, %x: %s", header, data, diff)
		}
	}
	byGUID := func(payload string) Frame { return Frame{GUID: guid, Payload: []byte(payload)} }

	f(nil, []byte("\x00\x00\x00\x00\x07{}"), Frame{ID: 7, Payload: []byte("{}")}, nil)
	f(nil, framed("{}"), byGUID("{}"), nil)
	f(framed(""), []byte("{}"), byGUID("{}"), nil)
	f(framed("\x02\x02"), []byte("data"), byGUID("\x02\x02data"), nil) // Protobuf's indexes
	f(framed(""), []byte{}, byGUID(""), nil)
	// The header wins, and one that is none of ours does not count.
	f(framed(""), []byte("\x00\x00\x00\x00\x07{}"), byGUID("\x00\x00\x00\x00\x07{}"), nil)
	f([]byte("something"), []byte("\x00\x00\x00\x00\x07{}"), Frame{ID: 7, Payload: []byte("{}")}, nil)
	f(nil, []byte("\x01\x02"), Frame{}, ErrGUID)
	f(nil, []byte("\x00\x00"), Frame{}, ErrShort)
	f(nil, []byte("{\"a\":1}"), Frame{}, ErrMagic)
	f(nil, nil, Frame{}, ErrShort)
}

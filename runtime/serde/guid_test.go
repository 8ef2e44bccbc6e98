package serde

import (
	"bytes"
	"errors"
	"testing"
)

func TestGUID(t *testing.T) {
	t.Parallel()
	const text = "01234567-89ab-cdef-0123-456789abcdef"
	g, err := ParseGUID(text)
	if err != nil || g.String() != text {
		t.Fatalf("%s, %v", g, err)
	}
	if upper, err := ParseGUID("01234567-89AB-CDEF-0123-456789ABCDEF"); err != nil || upper != g {
		t.Fatalf("%s, %v", upper, err)
	}
	framed := append(AppendGUID([]byte{9}, g), 2, 2, 'x')
	if framed[1] != 1 || framed[2] != 0x01 || framed[17] != 0xef {
		t.Fatalf("% x", framed)
	}
	got, rest, err := ParseGUIDHeader(framed[1:])
	if err != nil || got != g || !bytes.Equal(rest, []byte{2, 2, 'x'}) {
		t.Fatalf("%s % x %v", got, rest, err)
	}

	for _, bad := range []string{"", text[1:], text + "0", "0123456789abcdef0123456789abcdef0123", "g1234567-89ab-cdef-0123-456789abcdef"} {
		if _, err := ParseGUID(bad); !errors.Is(err, ErrGUID) {
			t.Fatalf("%q: %v", bad, err)
		}
	}
	for _, bad := range [][]byte{nil, framed[1:17], append([]byte{0}, framed[2:]...)} {
		if _, _, err := ParseGUIDHeader(bad); !errors.Is(err, ErrGUID) {
			t.Fatalf("% x: %v", bad, err)
		}
	}
}

package httpserver

import (
	"encoding/binary"
	"errors"
	"unicode/utf16"
	"unicode/utf8"
)

// ErrCharset is for 400: a JSON text in none of the encodings of RFC 4627.
var ErrCharset = errors.New("request body is neither UTF-8 nor UTF-16 nor UTF-32")

// JSONText returns a JSON text as UTF-8. It may arrive in UTF-16 or UTF-32 of
// either byte order, with or without a byte order mark; without one the
// pattern of zero bytes in the first two characters tells, which in JSON are
// always ASCII (RFC 4627, section 3). UTF-8 is returned as it is, less a mark.
func JSONText(b []byte) ([]byte, error) {
	switch {
	case hasPrefix(b, 0x00, 0x00, 0xfe, 0xff):
		return fromUTF32(b[4:], binary.BigEndian)
	case hasPrefix(b, 0xff, 0xfe, 0x00, 0x00):
		return fromUTF32(b[4:], binary.LittleEndian)
	case hasPrefix(b, 0xfe, 0xff):
		return fromUTF16(b[2:], binary.BigEndian)
	case hasPrefix(b, 0xff, 0xfe):
		return fromUTF16(b[2:], binary.LittleEndian)
	case hasPrefix(b, 0xef, 0xbb, 0xbf):
		return fromUTF8(b[3:])
	}
	zero := func(i int) bool { return i < len(b) && b[i] == 0 }
	switch {
	case len(b) >= 4 && zero(0) && zero(1):
		return fromUTF32(b, binary.BigEndian)
	case len(b) >= 4 && zero(1) && zero(2) && zero(3):
		return fromUTF32(b, binary.LittleEndian)
	case len(b) >= 2 && zero(0):
		return fromUTF16(b, binary.BigEndian)
	case len(b) >= 2 && zero(1):
		return fromUTF16(b, binary.LittleEndian)
	default:
		return fromUTF8(b)
	}
}

func hasPrefix(b []byte, prefix ...byte) bool {
	return len(b) >= len(prefix) && string(b[:len(prefix)]) == string(prefix)
}

func fromUTF8(b []byte) ([]byte, error) {
	if !utf8.Valid(b) {
		return nil, ErrCharset
	}
	return b, nil
}

func fromUTF16(b []byte, order binary.ByteOrder) ([]byte, error) {
	if len(b)%2 != 0 {
		return nil, ErrCharset
	}
	out := make([]byte, 0, len(b)/2)
	for len(b) > 0 {
		r := rune(order.Uint16(b))
		b = b[2:]
		if utf16.IsSurrogate(r) {
			if len(b) < 2 {
				return nil, ErrCharset
			}
			r = utf16.DecodeRune(r, rune(order.Uint16(b)))
			b = b[2:]
			if r == utf8.RuneError {
				return nil, ErrCharset
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out, nil
}

func fromUTF32(b []byte, order binary.ByteOrder) ([]byte, error) {
	if len(b)%4 != 0 {
		return nil, ErrCharset
	}
	out := make([]byte, 0, len(b)/4)
	for ; len(b) > 0; b = b[4:] {
		u := order.Uint32(b)
		if u > utf8.MaxRune || !utf8.ValidRune(rune(u)) {
			return nil, ErrCharset
		}
		out = utf8.AppendRune(out, rune(u))
	}
	return out, nil
}

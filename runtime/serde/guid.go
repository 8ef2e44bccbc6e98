package serde

import (
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// The names of the record headers that hold a GUID, and then the data carries
// nothing in front.
const (
	KeyGUIDHeader   = "__key_schema_id"
	ValueGUIDHeader = "__value_schema_id"
)

// guidMagic stands in front of a GUID, in a header or before the data.
const guidMagic = 1

// GUIDHeaderSize is the number of bytes of a GUID with its magic byte.
const GUIDHeaderSize = 1 + len(schema.GUID{})

// ErrGUID is why a text or bytes are no GUID.
var ErrGUID = errors.New("no GUID")

// ParseGUID reads a UUID in either case. The error is an ErrGUID.
func ParseGUID(s string) (schema.GUID, error) {
	var g schema.GUID
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return g, fmt.Errorf("%w: %q does not look like 01234567-89ab-cdef-0123-456789abcdef", ErrGUID, s)
	}
	if _, err := hex.Decode(g[:], []byte(s[:8]+s[9:13]+s[14:18]+s[19:23]+s[24:])); err != nil {
		return schema.GUID{}, fmt.Errorf("%w: %w", ErrGUID, err)
	}
	return g, nil
}

// AppendGUID appends the magic byte and the GUID: the value of a record
// header, or what stands before the data.
func AppendGUID(dst []byte, g schema.GUID) []byte {
	return append(append(dst, guidMagic), g[:]...)
}

// ParseGUIDHeader splits the value of a record header, or data that starts
// with a GUID, into the GUID and what follows: message indexes of Protobuf and,
// before data, the data. rest shares memory with b. The error is an ErrGUID.
func ParseGUIDHeader(b []byte) (g schema.GUID, rest []byte, err error) {
	if len(b) < GUIDHeaderSize {
		return g, nil, fmt.Errorf("%w: %d bytes, %d are needed", ErrGUID, len(b), GUIDHeaderSize)
	}
	if b[0] != guidMagic {
		return g, nil, fmt.Errorf("%w: the first byte is %x and should be %x", ErrGUID, b[0], guidMagic)
	}
	return schema.GUID(b[1:GUIDHeaderSize]), b[GUIDHeaderSize:], nil
}

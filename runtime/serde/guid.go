package serde

import (
	"encoding/hex"
	"errors"
	"fmt"
)

// GUID names the content of a schema across registries: 16 bytes that clients
// of Confluent's registry put where others put an id. The registry computes
// them.
type GUID [16]byte

// The names of the record headers that hold a GUID, and then the data carries
// nothing in front.
const (
	KeyGUIDHeader   = "__key_schema_id"
	ValueGUIDHeader = "__value_schema_id"
)

// guidMagic stands in front of a GUID, in a header or before the data.
const guidMagic = 1

// GUIDHeaderSize is the number of bytes of a GUID with its magic byte.
const GUIDHeaderSize = 1 + len(GUID{})

// ErrGUID is why a text or bytes are no GUID.
var ErrGUID = errors.New("no GUID")

// String is the GUID as a UUID in lower case.
func (g GUID) String() string {
	digits := hex.EncodeToString(g[:])
	return digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:]
}

// ParseGUID reads a UUID in either case. The error is an ErrGUID.
func ParseGUID(s string) (GUID, error) {
	var g GUID
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return g, fmt.Errorf("%w: %q does not look like 01234567-89ab-cdef-0123-456789abcdef", ErrGUID, s)
	}
	if _, err := hex.Decode(g[:], []byte(s[:8]+s[9:13]+s[14:18]+s[19:23]+s[24:])); err != nil {
		return GUID{}, fmt.Errorf("%w: %w", ErrGUID, err)
	}
	return g, nil
}

// AppendGUID appends the magic byte and the GUID: the value of a record
// header, or what stands before the data.
func AppendGUID(dst []byte, g GUID) []byte {
	return append(append(dst, guidMagic), g[:]...)
}

// ParseGUIDHeader splits the value of a record header, or data that starts
// with a GUID, into the GUID and what follows: message indexes of Protobuf and,
// before data, the data. rest shares memory with b. The error is an ErrGUID.
func ParseGUIDHeader(b []byte) (g GUID, rest []byte, err error) {
	if len(b) < GUIDHeaderSize {
		return g, nil, fmt.Errorf("%w: %d bytes, %d are needed", ErrGUID, len(b), GUIDHeaderSize)
	}
	if b[0] != guidMagic {
		return g, nil, fmt.Errorf("%w: the first byte is %x and should be %x", ErrGUID, b[0], guidMagic)
	}
	return GUID(b[1:GUIDHeaderSize]), b[GUIDHeaderSize:], nil
}

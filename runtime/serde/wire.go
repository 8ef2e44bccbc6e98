package serde

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// HeaderSize is the number of bytes in front of the data.
const HeaderSize = 5

const magic = 0

// Errors of ParseHeader.
var (
	// ErrShort: the bytes are fewer than a header.
	ErrShort = errors.New("the data has fewer than 5 bytes, so it carries no schema id")
	// ErrMagic: the bytes start with something else.
	ErrMagic = errors.New("the data carries no schema id")
)

// MagicError says with which byte the data starts instead. It is an ErrMagic.
type MagicError struct{ Start byte }

// Error is the text that Karapace's clients see.
func (e MagicError) Error() string {
	return fmt.Sprintf("Start byte is %x and should be %x", e.Start, magic)
}

// Is reports whether target is ErrMagic.
func (e MagicError) Is(target error) bool { return target == ErrMagic }

// AppendHeader appends the header of Confluent's wire format: a zero byte and
// the id as four bytes, the most significant first.
func AppendHeader(dst []byte, id schema.ID) []byte {
	dst = append(dst, magic)
	return binary.BigEndian.AppendUint32(dst, uint32(id))
}

// ParseHeader splits data in the wire format into id and payload, which shares
// memory with b. It fails with ErrShort or ErrMagic. Whether the id exists is
// for the registry to say; a negative one is passed on as it stands.
func ParseHeader(b []byte) (id schema.ID, payload []byte, err error) {
	if len(b) < HeaderSize {
		return 0, nil, ErrShort
	}
	if b[0] != magic {
		return 0, nil, MagicError{Start: b[0]}
	}
	return schema.ID(binary.BigEndian.Uint32(b[1:])), b[HeaderSize:], nil
}

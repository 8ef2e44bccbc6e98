package serde

import (
	"slices"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// Frame is how the data of a record names its schema, by an id or by a GUID,
// and what is left without that.
type Frame struct {
	// ID is the schema's when GUID is zero.
	ID   schema.ID
	GUID schema.GUID
	// Payload is the data of the codec, with Protobuf's message indexes in front.
	// It may share memory with the record.
	Payload []byte
}

// ParseFrame reads how data names its schema. header is the value of the record
// header for that side of the record (KeyGUIDHeader or ValueGUIDHeader), nil
// when there is none; as in Confluent's clients it is looked at first, and one
// that holds no GUID is passed over. The errors are those of ParseHeader and an
// ErrGUID.
func ParseFrame(header, data []byte) (Frame, error) {
	if guid, indexes, err := ParseGUIDHeader(header); err == nil {
		payload := data
		if len(indexes) > 0 {
			payload = slices.Concat(indexes, data)
		}
		return Frame{GUID: guid, Payload: payload}, nil
	}
	if len(data) > 0 && data[0] == guidMagic {
		guid, payload, err := ParseGUIDHeader(data)
		return Frame{GUID: guid, Payload: payload}, err
	}
	id, payload, err := ParseHeader(data)
	return Frame{ID: id, Payload: payload}, err
}

package backup

import "io"

// Format is the form of a backup.
type Format int

// The formats. Console is the text of Kafka's console consumer or of kcat.
const (
	Unknown Format = iota
	V1
	V2
	V3
	Console
)

// String is the format's name in messages.
func (f Format) String() string {
	switch f {
	case V1:
		return "V1"
	case V2:
		return "V2"
	case V3:
		return "V3"
	case Console:
		return "console text"
	default:
		return "unknown"
	}
}

// noTimestamp and noOffset mark records of formats that keep neither.
const (
	noTimestamp = -1
	noOffset    = -1
)

// maxRecord bounds key, value and headers of one record together, in bytes.
// Brokers allow 1 MiB unless they are told otherwise; a length beyond this
// bound in a file is damage.
const maxRecord = 128 << 20

// Header is one header of a record.
type Header struct{ Key, Value []byte }

// Record is one record of a backup. Key and Value are nil when they are null,
// which is not the same as empty.
type Record struct {
	Key, Value []byte
	Headers    []Header
	// Offset is the place that the record had in its topic and Timestamp its
	// time in milliseconds since 1970; -1 when the format does not keep them.
	Offset, Timestamp int64
}

// size is the number of bytes that the record's contents take.
func (r Record) size() int {
	n := len(r.Key) + len(r.Value)
	for _, h := range r.Headers {
		n += len(h.Key) + len(h.Value)
	}
	return n
}

// source is a reader of one backup file. Next returns the records in order
// and then io.EOF; any other error is a *Fault or one of the file system. The
// returned slices are the caller's.
type source interface {
	Next() (Record, error)
}

// drain reads a source to its end and calls each, which may be nil, with every
// record.
func drain(s source, each func(Record) error) (records int64, err error) {
	for {
		r, err := s.Next()
		if err == io.EOF {
			return records, nil
		}
		if err != nil {
			return records, err
		}
		if each != nil {
			if err := each(r); err != nil {
				return records, err
			}
		}
		records++
	}
}

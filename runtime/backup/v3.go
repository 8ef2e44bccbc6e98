package backup

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// After so many records or bytes since the last checkpoint a record carries the
// digest of everything before it.
const (
	checkpointRecords = 100
	checkpointBytes   = 16384
)

// lengthPrefix is the size of the number in front of each record.
const lengthPrefix = 4

// v3Writer writes a data file.
type v3Writer struct {
	w   io.Writer
	sum *xxh64
	buf []byte

	records     int64
	first, last int64 // offsets; -1 before the first record
	// sinceRecords and sinceBytes count from the last checkpoint.
	sinceRecords, sinceBytes int
}

func newV3Writer(w io.Writer) *v3Writer {
	return &v3Writer{w: w, sum: newXXH64(), first: noOffset, last: noOffset}
}

// Write appends a record, whose offset must be above that of the one before.
func (v *v3Writer) Write(r Record) error {
	if r.Offset <= v.last {
		return fmt.Errorf("writing the record at offset %d: the record before it has offset %d", r.Offset, v.last)
	}
	if r.Timestamp < 0 {
		return fmt.Errorf("writing the record at offset %d: it has no timestamp, which format V3 cannot tell", r.Offset)
	}
	var checkpoint []byte
	if v.sinceRecords >= checkpointRecords || v.sinceBytes >= checkpointBytes {
		checkpoint = v.sum.digest()
		v.sinceRecords, v.sinceBytes = 0, 0
	}
	v.buf = appendV3Record(append(v.buf[:0], 0, 0, 0, 0), r, checkpoint)
	binary.BigEndian.PutUint32(v.buf, uint32(len(v.buf)-lengthPrefix))
	if _, err := v.w.Write(v.buf); err != nil {
		return err
	}
	v.sum.Write(v.buf)
	if v.records == 0 {
		v.first = r.Offset
	}
	v.last = r.Offset
	v.records++
	v.sinceRecords++
	v.sinceBytes += len(v.buf)
	return nil
}

func appendV3Record(dst []byte, r Record, checkpoint []byte) []byte {
	dst = appendOptional(dst, r.Key)
	dst = appendOptional(dst, r.Value)
	if len(r.Headers) > 0 {
		dst = appendLong(dst, int64(len(r.Headers)))
		for _, h := range r.Headers {
			dst = appendBytes(appendBytes(dst, h.Key), h.Value)
		}
	}
	dst = append(dst, 0)
	dst = appendLong(dst, r.Offset)
	dst = appendLong(dst, r.Timestamp)
	return appendOptional(dst, checkpoint)
}

func parseV3Record(b []byte) (r Record, checkpoint []byte, err error) {
	c := cursor{b: b}
	r.Key, r.Value = c.optional(), c.optional()
	c.blocks(func() { r.Headers = append(r.Headers, Header{c.bytes(), c.bytes()}) })
	r.Offset, r.Timestamp = c.long(), c.long()
	checkpoint = c.optional()
	if err := c.end(); err != nil {
		return Record{}, nil, err
	}
	if r.Offset < 0 || r.Timestamp < 0 {
		return Record{}, nil, fmt.Errorf("offset %d or timestamp %d is negative", r.Offset, r.Timestamp)
	}
	return r, checkpoint, nil
}

// v3Reader reads a data file and checks all that its metadata promise. It ends
// with io.EOF only if everything was right.
type v3Reader struct {
	r      io.Reader
	left   int64 // bytes that the file still has
	want   DataFile
	file   string
	sum    *xxh64
	buf    []byte
	number int64 // of the record that is read next
	start  int64 // its first byte
	offset int64 // of the record before it
	err    error
}

// newV3Reader reads a data file of size bytes. file is its name in faults.
func newV3Reader(r io.Reader, size int64, file string, want DataFile) *v3Reader {
	return &v3Reader{r: r, left: size, want: want, file: file, sum: newXXH64(), offset: noOffset}
}

// Next returns the next record, or io.EOF when all were read and right.
func (v *v3Reader) Next() (Record, error) {
	if v.err != nil {
		return Record{}, v.err
	}
	r, err := v.next()
	v.err = err
	return r, err
}

func (v *v3Reader) next() (Record, error) {
	if v.number == v.want.Records {
		return Record{}, v.finish()
	}
	body, err := v.body()
	if err != nil {
		return Record{}, err
	}
	r, checkpoint, err := parseV3Record(body)
	if err != nil {
		return Record{}, v.fault(InvalidRecord, "The record cannot be decoded.", err)
	}
	if checkpoint != nil && !bytes.Equal(checkpoint, v.sum.digest()) {
		text := fmt.Sprintf("Found invalid checksum at record number %d (counting from 0), file byte offset %d.", v.number, v.start)
		return Record{}, v.fault(InvalidChecksum, text, nil)
	}
	if err := v.order(r.Offset); err != nil {
		return Record{}, err
	}
	v.sum.Write(v.buf)
	v.offset = r.Offset
	v.number++
	v.start += int64(len(v.buf))
	return r, nil
}

// body reads a record with its length into buf and returns it without.
func (v *v3Reader) body() ([]byte, error) {
	if v.left < lengthPrefix {
		return nil, v.fault(TooFewRecords, "Data file contains fewer records than expected.", nil)
	}
	v.buf = grow(v.buf, lengthPrefix)
	if err := v.fill(v.buf); err != nil {
		return nil, err
	}
	n := int64(binary.BigEndian.Uint32(v.buf))
	if n > v.left {
		return nil, v.fault(TooFewRecords, "Data file contains fewer records than expected.",
			fmt.Errorf("the record has %d bytes, the file has %d left", n, v.left))
	}
	if n > maxRecord {
		return nil, v.fault(InvalidRecord, fmt.Sprintf("The record has %d bytes, at most %d are allowed.", n, maxRecord), nil)
	}
	v.buf = grow(v.buf, lengthPrefix+int(n))
	if err := v.fill(v.buf[lengthPrefix:]); err != nil {
		return nil, err
	}
	return v.buf[lengthPrefix:], nil
}

func (v *v3Reader) fill(b []byte) error {
	n, err := io.ReadFull(v.r, b)
	v.left -= int64(n)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return v.fault(TooFewRecords, "Data file contains fewer records than expected.", errors.New("it shrank while it was read"))
	}
	if err != nil {
		return fmt.Errorf("reading backup file %s: %w", v.file, err)
	}
	return nil
}

func (v *v3Reader) order(offset int64) error {
	if v.number == 0 && offset != v.want.Start {
		return v.fault(OffsetMismatch, fmt.Sprintf("First record in data file does not match expected start_offset (expected: %d, actual: %d).",
			v.want.Start, offset), nil)
	}
	if offset <= v.offset {
		return v.fault(OffsetMismatch, fmt.Sprintf("Offset %d of the record is not above %d of the one before it.", offset, v.offset), nil)
	}
	if v.number == v.want.Records-1 && offset != v.want.End {
		return v.fault(OffsetMismatch, fmt.Sprintf("Last record in data file does not match expected end_offset (expected: %d, actual: %d).",
			v.want.End, offset), nil)
	}
	return nil
}

// finish checks what can only be known at the end.
func (v *v3Reader) finish() error {
	if v.left > 0 {
		return v.fault(TooManyRecords, "Data file contains data beyond last expected record.", nil)
	}
	if !bytes.Equal(v.sum.digest(), v.want.Checksum) {
		return &Fault{Class: InvalidChecksum, File: v.file, Record: nowhere, Offset: nowhere,
			Text: "Found checksum mismatch after reading full data file."}
	}
	return io.EOF
}

func (v *v3Reader) fault(class Class, text string, err error) error {
	return &Fault{Class: class, File: v.file, Record: v.number, Offset: v.start, Text: text, Err: err}
}

// grow returns a slice of n bytes that begins with those of b.
func grow(b []byte, n int) []byte {
	if cap(b) >= n {
		return b[:n]
	}
	out := make([]byte, n, n+n/4)
	copy(out, b)
	return out
}

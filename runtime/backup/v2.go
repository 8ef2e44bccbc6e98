package backup

import (
	"bytes"
	"fmt"
	"io"
)

const (
	v2Marker = "/V2\n"
	// nullText stands for a missing key or value in all formats that are text.
	nullText = "null"
	base16   = "0123456789ABCDEF"
)

// v2Writer writes format V2.
type v2Writer struct {
	w   io.Writer
	buf []byte
}

// newV2Writer writes the marker with the first record, so that the target of
// an empty topic stays empty.
func newV2Writer(w io.Writer) *v2Writer {
	return &v2Writer{w: w, buf: []byte(v2Marker)}
}

// Write appends key and value of a record; the format has no place for more.
func (v *v2Writer) Write(r Record) error {
	b := appendBase16(v.buf, r.Key)
	b = append(b, '\t')
	b = append(appendBase16(b, r.Value), '\n')
	v.buf = b[:0]
	_, err := v.w.Write(b)
	return err
}

func appendBase16(dst, b []byte) []byte {
	if b == nil {
		return append(dst, nullText...)
	}
	for _, c := range b {
		dst = append(dst, base16[c>>4], base16[c&15])
	}
	return dst
}

// v2Reader reads format V2.
type v2Reader struct {
	*lines
	begun bool
}

func newV2Reader(r io.Reader, file string) *v2Reader { return &v2Reader{lines: newLines(r, file)} }

// Next returns the next record. A file that does not end with a line feed was
// cut, perhaps between two bytes of a value, so it is refused.
func (v *v2Reader) Next() (Record, error) {
	if !v.begun {
		if line, ended, err := v.next(); err != nil || !ended || string(line)+"\n" != v2Marker {
			return Record{}, v.fault(0, "The file does not begin with the line /V2.", err)
		}
		v.begun = true
	}
	line, ended, err := v.next()
	if err != nil {
		return Record{}, err
	}
	tab := bytes.IndexByte(line, '\t')
	switch {
	case !ended:
		return Record{}, v.fault(len(line), "The file ends inside a record.", nil)
	case tab < 0:
		return Record{}, v.fault(len(line), "The line has no TAB between key and value.", nil)
	}
	key, err := v.column(line[:tab], 0)
	if err != nil {
		return Record{}, err
	}
	value, err := v.column(line[tab+1:], tab+1)
	if err != nil {
		return Record{}, err
	}
	v.number++
	return Record{Key: key, Value: value, Offset: noOffset, Timestamp: noTimestamp}, nil
}

// column reads the base16 of a key or value that begins at a byte of the line.
// The text null, also when it was encoded, is null.
func (v *v2Reader) column(text []byte, at int) ([]byte, error) {
	if string(text) == nullText {
		return nil, nil
	}
	out := make([]byte, len(text)/2)
	for i := range out {
		high, low := nibble(text[2*i]), nibble(text[2*i+1])
		if high > 15 {
			return nil, v.badDigit(text, at, 2*i)
		}
		if low > 15 {
			return nil, v.badDigit(text, at, 2*i+1)
		}
		out[i] = high<<4 | low
	}
	if len(text)%2 == 1 {
		if nibble(text[len(text)-1]) > 15 {
			return nil, v.badDigit(text, at, len(text)-1)
		}
		return nil, v.fault(at+len(text), "The number of base16 digits is odd.", nil)
	}
	if string(out) == nullText {
		return nil, nil
	}
	return out, nil
}

func (v *v2Reader) badDigit(text []byte, at, i int) error {
	return v.fault(at+i, fmt.Sprintf("%q is not an upper-case base16 digit.", text[i]), nil)
}

func nibble(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	default:
		return 255
	}
}

package resthttp

import (
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"
)

// What ends a stream of objects besides its end.
var (
	//lint:ignore ST1005 clients know the text (REST contract 13.2).
	errFrameTooLarge  = errors.New("Produce request size is larger than allowed threshold")
	errFrameMalformed = errors.New("the request is not a sequence of JSON objects")
)

// firstRead is what a stream's buffer begins with; a larger record makes it
// grow, up to the limit, and it shrinks again afterwards.
const firstRead = 32 << 10

// frames cuts a body into the JSON objects that it is a sequence of; between
// them may be blanks or nothing.
type frames struct {
	r     io.Reader
	limit int // of one object

	buf        []byte
	start, end int // what was read and not handed out
	// The state of the scan of the object that begins at start.
	at      int
	depth   int
	quoted  bool
	escaped bool
	fault   error // of the reader
}

func newFrames(r io.Reader, limit int) *frames { return &frames{r: r, limit: limit} }

// next returns the text of the next object, which is valid until the next call,
// io.EOF at the end, one of the errors above, or what the reader failed with.
func (f *frames) next() ([]byte, error) {
	for {
		f.blanks()
		if f.start < f.end && f.buf[f.start] != '{' {
			return nil, errFrameMalformed
		}
		if object := f.scan(); object != nil {
			if !utf8.Valid(object) || !json.Valid(object) {
				return nil, errFrameMalformed
			}
			return object, nil
		}
		if f.end-f.start > f.limit {
			return nil, errFrameTooLarge
		}
		if f.fault != nil {
			if errors.Is(f.fault, io.EOF) && f.start < f.end {
				return nil, errFrameMalformed // It ends within an object.
			}
			return nil, f.fault
		}
		f.fill()
	}
}

// blanks skips what is between two objects.
func (f *frames) blanks() {
	if f.at > f.start {
		return // within an object
	}
	f.start = skipSpace(f.buf[:f.end], f.start)
	f.at = f.start
}

// scan looks for the end of the object and returns it when it is there.
func (f *frames) scan() []byte {
	for ; f.at < f.end; f.at++ {
		c := f.buf[f.at]
		switch {
		case f.escaped:
			f.escaped = false
		case f.quoted:
			switch c {
			case '"':
				f.quoted = false
			case '\\':
				f.escaped = true
			}
		case c == '"':
			f.quoted = true
		case c == '{' || c == '[':
			f.depth++
		case c == '}' || c == ']':
			if f.depth--; f.depth == 0 {
				object := f.buf[f.start : f.at+1]
				f.at++
				f.start = f.at
				return object
			}
		}
	}
	return nil
}

// fill makes room and reads once.
func (f *frames) fill() {
	left := f.end - f.start
	if f.start > 0 || len(f.buf) == 0 || left == len(f.buf) {
		into := f.buf
		if size := f.size(left); size != len(f.buf) {
			into = make([]byte, size)
		}
		copy(into, f.buf[f.start:f.end])
		f.at -= f.start
		f.buf, f.start, f.end = into, 0, left
	}
	n, err := f.r.Read(f.buf[f.end:])
	f.end += n
	f.fault = err
}

// size is how large the buffer is to be with so much in it.
func (f *frames) size(left int) int {
	switch {
	case left < firstRead/2:
		return firstRead
	case left < len(f.buf):
		return len(f.buf)
	default:
		return max(2*left, firstRead)
	}
}

// latin1 turns ISO-8859-1 into UTF-8 while it is read.
type latin1 struct {
	r   io.Reader
	raw [4096]byte
}

// Read reads half of what has room, since each byte may become two.
func (l *latin1) Read(p []byte) (int, error) {
	if len(p) < 2 {
		return 0, io.ErrShortBuffer
	}
	n, err := l.r.Read(l.raw[:min(len(l.raw), len(p)/2)])
	out := p[:0]
	for _, b := range l.raw[:n] {
		out = utf8.AppendRune(out, rune(b))
	}
	return len(out), err
}

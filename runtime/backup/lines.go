package backup

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// maxLine bounds a line of text: a record in base16 and its separators.
const maxLine = 2*maxRecord + 16

const readBuffer = 256 << 10

// lines reads a text file line by line and knows where it is.
type lines struct {
	r      *bufio.Reader
	file   string
	start  int64 // first byte of the line that was returned
	offset int64 // the next byte
	number int64 // of the record that the next line holds
	buf    []byte
}

func newLines(r io.Reader, file string) *lines {
	return &lines{r: bufio.NewReaderSize(r, readBuffer), file: file}
}

// next returns a line without its end, valid until the next call. ended is
// false when the file stops without a line feed. The end of the file is io.EOF.
func (l *lines) next() (line []byte, ended bool, err error) {
	l.start = l.offset
	l.buf = l.buf[:0]
	for {
		part, err := l.r.ReadSlice('\n')
		l.offset += int64(len(part))
		if int64(len(l.buf)+len(part)) > maxLine {
			return nil, false, l.fault(0, fmt.Sprintf("The line is longer than %d bytes.", maxLine), nil)
		}
		if err == nil && len(l.buf) == 0 {
			return part[:len(part)-1], true, nil
		}
		l.buf = append(l.buf, part...)
		switch {
		case err == nil:
			return l.buf[:len(l.buf)-1], true, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case !errors.Is(err, io.EOF):
			return nil, false, fmt.Errorf("reading backup file %s: %w", l.file, err)
		case len(l.buf) == 0:
			return nil, false, io.EOF
		default:
			return l.buf, false, nil
		}
	}
}

// fault is damage at a byte of the line that was returned.
func (l *lines) fault(at int, text string, err error) error {
	return &Fault{Class: InvalidRecord, File: l.file, Record: l.number, Offset: l.start + int64(at), Text: text, Err: err}
}

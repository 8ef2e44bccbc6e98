package backup

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// v1Reader reads format V1: one JSON array of pairs. It finds the end of each
// pair by its brackets and parses the pair alone, so that the file is never in
// memory as a whole.
type v1Reader struct {
	r      *bufio.Reader
	file   string
	offset int64 // the next byte
	number int64 // of the record that is read next
	start  int64 // first byte of the pair that was read
	state  v1State
	pair   []byte
	doc    jsonx.Doc
}

// v1State is where in the outer array the reader is.
type v1State int

const (
	v1Begin v1State = iota
	v1First         // behind the opening bracket
	v1Next          // behind a pair
	v1End
)

func newV1Reader(r io.Reader, file string) *v1Reader {
	return &v1Reader{r: bufio.NewReaderSize(r, readBuffer), file: file}
}

// Next returns the next record.
func (v *v1Reader) Next() (Record, error) {
	for {
		c, err := v.token()
		if errors.Is(err, io.EOF) && v.state == v1End {
			return Record{}, io.EOF
		}
		if err != nil {
			return Record{}, err
		}
		switch {
		case v.state == v1Begin && c == '[':
			v.state = v1First
		case (v.state == v1First || v.state == v1Next) && c == ']':
			v.state = v1End
		case v.state == v1Next && c == ',':
			if c, err = v.token(); err != nil {
				return Record{}, err
			}
			if c != '[' {
				return Record{}, v.unexpected(c)
			}
			return v.record()
		case v.state == v1First && c == '[':
			return v.record()
		default:
			return Record{}, v.unexpected(c)
		}
	}
}

func (v *v1Reader) unexpected(c byte) error {
	v.start = v.offset - 1
	return v.fault(0, fmt.Sprintf("Unexpected %q between records.", c), nil)
}

// token returns the next byte that is not white space.
func (v *v1Reader) token() (byte, error) {
	for {
		c, err := v.read()
		if err != nil || !isSpace(c) {
			return c, err
		}
	}
}

// read returns the next byte. The end of the file is a fault unless the array
// was closed.
func (v *v1Reader) read() (byte, error) {
	c, err := v.r.ReadByte()
	switch {
	case err == nil:
		v.offset++
		return c, nil
	case !errors.Is(err, io.EOF):
		return 0, fmt.Errorf("reading backup file %s: %w", v.file, err)
	case v.state == v1End:
		return 0, io.EOF
	default:
		return 0, &Fault{Class: TooFewRecords, File: v.file, Record: v.number, Offset: v.offset, Text: "The file ends inside the array of records."}
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// record reads a pair, whose opening bracket was read.
func (v *v1Reader) record() (Record, error) {
	v.start = v.offset - 1
	v.state = v1Next
	if err := v.scan(); err != nil {
		return Record{}, err
	}
	var pair []json.RawMessage
	if err := json.Unmarshal(v.pair, &pair); err != nil {
		at := 0
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
			at = int(syntax.Offset)
		}
		return Record{}, v.fault(at, "The record is not JSON.", err)
	}
	if len(pair) != 2 {
		return Record{}, v.fault(0, fmt.Sprintf("The record has %d elements, not key and value.", len(pair)), nil)
	}
	key, err := v.element(pair[0])
	if err != nil {
		return Record{}, err
	}
	value, err := v.element(pair[1])
	if err != nil {
		return Record{}, err
	}
	v.number++
	return Record{Key: key, Value: value, Offset: noOffset, Timestamp: noTimestamp}, nil
}

// scan reads up to the bracket that closes the pair.
func (v *v1Reader) scan() error {
	v.pair = append(v.pair[:0], '[')
	inText, escaped := false, false
	for depth := 1; depth > 0; {
		c, err := v.read()
		if err != nil {
			return err
		}
		if len(v.pair) >= maxRecord {
			return v.fault(0, fmt.Sprintf("The record is longer than %d bytes.", maxRecord), nil)
		}
		v.pair = append(v.pair, c)
		switch {
		case escaped:
			escaped = false
		case inText:
			escaped, inText = c == '\\', c != '"'
		case c == '"':
			inText = true
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			depth--
		}
	}
	return nil
}

// element is the bytes that an element of a pair stands for: a text itself, an
// object compactly with its members in their order, and null or the text null
// as nothing.
func (v *v1Reader) element(raw json.RawMessage) ([]byte, error) {
	at := bytes.Index(v.pair, raw)
	switch raw[0] {
	case 'n':
		return nil, nil
	case '{':
		var out bytes.Buffer
		if err := json.Compact(&out, raw); err != nil {
			return nil, v.fault(at, "The record is not JSON.", err)
		}
		return out.Bytes(), nil
	case '"':
		if err := v.doc.Parse(raw, jsonx.Limits{}); err != nil {
			return nil, v.fault(at, "The text is not valid.", err)
		}
		defer v.doc.Reset()
		text := v.doc.Root().AppendText([]byte{})
		if string(text) == nullText {
			return nil, nil
		}
		return text, nil
	default:
		return nil, v.fault(at, "Key or value is neither an object nor a text.", nil)
	}
}

func (v *v1Reader) fault(at int, text string, err error) error {
	return &Fault{Class: InvalidRecord, File: v.file, Record: v.number, Offset: v.start + int64(at), Text: text, Err: err}
}

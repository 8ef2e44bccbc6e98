package backup

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"strconv"

	"github.com/plastron-dev/plastron/runtime/record"
)

// What the console consumer prints in front of the key, with
// print.timestamp=true, and at its end.
var (
	consoleTime    = regexp.MustCompile(`^(?:(?:CreateTime|LogAppendTime):(-?\d{1,19})|NoTimestampType)\t`)
	consoleSummary = regexp.MustCompile(`^Processed a total of \d+ messages$`)
	kcatTime       = regexp.MustCompile(`\t(-?\d{1,19})$`)
)

// consoleReader reads what kafka-console-consumer prints with print.key=true:
// KEY TAB VALUE. It also takes the time of a record in front of the key, or
// behind the value as kcat prints it with '%k\t%s\t%T\n'.
type consoleReader struct{ *lines }

func newConsoleReader(r io.Reader, file string) *consoleReader {
	return &consoleReader{newLines(r, file)}
}

// Next returns the next record. The text has no checksum and no end mark, so
// that every key must be one of a registry and every value JSON: this finds
// lines that were cut.
func (c *consoleReader) Next() (Record, error) {
	line, err := c.line()
	if err != nil {
		return Record{}, err
	}
	r := Record{Offset: noOffset, Timestamp: noTimestamp}
	at := 0
	if m := consoleTime.FindSubmatch(line); m != nil {
		r.Timestamp = parseTime(m[1])
		at = len(m[0])
	}
	key, value, found := bytes.Cut(line[at:], []byte{'\t'})
	if !found {
		return Record{}, c.fault(len(line), "The line has no TAB between key and value.", nil)
	}
	if m := kcatTime.FindSubmatchIndex(line[at+len(key):]); m != nil && m[0] > 0 {
		r.Timestamp = parseTime(line[at+len(key)+m[2] : at+len(key)+m[3]])
		value = value[:m[0]-1]
	}
	if r.Key, err = c.key(key, at); err != nil {
		return Record{}, err
	}
	if r.Value, err = c.value(value, at+len(key)+1); err != nil {
		return Record{}, err
	}
	c.number++
	return r, nil
}

// line returns the next line that is not empty and not the consumer's summary.
func (c *consoleReader) line() ([]byte, error) {
	for {
		line, _, err := c.next()
		if err != nil {
			return nil, err
		}
		line = bytes.TrimSuffix(line, []byte{'\r'})
		if len(line) > 0 && !consoleSummary.Match(line) {
			return line, nil
		}
	}
}

func (c *consoleReader) key(text []byte, at int) ([]byte, error) {
	if string(text) == nullText {
		return nil, nil
	}
	if _, err := record.ParseKey(text); err != nil {
		return nil, c.fault(at, "The key is not one of a schemas topic.", err)
	}
	return bytes.Clone(text), nil
}

func (c *consoleReader) value(text []byte, at int) ([]byte, error) {
	switch {
	case string(text) == nullText:
		return nil, nil
	case len(text) == 0:
		return []byte{}, nil
	case !json.Valid(text):
		return nil, c.fault(at, "The value is not JSON.", nil)
	}
	return bytes.Clone(text), nil
}

// parseTime reads milliseconds; what is no time is none.
func parseTime(text []byte) int64 {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil || n < 0 {
		return noTimestamp
	}
	return n
}

package traffic

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
)

// Conn is one connection with one request in flight.
type Conn struct {
	raw net.Conn
	in  *bufio.Reader
}

func newConn(raw net.Conn) *Conn { return &Conn{raw: raw, in: bufio.NewReaderSize(raw, 16<<10)} }

// Close ends the connection.
func (c *Conn) Close() { _ = c.raw.Close() }

// errNoHTTP is an answer that is none of HTTP/1.1.
var errNoHTTP = errors.New("the server does not answer in HTTP/1.1")

// Do sends a request and reads the answer to its end. It copies the body to
// body unless that is nil. The error is io.EOF when the server has ended the
// connection behind its last answer, as it may; the request was not answered
// then.
func (c *Conn) Do(request []byte, body io.Writer) (status int, err error) {
	if _, err := c.raw.Write(request); err != nil {
		return 0, err
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 13 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, errNoHTTP
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, errNoHTTP
	}
	length, err := c.header()
	if err != nil {
		return 0, err
	}
	if err := c.body(length, body); err != nil {
		return 0, err
	}
	return status, nil
}

// chunked is the length of a body that says itself where it ends.
const chunked = -1

// header reads the lines of the header, of which only the length of the body
// matters.
func (c *Conn) header() (length int, err error) {
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return length, nil
		}
		switch line[0] | ' ' { // Most lines are neither.
		case 'c':
			if value, found := cutFold(line, "content-length:"); found {
				if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil || length < 0 {
					return 0, errNoHTTP
				}
			}
		case 't':
			if _, found := cutFold(line, "transfer-encoding:"); found {
				length = chunked
			}
		}
	}
}

func cutFold(line []byte, name string) (value []byte, found bool) {
	if len(line) < len(name) || !bytes.EqualFold(line[:len(name)], []byte(name)) {
		return nil, false
	}
	return line[len(name):], true
}

func (c *Conn) body(length int, out io.Writer) error {
	if length != chunked {
		return c.take(length, out)
	}
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		digits, _, _ := bytes.Cut(bytes.TrimSpace(line), []byte(";"))
		size, err := strconv.ParseUint(string(digits), 16, 31)
		if err != nil {
			return fmt.Errorf("%w: a chunk has no length", errNoHTTP)
		}
		if err := c.take(int(size), out); err != nil {
			return err
		}
		if _, err := c.in.ReadSlice('\n'); err != nil || size == 0 {
			return err
		}
	}
}

func (c *Conn) take(n int, out io.Writer) error {
	if out != nil {
		_, err := io.CopyN(out, c.in, int64(n))
		return err
	}
	_, err := c.in.Discard(n)
	return err
}

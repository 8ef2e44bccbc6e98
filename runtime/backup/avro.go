package backup

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// The binary encoding of Avro (specification 1.11), as much of it as V3 needs:
// long, bytes, string, union with null, array and map blocks.

var errShort = errors.New("the bytes end too early")

// cursor reads Avro from b. The first error stays and makes all further reads
// return zero values.
type cursor struct {
	b   []byte
	at  int
	err error
}

func (c *cursor) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

func (c *cursor) long() int64 {
	if c.err != nil {
		return 0
	}
	v, n := binary.Varint(c.b[c.at:])
	switch {
	case n == 0:
		c.fail(errShort)
		return 0
	case n < 0:
		c.fail(errors.New("a number has more than 64 bits"))
		return 0
	}
	c.at += n
	return v
}

// bytes returns a copy, so that no record keeps the buffer alive.
func (c *cursor) bytes() []byte {
	n := c.long()
	switch {
	case c.err != nil:
		return nil
	case n < 0:
		c.fail(fmt.Errorf("a length is %d", n))
		return nil
	case n > int64(len(c.b)-c.at):
		c.fail(errShort)
		return nil
	}
	out := make([]byte, n)
	c.at += copy(out, c.b[c.at:])
	return out
}

func (c *cursor) text() string { return string(c.bytes()) }

// optional reads a union of bytes and null, in this order. A value that is
// there is never nil.
func (c *cursor) optional() []byte {
	switch branch := c.long(); {
	case c.err != nil || branch == 1:
		return nil
	case branch == 0:
		return c.bytes()
	default:
		c.fail(fmt.Errorf("a union has no branch %d", branch))
		return nil
	}
}

// blocks calls item for every item of an array or map. Every item takes at
// least a byte, so the number of calls is bounded by the length of the input.
func (c *cursor) blocks(item func()) {
	for c.err == nil {
		n := c.long()
		if n == 0 || c.err != nil {
			return
		}
		if n < 0 {
			n = -n
			c.long() // The length of the block in bytes, for readers that skip.
		}
		if n < 0 || n > int64(len(c.b)-c.at) {
			c.fail(fmt.Errorf("a block of %d items is longer than the bytes that are left", n))
		}
		for ; n > 0 && c.err == nil; n-- {
			item()
		}
	}
}

// end fails unless everything was read.
func (c *cursor) end() error {
	if c.err == nil && c.at != len(c.b) {
		c.fail(fmt.Errorf("%d bytes are left over", len(c.b)-c.at))
	}
	return c.err
}

func appendLong(dst []byte, v int64) []byte { return binary.AppendVarint(dst, v) }

func appendBytes[T ~string | ~[]byte](dst []byte, v T) []byte {
	return append(binary.AppendVarint(dst, int64(len(v))), v...)
}

func appendOptional(dst, v []byte) []byte {
	if v == nil {
		return append(dst, 2)
	}
	return appendBytes(append(dst, 0), v)
}

// appendMap writes the entries sorted, so that equal maps have equal bytes.
func appendMap(dst []byte, m map[string]string) []byte {
	if len(m) > 0 {
		dst = appendLong(dst, int64(len(m)))
	}
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		dst = appendBytes(appendBytes(dst, name), m[name])
	}
	return append(dst, 0)
}

package serde

import "encoding/binary"

// maxIndexes bounds a path of message indexes; schemas are nested less deep.
const maxIndexes = 128

// AppendMessageIndex appends the path of a message as Confluent's wire format
// has it between header and data: the number of indexes and the indexes, each
// a zig-zag varint. The path of the first message, which is nearly all there
// are, is the single byte 0.
func AppendMessageIndex(dst []byte, path []int) []byte {
	if len(path) == 1 && path[0] == 0 {
		return append(dst, 0)
	}
	dst = binary.AppendVarint(dst, int64(len(path)))
	for _, index := range path {
		dst = binary.AppendVarint(dst, int64(index))
	}
	return dst
}

// ParseMessageIndex splits data into the path of a message and the payload,
// which shares memory with b. The path of the first message may be written
// short or long.
func ParseMessageIndex(b []byte) (path []int, payload []byte, err error) {
	count, n := binary.Varint(b)
	if n <= 0 || count < 0 || count > maxIndexes {
		return nil, nil, errIndex
	}
	b = b[n:]
	if count == 0 {
		return []int{0}, b, nil
	}
	path = make([]int, count)
	for i := range path {
		index, n := binary.Varint(b)
		if n <= 0 || index < 0 || index > 1<<20 {
			return nil, nil, errIndex
		}
		path[i] = int(index)
		b = b[n:]
	}
	return path, b, nil
}

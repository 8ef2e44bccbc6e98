package backup

import (
	"encoding/binary"
	"math/bits"
)

// The primes of XXH64 (xxHash specification 0.1.1).
const (
	prime1 uint64 = 11400714785074694791
	prime2 uint64 = 14029467366897019727
	prime3 uint64 = 1609587929392839161
	prime4 uint64 = 9650029242287828579
	prime5 uint64 = 2870177450012600261
)

const stripe = 32

// xxh64 is XXH64 with seed 0 over everything that was written. The checksum
// that V3 calls xxhash3_64_be is this one, its digest big-endian.
type xxh64 struct {
	lanes [4]uint64
	tail  [stripe]byte
	kept  int
	total uint64
}

func newXXH64() *xxh64 {
	first := prime1
	first += prime2 // Wraps around, which a constant expression may not.
	last := uint64(0)
	last -= prime1
	return &xxh64{lanes: [4]uint64{first, prime2, 0, last}}
}

// Write adds p; it never fails.
func (x *xxh64) Write(p []byte) (int, error) {
	n := len(p)
	x.total += uint64(n)
	if x.kept > 0 {
		taken := copy(x.tail[x.kept:], p)
		x.kept += taken
		p = p[taken:]
		if x.kept < stripe {
			return n, nil
		}
		x.consume(x.tail[:])
		x.kept = 0
	}
	whole := len(p) - len(p)%stripe
	x.consume(p[:whole])
	x.kept = copy(x.tail[:], p[whole:])
	return n, nil
}

func (x *xxh64) consume(p []byte) {
	for ; len(p) >= stripe; p = p[stripe:] {
		for i := range x.lanes {
			x.lanes[i] = round(x.lanes[i], binary.LittleEndian.Uint64(p[8*i:]))
		}
	}
}

// Sum64 is the hash of what was written so far.
func (x *xxh64) Sum64() uint64 {
	h := prime5
	if x.total >= stripe {
		h = bits.RotateLeft64(x.lanes[0], 1) + bits.RotateLeft64(x.lanes[1], 7) +
			bits.RotateLeft64(x.lanes[2], 12) + bits.RotateLeft64(x.lanes[3], 18)
		for _, lane := range x.lanes {
			h = (h^round(0, lane))*prime1 + prime4
		}
	}
	return finish(h+x.total, x.tail[:x.kept])
}

// digest is the hash as V3 stores it.
func (x *xxh64) digest() []byte {
	return binary.BigEndian.AppendUint64(nil, x.Sum64())
}

func round(lane, input uint64) uint64 {
	return bits.RotateLeft64(lane+input*prime2, 31) * prime1
}

func finish(h uint64, tail []byte) uint64 {
	for ; len(tail) >= 8; tail = tail[8:] {
		h = bits.RotateLeft64(h^round(0, binary.LittleEndian.Uint64(tail)), 27)*prime1 + prime4
	}
	if len(tail) >= 4 {
		h = bits.RotateLeft64(h^uint64(binary.LittleEndian.Uint32(tail))*prime1, 23)*prime2 + prime3
		tail = tail[4:]
	}
	for _, b := range tail {
		h = bits.RotateLeft64(h^uint64(b)*prime5, 11) * prime1
	}
	h = (h ^ h>>33) * prime2
	h = (h ^ h>>29) * prime3
	return h ^ h>>32
}

package rest

import (
	"hash/crc32"
	"math/rand/v2"
)

// partitioner chooses the partition of a key among n.
type partitioner func(key []byte, n int) int

func partitionerOf(name string) partitioner {
	if name == Murmur2Random {
		return func(key []byte, n int) int { return int(murmur2(key)&0x7fffffff) % n }
	}
	return func(key []byte, n int) int { return int(crc32.ChecksumIEEE(key) % uint32(n)) } // n is a count of partitions
}

// spread chooses the partition of records without a key: any that has a
// leader. It is chosen once per request, so that a request makes one batch.
func (t *Topic) spread() int32 {
	n := len(t.Partitions)
	start := rand.IntN(n) // no secret
	for i := range n {
		if p := t.Partitions[(start+i)%n]; p.Leader >= 0 {
			return p.ID
		}
	}
	return t.Partitions[start].ID
}

// murmur2 is the hash of Kafka's Java producer, with its seed.
func murmur2(b []byte) uint32 {
	const (
		seed = 0x9747b28c
		m    = 0x5bd1e995
		r    = 24
	)
	h := seed ^ uint32(len(b)) // keys are far smaller than 4 GiB
	for len(b) >= 4 {
		k := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
		k *= m
		k ^= k >> r
		k *= m
		h *= m
		h ^= k
		b = b[4:]
	}
	switch len(b) {
	case 3:
		h ^= uint32(b[2]) << 16
		fallthrough
	case 2:
		h ^= uint32(b[1]) << 8
		fallthrough
	case 1:
		h ^= uint32(b[0])
		h *= m
	}
	h ^= h >> 13
	h *= m
	h ^= h >> 15
	return h
}

package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"sync"
)

// digest is the keyed hash under which an answer is remembered.
type digest [sha256.Size]byte

// memory remembers answers about credentials. It holds at most two
// generations of half its size: when the younger one is full the older one is
// forgotten, so that what is used stays without any bookkeeping on reads.
//
// Keys are hashed with a secret of the process: neither the time of a lookup
// nor a dump of the memory tells anything about a password.
type memory[V any] struct {
	secret digest
	half   int

	mu           sync.RWMutex
	young, older map[digest]V
}

// newMemory returns a memory for at most size answers.
func newMemory[V any](size int) *memory[V] {
	m := &memory[V]{half: max(size/2, 1), young: map[digest]V{}}
	rand.Read(m.secret[:])
	return m
}

// maxHeader bounds what is hashed and looked at of an Authorization header in
// bytes (security contract F.1 and F.4: 1 KiB of password, 8 KiB of token).
const maxHeader = 8 << 10

// key hashes a header of at most maxHeader bytes. The secret comes first and
// has a fixed length, and digests never leave the process, so a plain hash of
// both is enough of a keyed one.
func (m *memory[V]) key(header string) digest {
	var buffer [1024]byte
	return sha256.Sum256(append(append(buffer[:0], m.secret[:]...), header...))
}

// get returns what is remembered.
func (m *memory[V]) get(k digest) (V, bool) {
	m.mu.RLock()
	v, ok := m.young[k]
	if ok {
		m.mu.RUnlock()
		return v, true
	}
	v, ok = m.older[k]
	m.mu.RUnlock()
	if ok {
		m.put(k, v) // It is in use: it outlives the older generation.
	}
	return v, ok
}

// put remembers an answer.
func (m *memory[V]) put(k digest, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.young) >= m.half {
		m.older, m.young = m.young, make(map[digest]V, m.half)
	}
	m.young[k] = v
}

// size is the number of remembered answers.
func (m *memory[V]) size() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.young) + len(m.older)
}

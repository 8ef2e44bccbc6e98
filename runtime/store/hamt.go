package store

import (
	"hash/maphash"
	"math/bits"
)

const (
	trieBits = 5
	trieMask = 1<<trieBits - 1
	hashBits = 64
)

// edit is the licence to change nodes in place: nodes that were made under the
// current edit are not visible to any published map yet. Its size is not zero,
// so that two edits never share an address.
type edit struct{ _ byte }

// trie is a persistent hash map: set and del return a new map that shares all
// but the path to the change with the old one. The zero value is not usable,
// see newTrie. It is a hash array mapped trie after Bagwell, 32 ways wide.
type trie[K comparable, V any] struct {
	seed maphash.Seed
	root *trieNode[K, V]
	size int
}

type trieNode[K comparable, V any] struct {
	owner  *edit
	bitmap uint32
	slots  []trieSlot[K, V]
}

// trieSlot holds either a node or a chain of leaves.
type trieSlot[K comparable, V any] struct {
	node *trieNode[K, V]
	leaf *trieLeaf[K, V]
}

// trieLeaf is immutable. next leads to leaves of other keys whose hashes are
// equal in all 64 bits.
type trieLeaf[K comparable, V any] struct {
	hash  uint64
	key   K
	value V
	next  *trieLeaf[K, V]
}

func newTrie[K comparable, V any](seed maphash.Seed) trie[K, V] {
	return trie[K, V]{seed: seed}
}

func (t trie[K, V]) get(key K) (v V, ok bool) {
	if t.root == nil {
		return v, false
	}
	hash := maphash.Comparable(t.seed, key)
	n := t.root
	for shift := 0; ; shift += trieBits {
		bit := uint32(1) << (hash >> shift & trieMask)
		if n.bitmap&bit == 0 {
			return v, false
		}
		s := n.slots[bits.OnesCount32(n.bitmap&(bit-1))]
		if s.node != nil {
			n = s.node
			continue
		}
		for l := s.leaf; l != nil; l = l.next {
			if l.hash == hash && l.key == key {
				return l.value, true
			}
		}
		return v, false
	}
}

// set returns the map with key set to value. Nodes made under e are changed in
// place, which is what makes applying a batch of records cheap.
func (t trie[K, V]) set(e *edit, key K, value V) trie[K, V] {
	leaf := &trieLeaf[K, V]{hash: maphash.Comparable(t.seed, key), key: key, value: value}
	if t.root == nil {
		t.root = &trieNode[K, V]{owner: e}
	}
	root, added := t.root.set(e, 0, leaf)
	t.root = root
	if added {
		t.size++
	}
	return t
}

func (n *trieNode[K, V]) set(e *edit, shift int, leaf *trieLeaf[K, V]) (*trieNode[K, V], bool) {
	n = n.editable(e)
	bit := uint32(1) << (leaf.hash >> shift & trieMask)
	at := bits.OnesCount32(n.bitmap & (bit - 1))
	if n.bitmap&bit == 0 {
		n.slots = append(n.slots, trieSlot[K, V]{})
		copy(n.slots[at+1:], n.slots[at:])
		n.slots[at] = trieSlot[K, V]{leaf: leaf}
		n.bitmap |= bit
		return n, true
	}
	s := &n.slots[at]
	if s.node != nil {
		child, added := s.node.set(e, shift+trieBits, leaf)
		s.node = child
		return n, added
	}
	if s.leaf.hash == leaf.hash || shift+trieBits >= hashBits {
		chain, replaced := s.leaf.without(leaf.key)
		leaf.next = chain
		s.leaf = leaf
		return n, !replaced
	}
	child := &trieNode[K, V]{owner: e}
	child, _ = child.set(e, shift+trieBits, s.leaf)
	child, _ = child.set(e, shift+trieBits, leaf)
	*s = trieSlot[K, V]{node: child}
	return n, true
}

// del returns the map without key.
func (t trie[K, V]) del(e *edit, key K) trie[K, V] {
	if _, ok := t.get(key); !ok {
		return t
	}
	t.root = t.root.del(e, 0, maphash.Comparable(t.seed, key), key)
	t.size--
	return t
}

// del removes a key that is present. It returns nil when the node gets empty.
func (n *trieNode[K, V]) del(e *edit, shift int, hash uint64, key K) *trieNode[K, V] {
	n = n.editable(e)
	bit := uint32(1) << (hash >> shift & trieMask)
	at := bits.OnesCount32(n.bitmap & (bit - 1))
	s := &n.slots[at]
	if s.node != nil {
		s.node = s.node.del(e, shift+trieBits, hash, key)
	} else {
		s.leaf, _ = s.leaf.without(key)
	}
	if s.node != nil || s.leaf != nil {
		return n
	}
	copy(n.slots[at:], n.slots[at+1:])
	n.slots[len(n.slots)-1] = trieSlot[K, V]{}
	n.slots = n.slots[:len(n.slots)-1]
	n.bitmap &^= bit
	if len(n.slots) == 0 {
		return nil
	}
	return n
}

func (n *trieNode[K, V]) editable(e *edit) *trieNode[K, V] {
	if n.owner == e {
		return n
	}
	// One slot is spare: most copies are made to add a key.
	slots := make([]trieSlot[K, V], len(n.slots), len(n.slots)+1)
	copy(slots, n.slots)
	return &trieNode[K, V]{owner: e, bitmap: n.bitmap, slots: slots}
}

// without returns the chain without the leaf of key, sharing what follows it.
func (l *trieLeaf[K, V]) without(key K) (*trieLeaf[K, V], bool) {
	if l == nil {
		return nil, false
	}
	if l.key == key {
		return l.next, true
	}
	rest, found := l.next.without(key)
	if !found {
		return l, false
	}
	kept := *l
	kept.next = rest
	return &kept, true
}

// all calls yield for every key until it returns false.
func (t trie[K, V]) all(yield func(K, V) bool) {
	if t.root != nil {
		t.root.all(yield)
	}
}

func (n *trieNode[K, V]) all(yield func(K, V) bool) bool {
	for _, s := range n.slots {
		if s.node != nil && !s.node.all(yield) {
			return false
		}
		for l := s.leaf; l != nil; l = l.next {
			if !yield(l.key, l.value) {
				return false
			}
		}
	}
	return true
}

package registry

import (
	"container/list"
	"crypto/sha256"
	"sync"

	"github.com/plastron-dev/plastron/runtime/format"
)

// parsedFactor estimates how many bytes of parsed schema a byte of text makes:
// measured on records with documentation the model takes 8 to 15 times the
// text.
const parsedFactor = 16

// contentKey names a schema with everything it refers to, and how strictly it
// was read.
type contentKey [sha256.Size]byte

// parsedCache keeps parsed schemas, least recently used out first. What it
// holds is bounded by an estimate of bytes, not by a count: one schema may be
// a thousand times another.
type parsedCache struct {
	limit int64

	mu      sync.Mutex
	bytes   int64
	entries map[contentKey]*list.Element
	recent  *list.List
}

type cachedParse struct {
	key    contentKey
	parsed format.Parsed
	bytes  int64
}

func newParsedCache(limit int64) *parsedCache {
	return &parsedCache{limit: limit, entries: map[contentKey]*list.Element{}, recent: list.New()}
}

func (c *parsedCache) get(key contentKey) (format.Parsed, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.entries[key]
	if !ok {
		return nil, false
	}
	c.recent.MoveToFront(element)
	return element.Value.(*cachedParse).parsed, true
}

func (c *parsedCache) put(key contentKey, parsed format.Parsed, textBytes int) {
	cost := int64(textBytes)*parsedFactor + 512
	if cost > c.limit/2 {
		return // One giant would push out everything else.
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.entries[key]; ok {
		return
	}
	c.entries[key] = c.recent.PushFront(&cachedParse{key: key, parsed: parsed, bytes: cost})
	c.bytes += cost
	for c.bytes > c.limit {
		oldest := c.recent.Remove(c.recent.Back()).(*cachedParse)
		delete(c.entries, oldest.key)
		c.bytes -= oldest.bytes
	}
}

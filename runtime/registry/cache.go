package registry

import (
	"container/list"
	"crypto/sha256"
	"strings"
	"sync"

	"github.com/plastron-dev/plastron/runtime/format"
)

// What a parsed schema takes is estimated by its text: parsedFactor bytes for
// each byte, measured on records with documentation, where the model takes 8 to
// 15 times the text; and objectCost more for each opening brace, since the
// shortest JSON Schema, {}, makes 200 bytes of two.
const (
	parsedFactor = 16
	objectCost   = 200
)

func parsedCost(text string) int64 {
	return int64(len(text))*parsedFactor + int64(strings.Count(text, "{"))*objectCost + 512
}

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

func (c *parsedCache) put(key contentKey, parsed format.Parsed, cost int64) {
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

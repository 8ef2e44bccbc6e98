package lru

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// Config bounds a cache.
type Config struct {
	// Count is the largest number of entries, at least 1.
	Count int
	// Weight is the largest sum of weights; 0 means no such bound. An entry
	// that is heavier than that is never kept.
	Weight int
	// Age is how long an entry counts; 0 means for ever. It needs Clock.
	Age   time.Duration
	Clock func() time.Time
}

// Cache maps keys to loaded values. It is safe for concurrent use.
type Cache[K comparable, V any] struct {
	config Config

	mu      sync.Mutex
	entries map[K]*list.Element // of *entry[K, V]
	order   *list.List          // most recently used first
	weight  int
	flights map[K]*flight[V]
}

type entry[K comparable, V any] struct {
	key    K
	value  V
	weight int
	loaded time.Time
}

// flight is a load that several callers wait for. Its fields are set before
// done is closed.
type flight[V any] struct {
	done  chan struct{}
	value V
	err   error
	// abandoned says that the loading caller gave up, which says nothing about
	// the key.
	abandoned bool
}

// New returns an empty cache.
func New[K comparable, V any](c Config) *Cache[K, V] {
	c.Count = max(c.Count, 1)
	return &Cache[K, V]{
		config:  c,
		entries: map[K]*list.Element{},
		order:   list.New(),
		flights: map[K]*flight[V]{},
	}
}

// Load fetches the value of a key and says how heavy it is.
type Load[V any] func(ctx context.Context) (value V, weight int, err error)

// Get returns the value of key, calling load at most once at a time per key.
// Errors are not remembered. A caller that waits for another one's load and
// whose context ends gets the context's error.
//
// When the loading caller gives up, its waiters must not fail with it:
//
//	T1 loads 7 with a context that ends in 1 ms
//	T2 waits for T1's load with a context that ends in 10 s
//	T1 ends with context.Canceled, T2 sees it, and its own context is alive
//
// so T2 starts over, and one of the waiters becomes the next loader.
func (c *Cache[K, V]) Get(ctx context.Context, key K, load Load[V]) (V, error) {
	for {
		value, f, mine := c.join(key)
		if f == nil {
			return value, nil
		}
		if mine {
			return c.fly(ctx, key, f, load)
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			var none V
			return none, ctx.Err()
		}
		if !f.abandoned || ctx.Err() != nil {
			return f.value, f.err
		}
	}
}

// Drop forgets key. A load that is under way is not affected.
func (c *Cache[K, V]) Drop(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[key]; ok {
		c.remove(e)
	}
}

// Len returns the number of entries, expired ones included.
func (c *Cache[K, V]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.entries)
}

// join returns a cached value, or the flight to wait for, or a new flight that
// the caller has to fly.
func (c *Cache[K, V]) join(key K) (value V, f *flight[V], mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[key]; ok {
		hit := e.Value.(*entry[K, V])
		if c.config.Age == 0 || c.config.Clock().Sub(hit.loaded) < c.config.Age {
			c.order.MoveToFront(e)
			return hit.value, nil, false
		}
		c.remove(e)
	}
	if f, ok := c.flights[key]; ok {
		return value, f, false
	}
	f = &flight[V]{done: make(chan struct{})}
	c.flights[key] = f
	return value, f, true
}

// fly loads. It lands even when load panics, so that no waiter is left behind.
func (c *Cache[K, V]) fly(ctx context.Context, key K, f *flight[V], load Load[V]) (V, error) {
	weight := 0
	f.abandoned = true
	defer func() { c.land(key, f, weight) }()
	f.value, weight, f.err = load(ctx)
	f.abandoned = f.err != nil && ctx.Err() != nil
	return f.value, f.err
}

func (c *Cache[K, V]) land(key K, f *flight[V], weight int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.flights, key)
	close(f.done)
	if f.err != nil || f.abandoned || (c.config.Weight > 0 && weight > c.config.Weight) {
		return
	}
	e := &entry[K, V]{key: key, value: f.value, weight: weight}
	if c.config.Age > 0 {
		e.loaded = c.config.Clock()
	}
	c.entries[key] = c.order.PushFront(e)
	c.weight += weight
	for len(c.entries) > c.config.Count || (c.config.Weight > 0 && c.weight > c.config.Weight) {
		c.remove(c.order.Back())
	}
}

func (c *Cache[K, V]) remove(e *list.Element) {
	gone := c.order.Remove(e).(*entry[K, V])
	delete(c.entries, gone.key)
	c.weight -= gone.weight
}

package client

import (
	"container/list"
	"context"
	"sync"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// schemaCache remembers schemas by id, least recently used out first. Only
// successes are kept: an id that is missing now may be registered next.
type schemaCache struct {
	maxCount, maxBytes int

	mu      sync.Mutex
	entries map[schema.ID]*list.Element // of *cachedSchema
	order   *list.List                  // most recently used first
	bytes   int
	flights map[schema.ID]*flight
}

type cachedSchema struct {
	id     schema.ID
	schema schema.Schema
	bytes  int
}

// flight is a fetch that several callers wait for. Its fields are set before
// done is closed.
type flight struct {
	done   chan struct{}
	schema schema.Schema
	err    error
	// abandoned says that the fetching caller gave up, which says nothing
	// about the registry.
	abandoned bool
}

func newSchemaCache(maxCount, maxBytes int) *schemaCache {
	return &schemaCache{
		maxCount: maxCount,
		maxBytes: maxBytes,
		entries:  map[schema.ID]*list.Element{},
		order:    list.New(),
		flights:  map[schema.ID]*flight{},
	}
}

type fetchSchema func(ctx context.Context) (schema.Schema, error)

// get returns the schema of id, calling fetch at most once at a time per id.
//
// The caller that finds no flight fetches on its own goroutine; the others
// wait. When the fetching caller gives up, its waiters must not fail with it:
//
//	T1 fetches 7 with a context that ends in 1 ms
//	T2 waits for T1's flight with a context that ends in 10 s
//	T1 ends with Canceled, T2 sees it, and its own context is still alive
//
// so T2 starts over, and the next one of the waiters becomes the fetcher.
func (c *schemaCache) get(ctx context.Context, id schema.ID, fetch fetchSchema) (schema.Schema, error) {
	for {
		s, f, mine := c.join(id)
		if f == nil {
			return s, nil
		}
		if mine {
			return c.fly(ctx, id, f, fetch)
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return schema.Schema{}, transportError(ctx, "waiting for a schema that is being read", false, false, ctx.Err())
		}
		if !f.abandoned || ctx.Err() != nil {
			return f.schema, f.err
		}
	}
}

// fly performs the fetch. It lands even when fetch panics, so that no waiter
// is left behind.
func (c *schemaCache) fly(ctx context.Context, id schema.ID, f *flight, fetch fetchSchema) (schema.Schema, error) {
	f.abandoned = true
	defer c.land(id, f)
	f.schema, f.err = fetch(ctx)
	f.abandoned = f.err != nil && ctx.Err() != nil
	return f.schema, f.err
}

// join returns a cached schema, or the flight to wait for, or a new flight
// that the caller has to fly.
func (c *schemaCache) join(id schema.ID) (s schema.Schema, f *flight, mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[id]; ok {
		c.order.MoveToFront(e)
		return e.Value.(*cachedSchema).schema, nil, false
	}
	if f, ok := c.flights[id]; ok {
		return schema.Schema{}, f, false
	}
	f = &flight{done: make(chan struct{})}
	c.flights[id] = f
	return schema.Schema{}, f, true
}

// land publishes the outcome of a flight.
func (c *schemaCache) land(id schema.ID, f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.flights, id)
	close(f.done)
	if f.err == nil && !f.abandoned {
		c.add(id, f.schema)
	}
}

func (c *schemaCache) add(id schema.ID, s schema.Schema) {
	size := len(s.Text)
	for _, r := range s.References {
		size += len(r.Name) + len(r.Subject) + 8
	}
	if size > c.maxBytes {
		return
	}
	c.entries[id] = c.order.PushFront(&cachedSchema{id: id, schema: s, bytes: size})
	c.bytes += size
	for len(c.entries) > c.maxCount || c.bytes > c.maxBytes {
		oldest := c.order.Back()
		e := c.order.Remove(oldest).(*cachedSchema)
		delete(c.entries, e.id)
		c.bytes -= e.bytes
	}
}

package client

import (
	"context"

	"github.com/plastron-dev/plastron/runtime/internal/lru"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// schemaCache remembers schemas by id. Only successes are kept: an id that is
// missing now may be registered next.
type schemaCache = lru.Cache[schema.ID, schema.Schema]

func newSchemaCache(count, bytes int) *schemaCache {
	return lru.New[schema.ID, schema.Schema](lru.Config{Count: count, Weight: bytes})
}

// sizeOf is the weight of a schema in the cache.
func sizeOf(s schema.Schema) int {
	size := len(s.Text)
	for _, r := range s.References {
		size += len(r.Name) + len(r.Subject)
	}
	return size
}

// ByID returns the schema that id stands for, from the cache when it has been
// asked for before. Class: NotFoundSchema.
func (c *Client) ByID(ctx context.Context, id schema.ID) (schema.Schema, error) {
	s, err := c.schemas.Get(ctx, id, func(ctx context.Context) (schema.Schema, int, error) {
		s, err := c.fetchByID(ctx, id)
		return s, sizeOf(s), err
	})
	if err != nil && ClassOf(err) == Other && ctx.Err() != nil {
		// Another caller was asking, and this one's context ended.
		return s, transportError(ctx, readingSchema(id), false, false, err)
	}
	return s, err
}

package backup

import (
	"slices"
	"strings"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
	"github.com/plastron-dev/plastron/runtime/record"
)

// correction changes records on their way to a topic, where the format asks for
// it.
type correction struct {
	// keys rewrites keys that an old Karapace wrote to the form that all
	// registries use, so that compaction sees one key and not two.
	keys bool
	// empty says when a value of no bytes becomes null: the last versions of
	// Karapace's tool stored null so, and Karapace itself deletes so.
	empty EmptyValues
	doc   jsonx.Doc
}

// EmptyValues says what a restore does with values of no bytes.
type EmptyValues int

// The ways. SchemasOnly changes records whose key is one of a registry.
const (
	SchemasOnly EmptyValues = iota
	Always
	Never
)

func (c *correction) apply(r Record) Record {
	if r.Value != nil && len(r.Value) == 0 && c.isTombstone(r.Key) {
		r.Value = nil
	}
	if c.keys {
		r.Key = c.key(r.Key)
	}
	return r
}

func (c *correction) isTombstone(key []byte) bool {
	switch c.empty {
	case Always:
		return true
	case Never:
		return false
	default:
		k, err := record.ParseKey(key)
		return err == nil && k.Known()
	}
}

// key rewrites the four kinds of keys that Karapace writes, in whatever order
// and escaping, and returns all others as they are: a key with other members is
// another key, and losing a member would change what it is about.
func (c *correction) key(raw []byte) []byte {
	k, err := record.ParseKey(raw)
	if err != nil {
		return raw
	}
	var members []string
	magic := int64(0)
	switch k.Type {
	case record.SchemaKey:
		members = []string{"keytype", "magic", "subject", "version"}
		magic = 1
	case record.ConfigKey, record.DeleteSubjectKey:
		members = []string{"keytype", "magic", "subject"}
	case record.NoopKey:
		members = []string{"keytype", "magic"}
	default:
		return raw
	}
	if !c.hasExactly(raw, members, magic) {
		return raw
	}
	return k.Bytes()
}

// hasExactly reports whether the members of a key are these. A key that is no
// JSON but could be read came from a template without escapes.
func (c *correction) hasExactly(raw []byte, members []string, magic int64) bool {
	defer c.doc.Reset()
	if err := c.doc.Parse(raw, jsonx.Limits{}); err != nil {
		return strings.HasPrefix(string(raw), `{"subject":"`)
	}
	var names []string
	for it := c.doc.Root().Iter(); it.Next(); {
		names = append(names, it.Key().Text())
	}
	slices.Sort(names)
	value, ok := c.doc.Root().Get("magic")
	if !ok || !slices.Equal(names, members) {
		return false
	}
	n, ok := value.Int64()
	return ok && n == magic
}

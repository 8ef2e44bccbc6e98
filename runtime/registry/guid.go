package registry

import (
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

// parseGUID reads a UUID, with or without its dashes.
func parseGUID(text string) (g schema.GUID, ok bool) {
	digits := strings.ReplaceAll(text, "-", "")
	if len(digits) != hex.EncodedLen(len(g)) || len(text) != len(digits) && len(text) != len(digits)+4 {
		return g, false
	}
	_, err := hex.Decode(g[:], []byte(digits))
	return g, err == nil
}

// GUID names the content of a schema across registries: an MD5, printed as a
// UUID, over the text as Confluent prints it, the references and the metadata
// (registry contract 14.3). It is the same whatever flavour stored the text.
// MD5 names here and protects nothing.
func (r *Registry) GUID(e *Entry) string { return r.guidOf(r.views.View(), e).String() }

func (r *Registry) guidOf(v *store.View, e *Entry) schema.GUID {
	key := guidKey{v.Naming().Context(e.Subject), e.Hash()}
	if g, ok := r.guids.of(key); ok {
		return g
	}
	text := e.Schema.Text
	if parsed, err := r.parseEntry(v, e); err == nil {
		text = format.Text(parsed, schema.Confluent, format.AsWritten)
	}
	h := md5.New()
	h.Write([]byte(text))
	for _, ref := range e.Schema.References {
		var version [4]byte
		binary.BigEndian.PutUint32(version[:], uint32(ref.Version))
		h.Write([]byte(ref.Name))
		h.Write([]byte(ref.Subject))
		h.Write(version[:])
	}
	if m := e.Extra.ParsedMetadata(); !m.Empty() {
		hashMetadata(h, m)
	}
	g := schema.GUID(h.Sum(nil))
	r.guids.note(key, g)
	return g
}

func hashMetadata(h hash.Hash, m record.Metadata) {
	h.Write([]byte{1})
	for _, path := range slices.Sorted(maps.Keys(m.Tags)) {
		h.Write([]byte(path))
		for _, tag := range m.Tags[path] {
			h.Write([]byte(tag))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Properties)) {
		h.Write([]byte(name))
		h.Write([]byte(m.Properties[name]))
	}
	for _, name := range m.Sensitive {
		h.Write([]byte(name))
	}
}

// ContextID is an id with the context that it belongs to.
type ContextID struct {
	Context string
	ID      schema.ID
}

// ByGUID returns the entry that was registered first with the content that a
// guid names, in whatever context. The error is SchemaNotFound, with the guid
// as its detail.
func (r *Registry) ByGUID(text string) (*Entry, error) {
	view, ids := r.idsOfGUID(text)
	for _, id := range ids {
		if holders := view.ByID(id.Context, id.ID); len(holders) > 0 {
			return holders[0], nil
		}
	}
	return nil, &Error{Kind: SchemaNotFound, Detail: text}
}

// IDsOfGUID lists the ids that the content has, by context; none when nobody
// has it.
func (r *Registry) IDsOfGUID(text string) []ContextID {
	_, ids := r.idsOfGUID(text)
	return ids
}

func (r *Registry) idsOfGUID(text string) (*store.View, []ContextID) {
	view := r.views.View()
	g, ok := parseGUID(text)
	if !ok {
		return view, nil
	}
	r.indexGUIDs(view)
	ids := slices.DeleteFunc(r.guids.ids(g), func(id ContextID) bool {
		holders := view.ByID(id.Context, id.ID)
		return len(holders) == 0 || r.guidOf(view, holders[0]) != g // Deleted since, or given another meaning.
	})
	slices.SortFunc(ids, func(a, b ContextID) int { return strings.Compare(a.Context, b.Context) })
	return view, ids
}

// indexGUIDs brings the index up to a view. The first time it reads every
// schema; nobody else pays for an index that is never asked.
func (r *Registry) indexGUIDs(v *store.View) {
	r.guids.building.Lock()
	defer r.guids.building.Unlock()
	switch {
	case r.guids.resets > v.Resets():
		return // A view from before a reset that the index has seen.
	case r.guids.resets < v.Resets(): // The topic was made anew.
		r.guids.drop()
		r.guids.resets, r.guids.upTo = v.Resets(), -1
	}
	if r.guids.upTo >= v.Offset() {
		return
	}
	for _, s := range v.Subjects() {
		for _, e := range v.Entries(s) {
			if e.Offset > r.guids.upTo {
				r.guids.add(ContextID{v.Naming().Context(s), e.ID}, r.guidOf(v, e))
			}
		}
	}
	r.guids.upTo = v.Offset()
}

// maxGUIDs bounds how many guids are remembered by content.
const maxGUIDs = 1 << 16

// guidIndex remembers guids by content, so that they are not computed for each
// answer, and ids by guid, for those who ask that way.
type guidIndex struct {
	building sync.Mutex // serialises indexGUIDs
	upTo     int64      // offset up to which byGUID is complete, behind building
	resets   int        // of the views that it is made from, behind building

	mu        sync.RWMutex
	byContent map[guidKey]schema.GUID
	byGUID    map[schema.GUID][]ContextID
}

// guidKey names a content. What its references mean depends on the context.
type guidKey struct {
	context string
	hash    uint64
}

func (i *guidIndex) of(key guidKey) (schema.GUID, bool) {
	i.mu.RLock()
	defer i.mu.RUnlock()
	g, ok := i.byContent[key]
	return g, ok
}

// drop forgets the ids, which were those of another topic.
func (i *guidIndex) drop() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.byGUID = nil
}

func (i *guidIndex) note(key guidKey, g schema.GUID) {
	if key.hash == 0 {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.byContent == nil || len(i.byContent) >= maxGUIDs {
		i.byContent = map[guidKey]schema.GUID{}
	}
	i.byContent[key] = g
}

func (i *guidIndex) ids(g schema.GUID) []ContextID {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return slices.Clone(i.byGUID[g])
}

func (i *guidIndex) add(id ContextID, g schema.GUID) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.byGUID == nil {
		i.byGUID = map[schema.GUID][]ContextID{}
	}
	if !slices.Contains(i.byGUID[g], id) {
		i.byGUID[g] = append(i.byGUID[g], id)
	}
}

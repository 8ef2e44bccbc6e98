package store

import (
	"cmp"
	"encoding/binary"
	"hash/maphash"
	"slices"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// idKey is an id in its context: contexts have id spaces of their own.
type idKey struct {
	context string
	id      schema.ID
}

// contentKey finds schemas by content. The hash only narrows the search: what
// is found is compared in full.
type contentKey struct {
	context string
	hash    uint64
}

// idOf and contentOf are the keys under which an entry is found.
func (v *View) idOf(e *Entry) idKey           { return idKey{v.naming.Context(e.Subject), e.ID} }
func (v *View) contentOf(e *Entry) contentKey { return contentKey{v.naming.Context(e.Subject), e.hash} }

// content is one schema of a context and the ids it has there, ascending. More
// than one id is possible: imports may give a schema an id of their choice.
type content struct {
	// holder is a version with the schema; it may have been deleted since.
	holder *Entry
	ids    []idUses
}

type idUses struct {
	id   schema.ID
	uses int
}

// ByID returns all versions that carry the id, soft-deleted ones included, in
// the order of their records. The first one is what the id means: if the log
// gives one id to two schemas, versions with the one that was met first come
// before the others.
func (v *View) ByID(context string, id schema.ID) []*Entry {
	list, _ := v.ids.get(idKey{context, id})
	return view(list)
}

// FindContent returns the id that a schema of equal type, text, references and
// extra has in the context, whatever subject holds it and deleted softly or
// not. If it has more than one, the smallest is returned.
func (v *View) FindContent(context string, s schema.Schema, x record.Extra) (schema.ID, bool) {
	list, _ := v.contents.get(contentKey{context, hashContent(v.contents.seed, s, x)})
	if i := indexContent(list, s, x); i >= 0 {
		return list[i].ids[0].id, true
	}
	return 0, false
}

// FindVanished returns the id that an equal schema had before its last version
// was deleted for good, as far as this process saw it and remembers: the last
// few thousand are kept. Karapace gives such a schema its old id back.
func (v *View) FindVanished(context string, s schema.Schema, x record.Extra) (schema.ID, bool) {
	list, _ := v.vanished.get(contentKey{context, hashContent(v.vanished.seed, s, x)})
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].holds(s, x) {
			return list[i].ID, true
		}
	}
	return 0, false
}

// MaxID returns the highest id that was ever seen in the context, 0 for none.
// It never goes back: records of deleted schemas count, and so does the mark
// that NOOP records carry across compaction.
func (v *View) MaxID(context string) schema.ID {
	id, _ := v.maxIDs.get(context)
	return id
}

// highWater returns the highest ids of all contexts.
func (v *View) highWater() record.NoopValue {
	var n record.NoopValue
	v.maxIDs.all(func(context string, id schema.ID) bool {
		if context == schema.DefaultContext {
			n.MaxID = id
			return true
		}
		if n.Contexts == nil {
			n.Contexts = make(map[string]schema.ID)
		}
		n.Contexts[context] = id
		return true
	})
	return n
}

func (b *builder) raiseMaxID(context string, id schema.ID) {
	if id > b.MaxID(context) {
		b.maxIDs = b.maxIDs.set(b.edit, context, id)
	}
}

// hashContent hashes type, text, references and extra, each with its length, so
// that two different schemas never feed the same bytes.
func hashContent(seed maphash.Seed, s schema.Schema, x record.Extra) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	number := func(n int) {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], uint64(n))
		_, _ = h.Write(b[:])
	}
	text := func(s string) {
		number(len(s))
		_, _ = h.WriteString(s)
	}
	text(string(s.Type))
	text(s.Text)
	number(len(s.References))
	for _, ref := range s.References {
		text(ref.Name)
		text(string(ref.Subject))
		number(int(ref.Version))
	}
	text(x.Metadata)
	text(x.RuleSet)
	return h.Sum64()
}

func sameContent(a, b schema.Schema) bool {
	return a.Type == b.Type && a.Text == b.Text && slices.Equal(a.References, b.References)
}

// holds reports whether that is the content of the entry.
func (e *Entry) holds(s schema.Schema, x record.Extra) bool {
	return e.Extra == x && sameContent(e.Schema, s)
}

// SameContent reports whether two entries have equal content, so that they may
// share an id.
func (e *Entry) SameContent(other *Entry) bool { return e.holds(other.Schema, other.Extra) }

func indexContent(list []content, s schema.Schema, x record.Extra) int {
	return slices.IndexFunc(list, func(c content) bool { return c.holder.holds(s, x) })
}

// intern replaces the schema of an entry by the equal one of the context, so
// that its text is in memory once however many versions carry it.
func (b *builder) intern(e *Entry) {
	list, _ := b.contents.get(b.contentOf(e))
	if i := indexContent(list, e.Schema, e.Extra); i >= 0 {
		holder := list[i].holder
		e.Schema, e.Extra = holder.Schema, holder.Extra
		if e.stored.literal == holder.stored.literal {
			e.stored.literal = holder.stored.literal // Equal, and from now on the same.
		}
	}
}

// countContent adds n uses of e's id to the ids of its schema. It reports
// whether the schema has any id left.
func (b *builder) countContent(e *Entry, n int) bool {
	key := b.contentOf(e)
	old, _ := b.contents.get(key)
	list := slices.Clone(old)
	i := indexContent(list, e.Schema, e.Extra)
	if i < 0 {
		i = len(list)
		list = append(list, content{holder: e})
	}
	c := &list[i]
	c.ids = slices.Clone(c.ids)
	at, found := slices.BinarySearchFunc(c.ids, e.ID, func(u idUses, id schema.ID) int { return cmp.Compare(u.id, id) })
	if !found {
		c.ids = slices.Insert(c.ids, at, idUses{id: e.ID})
	}
	if c.ids[at].uses += n; c.ids[at].uses <= 0 {
		c.ids = slices.Delete(c.ids, at, at+1)
	}
	left := len(c.ids) > 0
	if !left {
		list = slices.Delete(list, i, i+1)
	}
	if len(list) == 0 {
		b.contents = b.contents.del(b.edit, key)
	} else {
		b.contents = b.contents.set(b.edit, key, list)
	}
	return left
}

// relistID changes the versions of an id: old goes, added comes; each may be
// nil. It reports whether added means another schema than the id.
func (b *builder) relistID(key idKey, old, added *Entry) (conflict bool) {
	list, _ := b.ids.get(key)
	meaning := added
	if len(list) > 0 {
		meaning = list[0]
	}
	if added != nil {
		conflict = !added.SameContent(meaning)
	}
	order := func(x, y *Entry) int {
		xOK, yOK := x.SameContent(meaning), y.SameContent(meaning)
		switch {
		case xOK == yOK:
			return byOffset(x, y)
		case xOK:
			return -1
		default:
			return 1
		}
	}
	if old != nil {
		list = remove(list, old)
	}
	if added != nil {
		list = insert(list, added, order)
	}
	if len(list) == 0 {
		b.ids = b.ids.del(b.edit, key)
		return conflict
	}
	if !list[0].SameContent(meaning) {
		// The last version with the old meaning is gone: the oldest record left
		// decides what the id means from now on.
		meaning = slices.MinFunc(list, byOffset)
		list = slices.Clone(list)
		slices.SortFunc(list, order)
	}
	b.ids = b.ids.set(b.edit, key, list)
	return conflict
}

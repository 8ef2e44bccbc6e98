package store

import (
	"slices"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// putEntry adds a version or replaces the one in its place. It reports whether
// the id of the version stood for another schema already.
func (b *builder) putEntry(e *Entry) (conflict bool) {
	e.hash = hashContent(b.store.seed, e.Schema, e.Extra)
	b.intern(e)
	list, known := b.subjects.get(e.Subject)
	if known {
		e.Subject = list[0].Subject // One copy of the name for all versions.
	}
	old, replaces := find(list, e.Version)
	if replaces {
		list = swap(list, old, e)
	} else {
		list = insert(list, e, byVersion)
	}
	b.subjects = b.subjects.set(b.edit, e.Subject, list)
	if !known {
		b.names = b.names.add(b.edit, e.Subject)
	}
	return b.relink(old, e)
}

// removeEntry removes a version for good. A version that does not exist is
// nothing to remark on: its record may have been compacted away.
func (b *builder) removeEntry(s schema.Subject, version schema.Version) {
	list, _ := b.subjects.get(s)
	old, ok := find(list, version)
	if !ok {
		return
	}
	if list = remove(list, old); len(list) == 0 {
		b.subjects = b.subjects.del(b.edit, s)
		b.names = b.names.remove(b.edit, s)
	} else {
		b.subjects = b.subjects.set(b.edit, s, list)
	}
	b.relink(old, nil)
}

// relink keeps the indexes in step with one version: old goes, e comes; each
// may be nil. It reports what relistID reports.
func (b *builder) relink(old, e *Entry) (conflict bool) {
	b.relistRefs(old, e)
	// New uses are counted before old ones are dropped, so that a version that
	// was only written again never looks as if its schema had vanished.
	if e != nil {
		b.countContent(e, +1)
	}
	if old != nil && !b.countContent(old, -1) {
		b.rememberVanished(old)
	}
	switch {
	case e == nil:
		return b.relistID(b.idOf(old), old, nil)
	case old != nil && old.ID == e.ID:
		return b.relistID(b.idOf(e), old, e)
	case old != nil:
		b.relistID(b.idOf(old), old, nil)
	}
	return b.relistID(b.idOf(e), nil, e)
}

// Bounds of what is remembered of schemas that are gone.
const (
	maxVanished      = 4096
	maxVanishedBytes = 8 << 20
)

// vanishedQueue holds schemas whose last version was deleted for good, oldest
// first, and the bytes of their texts.
type vanishedQueue struct {
	entries []*Entry
	bytes   int
}

func (b *builder) rememberVanished(e *Entry) {
	// Only the schema and its id matter from here on, not the stored value.
	e = &Entry{Subject: e.Subject, ID: e.ID, Schema: e.Schema, Extra: e.Extra, hash: e.hash}
	q := &b.store.vanished
	q.entries = append(q.entries, e)
	q.bytes += len(e.Schema.Text)
	key := b.contentOf(e)
	list, _ := b.View.vanished.get(key)
	b.View.vanished = b.View.vanished.set(b.edit, key, append(slices.Clip(list), e))
	for len(q.entries) > maxVanished || q.bytes > maxVanishedBytes {
		b.forgetVanished(q.entries[0])
		q.bytes -= len(q.entries[0].Schema.Text)
		q.entries[0] = nil
		q.entries = q.entries[1:]
	}
}

func (b *builder) forgetVanished(e *Entry) {
	key := b.contentOf(e)
	list, _ := b.View.vanished.get(key)
	if list = remove(list, e); len(list) == 0 {
		b.View.vanished = b.View.vanished.del(b.edit, key)
		return
	}
	b.View.vanished = b.View.vanished.set(b.edit, key, list)
}

package store

import (
	"cmp"
	"slices"
)

// Lists of entries are shared between views. A list may only grow behind its
// end, in place:
//
//	view 1 holds list[:2] of an array of four
//	view 2 appends and holds list[:3] of the same array
//
// Readers of view 1 never look at the third element, and it was written before
// view 2 was published. Every other change makes a new array; in particular a
// list that gets shorter does, since appending to it later would otherwise
// overwrite what older views still see. There is one writer, and each list has
// one newest holder, so no array ever grows in two directions.

// byOffset orders entries by the position of their records. That is the order
// of registration, except for versions that were written again since, and it
// is the same after compaction.
func byOffset(a, b *Entry) int { return cmp.Compare(a.Offset, b.Offset) }

// byVersion orders the entries of one subject.
func byVersion(a, b *Entry) int { return cmp.Compare(a.Version, b.Version) }

// insert returns list with e at its place in the order.
func insert(list []*Entry, e *Entry, order func(a, b *Entry) int) []*Entry {
	if len(list) == 0 || order(list[len(list)-1], e) <= 0 {
		return append(list, e)
	}
	at, _ := slices.BinarySearchFunc(list, e, order)
	out := make([]*Entry, 0, len(list)+1)
	out = append(out, list[:at]...)
	out = append(out, e)
	return append(out, list[at:]...)
}

// remove returns list without e, with a new array; nil when nothing is left.
func remove(list []*Entry, e *Entry) []*Entry {
	if len(list) <= 1 {
		return nil
	}
	out := make([]*Entry, 0, len(list)-1)
	for _, other := range list {
		if other != e {
			out = append(out, other)
		}
	}
	return out
}

// swap returns list with e in the place of old, with a new array.
func swap(list []*Entry, old, e *Entry) []*Entry {
	out := slices.Clone(list)
	if i := slices.Index(out, old); i >= 0 {
		out[i] = e
	}
	return out
}

// view returns the list in a form that a reader may keep: appending to it does
// not write into the shared array.
func view(list []*Entry) []*Entry { return list[:len(list):len(list)] }

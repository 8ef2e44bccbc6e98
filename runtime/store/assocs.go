package store

import (
	"slices"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Association is one that is in the log. Immutable and shared.
type Association struct {
	record.AssocValue
	// Key is that of its record; who changes the association writes it again
	// under this key.
	Key record.Key
	// Timestamp is the broker's time of its newest record, in milliseconds
	// since 1970.
	Timestamp int64
}

// CreatedAt is when the association was made, in milliseconds since 1970.
func (a *Association) CreatedAt() int64 {
	if a.Created > 0 {
		return a.Created
	}
	return a.Timestamp
}

// AssociationsOf returns the associations of the resources with a name, in
// every namespace, in the order of their keys.
func (v *View) AssociationsOf(resourceName string) []*Association {
	list, _ := v.assocsByName.get(resourceName)
	return list
}

// AssociationsWith returns the associations of a subject, in the order of their
// keys.
func (v *View) AssociationsWith(s schema.Subject) []*Association {
	list, _ := v.assocsBySubject.get(s)
	return list
}

// Associations returns all associations in the order of their keys.
func (v *View) Associations() []*Association {
	var out []*Association
	v.assocs.all(func(_ record.Key, a *Association) bool {
		out = append(out, a)
		return true
	})
	slices.SortFunc(out, byKey)
	return out
}

func byKey(a, b *Association) int {
	return cmpSubject(schema.Subject(a.Key.Other), schema.Subject(b.Key.Other))
}

// applyAssoc notes or forgets an association.
func (b *builder) applyAssoc(k record.Key, rec record.Record, deleted bool) error {
	var added *Association
	if !deleted {
		value, err := record.ParseAssocValue(rec.Value)
		if err != nil {
			return err
		}
		added = &Association{AssocValue: value, Key: k, Timestamp: rec.Timestamp}
	}
	if old, ok := b.assocs.get(k); ok {
		b.assocs = b.assocs.del(b.edit, k)
		b.assocsByName = relistAssoc(b, b.assocsByName, old.ResourceName, old, nil)
		b.assocsBySubject = relistAssoc(b, b.assocsBySubject, old.Subject, old, nil)
	}
	if added != nil {
		b.assocs = b.assocs.set(b.edit, k, added)
		b.assocsByName = relistAssoc(b, b.assocsByName, added.ResourceName, nil, added)
		b.assocsBySubject = relistAssoc(b, b.assocsBySubject, added.Subject, nil, added)
	}
	return nil
}

// relistAssoc takes old out of the list of an index and puts added in.
func relistAssoc[K comparable](b *builder, index trie[K, []*Association], name K, old, added *Association) trie[K, []*Association] {
	list, _ := index.get(name)
	next := make([]*Association, 0, len(list)+1)
	for _, a := range list {
		if a != old {
			next = append(next, a)
		}
	}
	if added != nil {
		next = append(next, added)
		slices.SortFunc(next, byKey)
	}
	if len(next) == 0 {
		return index.del(b.edit, name)
	}
	return index.set(b.edit, name, next)
}

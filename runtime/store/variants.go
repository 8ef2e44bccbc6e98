package store

import (
	"bytes"
	"slices"

	"github.com/plastron-dev/plastron/runtime/record"
)

// variant is one byte form of a key that has a value in the log. sequenced
// forms carry the sequence number of a single record and are not used again.
type variant struct {
	raw       string
	offset    int64
	sequenced bool
}

// KeyVariants returns the byte forms of a logical key that have a value in the
// log, the newest last. Each of them comes back to life when the newer ones are
// deleted and compacted away, so a deletion has to name them all.
func (v *View) KeyVariants(k record.Key) [][]byte {
	list := v.keyForms(k)
	out := make([][]byte, len(list))
	for i, form := range list {
		out[i] = []byte(form.raw)
	}
	return out
}

// keyForms is KeyVariants with offsets. The common case, a key in canonical
// form whose record is in effect, takes no memory of its own.
func (v *View) keyForms(k record.Key) []variant {
	if list, ok := v.variants.get(k); ok {
		return list
	}
	if offset, ok := v.inEffect(k); ok {
		return []variant{{raw: string(k.Bytes()), offset: offset}}
	}
	return nil
}

// inEffect reports whether a record of the key shows in the state.
func (v *View) inEffect(k record.Key) (offset int64, ok bool) {
	switch k.Type {
	case record.SchemaKey:
		if e, ok := v.Entry(k.Subject, k.Version); ok {
			return e.Offset, true
		}
	case record.ConfigKey:
		_, ok = v.configs.get(k)
	case record.ModeKey:
		_, ok = v.modes.get(k)
	}
	return -1, ok
}

// trackForm remembers the byte form of a record that was applied. old are the
// forms that were known before that.
func (b *builder) trackForm(k record.Key, old []variant, form variant, deleted bool) {
	list := make([]variant, 0, len(old)+1)
	for _, o := range old {
		if o.raw != form.raw {
			list = append(list, o)
		}
	}
	if !deleted {
		list = append(list, form)
	}
	if b.sayByThemselves(k, list) {
		b.variants = b.variants.del(b.edit, k)
		return
	}
	b.variants = b.variants.set(b.edit, k, list)
}

// sayByThemselves reports whether keyForms finds these forms without a list.
func (b *builder) sayByThemselves(k record.Key, list []variant) bool {
	_, shown := b.inEffect(k)
	if len(list) == 0 {
		return !shown
	}
	return shown && len(list) == 1 && list[0].raw == string(k.Bytes())
}

// Put returns the records that give a key a value. A key that is in the log is
// written in its newest form, since any other would leave two records behind;
// a new one in the canonical form. A global setting in more than one form is
// reduced to one: the others are deleted first.
func (v *View) Put(k record.Key, value []byte) []record.Record {
	return v.PutIn(record.KarapaceForm, k, value)
}

// PutIn is Put that writes a new key in the form f.
func (v *View) PutIn(f record.Form, k record.Key, value []byte) []record.Record {
	list := v.keyForms(k)
	raw := k.BytesIn(f)
	for _, form := range slices.Backward(list) {
		if !form.sequenced {
			raw = []byte(form.raw)
			break
		}
	}
	var out []record.Record
	if k.Type == record.ConfigKey || k.Type == record.ModeKey {
		for _, form := range list {
			if !bytes.Equal([]byte(form.raw), raw) {
				out = append(out, record.Record{Key: k, RawKey: []byte(form.raw)})
			}
		}
	}
	return append(out, record.Record{Key: k, RawKey: raw, Value: value})
}

// Tombstones returns the records that delete a key for good: one for each byte
// form that has a value in the log, the newest last, and one in canonical form
// when none has.
func (v *View) Tombstones(k record.Key) []record.Record {
	list := v.keyForms(k)
	if len(list) == 0 {
		return []record.Record{{Key: k, RawKey: k.Bytes()}}
	}
	out := make([]record.Record, len(list))
	for i, form := range list {
		out[i] = record.Record{Key: k, RawKey: []byte(form.raw)}
	}
	return out
}

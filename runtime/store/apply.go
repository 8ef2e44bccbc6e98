package store

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// apply applies one record. Whatever is wrong with it, the next one is applied
// as if it had not been there.
func (b *builder) apply(rec record.Record) {
	b.offset = rec.Offset
	var void bool
	b.epoch, void = b.epoch.Admit(rec.Epoch)
	if len(rec.RawKey) == 0 {
		// A record with neither key nor value is a placeholder and means nothing.
		if len(rec.Value) > 0 {
			b.problem(rec.Offset, record.KeyMissing, false, record.ErrNoKey)
		}
		return
	}
	k, seq, err := record.ParseSequencedKey(rec.RawKey)
	if err != nil {
		b.problem(rec.Offset, record.KeyMalformed, false, err)
		return
	}
	if !k.Known() {
		b.problem(rec.Offset, record.KeyUnknown, false, fmt.Errorf("key type %q is not known", k.TypeName()))
		return
	}
	if void && k.Type.Fenced() {
		b.void(k, rec)
		return
	}
	deleted := record.IsDelete(rec.Value)
	if b.lostRace(rec.Offset, seq, deleted) {
		b.problem(rec.Offset, record.LostRace, false, fmt.Errorf("the writer expected offset %d", seq))
		return
	}
	b.note(k, rec.Offset)
	forms := b.keyForms(k)
	reason, err := b.applyKnown(k, rec, deleted)
	if err != nil {
		applied := reason != record.ValueMalformed
		b.problem(rec.Offset, reason, applied, err)
		if !applied {
			return
		}
	}
	switch k.Type {
	case record.NoopKey, record.ContextKey, record.AssocKey:
	default:
		b.trackForm(k, forms, variant{raw: string(rec.RawKey), offset: rec.Offset, sequenced: seq >= 0}, deleted)
	}
	b.restore(string(rec.RawKey))
}

// applyKnown dispatches on the record's type. A reason without effect is
// ValueMalformed, all others are remarks.
func (b *builder) applyKnown(k record.Key, rec record.Record, deleted bool) (record.Reason, error) {
	switch k.Type {
	case record.SchemaKey:
		return b.applySchema(k, rec, deleted)
	case record.ConfigKey:
		return record.ValueMalformed, b.applyConfig(k, rec.Value, deleted)
	case record.ModeKey:
		return record.ValueMalformed, b.applyMode(k, rec.Value, deleted)
	case record.DeleteSubjectKey:
		return record.ValueMalformed, b.applyDeleteSubject(k, rec.Value, deleted)
	case record.ClearSubjectKey:
		b.applyClearSubject(k, deleted)
	case record.NoopKey:
		b.applyNoop(rec.Value)
	case record.ContextKey:
		b.applyContext(k, deleted)
	default: // ASSOC
		return record.ValueMalformed, b.applyAssoc(k, rec, deleted)
	}
	return "", nil
}

// lostRace decides by the sequence number of a key. Redpanda's registries all
// write at once; each numbers its record with the offset it hopes to get, and a
// record that got another one does not count. Tombstones always count.
func (b *builder) lostRace(offset, seq int64, deleted bool) bool {
	if seq < 0 || deleted {
		return false
	}
	if b.store.sequence == sequenceUnknown {
		b.store.sequence = sequenceIgnored
		if seq == offset {
			b.store.sequence = sequenceTrusted
		}
	}
	return b.store.sequence == sequenceTrusted && seq != offset
}

// applySchema stores or removes a version. It goes by the key: the value of a
// record can name another subject or version, but a deletion has only a key.
func (b *builder) applySchema(k record.Key, rec record.Record, deleted bool) (record.Reason, error) {
	if deleted {
		b.removeEntry(k.Subject, k.Version)
		return "", nil
	}
	value, err := record.ParseSchemaValue(rec.Value)
	if err != nil {
		return record.ValueMalformed, err
	}
	e := &Entry{
		Subject:   k.Subject,
		Version:   k.Version,
		ID:        value.ID,
		Schema:    value.Schema,
		Extra:     value.Extra,
		Deleted:   value.Deleted,
		Timestamp: rec.Timestamp,
		Offset:    rec.Offset,
		stored:    b.keep(value),
	}
	conflict := b.putEntry(e)
	b.raiseMaxID(b.naming.Context(k.Subject), value.ID)
	if conflict {
		return record.IDConflict, fmt.Errorf("id %d stands for another schema already", value.ID)
	}
	if (value.Subject != "" && value.Subject != k.Subject) || (value.Version != 0 && value.Version != k.Version) {
		return record.KeyValueDiffer, errors.New("the value names another subject or version than the key")
	}
	return "", nil
}

// applyConfig sets or removes a configuration, whether or not the subject has
// versions. A value that configures nothing removes it.
func (b *builder) applyConfig(k record.Key, raw []byte, deleted bool) error {
	if deleted {
		if len(b.KeyVariants(k)) == 0 {
			b.notice(k.Subject)
		}
		b.configs = b.configs.del(b.edit, k)
		return nil
	}
	value, err := record.ParseConfigValue(bytes.Clone(raw))
	if err != nil {
		return err
	}
	if value.Empty() {
		b.configs = b.configs.del(b.edit, k)
		return nil
	}
	b.configs = b.configs.set(b.edit, k, value)
	return nil
}

func (b *builder) applyMode(k record.Key, raw []byte, deleted bool) error {
	if deleted {
		b.modes = b.modes.del(b.edit, k)
		return nil
	}
	value, err := record.ParseModeValue(raw)
	if err != nil {
		return err
	}
	b.modes = b.modes.set(b.edit, k, value)
	return nil
}

// applyNoop takes the marks of ids from a barrier record. Whatever else its
// value holds is not for us.
func (b *builder) applyNoop(raw []byte) {
	b.noop = record.ParseNoopValue(raw)
	b.raiseMaxID(schema.DefaultContext, b.noop.MaxID)
	for context, id := range b.noop.Contexts {
		b.raiseMaxID(context, id)
	}
}

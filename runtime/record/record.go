package record

// Record is one record of the schemas topic.
type Record struct {
	// Key is the logical key. Writers set it; readers of the log leave it empty
	// and the state machine takes it from RawKey.
	Key Key
	// RawKey is the key as it stands in the log. A writer that leaves it empty
	// asks for the canonical bytes of Key.
	RawKey []byte
	// Value is the value as it stands in the log; nil is a tombstone.
	Value []byte
	// Offset is the position in the log and Timestamp the broker's time of the
	// record in milliseconds. Both are set on records that were read.
	Offset, Timestamp int64
	// Epoch is the claim of the log under which the record was written, zero
	// for records of other registries.
	Epoch Epoch
}

// KeyBytes returns the bytes that the record has, or is to be written with, as
// its key.
func (r Record) KeyBytes() []byte {
	if r.RawKey != nil {
		return r.RawKey
	}
	return r.Key.Bytes()
}

// Reason says why a record was not applied, or not without a remark. It is a
// metric label, so the set is closed.
type Reason string

// The reasons.
const (
	// KeyMissing is a value without a key.
	KeyMissing Reason = "key_missing"
	// KeyMalformed is a key that is no JSON object or lacks a member.
	KeyMalformed Reason = "key_malformed"
	// KeyUnknown is a key type that this registry does not use.
	KeyUnknown Reason = "key_unknown"
	// ValueMalformed is a value that is no JSON object, lacks a member, or holds
	// one of the wrong type. Schema texts that do not parse are not malformed.
	ValueMalformed Reason = "value_malformed"
	// KeyValueDiffer is a schema whose value names another subject or version
	// than its key. It is applied under its key.
	KeyValueDiffer Reason = "key_value_differ"
	// IDConflict is a schema whose id already stands for another schema. Its
	// version is kept, the id keeps its first meaning.
	IDConflict Reason = "id_conflict"
	// LostRace is a record of a Redpanda registry whose sequence number says
	// that it lost a race between two writers.
	LostRace Reason = "lost_race"
	// Fenced is a record of an old primary that came behind the claim of its
	// successor.
	Fenced Reason = "fenced"
)

// Malformed reports whether records of this kind are out of order in
// themselves, whatever else is in the log: what a strict reader stops at.
func (r Reason) Malformed() bool {
	switch r {
	case KeyMissing, KeyMalformed, KeyUnknown, ValueMalformed:
		return true
	default:
		return false
	}
}

// Problem is a remark on one record. No problem of one record ever affects
// another one.
type Problem struct {
	// Offset is the position of the record and Reason what was wrong with it.
	Offset int64
	Reason Reason
	// Applied reports that the record took effect all the same.
	Applied bool
	// Err has the detail. It never holds the body of a key or value.
	Err error
}

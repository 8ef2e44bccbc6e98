package store

import (
	"maps"
	"slices"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Entry is one version of a subject. Entries are immutable and shared: nobody
// may change one, nor the slices it holds.
type Entry struct {
	// Subject and Version are the place of the entry.
	Subject schema.Subject
	Version schema.Version
	// ID is the number by which serialized data names the schema.
	ID schema.ID
	// Schema is the text with its type and references, as stored.
	Schema schema.Schema
	// Extra is what belongs to the content beside the schema.
	Extra record.Extra
	// Deleted reports a soft deletion, whether by the record of the version or
	// by one of its whole subject.
	Deleted bool
	// Timestamp is the broker's time of the record in milliseconds since 1970
	// and Offset its position in the log.
	Timestamp, Offset int64

	stored stored // what else is in the value of the record
	hash   uint64 // of the content
}

// Hash is a hash of the content in this process: of the schema and what belongs
// to it, wherever it is stored. It is 0 for an entry that no store has made.
func (e *Entry) Hash() uint64 { return e.hash }

// View is the state after some record of the log. It never changes, and all
// methods may be called by any number of goroutines without a lock. What they
// return is shared and must not be changed.
type View struct {
	naming   schema.Naming
	offset   int64
	resets   int
	subjects trie[schema.Subject, []*Entry]
	names    *subjectList
	ids      trie[idKey, []*Entry]
	contents trie[contentKey, []content]
	vanished trie[contentKey, []*Entry]
	refs     trie[place, []*Entry]
	configs  trie[record.Key, record.ConfigValue]
	modes    trie[record.Key, record.ModeValue]
	maxIDs   trie[string, schema.ID]
	declared trie[string, record.Key]
	variants trie[record.Key, []variant]
	known    trie[schema.Subject, struct{}]
	assocs   trie[record.Key, *Association]

	assocsByName    trie[string, []*Association]
	assocsBySubject trie[schema.Subject, []*Association]

	changes []change // the newest, oldest first
	from    int64    // the offset from which on none is missing in the list

	noop       record.NoopValue
	epoch      record.Epoch
	knownBytes int
	voids      trie[string, voided]
	problems   map[record.Reason]int64
}

// Naming is how names of subjects are read.
func (v *View) Naming() schema.Naming { return v.naming }

// Offset returns the position of the last record that was applied, -1 when
// there was none.
func (v *View) Offset() int64 { return v.offset }

// Resets counts how often the state was dropped before this view. Offsets of
// views with different counts have nothing to do with each other.
func (v *View) Resets() int { return v.resets }

// Subjects returns the names of all subjects with at least one version, soft
// deleted ones included, in the order of their bytes.
func (v *View) Subjects() []schema.Subject { return v.names.all() }

// Entries returns all versions of a subject in ascending order, soft-deleted
// ones included, and nil for a subject that is not known.
func (v *View) Entries(s schema.Subject) []*Entry {
	list, _ := v.subjects.get(s)
	return view(list)
}

// Entry returns one version of a subject, soft-deleted or not.
func (v *View) Entry(s schema.Subject, version schema.Version) (*Entry, bool) {
	list, _ := v.subjects.get(s)
	return find(list, version)
}

func find(list []*Entry, version schema.Version) (*Entry, bool) {
	// Most lists have no gaps, so that version n is the n-th.
	if i := int(version) - 1; i >= 0 && i < len(list) && list[i].Version == version {
		return list[i], true
	}
	i, ok := slices.BinarySearchFunc(list, version, func(e *Entry, v schema.Version) int {
		return int(e.Version) - int(v)
	})
	if !ok {
		return nil, false
	}
	return list[i], true
}

// Config returns the configuration of a subject, whether or not the subject
// has versions.
func (v *View) Config(s schema.Subject) (record.ConfigValue, bool) {
	return v.configs.get(record.ConfigOf(s))
}

// GlobalConfig returns the configuration of subjects that have none.
func (v *View) GlobalConfig() (record.ConfigValue, bool) { return v.configs.get(record.GlobalConfig()) }

// Mode returns the mode of a subject.
func (v *View) Mode(s schema.Subject) (record.ModeValue, bool) { return v.modes.get(record.ModeOf(s)) }

// GlobalMode returns the mode of subjects that have none.
func (v *View) GlobalMode() (record.ModeValue, bool) { return v.modes.get(record.GlobalMode()) }

// Schemas returns the number of versions in all subjects, soft-deleted ones
// included. It takes time in proportion to the number of subjects.
func (v *View) Schemas() int {
	n := 0
	v.subjects.all(func(_ schema.Subject, list []*Entry) bool {
		n += len(list)
		return true
	})
	return n
}

// Problems returns how many records were remarked on, by reason.
func (v *View) Problems() map[record.Reason]int64 { return maps.Clone(v.problems) }

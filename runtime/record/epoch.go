package record

import (
	"strconv"
	"strings"
)

// EpochHeader is the name of the record header that carries an epoch. Other
// registries neither write nor read headers of this name.
const EpochHeader = "X-Plastron-Epoch"

// Bounds of what is taken for an epoch. A term beyond the first would leave no
// room above it, and nobody could ever claim the log again.
const (
	maxTerm  = 1 << 53
	maxOwner = 64
)

// Epoch names one claim of the log by one process. Epochs are ordered, and a
// record of a lower epoch that comes behind a record of a higher one has no
// effect: package store has the rule and the reason.
//
// The zero value belongs to records without the header, which other registries
// write.
type Epoch struct {
	// Term is at least the generation of the election group in which the log
	// was claimed, and higher than every term in the log at that time.
	Term int64
	// Owner names the process. It makes the epochs of two processes that
	// claimed the log at once differ.
	Owner string
}

// IsZero reports whether there is no epoch.
func (e Epoch) IsZero() bool { return e == Epoch{} }

// Compare orders epochs by term, then by owner. The order is total, so that
// what a reader makes of two claims of one term does not depend on which of
// their records compaction has left.
func (e Epoch) Compare(other Epoch) int {
	switch {
	case e.Term < other.Term:
		return -1
	case e.Term > other.Term:
		return 1
	default:
		return strings.Compare(e.Owner, other.Owner)
	}
}

// Next is the epoch with which owner claims a log whose highest epoch is e, in
// a generation of the election group.
func (e Epoch) Next(generation int32, owner string) Epoch {
	return Epoch{Term: max(int64(generation), e.Term+1), Owner: owner}
}

// String is the value of the header, TERM.OWNER.
func (e Epoch) String() string { return strconv.FormatInt(e.Term, 10) + "." + e.Owner }

// ParseEpoch reads the value of the header. What is no epoch is the zero
// value: the record counts like one without the header.
func ParseEpoch(value []byte) Epoch {
	number, owner, ok := strings.Cut(string(value), ".")
	term, err := strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || term < 1 || term > maxTerm || owner == "" || len(owner) > maxOwner {
		return Epoch{}
	}
	return Epoch{Term: term, Owner: owner}
}

// Admit decides about a record of epoch next behind records of which e is the
// highest: whether it is void, and what the highest epoch is from here on.
// Records without an epoch are those of other registries: they are in force, as
// before there were epochs, and change nothing.
//
// A record need not be a barrier to raise the epoch: barriers have one key, so
// compaction keeps the last of them only.
func (e Epoch) Admit(next Epoch) (highest Epoch, void bool) {
	switch {
	case next.IsZero():
		return e, false
	case next.Compare(e) < 0:
		return e, true
	default:
		return next, false
	}
}

// Fenced reports whether records of a type are subject to epochs. The others
// are never written by us, or say nothing that a second writer could
// contradict.
func (t KeyType) Fenced() bool {
	switch t {
	case SchemaKey, ConfigKey, ModeKey, DeleteSubjectKey, AssocKey, NoopKey:
		return true
	default:
		return false
	}
}

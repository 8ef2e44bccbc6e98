package backup

import (
	"slices"

	"github.com/plastron-dev/plastron/runtime/record"
)

// epochs takes the claims of the log out of records that go behind those of
// another log. An epoch orders the writers of one log. Behind records that are
// there already, restored ones would be void when their epochs are lower, and
// void what is written next when theirs are higher:
//
//	there:    s1 by 9.b                  the topic as it is
//	restored: s2 by 3.a                  3 < 9: nobody would ever see s2
//
//	there:    s1 by 2.b, which goes on   the topic as it is
//	restored: s2 by 7.a                  2 < 7: what b writes from here is void
//
// Without the header a record is in force wherever it stands, as those of other
// registries are. One that was void in its own log must not get into force by
// that, and is left out: the backup has what repaired it.
//
// A restore into an empty topic keeps the epochs: it is the same log, and goes on
// where that ended.
type epochs struct {
	highest record.Epoch
	void    int64
}

// strip returns the record without its epoch, or false if it is void.
func (e *epochs) strip(r Record) (Record, bool) {
	at := func(h Header) bool { return string(h.Key) == record.EpochHeader }
	if !slices.ContainsFunc(r.Headers, at) {
		return r, true
	}
	var epoch record.Epoch
	for _, h := range r.Headers { // The last one counts, as for readers of the topic.
		if at(h) {
			epoch = record.ParseEpoch(h.Value)
		}
	}
	r.Headers = slices.DeleteFunc(slices.Clone(r.Headers), at)
	highest, void := e.highest.Admit(epoch)
	e.highest = highest
	if k, err := record.ParseKey(r.Key); void && err == nil && k.Type.Fenced() {
		e.void++
		return r, false
	}
	return r, true
}

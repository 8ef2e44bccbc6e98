package faults

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/store"
)

// entry is a record of the topic as the second reader understands it. It
// shares no code with the product: it is what docs/formats/schemalog.md says.
type entry struct {
	raw     *kgo.Record
	keytype string
	subject string
	version int
	value   struct {
		ID      int    `json:"id"`
		Schema  string `json:"schema"`
		Deleted bool   `json:"deleted"`
		Version int    `json:"version"`
	}
	tombstone bool
	epoch     string
	origin    string
	void      bool
}

// rawLog is the whole topic.
type rawLog struct {
	entries []*entry
	state   map[string]map[int]row
	first   map[string]*entry // first record in force by subject and text
	removed map[string]bool   // subject/version that a record in force deleted softly
	erased  map[string]bool   // the same, for good
	foreign bool              // there are records that mean nothing
}

func place(subject string, version int) string { return fmt.Sprintf("%s/%d", subject, version) }

// readAll reads the topic from its beginning to its present end.
func (c *cluster) readAll() []*kgo.Record {
	c.t.Helper()
	ends, err := c.admin.ListEndOffsets(c.ctx, topic)
	if err != nil {
		c.t.Fatal(err)
	}
	end, _ := ends.Lookup(topic, 0)
	client, err := kgo.NewClient(append(c.kafkaOpts(), kgo.KeepControlRecords(),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}))...)
	if err != nil {
		c.t.Fatal(err)
	}
	defer client.Close()
	var out []*kgo.Record
	for next := int64(0); next < end.Offset; {
		fetches := client.PollFetches(c.ctx)
		if c.ctx.Err() != nil {
			c.t.Fatal("reading the topic: ", c.ctx.Err())
		}
		fetches.EachRecord(func(r *kgo.Record) {
			next = r.Offset + 1
			if !r.Attrs.IsControl() {
				out = append(out, r)
			}
		})
	}
	return out
}

// compareEpochs orders two headers: by term, then by owner.
func compareEpochs(a, b string) int {
	split := func(s string) (int, string) {
		term, owner, _ := strings.Cut(s, ".")
		n, _ := strconv.Atoi(term)
		return n, owner
	}
	termA, ownerA := split(a)
	termB, ownerB := split(b)
	return cmp.Or(cmp.Compare(termA, termB), cmp.Compare(ownerA, ownerB))
}

// understand gives the records their meaning.
func understand(records []*kgo.Record) *rawLog {
	l := &rawLog{state: map[string]map[int]row{}, first: map[string]*entry{}, removed: map[string]bool{}, erased: map[string]bool{}}
	highest := ""
	for _, r := range records {
		e := read(r)
		if e == nil {
			l.foreign = true
			continue
		}
		if e.epoch != "" {
			if e.void = compareEpochs(e.epoch, highest) < 0; !e.void {
				highest = e.epoch
			}
		}
		l.entries = append(l.entries, e)
		if !e.void {
			l.apply(e)
		}
	}
	return l
}

func read(r *kgo.Record) *entry {
	e := &entry{raw: r, tombstone: len(r.Value) == 0}
	var key struct {
		Keytype string  `json:"keytype"`
		Subject *string `json:"subject"`
		Version int     `json:"version"`
	}
	if json.Unmarshal(r.Key, &key) != nil {
		return nil
	}
	e.keytype, e.version = key.Keytype, key.Version
	if key.Subject != nil {
		e.subject = *key.Subject
	}
	if !e.tombstone && json.Unmarshal(r.Value, &e.value) != nil {
		return nil
	}
	if e.keytype == "SCHEMA" && (e.subject == "" || e.version < 1 || !e.tombstone && e.value.ID < 1) {
		return nil
	}
	for _, h := range r.Headers {
		switch h.Key {
		case "X-Plastron-Epoch":
			e.epoch = string(h.Value)
		case "X-Origin-Host":
			e.origin = string(h.Value)
		}
	}
	return e
}

func (l *rawLog) apply(e *entry) {
	versions := l.state[e.subject]
	if versions == nil {
		versions = map[int]row{}
		l.state[e.subject] = versions
	}
	switch {
	case e.keytype == "SCHEMA" && e.tombstone:
		delete(versions, e.version)
		l.erased[place(e.subject, e.version)] = true
	case e.keytype == "SCHEMA":
		versions[e.version] = row{version: e.version, id: e.value.ID, text: e.value.Schema, deleted: e.value.Deleted}
		if name := e.subject + " " + e.value.Schema; l.first[name] == nil {
			l.first[name] = e
		}
		if e.value.Deleted {
			l.removed[place(e.subject, e.version)] = true
		}
	case e.keytype == "DELETE_SUBJECT":
		for v, r := range versions {
			if v <= e.value.Version {
				r.deleted = true
				versions[v] = r
			}
		}
	}
}

// listing is a state as text: one line per version.
func (l *rawLog) listing() string {
	var lines []string
	for subject, versions := range l.state {
		for _, r := range versions {
			lines = append(lines, line(subject, r))
		}
	}
	return sorted(lines)
}

func line(subject string, r row) string {
	return fmt.Sprintf("%s/%d id=%d deleted=%v %s", subject, r.version, r.id, r.deleted, r.text)
}

func sorted(lines []string) string {
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// replayed is what a new node would make of these records.
func replayed(records []*kgo.Record) string {
	s := store.New()
	for _, r := range records {
		rec := record.Record{RawKey: r.Key, Value: r.Value, Offset: r.Offset, Timestamp: r.Timestamp.UnixMilli()}
		for _, h := range r.Headers {
			if h.Key == record.EpochHeader {
				rec.Epoch = record.ParseEpoch(h.Value)
			}
		}
		s.Apply([]record.Record{rec})
	}
	return viewListing(s.View())
}

func viewListing(v *store.View) string {
	var lines []string
	for _, subject := range v.Subjects() {
		for _, e := range v.Entries(subject) {
			lines = append(lines, line(string(subject), row{version: int(e.Version), id: int(e.ID), text: e.Schema.Text, deleted: e.Deleted}))
		}
	}
	return sorted(lines)
}

// compacted is what a broker may leave of records: the last one of each key
// before a point, and everything behind it; of tombstones nothing.
func compacted(records []*kgo.Record, upTo int, keepTombstones bool) []*kgo.Record {
	last := map[string]int{}
	for i, r := range records[:upTo] {
		last[string(r.Key)] = i
	}
	var out []*kgo.Record
	for i, r := range records[:upTo] {
		if last[string(r.Key)] != i || len(r.Value) == 0 && !keepTombstones && !bytes.Contains(r.Key, []byte("NOOP")) {
			continue
		}
		out = append(out, r)
	}
	return append(out, records[upTo:]...)
}

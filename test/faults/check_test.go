package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// result is a row of the table in docs/reliability.md: what each invariant was
// checked on.
type result struct {
	t    *testing.T
	Test string            `json:"test"`
	Held map[string]string `json:"held"`
}

func newResult(t *testing.T) *result {
	r := &result{t: t, Test: t.Name(), Held: map[string]string{}}
	t.Cleanup(func() {
		if !t.Failed() {
			raw, _ := json.Marshal(r)
			t.Logf("row: %s", raw) // hack/reliability reads it.
		}
	})
	return r
}

// held notes that an invariant held, and on what.
func (r *result) held(invariant, format string, args ...any) {
	r.Held[invariant] = fmt.Sprintf(format, args...)
}

// check waits until the cluster is quiet and checks all invariants.
func (c *cluster) check(l *load) *result {
	c.t.Helper()
	l.stop()
	r := newResult(c.t)
	c.mark()
	log := c.converge(r)
	c.checkIDs(r, l, log)
	c.checkVersions(r, log)
	c.checkAcknowledged(r, l, log)
	c.checkAgain(r, l, log)
	c.checkEpochs(r, log)
	c.checkCompaction(r, log)
	c.checkHistory(r, l, log)
	c.checkErrors(r, l)
	return r
}

// mark registers something at every node: whatever the nodes had in their
// queues before is decided then.
func (c *cluster) mark() {
	c.t.Helper()
	for _, n := range c.others(nil) {
		var last *op
		c.eventually("write at "+n.name, func() bool {
			last = &op{kind: "register", subject: "mark", text: text(fmt.Sprintf("mark_%s_%d", n.name, time.Now().UnixNano()))}
			last.do(c.ctx, n)
			return last.outcome == done
		})
	}
}

// converge is I7: all nodes that are alive and a second reader agree.
func (c *cluster) converge(r *result) *rawLog {
	c.t.Helper()
	began := time.Now()
	var log *rawLog
	differing := ""
	for limit := began.Add(2 * time.Second); ; {
		log = understand(c.readAll())
		differing = c.differing(log.listing())
		if differing == "" {
			break
		}
		if time.Now().After(limit) {
			c.t.Fatalf("I7: not in one state after %s: %s", time.Since(began), differing)
		}
		c.pause(10 * time.Millisecond)
	}
	for _, n := range c.others(nil) {
		if n.log.contains("late, writing again") {
			c.t.Logf("%s repaired late records", n.name)
		}
	}
	r.held("I7", "%d nodes and the raw log, %d versions", len(c.others(nil)), strings.Count(log.listing(), "\n")+1)
	return log
}

func (c *cluster) differing(want string) string {
	for _, n := range c.others(nil) {
		var list []struct {
			Subject string `json:"subject"`
			Version int    `json:"version"`
			ID      int    `json:"id"`
			Schema  string `json:"schema"`
			Deleted bool   `json:"deleted"`
		}
		if err := n.get("/schemas?deleted=true", &list); err != nil {
			return n.name + ": " + err.Error()
		}
		var all []string
		for _, e := range list {
			x := row{version: e.Version, id: e.ID, text: e.Schema}
			all = append(all, line(e.Subject, x))
		}
		if got := sorted(all); got != strings.ReplaceAll(want, "deleted=true", "deleted=false") {
			return n.name + " differs:\n" + firstDifference(want, got)
		}
	}
	return ""
}

func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return "want " + a[i] + "\ngot  " + b[i]
		}
	}
	return fmt.Sprintf("%d lines against %d", len(a), len(b))
}

// checkIDs is I1: an id has one meaning, in the log and in every answer.
func (c *cluster) checkIDs(r *result, l *load, log *rawLog) {
	c.t.Helper()
	meaning := map[int]string{}
	means := func(id int, text, where string) {
		c.t.Helper()
		if old, known := meaning[id]; known && old != text {
			c.t.Fatalf("I1: id %d is %s, and %s in %s", id, old, text, where)
		}
		meaning[id] = text
	}
	for _, e := range log.entries {
		if e.keytype == "SCHEMA" && !e.tombstone && !e.void {
			means(e.value.ID, e.value.Schema, fmt.Sprintf("the record at offset %d", e.raw.Offset))
		}
	}
	answers := 0
	for _, o := range l.history {
		if o.outcome == done && o.id > 0 {
			answers++
			means(o.id, o.text, o.String())
		}
	}
	r.held("I1", "%d ids in %d answers and %d records", len(meaning), answers, len(log.entries))
}

// checkVersions is I4: numbers grow, and I6: nothing incompatible is in force.
func (c *cluster) checkVersions(r *result, log *rawLog) {
	c.t.Helper()
	if log.compacted() {
		return // The first record of a version may be gone.
	}
	again := understand(nil)
	versions, poisons := 0, 0
	for _, e := range log.entries {
		if e.void {
			continue
		}
		if e.keytype == "SCHEMA" && !e.tombstone {
			if _, known := again.state[e.subject][e.version]; !known {
				live := false
				for v, x := range again.state[e.subject] {
					if v >= e.version {
						c.t.Fatalf("I4: version %d of %s was written behind version %d", e.version, e.subject, v)
					}
					live = live || !x.deleted
				}
				versions++
				if live && e.value.Schema == poison {
					c.t.Fatalf("I6: %s has an incompatible version %d", e.subject, e.version)
				}
			}
			if e.value.Schema == poison {
				poisons++
			}
		}
		again.apply(e)
	}
	r.held("I4", "%d versions", versions)
	r.held("I6", "%d incompatible schemas in the log", poisons)
}

// compacted reports whether records are missing.
func (l *rawLog) compacted() bool {
	n := len(l.entries)
	return n > 0 && l.entries[n-1].raw.Offset != l.entries[0].raw.Offset+int64(n-1) && !l.foreign
}

// checkAcknowledged is I2: what was answered is there.
func (c *cluster) checkAcknowledged(r *result, l *load, log *rawLog) {
	c.t.Helper()
	count := 0
	for _, o := range l.history {
		if o.kind != "register" || o.outcome != done {
			continue
		}
		count++
		e := log.first[o.subject+" "+o.text]
		if e == nil || e.value.ID != o.id {
			c.t.Fatalf("I2: not in the log: %s", o)
		}
		if !log.holds(o.subject, o.text, o.id) {
			c.t.Fatalf("I2: lost without a deletion: %s", o)
		}
	}
	r.held("I2", "%d registrations", count)
}

// holds reports whether a subject has a schema, or had it and somebody deleted
// it.
func (l *rawLog) holds(subject, text string, id int) bool {
	for _, x := range l.state[subject] {
		if x.text == text && x.id == id && (!x.deleted || l.removed[place(subject, x.version)]) {
			return true
		}
	}
	return l.erased[place(subject, l.first[subject+" "+text].version)]
}

// checkAgain is I5: what is asked again gets the same answer, whether the
// first answer was heard or not; and I3: each node shows it afterwards.
func (c *cluster) checkAgain(r *result, l *load, log *rawLog) {
	c.t.Helper()
	alive := c.others(nil)
	asked, shown := 0, 0
	for i, o := range l.history {
		ambiguous := o.outcome == unknown
		if o.kind != "register" || !ambiguous && i%20 != 0 || asked > 150 {
			continue
		}
		again := &op{kind: "register", subject: o.subject, text: o.text, client: -1}
		again.do(c.ctx, alive[i%len(alive)])
		if again.outcome == refused {
			continue // The subject was poisoned after all its versions were deleted.
		}
		if again.outcome != done {
			c.t.Fatalf("I5: no answer in a quiet cluster: %s", again)
		}
		asked++
		if o.outcome == done && again.id != o.id {
			c.t.Fatalf("I5: %s, and again %s", o, again)
		}
		if e := log.first[o.subject+" "+o.text]; ambiguous && e != nil && e.value.ID != again.id {
			c.t.Fatalf("I5: the log says id %d: %s", e.value.ID, again)
		}
		// Read your write at once where it was written, within a second elsewhere.
		get := &op{kind: "get", id: again.id}
		get.do(c.ctx, alive[i%len(alive)])
		if get.outcome != done || get.text != o.text {
			c.t.Fatalf("I3: %s, but %s", again, get)
		}
		c.readElsewhere(again, alive[(i+1)%len(alive)])
		shown++
	}
	r.held("I5", "%d registrations asked again", asked)
	r.held("I3", "%d reads of own writes here and elsewhere, and those of the history", shown)
}

func (c *cluster) readElsewhere(o *op, n *node) {
	c.t.Helper()
	for began := time.Now(); ; {
		get := &op{kind: "get", id: o.id}
		get.do(c.ctx, n)
		if get.outcome == done && get.text == o.text {
			return
		}
		if time.Since(began) > time.Second {
			c.t.Fatalf("I3: not elsewhere after a second: %s", get)
		}
	}
}

// checkEpochs is I9: one node writes in an epoch, and what is void was
// answered to nobody, which I2 has checked.
func (c *cluster) checkEpochs(r *result, log *rawLog) {
	c.t.Helper()
	origins := map[string]string{}
	voids := 0
	for _, e := range log.entries {
		if e.void {
			voids++
		}
		if e.epoch == "" {
			continue
		}
		if old, known := origins[e.epoch]; known && old != e.origin {
			c.t.Fatalf("I9: %s and %s have written in epoch %s", old, e.origin, e.epoch)
		}
		origins[e.epoch] = e.origin
	}
	r.held("I9", "%d epochs, %d late records", len(origins), voids)
}

// checkCompaction is I8: what a new node makes of the log does not depend on
// what compaction has left of it.
func (c *cluster) checkCompaction(r *result, log *rawLog) {
	c.t.Helper()
	records := c.readAll()
	want := understand(records).listing()
	if got := replayed(records); got != want {
		c.t.Fatalf("I8: the replay differs: %s", firstDifference(want, got))
	}
	rnd := rand.New(rand.NewPCG(1, uint64(len(records))))
	const times = 10
	for i := range times {
		upTo := rnd.IntN(len(records) + 1)
		if got := replayed(compacted(records, upTo, i%2 == 0)); got != want {
			c.t.Fatalf("I8: compacted up to record %d: %s", upTo, firstDifference(want, got))
		}
	}
	r.held("I8", "%d compactions of %d records", times, len(records))
}

// checkHistory has porcupine look for an order in which the registry, doing one
// thing at a time, would have given all answers. Requests without an answer are
// in it if the log says that they happened.
func (c *cluster) checkHistory(r *result, l *load, log *rawLog) {
	c.t.Helper()
	var history []porcupine.Operation
	forever := time.Now().Add(time.Hour).UnixNano()
	pinned := 0
	for _, o := range l.history {
		if o.subject == "" {
			continue
		}
		end := o.returned.UnixNano()
		if o.outcome == unknown {
			if !log.happened(o) {
				continue
			}
			o.outcome, o.pinned, end = done, true, forever
			pinned++
		}
		history = append(history, porcupine.Operation{ClientId: len(history), Input: o, Call: o.called.UnixNano(), Return: end})
	}
	verdict := porcupine.CheckOperationsTimeout(model(), history, patience)
	if verdict == porcupine.Illegal {
		for _, part := range model().Partition(history) {
			if !porcupine.CheckOperations(model(), part) {
				for _, o := range part {
					c.t.Logf("%d-%d %s %v", (o.Call-l.began.UnixNano())/1e6, (o.Return-l.began.UnixNano())/1e6, o.Input, o.Input.(*op).outcome)
				}
				break
			}
		}
	}
	if verdict != porcupine.Ok {
		c.t.Fatalf("the history of %d operations is not linearizable: %s", len(history), verdict)
	}
	r.held("porcupine", "%d operations, %d settled by the log", len(history), pinned)
}

// happened asks the log about a request without an answer.
func (l *rawLog) happened(o *op) bool {
	switch o.kind {
	case "register", "poison":
		e := l.first[o.subject+" "+o.text]
		if e == nil {
			return false
		}
		o.id = e.value.ID
		return true
	case "delete":
		return l.removed[place(o.subject, o.version)]
	case "destroy":
		return l.erased[place(o.subject, o.version)]
	}
	return false
}

// checkErrors is the part of I10 about errors: the codes that say come again,
// and no request hangs.
func (c *cluster) checkErrors(r *result, l *load) {
	c.t.Helper()
	failures, longest := 0, time.Duration(0)
	for _, o := range l.history {
		longest = max(longest, o.returned.Sub(o.called))
		if o.status < 500 {
			continue
		}
		failures++
		if o.status != 503 && o.code != 50003 && o.code != 50002 {
			c.t.Fatalf("I10: %s", o)
		}
	}
	if longest > 25*time.Second {
		c.t.Fatalf("I10: a request took %s", longest)
	}
	r.held("I10", "%d errors, longest request %d ms", failures, longest.Milliseconds())
}

// gap is the longest time between two acknowledged registrations after a
// moment.
func (l *load) gap(since time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	last, longest := since, time.Duration(0)
	for _, o := range l.history {
		if o.kind != "register" || o.outcome != done || o.returned.Before(since) {
			continue
		}
		longest = max(longest, o.returned.Sub(last))
		last = o.returned
	}
	return longest
}

// readsServed fails the test if a surviving node did not answer reads.
func (c *cluster) readsServed(ctx context.Context, n *node) func() (count int, longest time.Duration) {
	ctx, cancel := context.WithCancel(ctx)
	count, longest := 0, time.Duration(0)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			o := &op{kind: "get", id: 1}
			o.do(ctx, n)
			if ctx.Err() != nil {
				return
			}
			if o.outcome == unknown {
				c.t.Errorf("I10: a read failed: %s", o)
				return
			}
			count, longest = count+1, max(longest, o.returned.Sub(o.called))
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
		}
	}()
	return func() (int, time.Duration) {
		cancel()
		<-ended
		return count, longest
	}
}

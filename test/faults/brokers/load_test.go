//go:build realkafka

package brokers

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// held is a row of the table in docs/reliability.md; hack/reliability reads it.
func held(t *testing.T, what map[string]string) {
	t.Cleanup(func() {
		if !t.Failed() {
			raw, _ := json.Marshal(map[string]any{"test": t.Name(), "held": what})
			t.Logf("row: %s", raw)
		}
	})
}

const schemaType = "application/vnd.schemaregistry.v1+json"

// registration is one that was answered with an id.
type registration struct {
	subject, text string
	id            int
}

// load are clients that register new schemas at the nodes in turn; each asks
// again until it is answered.
type load struct {
	t     *testing.T
	topic string
	end   context.CancelFunc
	group sync.WaitGroup

	mu       sync.Mutex
	nodes    []*node
	done     []registration
	last     time.Time
	gap      time.Duration // the longest time without an answer
	statuses map[int]int

	reads, failedReads atomic.Int64
}

func startLoad(t *testing.T, topic string, clients int, nodes ...*node) *load {
	ctx, end := context.WithCancel(t.Context())
	l := &load{t: t, topic: topic, end: end, nodes: slices.Clone(nodes), last: time.Now(), statuses: map[int]int{}}
	for i := range clients {
		l.group.Go(func() { l.write(ctx, i) })
	}
	l.group.Go(func() { l.read(ctx) })
	t.Cleanup(l.stop)
	return l
}

func (l *load) stop() {
	l.end()
	l.group.Wait()
}

func (l *load) pick(i int) *node {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.nodes[i%len(l.nodes)]
}

// replace puts a new process in the place of an old one.
func (l *load) replace(old, new *node) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.nodes[slices.Index(l.nodes, old)] = new
}

func (l *load) write(ctx context.Context, client int) {
	pace := time.NewTicker(30 * time.Millisecond)
	defer pace.Stop()
	for i := 0; ctx.Err() == nil; i++ {
		r := registration{
			subject: fmt.Sprintf("s%d", client),
			text:    fmt.Sprintf(`{"fields":[{"default":null,"name":"f%d","type":["null","int"]}],"name":"R","type":"record"}`, i),
		}
		for try := 0; r.id == 0 && ctx.Err() == nil; try++ {
			status := 0
			r.id, status = register(ctx, l.pick(client+i+try), r)
			l.mu.Lock()
			l.statuses[status]++
			l.mu.Unlock()
			select {
			case <-pace.C:
			case <-ctx.Done():
			}
		}
		if r.id == 0 {
			return
		}
		l.mu.Lock()
		l.done, l.gap, l.last = append(l.done, r), max(l.gap, time.Since(l.last)), time.Now()
		l.mu.Unlock()
	}
}

// register returns the id, or 0, and the status, or 0.
func register(ctx context.Context, n *node, r registration) (id, status int) {
	body, _ := json.Marshal(map[string]string{"schema": r.text})
	var answer struct {
		ID int `json:"id"`
	}
	status, err := n.send(ctx, "POST", "/subjects/"+r.subject+"/versions", schemaType, string(body), &answer)
	if err != nil || status != http.StatusOK {
		return 0, status
	}
	return answer.ID, status
}

// read asks the first node all the time for a schema that is there.
func (l *load) read(ctx context.Context) {
	pace := time.NewTicker(20 * time.Millisecond)
	defer pace.Stop()
	for ctx.Err() == nil {
		l.mu.Lock()
		var known registration
		if len(l.done) > 0 {
			known = l.done[0]
		}
		l.mu.Unlock()
		if known.id > 0 {
			l.reads.Add(1)
			if err := l.pick(0).get(fmt.Sprintf("/schemas/ids/%d", known.id), nil); err != nil && ctx.Err() == nil {
				l.failedReads.Add(1)
			}
		}
		select {
		case <-pace.C:
		case <-ctx.Done():
		}
	}
}

// progress returns when so many more registrations were answered.
func (l *load) progress(more int) {
	l.t.Helper()
	count := func() int {
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.done)
	}
	want := count() + more
	eventually(l.t, fmt.Sprintf("%d more registrations", more), func() bool { return count() >= want })
}

// resetGap begins to measure how long nobody is answered.
func (l *load) resetGap() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gap, l.last = 0, time.Now()
}

// check checks I1, I2, I4, I5 and I7 on answers, log and nodes.
func (l *load) check() map[string]string {
	l.stop()
	t := l.t
	t.Helper()
	texts, found := map[int]string{}, map[string]int{}
	versions := map[string]bool{}
	for _, r := range kafka.records(t, l.topic) {
		var v struct {
			Subject, Schema string
			Version, ID     int
		}
		if json.Unmarshal(r.Value, &v) != nil || v.Schema == "" {
			continue
		}
		if old, known := texts[v.ID]; known && old != v.Schema {
			t.Errorf("I1: id %d is %s and, at offset %d, %s", v.ID, old, r.Offset, v.Schema)
		}
		texts[v.ID] = v.Schema
		if at := fmt.Sprintf("%s/%d", v.Subject, v.Version); versions[at] {
			t.Errorf("I4: %s was written twice", at)
		} else {
			versions[at] = true
		}
		if old, known := found[v.Subject+v.Schema]; known {
			t.Errorf("I5: %s under %d and %d", v.Schema, old, v.ID)
		}
		found[v.Subject+v.Schema] = v.ID
	}
	for _, r := range l.done {
		if found[r.subject+r.text] != r.id {
			t.Errorf("I2: %+v is not in the log, or has id %d", r, found[r.subject+r.text])
		}
	}
	listings := map[string]bool{}
	for _, n := range l.nodes {
		listings[n.listing()] = true
	}
	if len(listings) != 1 {
		t.Errorf("I7: the nodes are in %d states", len(listings))
	}
	for _, n := range l.nodes {
		for _, r := range l.done[max(0, len(l.done)-5):] {
			if id, status := register(t.Context(), n, r); id != r.id {
				t.Errorf("I5: %+v, asked again, is %d (status %d)", r, id, status)
			}
		}
	}
	t.Logf("%d registrations, statuses %v, %d reads, %d failed, gap %s", len(l.done), l.statuses, l.reads.Load(), l.failedReads.Load(), l.gap)
	return map[string]string{
		"I1": fmt.Sprintf("%d ids in the log", len(texts)), "I2": fmt.Sprintf("%d answers", len(l.done)),
		"I4": fmt.Sprintf("%d versions", len(versions)), "I5": fmt.Sprintf("%d texts, each once", len(found)),
		"I7": fmt.Sprintf("%d nodes", len(l.nodes)),
	}
}

// listing is all that a node knows.
func (n *node) listing() string {
	var list []struct {
		Subject string `json:"subject"`
		Version int    `json:"version"`
		ID      int    `json:"id"`
		Schema  string `json:"schema"`
	}
	if err := n.get("/schemas?deleted=true", &list); err != nil {
		return err.Error()
	}
	var lines []string
	for _, e := range list {
		lines = append(lines, fmt.Sprint(e))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

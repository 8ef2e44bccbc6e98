package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// op is one request of a client and what became of it.
type op struct {
	kind             string // register, lookup, versions, delete, destroy, poison, get
	client           int
	node             string
	subject, text    string
	id, version      int
	versions         []int
	called, returned time.Time
	outcome          outcome
	status, code     int
	retryAfter       bool
	pinned           bool // without an answer, but in the log
}

type outcome int

const (
	unknown outcome = iota // no answer, or one of the 5xx: it may have happened
	done
	refused // 4xx: it did not happen
)

func (o *op) String() string {
	return fmt.Sprintf("client %d at %s: %s %s v%d %s -> id %d %v, status %d/%d", o.client, o.node, o.kind, o.subject, o.version, o.text, o.id, o.versions, o.status, o.code)
}

// text is a schema that is compatible with all others of its kind, as the
// registry stores it.
func text(name string) string {
	return `{"fields":[{"default":null,"name":"` + name + `","type":["null","int"]}],"name":"R","type":"record"}`
}

// poison is a schema that is compatible with none of them.
const poison = `"string"`

// send makes a request of a node and reads its answer into out.
func (n *node) send(ctx context.Context, method, path, body string, out any) (status, code int, retryAfter bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(n.down, cancel)()
	r, err := http.NewRequestWithContext(ctx, method, n.url()+path, strings.NewReader(body))
	if err != nil {
		return 0, 0, false, err
	}
	r.Header.Set("Content-Type", "application/vnd.schemaregistry.v1+json")
	resp, err := n.http.Do(r)
	if err != nil {
		return 0, 0, false, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, 0, false, err
	}
	if n.down.Err() != nil {
		return 0, 0, false, n.down.Err() // The process was killed before it said so.
	}
	if resp.StatusCode >= 400 {
		var problem struct {
			Code int `json:"error_code"`
		}
		_ = json.Unmarshal(raw, &problem)
		return resp.StatusCode, problem.Code, resp.Header.Get("Retry-After") != "", nil
	}
	return resp.StatusCode, 0, false, json.Unmarshal(raw, out)
}

func (n *node) get(path string, out any) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	status, code, _, err := n.send(ctx, "GET", path, "", out)
	if err == nil && status >= 400 {
		err = fmt.Errorf("status %d code %d", status, code)
	}
	return err
}

func quoted(schema string) string {
	raw, _ := json.Marshal(map[string]string{"schema": schema})
	return string(raw)
}

// do carries an operation out at a node.
func (o *op) do(ctx context.Context, n *node) {
	o.node, o.called = n.name, time.Now()
	var answer struct {
		ID      int    `json:"id"`
		Version int    `json:"version"`
		Schema  string `json:"schema"`
	}
	var err error
	versions := "/subjects/" + o.subject + "/versions"
	call := func(method, path, body string, out any) {
		o.status, o.code, o.retryAfter, err = n.send(ctx, method, path, body, out)
	}
	switch o.kind {
	case "register", "poison":
		call("POST", versions, quoted(o.text), &answer)
		o.id = answer.ID
	case "lookup":
		call("POST", "/subjects/"+o.subject, quoted(o.text), &answer)
		o.id, o.version = answer.ID, answer.Version
	case "versions":
		call("GET", versions, "", &o.versions)
	case "delete":
		call("DELETE", fmt.Sprintf("%s/%d", versions, o.version), "", new(int))
	case "destroy":
		call("DELETE", fmt.Sprintf("%s/%d?permanent=true", versions, o.version), "", new(int))
	case "get":
		call("GET", fmt.Sprintf("/schemas/ids/%d", o.id), "", &answer)
		o.text = answer.Schema
	}
	o.returned = time.Now()
	switch {
	case err != nil || o.status >= 500:
		o.outcome = unknown
	case o.status >= 400:
		o.outcome = refused
	default:
		o.outcome = done
	}
}

// load is a number of clients at work.
type load struct {
	c      *cluster
	cancel context.CancelFunc
	group  sync.WaitGroup
	keep   bool // nothing is deleted for good, so that compaction leaves the evidence
	base   int  // number of the first client
	pace   time.Duration

	acks    atomic.Int64 // registrations that were answered with 200
	mu      sync.Mutex
	history []*op
	began   time.Time
}

// load starts clients. Each stays at one node until that fails it.
func (c *cluster) load(clients int, options ...func(*load)) *load {
	ctx, cancel := context.WithCancel(c.ctx)
	l := &load{c: c, cancel: cancel, began: time.Now(), pace: 3 * time.Millisecond}
	for _, set := range options {
		set(l)
	}
	for i := range clients {
		l.group.Go(func() {
			w := &worker{load: l, number: l.base + i, at: i, rnd: rand.New(rand.NewPCG(uint64(l.base+i), 11))}
			w.run(ctx)
		})
	}
	c.t.Cleanup(func() { l.stop() })
	return l
}

// stop ends the clients; what they wait for stays unanswered.
func (l *load) stop() {
	l.cancel()
	l.group.Wait()
}

// progress waits until some more registrations were answered.
func (l *load) progress(more int64) {
	l.c.t.Helper()
	want := l.acks.Load() + more
	l.c.eventually("progress", func() bool { return l.acks.Load() >= want })
}

func (l *load) note(o *op) {
	if o.kind == "register" && o.outcome == done {
		l.acks.Add(1)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.history = append(l.history, o)
}

// worker is one client.
type worker struct {
	*load
	number int
	at     int // its node, round and round
	rnd    *rand.Rand

	count    int
	texts    []string // registered in the present subject of its own
	anchored bool     // the last write was answered by the present node
	versions int
}

// subject is the client's own; a new one comes up now and then, so that
// histories stay short.
func (w *worker) subject() string { return fmt.Sprintf("own-%d-%d", w.number, w.count/40) }

func (w *worker) run(ctx context.Context) {
	pace := time.NewTicker(w.pace)
	defer pace.Stop()
	for ctx.Err() == nil {
		o := w.next()
		o.client = w.number
		nodes := w.c.all()
		o.do(ctx, nodes[w.at%len(nodes)])
		w.took(o)
		w.note(o)
		select {
		case <-pace.C:
		case <-ctx.Done():
		}
	}
}

func (w *worker) next() *op {
	if w.count++; w.count%40 == 0 {
		w.texts, w.versions = nil, 0
	}
	own := w.subject()
	fresh := text(fmt.Sprintf("c%d_%d", w.number, w.count))
	reads := w.anchored && len(w.texts) > 0
	switch dice := w.rnd.IntN(100); {
	case dice < 15:
		return &op{kind: "register", subject: fmt.Sprintf("shared-%d-%d-%d", w.base, w.rnd.IntN(3), w.count/20), text: fresh}
	case dice < 25:
		return &op{kind: "register", subject: own, text: text(fmt.Sprintf("common%d", w.rnd.IntN(5)))}
	case dice < 40 && reads:
		// The newest is the one that may be missing.
		return &op{kind: "lookup", subject: own, text: w.texts[max(w.rnd.IntN(len(w.texts)), w.rnd.IntN(len(w.texts)))]}
	case dice < 47 && reads:
		return &op{kind: "versions", subject: own}
	case dice < 51 && reads:
		return &op{kind: "delete", subject: own, version: 1 + w.rnd.IntN(w.versions+1)}
	case dice < 54 && reads && !w.keep:
		return &op{kind: "destroy", subject: own, version: 1 + w.rnd.IntN(w.versions+1)}
	case dice < 58 && reads:
		return &op{kind: "poison", subject: own, text: poison}
	case dice < 62:
		return &op{kind: "get", id: 1 + w.rnd.IntN(20)}
	default:
		return &op{kind: "register", subject: own, text: fresh}
	}
}

// took learns from an answer.
func (w *worker) took(o *op) {
	switch {
	case o.outcome == unknown:
		// Another node may know more.
		w.at, w.anchored = w.at+1, false
	case o.outcome == done && o.kind == "register" && strings.HasPrefix(o.subject, "own"):
		if !strings.Contains(o.text, "common") {
			w.anchored = true // Only a new schema is certain to go through the primary.
		}
		w.texts = append(w.texts, o.text)
		w.versions++
	}
}

package registry

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	errTooLarge = errors.New("message too large")
	errNotReady = errors.New("not ready")
	errLost     = errors.New("the acknowledgement was lost")
)

// topic is a log that several nodes share, in memory.
type topic struct {
	mu      sync.Mutex
	records []record.Record
}

func (t *topic) append(records ...record.Record) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, rec := range records {
		rec.Offset = int64(len(t.records))
		rec.RawKey, rec.Key = rec.KeyBytes(), record.Key{}
		t.records = append(t.records, rec)
	}
	return int64(len(t.records)) - 1
}

func (t *topic) from(offset int64) []record.Record {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.records[offset:]
}

// node is one registry with its own reader of the topic.
type node struct {
	*Registry
	topic    *topic
	store    *store.Store
	mu       sync.Mutex // reading is serial
	mayWrite atomic.Bool
	asked    atomic.Int64 // calls of MayWrite
	revoke   atomic.Int64 // the call from which on MayWrite is false
	splits   atomic.Int64 // decisions that others made void

	// before and after run around the append and can fail it.
	before, after func(records []record.Record) error
	appends       [][]record.Record
	// asking runs in every call of MayWrite, which has a number.
	asking func(call int64)
	// claim is what Barrier does in the place of a plain barrier.
	claim func()
	// changed is closed and replaced by loseRole.
	changed atomic.Pointer[chan struct{}]
}

func (n *node) View() *store.View { return n.store.View() }

func (n *node) MayWrite() bool {
	call := n.asked.Add(1)
	if n.asking != nil {
		n.asking(call)
	}
	if limit := n.revoke.Load(); limit > 0 && call >= limit {
		return false
	}
	return n.mayWrite.Load()
}

func (n *node) Changed() <-chan struct{} { return *n.changed.Load() }

func (n *node) loseRole() {
	n.mayWrite.Store(false)
	close(*n.changed.Swap(new(make(chan struct{}))))
}

func (n *node) read() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.store.Apply(n.topic.from(n.store.View().Offset() + 1))
}

// holdFirst keeps the next append until so many requests have queued behind it,
// which is what a batch is made of; the channel is closed when it has begun.
// Only then may the others ask: together with the first they would be one batch.
func (n *node) holdFirst(waiting int) (entered <-chan struct{}) {
	begun := make(chan struct{})
	n.before = func([]record.Record) error {
		n.before = nil
		close(begun)
		for len(n.queue) < waiting {
			runtime.Gosched()
		}
		return nil
	}
	return begun
}

func (n *node) Append(_ context.Context, records []record.Record) (int64, error) {
	n.appends = append(n.appends, records)
	if n.before != nil {
		if err := n.before(records); err != nil {
			return 0, err
		}
	}
	last := n.topic.append(records...)
	if n.after != nil {
		if err := n.after(records); err != nil {
			return 0, err
		}
	}
	n.read()
	return last, nil
}

func (n *node) Barrier(context.Context) error {
	if n.claim != nil {
		n.claim()
		return nil
	}
	n.topic.append(record.Record{Key: record.Noop()})
	n.read()
	return nil
}

// newNode starts a node that may write.
func newNode(t *testing.T, shared *topic, flavour schema.Flavour, options ...func(*node, *Deps)) *node {
	t.Helper()
	n := &node{topic: shared, store: store.New()}
	n.mayWrite.Store(true)
	n.changed.Store(new(make(chan struct{})))
	d := Deps{
		Log: n, Views: n, Role: n, Flavour: flavour,
		LogErrors: LogErrors{TooLarge: errTooLarge, NotReady: errNotReady},
		Conflicts: func() { n.splits.Add(1) },
	}
	for _, set := range options {
		set(n, &d)
	}
	n.Registry = New(d)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := n.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return n
}

func newKarapace(t *testing.T) *node {
	t.Helper()
	return newNode(t, &topic{}, schema.Karapace)
}

func avro(text string, refs ...schema.Reference) schema.Schema {
	return schema.Schema{Type: schema.Avro, Text: text, References: refs}
}

// recordOf is an Avro record with the named fields, all optional.
func recordOf(name string, fields ...string) schema.Schema {
	type field struct {
		Name    string   `json:"name"`
		Type    []string `json:"type"`
		Default any      `json:"default"`
	}
	out := struct {
		Type   string  `json:"type"`
		Name   string  `json:"name"`
		Fields []field `json:"fields"`
	}{Type: "record", Name: name, Fields: []field{}}
	for _, f := range fields {
		out.Fields = append(out.Fields, field{Name: f, Type: []string{"null", "string"}})
	}
	text, err := json.Marshal(out)
	if err != nil {
		panic(err)
	}
	return avro(string(text))
}

// register registers and fails the test on an error.
func (n *node) register(t *testing.T, s schema.Subject, sch schema.Schema) *Entry {
	t.Helper()
	e, err := n.Register(t.Context(), Registration{Subject: s, Schema: sch})
	if err != nil {
		t.Fatalf("registering %s under %s: %v", sch.Text, s, err)
	}
	return e
}

func wantKind(t *testing.T, err error, want Kind) {
	t.Helper()
	if KindOf(err) != want {
		t.Fatalf("error %v; want kind %q", err, want)
	}
}

// foreign is a record that another registry wrote.
func foreign(s schema.Subject, version schema.Version, id schema.ID, text string) record.Record {
	value := record.SchemaValue{Subject: s, Version: version, ID: id, Schema: avro(text)}
	return record.Record{Key: record.SchemaOf(s, version), Value: value.Bytes()}
}

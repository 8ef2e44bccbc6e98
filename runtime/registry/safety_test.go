package registry

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

// number n of many different schemas.
func numbered(n int) schema.Schema { return recordOf(fmt.Sprintf("R%d", n)) }

func TestConcurrentRegistrationsShareAppendsAndNoIDs(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	// The first append waits until everybody has queued behind it.
	const writers = 60
	entered := n.holdFirst(writers)
	var group sync.WaitGroup
	group.Go(func() { n.register(t, "first", avro(`"int"`)) })
	<-entered
	entries := make([]*Entry, writers)
	for i := range writers {
		group.Go(func() {
			// Twenty contents, each under three subjects.
			entries[i] = n.register(t, schema.Subject(fmt.Sprintf("s%d", i)), numbered(i%20))
		})
	}
	group.Wait()
	ids := map[schema.ID]string{}
	for _, e := range entries {
		if text, known := ids[e.ID]; known && text != e.Schema.Text {
			t.Fatalf("id %d for %s and for %s", e.ID, text, e.Schema.Text)
		}
		ids[e.ID] = e.Schema.Text
	}
	if len(ids) != 20 || len(n.appends) != 2 {
		t.Fatalf("%d ids, %d appends; want 20 and 2", len(ids), len(n.appends))
	}
}

func TestEqualRegistrationsAtOnceAreOneVersion(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	// All others queue behind the first, so that none of them finds the schema
	// before its turn.
	const others = 19
	entered := n.holdFirst(others)
	register := func() {
		if e := n.register(t, "a", avro(`"int"`)); e.ID != 1 || e.Version != 1 {
			t.Errorf("%+v", e)
		}
	}
	var group sync.WaitGroup
	group.Go(register)
	<-entered
	for range others {
		group.Go(register)
	}
	group.Wait()
	if len(n.topic.records) != 1 {
		t.Fatalf("%d records", len(n.topic.records))
	}
}

func TestNothingIsToldOfAChangeWhoseOutcomeIsUnknown(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	n.register(t, "a", avro(`"int"`))
	release := make(chan struct{})
	ctx, leave := context.WithCancel(t.Context())
	n.before = func([]record.Record) error {
		n.before = nil
		leave() // The decision is made: its number must not be read any more.
		<-release
		return nil
	}
	version, err := n.DeleteVersion(ctx, "a", 1)
	close(release)
	if refused := (*Error)(nil); !errors.As(err, &refused) || refused.Kind != Timeout || version != 0 {
		t.Fatalf("version %d, %v", version, err)
	}
}

func TestFollowerAnswersWhatNeedsNoWrite(t *testing.T) {
	t.Parallel()
	shared := &topic{}
	primary, follower := newNode(t, shared, schema.Karapace), newNode(t, shared, schema.Karapace)
	follower.mayWrite.Store(false)
	want := primary.register(t, "a", avro(`"int"`))
	follower.read()

	if e := follower.register(t, "a", avro(`"int"`)); e.ID != want.ID {
		t.Fatalf("%+v", e)
	}
	f := func(_ any, err error) {
		t.Helper()
		if !errors.Is(err, ErrNotPrimary) {
			t.Fatalf("%v", err)
		}
	}
	ctx := t.Context()
	level := schema.Full
	f(follower.Register(ctx, Registration{Subject: "a", Schema: avro(`"long"`)}))
	f(follower.DeleteVersion(ctx, "a", 1))
	f(follower.DeleteSubject(ctx, "nobody")) // A follower may lag: it does not judge.
	f(follower.SetGlobalConfig(ctx, ConfigChange{Level: &level}))
	f(follower.DeleteSubjectConfig(ctx, "a"))
	f(nil, follower.SetGlobalMode(ctx, ModeChange{Mode: schema.ReadOnly}))
	// What is wrong in itself is refused at once.
	_, err := follower.Register(ctx, Registration{Subject: "a", Schema: avro(`{`)})
	wantKind(t, err, InvalidSchema)
}

func TestRoleLostBeforeTheAppend(t *testing.T) {
	t.Parallel()
	// MayWrite is asked by submit, at the start of the round, and before the
	// append: the third answer is no.
	n := newKarapace(t)
	n.revoke.Store(3)
	_, err := n.Register(t.Context(), Registration{Subject: "a", Schema: avro(`"int"`)})
	if !errors.Is(err, ErrNotPrimary) || len(n.topic.records) != 0 {
		t.Fatalf("%v, %d records", err, len(n.topic.records))
	}
}

func TestRoleLostDuringTheAppend(t *testing.T) {
	t.Parallel()
	// Another node became primary while the record was under way: whoever asks
	// must hear its answer, not ours.
	n := newKarapace(t)
	n.revoke.Store(4)
	_, err := n.Register(t.Context(), Registration{Subject: "a", Schema: avro(`"int"`)})
	if !errors.Is(err, ErrNotPrimary) || len(n.topic.records) != 1 {
		t.Fatalf("%v, %d records", err, len(n.topic.records))
	}
}

// TestNobodyWaitsForANodeWithoutItsRole cuts a node off in the middle of an
// append: its callers go to the next primary, or hear that the outcome is
// unknown, long before the append gives up.
func TestNobodyWaitsForANodeWithoutItsRole(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	n.register(t, "d", avro(`"int"`))
	entered, release := make(chan struct{}), make(chan struct{})
	n.before = func([]record.Record) error {
		n.before = nil
		close(entered)
		<-release
		return errLost
	}
	defer close(release)
	answers := make(chan error, 3)
	register := func(s schema.Subject) {
		_, err := n.Register(t.Context(), Registration{Subject: s, Schema: avro(`"int"`)})
		answers <- err
	}
	go register("a")
	<-entered
	go register("b")
	go func() {
		_, err := n.DeleteVersion(t.Context(), "d", 1)
		answers <- err
	}()
	for len(n.queue) < 2 {
		runtime.Gosched()
	}
	n.loseRole()
	deadline := time.After(10 * time.Second)
	for range 3 {
		select {
		case err := <-answers:
			if !errors.Is(err, ErrNotPrimary) {
				t.Errorf("%v", err)
			}
		case <-deadline:
			t.Fatal("somebody still waits")
		}
	}
}

func TestDeleteThatLandedIsNotRepeatedElsewhere(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	n.register(t, "a", avro(`"int"`))
	n.revoke.Store(n.asked.Load() + 4)
	// Another primary would answer that the version is deleted already.
	if v, err := n.DeleteVersion(t.Context(), "a", 1); err != nil || v != 1 {
		t.Fatalf("%d, %v", v, err)
	}
}

func TestUnknownOutcomeIsSettledBeforeTheNextDecision(t *testing.T) {
	t.Parallel()
	f := func(name string, arrives bool) {
		n := newKarapace(t)
		n.register(t, "x", avro(`"int"`))
		lose := func(records []record.Record) error {
			n.before, n.after = nil, nil
			if !arrives {
				return errLost
			}
			n.topic.append(records...) // It is in the log, and not read yet.
			return errLost
		}
		n.before = lose
		e := n.register(t, "a", recordOf("A"))
		if e.ID != 2 || e.Version != 1 {
			t.Fatalf("%s: %+v", name, e)
		}
		if e := n.register(t, "b", recordOf("B")); e.ID != 3 {
			t.Fatalf("%s: one id for two schemas: %+v", name, e)
		}
	}

	f("the record arrived", true)
	f("the record did not arrive", false)
}

// barrierFails makes the log unreadable for a while.
type barrierFails struct {
	*node
	failing bool
}

func (b *barrierFails) Barrier(ctx context.Context) error {
	if b.failing {
		return errNotReady
	}
	return b.node.Barrier(ctx)
}

func TestNothingIsDecidedWhileAnOutcomeIsUnknown(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	log := &barrierFails{node: n, failing: true}
	r := New(Deps{Log: log, Views: n, Role: n})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	defer func() { cancel(); <-done }()

	n.before = func(records []record.Record) error {
		n.before = nil
		n.topic.append(records...)
		return errLost
	}
	_, err := r.Register(t.Context(), Registration{Subject: "a", Schema: recordOf("A")})
	wantKind(t, err, Timeout)
	_, err = r.Register(t.Context(), Registration{Subject: "b", Schema: recordOf("B")})
	wantKind(t, err, Timeout)
	if len(n.topic.records) != 1 {
		t.Fatalf("%d records: something was decided blindly", len(n.topic.records))
	}
	log.failing = false
	if e, err := r.Register(t.Context(), Registration{Subject: "b", Schema: recordOf("B")}); err != nil || e.ID != 2 {
		t.Fatalf("%+v, %v", e, err)
	}
}

func TestLogThatIsNotReadyIsWaitedFor(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	log := &barrierFails{node: n}
	r := New(Deps{Log: log, Views: n, Role: n, LogErrors: LogErrors{NotReady: errNotReady}})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	defer func() { cancel(); <-done }()

	refuse := func([]record.Record) error {
		n.before = nil
		return errNotReady
	}
	n.before = refuse
	if e, err := r.Register(t.Context(), Registration{Subject: "a", Schema: recordOf("A")}); err != nil || e.ID != 1 {
		t.Fatalf("%+v, %v", e, err)
	}
	n.before, log.failing = refuse, true
	_, err := r.Register(t.Context(), Registration{Subject: "b", Schema: recordOf("B")})
	wantKind(t, err, StoreFailure)
}

func TestForeignRecordBeforeLanding(t *testing.T) {
	t.Parallel()
	f := func(name string, other record.Record, id schema.ID, version schema.Version, splits int64) {
		n := newKarapace(t)
		n.register(t, "x", avro(`"int"`))
		n.before = func([]record.Record) error {
			n.before = nil
			n.topic.append(other)
			return nil
		}
		e := n.register(t, "a", recordOf("A"))
		if e.ID != id || e.Version != version || n.splits.Load() != splits {
			t.Fatalf("%s: id %d, version %d, %d conflicts; want %d, %d, %d", name, e.ID, e.Version, n.splits.Load(), id, version, splits)
		}
		if holders := n.View().ByID(schema.DefaultContext, e.ID); !sameSchema(holders[0].Schema, e.Schema) {
			t.Fatalf("%s: id %d stands for %s", name, e.ID, holders[0].Schema.Text)
		}
	}

	f("a barrier disturbs nobody", record.Record{Key: record.Noop()}, 2, 1, 0)
	f("another id", foreign("b", 1, 9, `"long"`), 2, 1, 0)
	f("the same id for the same content", foreign("b", 1, 2, `{"fields":[],"name":"A","type":"record"}`), 2, 1, 0)
	f("the same id for another content", foreign("b", 1, 2, `"long"`), 3, 1, 1)
	f("the same id and the same place", foreign("a", 1, 2, `"long"`), 3, 1, 1)
}

func TestTooLargeRecordsFailAlone(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	gate, queued := make(chan struct{}), make(chan struct{})
	first := true
	n.before = func(records []record.Record) error {
		if first {
			first = false
			close(queued)
			<-gate
			return nil
		}
		for _, rec := range records {
			if len(rec.Value) > 300 {
				return errTooLarge
			}
		}
		return nil
	}
	var group sync.WaitGroup
	group.Go(func() { n.register(t, "first", avro(`"int"`)) })
	<-queued
	group.Go(func() { n.register(t, "small", avro(`"long"`)) })
	group.Go(func() {
		_, err := n.Register(t.Context(), Registration{Subject: "large", Schema: recordOf("L", "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbb", "ccccccccccccccccc", "dddd", "eeee")})
		if KindOf(err) != TooLarge {
			t.Errorf("%v", err)
		}
	})
	close(gate)
	group.Wait()
}

func TestGivingUpInTheQueueWritesNothing(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	gate, entered := make(chan struct{}), make(chan struct{})
	n.before = func([]record.Record) error {
		n.before = nil
		close(entered)
		<-gate
		return nil
	}
	var group sync.WaitGroup
	group.Go(func() { n.register(t, "a", avro(`"int"`)) })
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := n.Register(ctx, Registration{Subject: "b", Schema: avro(`"long"`)})
	wantKind(t, err, Timeout)
	close(gate)
	group.Wait()
	n.register(t, "c", avro(`"string"`))
	if _, err := n.Version("b", schema.Latest, Live); KindOf(err) != SubjectNotFound {
		t.Fatalf("%v", err)
	}
}

// TestOneIDOneSchemaThroughRoleChanges lets two nodes fight: the role moves at
// random, at times both hold it, appends lose their acknowledgement, and many
// clients register at both. Whatever is acknowledged must hold at the end.
func TestOneIDOneSchemaThroughRoleChanges(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		shared := &topic{}
		nodes := []*node{newNode(t, shared, schema.Karapace), newNode(t, shared, schema.Karapace)}
		chaos := rand.New(rand.NewPCG(seed, 1))
		var mu sync.Mutex
		draw := func(n int) int {
			mu.Lock()
			defer mu.Unlock()
			return chaos.IntN(n)
		}
		for _, n := range nodes {
			n.before = func([]record.Record) error {
				if draw(8) == 0 {
					return errLost
				}
				return nil
			}
			n.after = func([]record.Record) error {
				if draw(8) == 0 {
					return errLost
				}
				return nil
			}
		}
		nodes[1].mayWrite.Store(false)

		acknowledged := map[schema.ID]string{}
		var group sync.WaitGroup
		for w := range 8 {
			group.Go(func() {
				for i := range 40 {
					if draw(6) == 0 {
						moveRole(nodes, draw(3))
					}
					// Subjects are the client's own: two primaries at once would
					// replace each other's versions, which no reader can undo.
					subject := schema.Subject(fmt.Sprintf("s-%d-%d", w, i))
					e, err := nodes[draw(2)].Register(t.Context(), Registration{Subject: subject, Schema: numbered(draw(60))})
					if err != nil {
						continue
					}
					mu.Lock()
					if text, known := acknowledged[e.ID]; known && text != e.Schema.Text {
						t.Errorf("seed %d: id %d for %s and for %s", seed, e.ID, text, e.Schema.Text)
					}
					acknowledged[e.ID] = e.Schema.Text
					mu.Unlock()
				}
			})
		}
		group.Wait()
		checkAcknowledged(t, seed, shared, acknowledged)
	}
}

// moveRole makes the chosen node primary, after it has read everything, or
// leaves two of them in office: the old one does not know yet.
func moveRole(nodes []*node, what int) {
	switch what {
	case 2:
		nodes[0].mayWrite.Store(true)
		nodes[1].mayWrite.Store(true)
	default:
		nodes[1-what].mayWrite.Store(false)
		nodes[what].read()
		nodes[what].mayWrite.Store(true)
	}
}

func checkAcknowledged(t *testing.T, seed uint64, shared *topic, acknowledged map[schema.ID]string) {
	t.Helper()
	replayed := store.New()
	replayed.Apply(shared.from(0))
	if len(acknowledged) == 0 {
		t.Errorf("seed %d: nothing was registered", seed)
	}
	for id, text := range acknowledged {
		holders := replayed.View().ByID(schema.DefaultContext, id)
		if len(holders) == 0 || holders[0].Schema.Text != text {
			t.Errorf("seed %d: id %d was acknowledged for %s, the log says otherwise", seed, id, text)
		}
	}
}

func TestOneSubjectTwiceInAQueue(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	entered := n.holdFirst(2)
	var group sync.WaitGroup
	group.Go(func() { n.register(t, "first", avro(`"int"`)) })
	<-entered
	group.Go(func() { n.register(t, "a", recordOf("A")) })
	group.Go(func() { n.register(t, "a", recordOf("A", "x")) })
	group.Wait()
	keys := map[string]bool{}
	for _, rec := range n.topic.records {
		if keys[string(rec.RawKey)] {
			t.Fatalf("%s was written twice", rec.RawKey)
		}
		keys[string(rec.RawKey)] = true
	}
	if versions, err := n.Versions("a", Live); err != nil || len(versions) != 2 {
		t.Fatalf("%v, %v", versions, err)
	}
}

func TestAnIDWithTwoMeaningsIsNotHandedOut(t *testing.T) {
	t.Parallel()
	// What two primaries at once left behind long ago.
	n := newKarapace(t)
	n.topic.append(foreign("a", 1, 5, `"int"`), foreign("b", 1, 5, `"long"`))
	n.read()
	if e := n.register(t, "a", avro(`"int"`)); e.ID != 5 {
		t.Fatalf("the first meaning stands: %+v", e)
	}
	if e := n.register(t, "b", avro(`"long"`)); e.ID != 6 || e.Version != 2 {
		t.Fatalf("the second meaning gets an id of its own: %+v", e)
	}
	if e := n.register(t, "c", avro(`"long"`)); e.ID == 5 {
		t.Fatalf("under every subject: %+v", e)
	}
}

package rest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

func TestAutomaticCommits(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.produce("one", 0, 3)
	ctx := t.Context()

	// An interval after the read, by what Run does at every tick.
	c := f.create("interval", "c", true)
	if err := c.Subscribe(ctx, []string{"one"}); err != nil {
		t.Fatal(err)
	}
	f.want(f.read(c, ReadOptions{}), 0, 1, 2)
	f.consumers.tend(ctx)
	if at := f.committedOf("interval"); at != NotCommitted {
		t.Fatalf("committed %d before the interval", at)
	}
	f.clock.add(f.settings.CommitInterval)
	f.consumers.tend(ctx)
	if at := f.committedOf("interval"); at != 3 {
		t.Fatalf("committed %d", at)
	}

	// When it is deleted, whether it subscribed or was assigned.
	c = f.create("deleted", "c", true)
	if err := c.Subscribe(ctx, []string{"one"}); err != nil {
		t.Fatal(err)
	}
	one := 1
	f.want(f.read(c, ReadOptions{MaxBytes: &one}), 0)
	if err := f.DeleteConsumer(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	if at := f.committedOf("deleted"); at != 1 {
		t.Fatalf("committed %d: what was taken from Kafka is not what was handed out", at)
	}
	c = f.create("assigned", "c", true)
	if err := c.Assign(ctx, []TopicPartition{{"one", 0}}); err != nil {
		t.Fatal(err)
	}
	two := 2
	f.want(f.read(c, ReadOptions{MaxBytes: &two}), 0, 1)
	if err := f.DeleteConsumer(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	if at := f.committedOf("assigned"); at != 2 {
		t.Fatalf("committed %d", at)
	}

	// Not at all when it does not want to.
	c = f.create("never", "c", false)
	if err := c.Assign(ctx, []TopicPartition{{"one", 0}}); err != nil {
		t.Fatal(err)
	}
	f.want(f.read(c, ReadOptions{}), 0, 1, 2)
	f.clock.add(time.Hour)
	f.consumers.tend(ctx)
	if err := f.DeleteConsumer(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	if at := f.committedOf("never"); at != NotCommitted {
		t.Fatalf("committed %d", at)
	}
}

func TestGroupHandsPartitionsOverWithoutLoss(t *testing.T) {
	t.Parallel()
	// A member that a busy machine starves for that long loses its partitions,
	// and what it has not committed comes twice.
	f := newFixture(t, func(s *Settings) { s.SessionTimeout = time.Minute })
	const total = 400
	f.produce("four", 0, total)
	ctx := t.Context()
	first := f.create("g", "first", true)
	if err := first.Subscribe(ctx, []string{"four"}); err != nil {
		t.Fatal(err)
	}
	limit := 10 // bytes, a few numbers
	seen := map[int]int{}
	note := func(values []int) {
		for _, v := range values {
			seen[v]++
		}
	}
	note(f.read(first, ReadOptions{MaxBytes: &limit}))

	// The second member takes half of the partitions, of which the first one
	// holds records that it has not handed out.
	second := f.create("g", "second", true)
	if err := second.Subscribe(ctx, []string{"four"}); err != nil {
		t.Fatal(err)
	}
	short := 300 * time.Millisecond
	for deadline := time.Now().Add(time.Minute); len(seen) < total; {
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d records", len(seen), total)
		}
		note(f.read(first, ReadOptions{MaxBytes: &limit, Timeout: &short}))
		note(f.read(second, ReadOptions{MaxBytes: &limit, Timeout: &short}))
	}
	for v, n := range seen {
		if n != 1 {
			t.Errorf("record %d came %d times", v, n)
		}
	}
	if a, b := first.count(), second.count(); a != 2 || b != 2 {
		t.Errorf("the members have %d and %d partitions", a, b)
	}
}

// slowSink stops at each record until it may go on.
type slowSink struct {
	numbers
	at, goOn chan struct{}
}

func (s *slowSink) Record(r *ConsumedRecord) error {
	s.at <- struct{}{}
	<-s.goOn
	return s.numbers.Record(r)
}

// The group takes a partition away while its records are handed out: what the
// client has is committed, and nothing else of the partition is handed out.
func TestPartitionIsGivenUpBetweenReads(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.produce("one", 0, 10)
	c := f.create("g", "i", true)
	if err := c.Subscribe(t.Context(), []string{"one"}); err != nil {
		t.Fatal(err)
	}
	limit := 3
	f.want(f.read(c, ReadOptions{MaxBytes: &limit}), 0, 1, 2)

	sink := &slowSink{at: make(chan struct{}), goOn: make(chan struct{})}
	read, revoked := make(chan error, 1), make(chan struct{})
	go func() { read <- c.Read(t.Context(), ReadOptions{MaxBytes: &limit}, sink) }()
	<-sink.at
	begun := make(chan struct{})
	go func() {
		defer close(revoked)
		close(begun)
		c.onRevoked(t.Context(), c.member, map[string][]int32{"one": {0}})
	}()
	<-begun
	for range 2 {
		sink.goOn <- struct{}{}
		<-sink.at
	}
	sink.goOn <- struct{}{}
	if err := <-read; err != nil {
		t.Fatal(err)
	}
	<-revoked
	f.want(sink.got, 3, 4, 5)
	if got := f.committedOf("g"); got != 6 {
		t.Errorf("%d is committed", got)
	}
	if n := c.count(); n != 0 || len(c.held) != 0 {
		t.Errorf("%d partitions and %d records are left", n, len(c.held))
	}
}

// A read whose client goes away is not covered by what is committed meanwhile.
func TestCommitDoesNotCoverAReadThatFails(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.produce("one", 0, 10)
	c := f.create("g", "i", false)
	if err := c.Assign(t.Context(), []TopicPartition{{"one", 0}}); err != nil {
		t.Fatal(err)
	}
	limit := 3
	f.want(f.read(c, ReadOptions{MaxBytes: &limit}), 0, 1, 2)
	sink := &slowSink{at: make(chan struct{}), goOn: make(chan struct{})}
	read := make(chan error, 1)
	go func() { read <- c.Read(t.Context(), ReadOptions{MaxBytes: &limit}, failing{sink}) }()
	for range 3 {
		<-sink.at
		if err := c.commitRead(t.Context()); err != nil { // as automatic commits do
			t.Error(err)
		}
		sink.goOn <- struct{}{}
	}
	if err := <-read; !errors.Is(err, errGone) {
		t.Fatal(err)
	}
	if got := f.committedOf("g"); got != 3 {
		t.Errorf("%d is committed", got)
	}
	f.want(f.read(c, ReadOptions{MaxBytes: &limit}), 3, 4, 5)
}

// failing is a sink whose client is gone at the end.
type failing struct{ Sink }

var errGone = errors.New("the client has gone")

func (failing) End() error { return errGone }

func (c *Consumer) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.parts)
}

func TestRecordsOfAnotherLifeAreDropped(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := f.create("g", "c", false)
	tp := TopicPartition{"one", 0}
	c.parts[tp] = &part{since: 7}
	polled := kgo.Fetches{{Topics: []kgo.FetchTopic{{Topic: "one", Partitions: []kgo.FetchPartition{{
		Partition: 0, HighWatermark: 61, Records: []*kgo.Record{{Topic: "one", Offset: 50}, {Topic: "one", Offset: 60}},
	}}}}}}

	if got, err := c.keep(polled, 6); got || err != nil || len(c.held) != 0 {
		t.Fatalf("got %t, %v: records from before the position was set", got, err)
	}
	if got, err := c.keep(polled, 7); !got || err != nil || len(c.held) != 2 || c.heldBytes != 2 {
		t.Fatalf("got %t, %v, held %d records of %d bytes", got, err, len(c.held), c.heldBytes)
	}
	c.unfollow(map[string][]int32{"one": {0}})
	if len(c.held) != 0 || c.heldBytes != 0 {
		t.Fatal("records of a partition that is gone are still held")
	}
	if got, _ := c.keep(polled, 100); got {
		t.Fatal("records of a partition that is not ours")
	}
}

func TestIdleConsumersAreRemoved(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(s *Settings) { s.IdleTimeout = time.Minute })
	ctx := t.Context()
	f.produce("one", 0, 1)
	idle, used, busy := f.create("g", "idle", true), f.create("g", "used", true), f.create("g2", "busy", true)
	if err := idle.Assign(ctx, []TopicPartition{{"one", 0}}); err != nil {
		t.Fatal(err)
	}
	f.read(idle, ReadOptions{})
	f.clock.add(59 * time.Second)
	f.consumers.tend(ctx)
	if _, err := f.Consumer(used.ID); err != nil {
		t.Fatal(err)
	}
	release, err := busy.acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	f.clock.add(time.Second)
	f.consumers.tend(ctx)
	release()
	if f.HasConsumer(idle.ID) || !f.HasConsumer(used.ID) || !f.HasConsumer(busy.ID) {
		t.Fatalf("idle %t, used %t, busy %t", f.HasConsumer(idle.ID), f.HasConsumer(used.ID), f.HasConsumer(busy.ID))
	}
	if at := f.committedOf("g"); at != 1 {
		t.Fatalf("the idle consumer committed %d", at)
	}
	if _, err := f.Consumer(idle.ID); !isKind(err, UnknownConsumer) {
		t.Fatal(err)
	}
}

func isKind(err error, k Kind) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == k
}

func TestManyConsumersComeAndGo(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for range 10_000 {
		c := f.create("g", "", true)
		if err := f.DeleteConsumer(t.Context(), c.ID); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(f.consumers.list()); n != 0 {
		t.Fatalf("%d are left", n)
	}
}

func TestCallsOfOneConsumerTakeTurns(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := f.create("g", "c", false)
	release, err := c.acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := c.Assignments(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	release()
	if _, err := c.Assignments(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestOneCreatorWins(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var wg sync.WaitGroup
	errs := make([]error, 20)
	for i := range errs {
		wg.Go(func() { _, errs[i] = f.CreateConsumer(t.Context(), "/g/", ConsumerConfig{Name: "c", Format: JSON}) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !isKind(err, ConsumerExists):
			t.Fatal(err)
		}
	}
	if won != 1 {
		t.Fatalf("%d creators won", won)
	}
}

func TestClosedServiceRefuses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := f.create("g", "c", true)
	if err := c.Subscribe(t.Context(), []string{"one"}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := c.Subscribe(t.Context(), []string{"four"}); !isKind(err, UnknownConsumer) {
		t.Fatal(err)
	}
	if _, err := f.Topic(t.Context(), "one"); !isKind(err, Closed) {
		t.Fatal(err)
	}
	if _, err := f.CreateConsumer(t.Context(), "g", ConsumerConfig{}); !isKind(err, Closed) {
		t.Fatal(err)
	}
}

func TestFetchMinBytesIsWaitedFor(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.produce("one", 0, 3)
	c, err := f.CreateConsumer(t.Context(), "g", ConsumerConfig{Name: "c", Format: JSON, FetchMinBytes: 10})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Assign(t.Context(), []TopicPartition{{"one", 0}}); err != nil {
		t.Fatal(err)
	}
	timeout := 20 * time.Second
	got := make(chan []int, 1)
	go func() {
		var n numbers
		_ = c.Read(t.Context(), ReadOptions{Timeout: &timeout}, &n)
		got <- n.got
	}()
	f.produce("one", 3, 10)
	start := time.Now()
	if values := <-got; !slices.Equal(values, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
		t.Fatal(values)
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Fatalf("the read took %s", d)
	}
	// What is there after the timeout is handed out, enough or not.
	f.produce("one", 10, 11)
	short := 100 * time.Millisecond
	f.want(f.read(c, ReadOptions{Timeout: &short}), 10)
}

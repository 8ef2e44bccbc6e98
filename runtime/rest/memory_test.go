package rest

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// sharing adds a service that has a part of the memory of others.
func (f *fixture) sharing(m *Memory) *fixture {
	f.t.Helper()
	service, err := New(Deps{
		NewClient: f.newClient, Settings: f.settings, Clock: f.clock.read, Memory: m,
	})
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(service.Close)
	return &fixture{Service: service, t: f.t, kafka: f.kafka, clock: f.clock}
}

// The buffers of many users are parts of one: a user may have half of it, a
// topic of a user a quarter, and all of them together no more than there is.
func TestBuffersOfUsersAreOne(t *testing.T) {
	t.Parallel()
	s := DefaultSettings()
	s.MaxBufferedBytes = 400
	m := NewMemory(s)
	parts := []*buffer{m.half().waiting, m.half().waiting, m.half().waiting}
	f := func(who int, topic string, n int, fits bool) {
		t.Helper()
		if err := parts[who].reserve(topic, n); (err == nil) != fits {
			t.Fatalf("%d %s %d: %v", who, topic, n, err)
		}
	}
	f(0, "a", 90, true)
	f(0, "a", 20, false)
	f(0, "b", 90, true)
	f(0, "c", 30, false) // half of all
	f(1, "a", 100, true)
	f(2, "a", 20, false) // half of all, of one topic
	f(2, "d", 100, true)
	f(1, "d", 30, false) // all
	if m.waiting.total != 380 {
		t.Errorf("%d bytes are counted", m.waiting.total)
	}
	parts[0].release("a", 90)
	f(1, "d", 30, true)
	for who, size := range map[int]int{0: 90, 1: 130, 2: 100} {
		if parts[who].total != size {
			t.Errorf("%d has %d bytes", who, parts[who].total)
		}
	}
}

// Who waits for room that another user takes is woken when that one gives it
// back.
func TestRoomOfAnotherUserWakesThoseWhoWait(t *testing.T) {
	t.Parallel()
	s := DefaultSettings()
	s.MaxBufferedBytes = 400
	m := NewMemory(s)
	one, two, three := m.half().waiting, m.half().waiting, m.half().waiting
	if err := errors.Join(one.reserve("a", 100), two.reserve("a", 100)); err != nil {
		t.Fatal(err)
	}
	got := make(chan error, 1)
	go func() { got <- three.await(t.Context(), "a", 50, time.Minute) }()
	for waits := false; !waits; runtime.Gosched() {
		m.waiting.mu.Lock()
		waits = m.waiting.room != nil
		m.waiting.mu.Unlock()
	}
	one.release("a", 100)
	if err := <-got; err != nil {
		t.Fatal(err)
	}
}

// One user may have half of all consumers, and all together no more than there
// may be; those that go make room.
func TestConsumersOfUsersAreBoundedTogether(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(s *Settings) { s.MaxConsumers = 4 })
	m := NewMemory(f.settings)
	users := []*fixture{f.sharing(m), f.sharing(m), f.sharing(m)}
	refused := func(who int) {
		t.Helper()
		_, err := users[who].CreateConsumer(t.Context(), "g", ConsumerConfig{Format: JSON})
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != TooManyConsumers {
			t.Fatalf("user %d: %v", who, err)
		}
	}
	a := users[0].create("g", "a", false)
	users[0].create("g", "b", false)
	refused(0)
	users[1].create("g", "c", false)
	users[2].create("g", "d", false)
	refused(1)
	if err := users[0].DeleteConsumer(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	users[1].create("g", "e", false)
	refused(0)
	users[1].Close()
	users[2].create("g", "f", false)
	users[0].Close()
	users[2].Close()
	if m.consumers.used != 0 {
		t.Errorf("%d consumers are still counted", m.consumers.used)
	}
}

// What consumers have fetched is bounded over all users: reads end with less
// when there is no more room, and nothing is lost.
func TestFetchedRecordsAreBoundedTogether(t *testing.T) {
	t.Parallel()
	const records, size = 400, 2000
	f := newFixture(t, func(s *Settings) { s.MaxFetchedBytes = 200_000 })
	for i := range records / 100 {
		meta, err := f.Topic(t.Context(), "one")
		if err != nil {
			t.Fatal(err)
		}
		r := ProduceRequest{Topic: meta, Format: JSON}
		for j := range 100 {
			value := fmt.Sprintf("%d%s", i*100+j, strings.Repeat(" ", size))
			r.Records = append(r.Records, ProduceRecord{Value: []byte(value), Partition: 0, Headers: []Header{{Key: "h", Value: make([]byte, size)}}})
		}
		if _, err := f.Produce(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	m := NewMemory(f.settings)
	for range 3 {
		user := f.sharing(m)
		c := user.create("g", "i", false)
		if err := c.Assign(t.Context(), []TopicPartition{{"one", 0}}); err != nil {
			t.Fatal(err)
		}
		// A client that leaves: what was gathered stays with the consumer.
		if err := c.Read(t.Context(), ReadOptions{}, leaving{}); err == nil {
			t.Fatal("no error of the sink")
		}
		var got []int
		reads := 0
		for ; len(got) < records; reads++ {
			part := user.read(c, ReadOptions{})
			if len(part) == 0 {
				t.Fatalf("a read without records after %d", len(got))
			}
			got = append(got, part...)
		}
		for i, n := range got {
			if n != i {
				t.Fatalf("record %d is %d", i, n)
			}
		}
		if reads < 2 {
			t.Error("one read had room for everything")
		}
		if m.held.used != 0 {
			t.Errorf("%d bytes are counted that nobody holds", m.held.used)
		}
		user.Close()
	}
	if m.held.used != 0 || m.ahead.used != 0 {
		t.Errorf("%d and %d bytes are still counted", m.held.used, m.ahead.used)
	}
}

// leaving is a client that hangs up.
type leaving struct{}

func (leaving) Record(*ConsumedRecord) error { return errors.New("gone") }
func (leaving) End() error                   { return nil }

// A read ends when there is no room for more, whoever holds the rest.
func TestReadEndsWhenMemoryIsUsedUp(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.produce("one", 0, 100)
	m := NewMemory(f.settings)
	user := f.sharing(m)
	m.held.add(m.held.most)
	c, err := user.CreateConsumer(t.Context(), "g", ConsumerConfig{Format: JSON, FetchMinBytes: 1 << 20, RequestTimeout: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Assign(t.Context(), []TopicPartition{{"one", 0}}); err != nil {
		t.Fatal(err)
	}
	if got := user.read(c, ReadOptions{}); len(got) == 0 { // It would wait for an hour.
		t.Fatal("a read without records")
	}
}

// Each consumer fetches less ahead than the one before, so that there is always
// something left, down to a minimum.
func TestWhatIsFetchedAheadIsBounded(t *testing.T) {
	t.Parallel()
	m := NewMemory(DefaultSettings())
	const consumers, brokers = 5000, 3
	last := fetchBytes
	for i := range consumers {
		part := m.half()
		each, reserved := part.fetchAhead(brokers)
		if each > last || each < leastFetchBytes || reserved != each*brokers {
			t.Fatalf("consumer %d fetches %d, %d in all", i, each, reserved)
		}
		last = each
	}
	if most := m.ahead.most + consumers*brokers*leastFetchBytes; m.ahead.used > most {
		t.Errorf("%d of %d bytes", m.ahead.used, most)
	}
	if each, _ := NewMemory(DefaultSettings()).fetchAhead(1); each != fetchBytes {
		t.Errorf("the first one fetches %d", each)
	}
}

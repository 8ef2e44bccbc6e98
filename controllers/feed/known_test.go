package feed

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	registry "github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memory is what a follower knows, and steps over it.
type memory struct {
	t *testing.T
	*known
	now time.Time
}

func newMemory(t *testing.T) *memory {
	t.Helper()
	m := &memory{t: t, now: time.Unix(1_700_000_000, 0)}
	m.known = newKnown(func() time.Time { return m.now })
	m.upToDate(true)
	return m
}

func version(v schema.Version, id schema.ID) registry.Standing {
	return registry.Standing{Subject: "s", Version: v, ID: id, Live: int(v)}
}

func (m *memory) told(st registry.Standing, want news) {
	m.t.Helper()
	st.Subject = "s"
	if got := m.tell(st); got != want {
		m.t.Fatalf("told of %+v: %d, want %d", st, got, want)
	}
}

func (m *memory) read(v schema.Version, id schema.ID, disputed bool) {
	m.t.Helper()
	if got := m.saw("s", versions, func(w *written) { w.latest = registry.Registered{Version: v, ID: id} }); got != disputed {
		m.t.Fatalf("saw version %d: disputed %t, want %t", v, got, disputed)
	}
}

// answers reports which parts are answered from memory.
func (m *memory) answers(wantVersions, wantSettings bool) {
	m.t.Helper()
	_, v := m.standing("s", versions)
	_, c := m.standing("s", settings)
	if v != wantVersions || c != wantSettings {
		m.t.Fatalf("answers versions %t, settings %t; want %t, %t", v, c, wantVersions, wantSettings)
	}
}

// TestOnlyNewsWakes: a state that is told twice wakes once.
func TestOnlyNewsWakes(t *testing.T) {
	t.Parallel()
	m := newMemory(t)
	m.told(version(1, 7), now)
	m.told(version(1, 7), none)
	m.told(registry.Standing{Version: 1, ID: 7, Live: 1, Settings: &registry.Settings{Level: schema.Full}}, now)
	m.told(registry.Standing{Version: 1, ID: 7, Live: 1, Settings: &registry.Settings{Level: schema.Full}}, none)
	m.told(registry.Standing{Version: 1, ID: 7, Deleted: true}, now)
	m.told(registry.Standing{}, now)
	m.told(registry.Standing{}, none)
	m.answers(true, true)
	if len(m.subjects) != 0 {
		t.Error("what is gone takes memory")
	}
}

// TestOwnWriteIsNoNews goes through the orders in which a write, the read after
// it and the feed meet.
func TestOwnWriteIsNoNews(t *testing.T) {
	t.Parallel()
	m := newMemory(t)
	m.told(version(1, 7), now)

	// The feed comes last.
	m.writing("s", versions)
	m.wrote("s")
	m.answers(false, true)
	m.read(2, 8, false)
	m.answers(false, true) // The memory does not show it yet.
	m.told(version(2, 8), none)
	m.answers(true, true)

	// The feed comes before the answer to the write.
	m.writing("s", versions)
	m.told(version(3, 9), none)
	m.wrote("s")
	m.answers(false, true)
	m.read(3, 9, false)
	m.answers(true, true)

	// A node of the registry lags: it shows the write late.
	m.writing("s", versions)
	m.wrote("s")
	m.told(version(4, 10), none)
	m.read(3, 9, true)
	m.answers(false, true)
	m.read(4, 10, false)
	m.answers(true, true)

	// Somebody else writes behind us.
	m.writing("s", versions)
	m.wrote("s")
	m.read(5, 11, false)
	m.told(version(6, 12), later)
	m.answers(false, true)
	m.read(6, 12, false)
	m.answers(true, true)

	// A write that changed nothing is never told of.
	m.writing("s", versions)
	m.wrote("s")
	m.read(6, 12, false)
	m.now = m.now.Add(settling - time.Second)
	m.answers(false, true)
	m.now = m.now.Add(time.Second)
	m.answers(true, true)
	if len(m.written) != 0 {
		t.Error("a write is remembered for ever")
	}
}

// TestOwnWritesOfTwoParts: a level and a schema are known again when both are.
func TestOwnWritesOfTwoParts(t *testing.T) {
	t.Parallel()
	m := newMemory(t)
	full := &registry.Settings{Level: schema.Full}
	m.writing("s", settings)
	m.wrote("s")
	m.answers(true, false)
	m.writing("s", versions)
	m.wrote("s")
	m.answers(false, false)
	m.told(registry.Standing{Settings: full}, none)
	m.saw("s", settings, func(w *written) { w.settings = &registry.Settings{Level: schema.Full} })
	m.answers(false, false)
	m.read(1, 7, true)
	m.told(registry.Standing{Settings: full, Version: 1, ID: 7, Live: 1}, none)
	m.answers(true, true)
}

// TestNothingIsKnownOfASilentRegistry: who asks meanwhile has missed what was
// told to nobody.
func TestNothingIsKnownOfASilentRegistry(t *testing.T) {
	t.Parallel()
	m := newMemory(t)
	m.setDefaults(&registry.Settings{Level: schema.Backward})
	if m.upToDate(false) {
		t.Error("a failure has nothing to tell")
	}
	if m.upToDate(true) {
		t.Error("nobody asked meanwhile")
	}
	m.upToDate(false)
	m.answers(false, false)
	if _, ok := m.global(); ok {
		t.Error("the settings of all are known")
	}
	if !m.upToDate(true) || m.upToDate(true) {
		t.Error("what was read past the memory has to be looked at once")
	}
	if d, ok := m.global(); !ok || d.Level != schema.Backward {
		t.Errorf("%+v %t", d, ok)
	}
	if !m.setDefaults(&registry.Settings{Level: schema.None}) || m.setDefaults(&registry.Settings{Level: schema.None}) {
		t.Error("other settings of all are news once")
	}
}

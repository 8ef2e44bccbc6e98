package envtest

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

func inMode(m v1alpha1.ModeOrInherit) func(*v1alpha1.SubjectSpec) {
	return func(s *v1alpha1.SubjectSpec) { s.Mode = &m }
}

func (f *fakeRegistry) modeOf(subject string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.modes[subject]
}

func TestModeIsKeptAndReleased(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	s := subject(ns, "orders", orderV1, level("FULL"), inMode("READONLY"))
	create(t, s)
	s = awaitReady(t, s)
	want := []string{"PUT /config/orders", "POST /subjects/orders/versions", "PUT /mode/orders"}
	if diff := cmp.Diff(want, fake.writeLog()); diff != "" {
		t.Errorf("writes: %s", diff)
	}
	if s.Status.Applied == nil || s.Status.Applied.Mode != v1alpha1.ReadOnly || s.Status.Applied.Compatibility != "FULL" {
		t.Errorf("applied %+v", s.Status.Applied)
	}
	// Drift is set back.
	fake.do(func() { delete(fake.modes, "orders") })
	awaitWrites(t, fake, "PUT /mode/orders", 2)
	awaitReady(t, s)

	// A new text does not open what the spec wants closed.
	before := fake.writeLog()
	change(t, s, func(s *v1alpha1.Subject) { s.Spec.Schema = new(orderV2) })
	awaitSubject(t, s, "Registered", metav1.ConditionFalse, v1alpha1.ReasonRegistryReadOnly)
	fake.awaitReads(t, 20)
	if after := fake.writeLog(); !slices.Equal(before, after) {
		t.Errorf("written to a closed subject: %v", after[len(before):])
	}
	change(t, s, func(s *v1alpha1.Subject) { s.Spec.Mode = new(v1alpha1.ModeOrInherit("READWRITE")) })
	if s = awaitReady(t, s); s.Status.Version != 2 {
		t.Errorf("version %d", s.Status.Version)
	}

	// Removed from the spec it stays as it is; Inherit removes it.
	before = fake.writeLog()
	change(t, s, func(s *v1alpha1.Subject) { s.Spec.Mode, s.Spec.Compatibility = nil, nil })
	awaitSubject(t, s, "ConfigSynced", metav1.ConditionTrue, v1alpha1.ReasonUnmanaged)
	fake.awaitReads(t, 10)
	if after := fake.writeLog(); !slices.Equal(before, after) || fake.modeOf("orders") != "READWRITE" {
		t.Errorf("released by writing %v", after[len(before):])
	}
	change(t, s, func(s *v1alpha1.Subject) { s.Spec.Mode = new(v1alpha1.InheritMode) })
	s = awaitSubject(t, s, "ConfigSynced", metav1.ConditionTrue, v1alpha1.ReasonSynced)
	if m := fake.modeOf("orders"); m != "" {
		t.Errorf("mode %s", m)
	}
	// Somebody else's mode is not ours to remove.
	fake.do(func() { fake.modes["orders"] = "READONLY" })
	awaitStalled(t, s, "ConfigSynced", v1alpha1.ReasonConfigChanged, "READONLY", "spec.mode")
}

func TestClosedRegistryIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	fake.do(func() { fake.modes[""] = "READONLY" })
	s := subject(ns, "orders", orderV1)
	create(t, s)
	awaitSubject(t, s, "Registered", metav1.ConditionFalse, v1alpha1.ReasonRegistryReadOnly)
	fake.awaitReads(t, 20)
	if w := fake.writeLog(); len(w) != 0 {
		t.Errorf("written to a closed registry: %v", w)
	}
	fake.do(func() { fake.modes[""] = "READWRITE" })
	awaitReady(t, s)
}

func TestModeAloneAndWhereThereIsNone(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	only := subject(ns, "only", "", inMode("READONLY"))
	create(t, only)
	awaitReady(t, only)
	if m := fake.modeOf("only"); m != "READONLY" {
		t.Errorf("mode %q", m)
	}
	fake.do(func() { fake.noModes = true })
	s := subject(ns, "orders", orderV1, inMode("READONLY"))
	create(t, s)
	s = awaitStalled(t, s, "Accepted", v1alpha1.ReasonFeatureUnsupported, "mode")
	tries := len(fake.writeLog())
	fake.awaitReads(t, 20)
	if n := len(fake.writeLog()); n > tries+1 {
		t.Errorf("tried %d times more although the registry cannot", n-tries)
	}
	change(t, s, func(s *v1alpha1.Subject) { s.Spec.Mode = nil })
	awaitReady(t, s)
}

// TestModeGoesWithTheSubject deletes a Subject for good that had opened its
// subject: what this object set is not left behind.
func TestModeGoesWithTheSubject(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	s := subject(ns, "orders", orderV1, inMode("READWRITE"), deletion(v1alpha1.HardDelete))
	create(t, s)
	awaitReady(t, s)
	deleteAndAwait(t, s)
	if m := fake.modeOf("orders"); m != "" || len(fake.versions("orders")) != 0 {
		t.Errorf("left: mode %q, versions %v", m, fake.versions("orders"))
	}
}

func TestNormalizeIsAskedFor(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	plain := subject(ns, "plain", orderV1)
	normal := subject(ns, "normal", orderV1, func(s *v1alpha1.SubjectSpec) { s.Normalize = new(true) })
	create(t, plain, normal)
	awaitReady(t, plain)
	awaitReady(t, normal)
	fake.do(func() {
		if fake.asked["plain"] != "" || fake.asked["normal"] != "true" {
			t.Errorf("asked for %v", fake.asked)
		}
	})
}

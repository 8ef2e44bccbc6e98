package envtest

import (
	"context"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

func TestSubjectIsRegisteredWithItsLevel(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	s := subject(ns, "orders", orderV1, level("FULL"), func(s *v1alpha1.SubjectSpec) { s.Name = new("orders/%: Ü") })
	create(t, s)
	s = awaitReady(t, s)

	st := s.Status
	if st.SchemaID != 1 || st.Version != 1 || st.LatestVersion != 1 || st.LatestID != 1 || st.Ownership != v1alpha1.OwnershipCreated {
		t.Errorf("status %+v", st)
	}
	if st.Subject != "orders/%: Ü" || st.EffectiveCompatibility == nil || *st.EffectiveCompatibility != (v1alpha1.EffectiveCompatibility{Level: "FULL", Source: "Subject"}) {
		t.Errorf("status %+v", st)
	}
	want := []string{"PUT /config/orders/%: Ü", "POST /subjects/orders/%: Ü/versions"}
	if diff := cmp.Diff(want, fake.writeLog()); diff != "" {
		t.Errorf("writes: %s", diff)
	}
	if len(s.Finalizers) > 0 {
		t.Errorf("Retain needs no finalizer: %v", s.Finalizers)
	}

	// A compatible change is a new version; one in white space is none.
	change(t, s, func(s *v1alpha1.Subject) { s.Spec.Schema = new(orderV2) })
	if s = awaitReady(t, s); s.Status.Version != 2 || s.Status.SchemaID != 2 {
		t.Errorf("after a new text: version %d, id %d", s.Status.Version, s.Status.SchemaID)
	}
	change(t, s, func(s *v1alpha1.Subject) { s.Spec.Schema = new(" " + orderV2) })
	if s = awaitReady(t, s); s.Status.Version != 2 || len(fake.versions("orders/%: Ü")) != 2 {
		t.Errorf("white space made version %d", s.Status.Version)
	}

	// The older text again is no new version either, and it says so.
	change(t, s, func(s *v1alpha1.Subject) { s.Spec.Schema = new(orderV1) })
	s = awaitSubject(t, s, "InSync", metav1.ConditionFalse, v1alpha1.ReasonSupersededByNewer)
	if s.Status.Version != 1 || s.Status.LatestVersion != 2 {
		t.Errorf("after the older text: version %d, latest %d", s.Status.Version, s.Status.LatestVersion)
	}
}

func TestSubjectFromConfigMap(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	s := subject(ns, "orders", "", func(s *v1alpha1.SubjectSpec) {
		s.SchemaFrom = &v1alpha1.SchemaSource{ConfigMapKeyRef: &v1alpha1.ConfigMapKeyReference{Name: "schemas", Key: "order.avsc"}}
	})
	create(t, s)
	awaitSubject(t, s, "SourceResolved", metav1.ConditionFalse, v1alpha1.ReasonConfigMapNotFound)
	m := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "schemas"}, Data: map[string]string{"other": "x"}}
	create(t, m)
	awaitSubject(t, s, "SourceResolved", metav1.ConditionFalse, v1alpha1.ReasonKeyNotFound)
	change(t, m, func(m *corev1.ConfigMap) { m.Data["order.avsc"] = orderV1 })
	awaitReady(t, s)
	change(t, m, func(m *corev1.ConfigMap) { m.Data["order.avsc"] = orderV2 })
	await(t, s, &v1alpha1.SubjectList{}, func(s *v1alpha1.Subject, _ bool) string {
		if s.Status.Version != 2 {
			return "version 2"
		}
		return ""
	})

	// A source that goes away later takes nothing with it.
	if err := shared.client.Delete(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	s = awaitSubject(t, s, "SourceResolved", metav1.ConditionFalse, v1alpha1.ReasonConfigMapNotFound)
	if s.Status.Version != 2 || len(fake.versions("orders")) != 2 {
		t.Errorf("after the ConfigMap was deleted: %+v", s.Status)
	}
}

func TestSubjectsWaitForTheirReferences(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	money := `{"type":"record","name":"Money","fields":[{"name":"cents","type":"long"}]}`
	priced := `{"type":"record","name":"Priced","fields":[{"name":"price","type":"Money"}]}`
	dependent := subject(ns, "priced", priced, refersTo("Money", "money"))
	create(t, dependent)
	awaitSubject(t, dependent, "ReferencesResolved", metav1.ConditionFalse, v1alpha1.ReasonReferenceNotFound)
	if w := fake.writeLog(); len(w) != 0 {
		t.Fatalf("a Subject that waits wrote %v", w)
	}
	create(t, subject(ns, "money", money))
	dependent = awaitReady(t, dependent)
	want := []v1alpha1.ResolvedReference{{Name: "Money", Subject: "money", Version: 1}}
	if diff := cmp.Diff(want, dependent.Status.ResolvedReferences); diff != "" {
		t.Error(diff)
	}

	// References in a circle are told to both and sent to nobody.
	a, b := subject(ns, "a", priced, refersTo("x", "b")), subject(ns, "b", priced, refersTo("x", "a"))
	create(t, a, b)
	awaitSubject(t, a, "ReferencesResolved", metav1.ConditionFalse, v1alpha1.ReasonReferenceCycle)
	awaitSubject(t, b, "ReferencesResolved", metav1.ConditionFalse, v1alpha1.ReasonReferenceCycle)

	// A pinned version that the registry lacks.
	pinned := subject(ns, "pinned", priced, func(s *v1alpha1.SubjectSpec) {
		s.References = []v1alpha1.SchemaReference{{Name: "Money", Subject: new("money"), Version: new(int32(7))}}
	})
	create(t, pinned)
	awaitSubject(t, pinned, "ReferencesResolved", metav1.ConditionFalse, v1alpha1.ReasonVersionNotFound)
	change(t, pinned, func(s *v1alpha1.Subject) { s.Spec.References[0].Version = new(int32(1)) })
	awaitReady(t, pinned)
}

func TestWrongSchemasAreNotSent(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	s := subject(ns, "orders", orderV1, level("BACKWARD"))
	create(t, s)
	s = awaitReady(t, s)
	before := fake.writeLog()

	change(t, s, func(s *v1alpha1.Subject) { s.Spec.Schema = new(orderBroken) })
	s = awaitStalled(t, s, "Compatible", v1alpha1.ReasonIncompatible, "amount", "BACKWARD", "version 1")
	if len(s.Status.Incompatibilities) == 0 || s.Status.Incompatibilities[0].Against != 1 || s.Status.SchemaID != 1 {
		t.Errorf("status %+v", s.Status)
	}
	change(t, s, func(s *v1alpha1.Subject) { s.Spec.Schema = new(`{"type":"record","name":"Order"}`) })
	awaitStalled(t, s, "Valid", v1alpha1.ReasonInvalidSchema)
	change(t, s, func(s *v1alpha1.Subject) { s.Spec.Schema = new("{") })
	awaitStalled(t, s, "Valid", v1alpha1.ReasonInvalidSchema)
	if after := fake.writeLog(); !slices.Equal(before, after) {
		t.Errorf("wrong schemas were sent: %v", after[len(before):])
	}

	// Loosened and broken at once converges: the text is judged under the
	// level that is wanted.
	// https://github.com/aiven/aiven-operator/issues/1263
	change(t, s, func(s *v1alpha1.Subject) {
		s.Spec.Schema = new(orderBroken)
		s.Spec.Compatibility = new(v1alpha1.LevelOrInherit("NONE"))
	})
	if s = awaitReady(t, s); s.Status.Version != 2 {
		t.Errorf("version %d", s.Status.Version)
	}
	if len(s.Status.Incompatibilities) != 0 {
		t.Errorf("left in the status: %v", s.Status.Incompatibilities)
	}
	// Tightened and broken at once changes nothing, not even the level.
	before = fake.writeLog()
	change(t, s, func(s *v1alpha1.Subject) {
		s.Spec.Schema = new(`{"type":"record","name":"Order","fields":[{"name":"n","type":"int"}]}`)
		s.Spec.Compatibility = new(v1alpha1.LevelOrInherit("FULL"))
	})
	awaitStalled(t, s, "Compatible", v1alpha1.ReasonIncompatible, "FULL")
	if after := fake.writeLog(); !slices.Equal(before, after) {
		t.Errorf("a refused change wrote %v", after[len(before):])
	}
}

func TestLevelIsReleasedOrInherited(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	s := subject(ns, "orders", orderV1, level("FULL"))
	create(t, s)
	awaitReady(t, s)
	change(t, s, func(s *v1alpha1.Subject) { s.Spec.Compatibility = nil })
	s = awaitSubject(t, s, "ConfigSynced", metav1.ConditionTrue, v1alpha1.ReasonUnmanaged)
	if s.Status.EffectiveCompatibility.Level != "FULL" {
		t.Errorf("absent means unmanaged: %+v", s.Status.EffectiveCompatibility)
	}
	change(t, s, func(s *v1alpha1.Subject) { s.Spec.Compatibility = new(v1alpha1.Inherit) })
	s = awaitReady(t, s)
	if *s.Status.EffectiveCompatibility != (v1alpha1.EffectiveCompatibility{Level: "BACKWARD", Source: "Global"}) {
		t.Errorf("after Inherit: %+v", s.Status.EffectiveCompatibility)
	}

	// Somebody else's level is not ours to remove.
	fake.do(func() { fake.levels["orders"] = "NONE" })
	awaitSubject(t, s, "ConfigSynced", metav1.ConditionFalse, v1alpha1.ReasonConfigChanged)

	// A Subject may manage nothing but a level.
	only := subject(ns, "settings-only", "", level("NONE"))
	create(t, only)
	awaitReady(t, only)
	if len(fake.versions("settings-only")) != 0 {
		t.Error("registered something")
	}
}

func TestOldestSubjectWins(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	named := func(s *v1alpha1.SubjectSpec) { s.Name = new("orders") }
	winner := subject(ns, "b-winner", orderV1, named)
	create(t, winner)
	winner = awaitReady(t, winner)
	loser := subject(ns, "a-loser", orderV2, named, deletion(v1alpha1.HardDelete))
	for time.Since(winner.CreationTimestamp.Time) < 2*time.Second {
		fake.awaitReads(t, 1) // Creation times have whole seconds.
	}
	create(t, loser)
	loser = awaitStalled(t, loser, "Accepted", v1alpha1.ReasonConflicted, winner.Name)

	// When the winner goes, the loser takes its place through adoption.
	if err := shared.client.Delete(t.Context(), winner); err != nil {
		t.Fatal(err)
	}
	awaitStalled(t, loser, "Registered", v1alpha1.ReasonAdoptionRefused)
	change(t, loser, func(s *v1alpha1.Subject) { s.Spec.AdoptionPolicy = new(v1alpha1.AdoptIfCompatible) })
	loser = awaitReady(t, loser)
	if loser.Status.Ownership != v1alpha1.OwnershipAdopted || len(fake.versions("orders")) != 2 {
		t.Errorf("status %+v", loser.Status)
	}
}

func TestAdoption(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	fake.register("same", orderV1)
	fake.register("different", orderV1)
	fake.register("levelled", orderV1)
	fake.do(func() { fake.levels["levelled"] = "NONE" })

	same := subject(ns, "same", orderV1)
	different := subject(ns, "different", orderV2)
	levelled := subject(ns, "levelled", orderV1, level("FULL"))
	never := subject(ns, "never", orderV1, adoption(v1alpha1.AdoptNever), func(s *v1alpha1.SubjectSpec) { s.Name = new("same-never") })
	fake.register("same-never", orderV1)
	create(t, same, different, levelled, never)
	if same = awaitReady(t, same); same.Status.Ownership != v1alpha1.OwnershipAdopted {
		t.Errorf("ownership %s", same.Status.Ownership)
	}
	awaitStalled(t, different, "Registered", v1alpha1.ReasonAdoptionRefused, "version 1", "IfCompatible")
	awaitStalled(t, levelled, "Registered", v1alpha1.ReasonAdoptionRefused, "NONE", "FULL")
	awaitStalled(t, never, "Registered", v1alpha1.ReasonAdoptionRefused, "Never")
	if w := fake.writeLog(); len(w) != 0 {
		t.Errorf("adoption wrote %v", w)
	}

	// What was never ours is not deleted, whatever the policy says.
	change(t, different, func(s *v1alpha1.Subject) { s.Spec.DeletionPolicy = new(v1alpha1.HardDelete) })
	awaitStalled(t, different, "Registered", v1alpha1.ReasonAdoptionRefused)
	deleteAndAwait(t, different)
	if len(fake.versions("different")) != 1 {
		t.Error("deleted a subject that was never adopted")
	}
}

func TestObserveWritesNothing(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	observe := func(s *v1alpha1.SubjectSpec) { s.ManagementPolicy = new(v1alpha1.ManageObserve) }
	s := subject(ns, "orders", orderV1, observe, level("FULL"))
	create(t, s)
	awaitSubject(t, s, "Registered", metav1.ConditionFalse, v1alpha1.ReasonNotRegistered)
	fake.register("orders", orderV1)
	fake.do(func() { fake.levels["orders"] = "FULL" })
	s = awaitReady(t, s)
	if s.Status.Ownership != v1alpha1.OwnershipObserved || s.Status.SchemaID != 1 {
		t.Errorf("status %+v", s.Status)
	}
	if w := fake.writeLog(); len(w) != 0 {
		t.Errorf("an observer wrote %v", w)
	}
}

func TestDriftIsRepairedWithoutDestroying(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	s := subject(ns, "orders", orderV1, level("FULL"))
	create(t, s)
	awaitReady(t, s)

	// A newer version of somebody else is told, not removed.
	fake.register("orders", orderV2)
	s = awaitSubject(t, s, "InSync", metav1.ConditionFalse, v1alpha1.ReasonNewerVersionInRegistry)
	if s.Status.Version != 1 || s.Status.LatestVersion != 2 {
		t.Errorf("status %+v", s.Status)
	}
	awaitReady(t, s) // InSync does not decide Ready.

	// A changed level is set back.
	fake.do(func() { fake.levels["orders"] = "NONE" })
	awaitWrites(t, fake, "PUT /config/orders", 2)

	// A subject that was deleted comes back.
	fake.do(func() { delete(fake.subjects, "orders") })
	awaitWrites(t, fake, "POST /subjects/orders/versions", 2)
	s = awaitSubject(t, s, "InSync", metav1.ConditionTrue, "")
	if s.Status.SchemaID != 1 {
		t.Errorf("id %d", s.Status.SchemaID)
	}

	// When it comes back under another id, that stays visible.
	fake.do(func() { fake.subjects, fake.ids, fake.next = map[string][]*fakeVersion{}, map[string]int{}, 41 })
	s = awaitSubject(t, s, "InSync", metav1.ConditionFalse, v1alpha1.ReasonSchemaIDChanged)
	if s.Status.SchemaID != 42 {
		t.Errorf("id %d", s.Status.SchemaID)
	}
	fake.awaitReads(t, 20)
	awaitSubject(t, s, "InSync", metav1.ConditionFalse, v1alpha1.ReasonSchemaIDChanged)
}

func TestUnreachableRegistryKeepsWhatWasVerified(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	s := subject(ns, "orders", orderV1)
	create(t, s)
	awaitReady(t, s)
	reg := &v1alpha1.SchemaRegistry{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "reg"}}
	fake.do(func() { fake.down = true })
	awaitRegistry(t, reg, "Reachable", metav1.ConditionFalse, v1alpha1.ReasonConnectionFailed)
	if s = awaitReady(t, s); s.Status.SchemaID != 1 {
		t.Errorf("status %+v", s.Status)
	}
	// A new generation cannot be applied, and says so.
	change(t, s, func(s *v1alpha1.Subject) { s.Spec.Schema = new(orderV2) })
	awaitSubject(t, s, "Ready", metav1.ConditionUnknown, v1alpha1.ReasonRegistryUnreachable)
	awaitSubject(t, s, "Reconciling", metav1.ConditionTrue, "")
	fake.do(func() { fake.down = false })
	if s = awaitReady(t, s); s.Status.Version != 2 {
		t.Errorf("status %+v", s.Status)
	}
}

// TestWritesThatANodeDoesNotShowYet registers through a registry whose
// answering node lags behind the one that writes: nothing is written twice, and
// what was just created is not taken for somebody else's.
func TestWritesThatANodeDoesNotShowYet(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	fake.do(func() { fake.lag = 3 })
	s := subject(ns, "orders", orderV1, level("FULL"), adoption(v1alpha1.AdoptNever))
	create(t, s)
	s = awaitReady(t, s)
	if s.Status.Ownership != v1alpha1.OwnershipCreated || s.Status.SchemaID != 1 || s.Status.Version != 1 {
		t.Errorf("status %+v", s.Status)
	}
	want := []string{"PUT /config/orders", "POST /subjects/orders/versions"}
	if diff := cmp.Diff(want, fake.writeLog()); diff != "" {
		t.Errorf("writes: %s", diff)
	}
}

func TestPausedSubjectIsLeftAlone(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	s := subject(ns, "orders", orderV1)
	s.Annotations = map[string]string{v1alpha1.AnnotationPause: "true"}
	create(t, s)
	s = awaitSubject(t, s, "Paused", metav1.ConditionTrue, v1alpha1.ReasonPaused)
	if w := fake.writeLog(); len(w) != 0 {
		t.Errorf("a paused Subject wrote %v", w)
	}
	change(t, s, func(s *v1alpha1.Subject) { s.Annotations = nil })
	s = awaitReady(t, s)
	for _, c := range s.Status.Conditions {
		if c.Type == "Paused" {
			t.Error("still Paused")
		}
	}
}

func awaitWrites(t *testing.T, fake *fakeRegistry, write string, n int) {
	t.Helper()
	for {
		count := 0
		for _, w := range fake.writeLog() {
			if w == write {
				count++
			}
		}
		if count >= n {
			return
		}
		fake.awaitReads(t, 1)
	}
}

// awaitGone waits until a Subject that is being deleted is gone; it may be gone
// before anybody watches.
func awaitGone(t *testing.T, s *v1alpha1.Subject) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	w, err := shared.client.Watch(ctx, &v1alpha1.SubjectList{}, client.InNamespace(s.Namespace), client.MatchingFields{"metadata.name": s.Name})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	err = shared.client.Get(ctx, client.ObjectKeyFromObject(s), &v1alpha1.Subject{})
	if apierrors.IsNotFound(err) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	for e := range w.ResultChan() {
		if e.Type == watch.Deleted {
			return
		}
	}
	t.Fatalf("%s is not gone after %s: %+v", s.Name, patience, get(t, s).Status.Conditions)
}

// deleteAndAwait deletes a Subject and waits until it is gone.
func deleteAndAwait(t *testing.T, s *v1alpha1.Subject) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	// The watch begins before the deletion, which may be over at once.
	w, err := shared.client.Watch(ctx, &v1alpha1.SubjectList{}, client.InNamespace(s.Namespace), client.MatchingFields{"metadata.name": s.Name})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	if err := shared.client.Delete(ctx, s); err != nil {
		t.Fatal(err)
	}
	for e := range w.ResultChan() {
		if e.Type == watch.Deleted {
			return
		}
	}
	t.Fatalf("%s is not gone after %s: %+v", s.Name, patience, get(t, s).Status.Conditions)
}

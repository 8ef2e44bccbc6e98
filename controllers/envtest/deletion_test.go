package envtest

import (
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

func TestRetainLeavesTheRegistryUntouched(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	s := subject(ns, "orders", orderV1, level("FULL"))
	create(t, s)
	s = awaitReady(t, s)
	before := fake.writeLog()
	deleteAndAwait(t, s)
	fake.awaitReads(t, 3) // The registry's own probes go on; nothing was written.
	if after := fake.writeLog(); !slices.Equal(before, after) || len(fake.versions("orders")) != 1 {
		t.Errorf("Retain wrote %v", after[len(before):])
	}

	// Declared again it is adopted with the same id and version.
	again := subject(ns, "orders", orderV1, level("FULL"))
	create(t, again)
	again = awaitReady(t, again)
	if again.Status.SchemaID != s.Status.SchemaID || again.Status.Version != s.Status.Version || again.Status.Ownership != v1alpha1.OwnershipAdopted {
		t.Errorf("status %+v", again.Status)
	}
}

func TestDeletionPolicies(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	soft := subject(ns, "soft", orderV1, deletion(v1alpha1.SoftDelete))
	hard := subject(ns, "hard", orderV1, level("FULL"), deletion(v1alpha1.HardDelete))
	mixed := subject(ns, "mixed", orderV1, deletion(v1alpha1.HardDelete))
	create(t, soft, hard, mixed)
	if s := awaitReady(t, soft); !slices.Contains(s.Finalizers, v1alpha1.FinalizerSubject) {
		t.Errorf("finalizers %v", s.Finalizers)
	}
	awaitReady(t, hard)
	awaitReady(t, mixed)
	fake.register("mixed", orderV2) // Somebody else's.

	deleteAndAwait(t, soft)
	deleteAndAwait(t, hard)
	deleteAndAwait(t, mixed)
	fake.do(func() {
		if v := fake.subjects["soft"]; len(v) != 1 || !v[0].deleted {
			t.Errorf("soft: %+v", v)
		}
		if v := fake.subjects["hard"]; len(v) != 0 || fake.levels["hard"] != "" {
			t.Errorf("hard: %+v, level %q", v, fake.levels["hard"])
		}
		if v := fake.subjects["mixed"]; len(v) != 2 || !v[0].deleted {
			t.Errorf("a version of somebody else was deleted for good: %+v", v)
		}
	})

	// The same when a first attempt got as far as the soft deletion.
	again := subject(ns, "again", orderV1, deletion(v1alpha1.HardDelete))
	create(t, again)
	awaitReady(t, again)
	change(t, again, func(s *v1alpha1.Subject) { s.Annotations = map[string]string{v1alpha1.AnnotationPause: "true"} })
	awaitSubject(t, again, "Paused", metav1.ConditionTrue, "") // Or it would repair the deletion.
	fake.register("again", orderV2)
	fake.do(func() {
		for _, v := range fake.subjects["again"] {
			v.deleted = true
		}
	})
	deleteAndAwait(t, again)
	fake.do(func() {
		if v := fake.subjects["again"]; len(v) < 2 {
			t.Errorf("a second attempt deleted for good: %+v", v)
		}
	})

	// A policy that no longer needs the finalizer lets go of it.
	changed := subject(ns, "changed", orderV1, deletion(v1alpha1.SoftDelete))
	create(t, changed)
	awaitReady(t, changed)
	change(t, changed, func(s *v1alpha1.Subject) { s.Spec.DeletionPolicy = nil })
	if s := awaitReady(t, changed); len(s.Finalizers) != 0 {
		t.Errorf("finalizers %v", s.Finalizers)
	}
}

func TestDeletionWaitsForDependents(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	money := subject(ns, "money", `{"type":"record","name":"Money","fields":[{"name":"cents","type":"long"}]}`, deletion(v1alpha1.HardDelete))
	priced := subject(ns, "priced", `{"type":"record","name":"Priced","fields":[{"name":"price","type":"Money"}]}`, refersTo("Money", "money"))
	create(t, money, priced)
	awaitReady(t, priced)
	if err := shared.client.Delete(t.Context(), money); err != nil {
		t.Fatal(err)
	}
	awaitSubject(t, money, "Deleting", metav1.ConditionFalse, v1alpha1.ReasonWaitingForDependents)
	if len(fake.versions("money")) != 1 {
		t.Fatal("deleted while it is referred to")
	}
	deleteAndAwait(t, priced)
	awaitGone(t, money)
	if len(fake.versions("money")) != 0 {
		t.Error("not deleted")
	}
}

func TestDeletionWithoutARegistryLetsGo(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	s := subject(ns, "orders", orderV1, deletion(v1alpha1.HardDelete))
	create(t, s)
	awaitReady(t, s)
	reg := &v1alpha1.SchemaRegistry{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "reg"}}
	if err := shared.client.Delete(t.Context(), reg); err != nil {
		t.Fatal(err)
	}
	awaitSubject(t, s, "Accepted", metav1.ConditionFalse, v1alpha1.ReasonRegistryNotFound)
	deleteAndAwait(t, s)
	if len(fake.versions("orders")) != 1 {
		t.Error("deleted in a registry that the cluster does not know anymore")
	}
}

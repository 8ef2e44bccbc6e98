package envtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// numbered is a schema that no other one equals.
func numbered(n int) string {
	return fmt.Sprintf(`{"type":"record","name":"Order%d","fields":[{"name":"id","type":"string"}]}`, n)
}

// awaitRepairsSuspended waits for the condition and returns the token that it
// asks for.
func awaitRepairsSuspended(t *testing.T, ns, reason string) string {
	t.Helper()
	reg := awaitRegistry(t, registryIn(ns), v1alpha1.ConditionRepairsSuspended, metav1.ConditionTrue, reason)
	c := meta.FindStatusCondition(reg.Status.Conditions, v1alpha1.ConditionRepairsSuspended)
	if reg.Status.Repairs == nil || !strings.Contains(c.Message, reg.Status.Repairs.Token) || !strings.Contains(c.Message, v1alpha1.AnnotationConfirmRepair) {
		t.Fatalf("%+v: %s", reg.Status.Repairs, c.Message)
	}
	return reg.Status.Repairs.Token
}

// awaitRepairsGoOn waits until nothing speaks of a loss anymore.
func awaitRepairsGoOn(t *testing.T, ns string) {
	t.Helper()
	await(t, registryIn(ns), &v1alpha1.SchemaRegistryList{}, func(r *v1alpha1.SchemaRegistry, _ bool) string {
		if c := meta.FindStatusCondition(r.Status.Conditions, v1alpha1.ConditionRepairsSuspended); c != nil || r.Status.Repairs != nil {
			return "the end of RepairsSuspended"
		}
		return ""
	})
}

func confirm(t *testing.T, ns, token string) {
	t.Helper()
	change(t, registryIn(ns), func(r *v1alpha1.SchemaRegistry) {
		r.Annotations = map[string]string{v1alpha1.AnnotationConfirmRepair: token}
	})
}

// TestMassLossIsNotRepairedUnasked takes most subjects away, and then all of
// them: what was lost comes back only after a restore or a person's word.
func TestMassLossIsNotRepairedUnasked(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	fake.register("of somebody else", orderV1)
	const count = 12
	all := make([]*v1alpha1.Subject, count)
	for i := range all {
		all[i] = subject(ns, fmt.Sprintf("s%d", i), numbered(i), level("FULL"))
		create(t, all[i])
	}
	for _, s := range all {
		awaitReady(t, s)
	}

	var lost map[string][]*fakeVersion
	fake.do(func() {
		lost = maps.Clone(fake.subjects)
		delete(lost, "of somebody else")
		maps.DeleteFunc(fake.subjects, func(name string, _ []*fakeVersion) bool { return lost[name] != nil })
		fake.levels = map[string]string{} // They were in the same topic.
	})
	before := fake.writeLog()
	first := awaitRepairsSuspended(t, ns, v1alpha1.ReasonMassDeletionSuspected)
	for _, s := range all {
		s = awaitSubject(t, s, "InSync", metav1.ConditionFalse, v1alpha1.ReasonRepairsSuspended)
		if s.Status.SchemaID == 0 || !s.Owns() {
			t.Errorf("%s forgot what it had: %+v", s.Name, s.Status)
		}
	}
	fake.awaitReads(t, 50)
	if after := fake.writeLog(); !slices.Equal(before, after) {
		t.Fatalf("written unasked: %v", after[len(before):])
	}

	// Most of them are restored: the rest is few enough to come back.
	fake.do(func() {
		for i := range count - 2 {
			name := all[i].Name
			fake.subjects[name] = lost[name]
		}
	})
	for _, s := range all {
		awaitReady(t, s)
	}
	awaitRepairsGoOn(t, ns)

	// Now everything is gone, and the word for the loss before does not count.
	fake.do(func() { fake.subjects, fake.levels = map[string][]*fakeVersion{}, map[string]string{} })
	second := awaitRepairsSuspended(t, ns, v1alpha1.ReasonTopicRecreated)
	if second == first {
		t.Fatalf("two losses have the token %s", first)
	}
	before = fake.writeLog()
	confirm(t, ns, first)
	fake.awaitReads(t, 50)
	if after := fake.writeLog(); !slices.Equal(before, after) {
		t.Fatalf("written with the token of another loss: %v", after[len(before):])
	}
	confirm(t, ns, second)
	for _, s := range all {
		awaitReady(t, s)
	}
	awaitRepairsGoOn(t, ns)
}

func TestDriftIsOnlyReported(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	s := subject(ns, "orders", orderV1, level("FULL"), func(s *v1alpha1.SubjectSpec) { s.DriftPolicy = new(v1alpha1.DriftReport) })
	create(t, s)
	awaitReady(t, s)
	before := fake.writeLog()
	fake.do(func() { fake.levels["orders"] = "NONE" })
	awaitStalled(t, s, "ConfigSynced", v1alpha1.ReasonConfigChanged, "NONE", "FULL", "driftPolicy")
	fake.do(func() { fake.levels["orders"] = "FULL" })
	awaitReady(t, s)
	fake.do(func() { delete(fake.subjects, "orders") })
	s = awaitStalled(t, s, "Registered", v1alpha1.ReasonNotRegistered, "driftPolicy")
	if s.Status.SchemaID != 1 {
		t.Errorf("status %+v", s.Status)
	}
	if after := fake.writeLog(); !slices.Equal(before, after) {
		t.Errorf("reported by writing %v", after[len(before):])
	}
	// What a person asks for is done all the same.
	change(t, s, func(s *v1alpha1.Subject) { s.Spec.Schema = new(orderV2) })
	awaitReady(t, s)
}

func TestRequireLatest(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	s := subject(ns, "orders", orderV1, func(s *v1alpha1.SubjectSpec) { s.RequireLatest = new(true) })
	create(t, s)
	awaitReady(t, s)
	fake.register("orders", orderV2)
	awaitSubject(t, s, "Ready", metav1.ConditionFalse, v1alpha1.ReasonNewerVersionInRegistry)
	change(t, s, func(s *v1alpha1.Subject) { s.Spec.RequireLatest = nil })
	awaitReady(t, s)
}

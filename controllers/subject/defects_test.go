package subject

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// TestDefect06StatusOfTheRegistryWakesNobody: of a registry's status, Subjects
// hear only what changes their fate.
func TestDefect06StatusOfTheRegistryWakesNobody(t *testing.T) {
	t.Parallel()
	f := func(what string, woken bool, edit func(*v1alpha1.SchemaRegistry)) {
		t.Helper()
		was := &v1alpha1.SchemaRegistry{}
		was.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReachable, Status: metav1.ConditionTrue}}
		is := was.DeepCopy()
		edit(is)
		if got := registryMatters().Update(event.UpdateEvent{ObjectOld: was, ObjectNew: is}); got != woken {
			t.Errorf("%s: woken %t, want %t", what, got, woken)
		}
	}

	f("counts", false, func(r *v1alpha1.SchemaRegistry) { r.Status.Subjects = &v1alpha1.SubjectCounts{Attached: 9} })
	f("pods", false, func(r *v1alpha1.SchemaRegistry) { r.Status.ReadyReplicas = 1 })
	f("a message", false, func(r *v1alpha1.SchemaRegistry) { r.Status.Conditions[0].Message = "still" })
	f("an answer", true, func(r *v1alpha1.SchemaRegistry) { r.Status.Conditions[0].Status = metav1.ConditionFalse })
	f("another address", true, func(r *v1alpha1.SchemaRegistry) { r.Generation++ })
}

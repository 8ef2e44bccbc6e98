package plugin

import (
	"errors"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

func conditions(generation int64, all ...metav1.Condition) []metav1.Condition {
	for i := range all {
		all[i].ObservedGeneration = generation
	}
	return all
}

func TestStatusNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	ready := metav1.Condition{Type: "Ready", Status: metav1.ConditionTrue, Reason: "Synced"}
	good := subject("good", orderV1, func(s *v1alpha1.Subject) {
		s.Status.Conditions = conditions(1, ready, metav1.Condition{Type: "InSync", Status: metav1.ConditionTrue})
	})
	wrong := subject("wrong", orderV1, func(s *v1alpha1.Subject) {
		s.Status.Conditions = conditions(1, metav1.Condition{Type: "Ready", Status: metav1.ConditionFalse, Reason: "Incompatible", Message: "amount has no default"})
	})
	drifted := subject("drifted", orderV1, func(s *v1alpha1.Subject) {
		s.Status.Conditions = conditions(1, ready, metav1.Condition{Type: "InSync", Status: metav1.ConditionFalse, Reason: "NewerVersionInRegistry", Message: "version 3 is newer"})
	})
	stale := subject("stale", orderV1, func(s *v1alpha1.Subject) {
		s.Generation, s.Status.Conditions = 2, conditions(1, ready)
	})
	untouched := subject("untouched", orderV1)
	elsewhere := subject("elsewhere", orderV1, func(s *v1alpha1.Subject) { s.Namespace = "other" })
	reg := &v1alpha1.SchemaRegistry{
		ObjectMeta: metav1.ObjectMeta{Namespace: team, Name: "main", Generation: 1},
		Spec:       v1alpha1.SchemaRegistrySpec{Type: v1alpha1.Managed, Replicas: new(int32(3))},
		Status: v1alpha1.SchemaRegistryStatus{
			Conditions: conditions(1, ready), ReadyReplicas: 3, Primary: &v1alpha1.PrimaryStatus{Pod: "main-0"},
			Subjects: &v1alpha1.SubjectCounts{Attached: 5, OutOfSync: 1}, Version: "1.2.3",
		},
	}
	p, out := newPlugin(t, reg, good, wrong, drifted, stale, untouched, elsewhere)

	if err := p.Status(t.Context(), StatusOptions{}); err != nil {
		t.Fatal(err)
	}
	wantText(t, out.String(),
		"team/main   Managed   True    3/3        main-0    5          1             1.2.3",
		"1 SchemaRegistries, 0 RestProxies, 5 Subjects; 4 Subjects are not as they ask to be",
		"Subject team/wrong: Ready is not True, Incompatible\n  amount has no default",
		"Subject team/drifted: InSync is not True, NewerVersionInRegistry",
		"Subject team/stale: Ready is not True, Pending\n  The operator has not looked at the newest change yet",
		"Subject team/untouched: Ready is not True, Pending")
	if err := p.Status(t.Context(), StatusOptions{AllNamespaces: true, Fail: true}); !errors.Is(err, ErrDifferent) {
		t.Errorf("--fail: %v", err)
	}
	wantText(t, out.String(), "6 Subjects", "other/elsewhere")

	p, _ = newPlugin(t, reg, good)
	if err := p.Status(t.Context(), StatusOptions{Fail: true}); err != nil {
		t.Errorf("--fail where all is well: %v", err)
	}
}

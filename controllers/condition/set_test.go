package condition

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

var (
	then = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	now  = then.Add(time.Hour)
)

func TestTransitionTimeMovesWithTheStatusOnly(t *testing.T) {
	t.Parallel()
	old := New(nil, 1, then)
	old.True("A", "X", "")
	old.True("B", "X", "")
	before := old.List()

	s := New(before, 2, now)
	s.True("A", "Y", "other words")
	s.False("B", "Y", "")
	want := []metav1.Condition{
		{Type: "A", Status: "True", Reason: "Y", Message: "other words", ObservedGeneration: 2, LastTransitionTime: metav1.NewTime(then)},
		{Type: "B", Status: "False", Reason: "Y", ObservedGeneration: 2, LastTransitionTime: metav1.NewTime(now)},
	}
	if diff := cmp.Diff(want, s.List()); diff != "" {
		t.Error(diff)
	}
	if before[0].Reason != "X" {
		t.Error("the conditions of the object were changed in place")
	}
}

func TestRollUpNamesTheFirstObstacle(t *testing.T) {
	t.Parallel()
	f := func(a, b metav1.ConditionStatus, stalled bool, wantReady, wantOther string) {
		t.Helper()
		s := New(nil, 1, now)
		s.Put("A", a, "ReasonA", "a")
		s.Put("B", b, "ReasonB", "b")
		s.RollUp("Fine", "", "A", "B", "Absent")
		s.Settle(stalled)
		ready := s.Get(v1alpha1.ConditionReady)
		if got := string(ready.Status) + "/" + ready.Reason; got != wantReady {
			t.Errorf("%s %s: Ready %s, want %s", a, b, got, wantReady)
		}
		other := ""
		for _, typ := range []string{v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled} {
			if s.Is(typ, "True") {
				other += typ
			}
		}
		if other != wantOther {
			t.Errorf("%s %s: %q, want %q", a, b, other, wantOther)
		}
	}

	f("True", "True", false, "True/Fine", "")
	f("True", "False", false, "False/ReasonB", "Reconciling")
	f("False", "False", false, "False/ReasonA", "Reconciling")
	f("True", "Unknown", false, "Unknown/ReasonB", "Reconciling")
	f("False", "True", true, "False/ReasonA", "Stalled")
	// What is Ready is never stalled.
	f("True", "True", true, "True/Fine", "")
}

func TestMessagesAreBounded(t *testing.T) {
	t.Parallel()
	s := New(nil, 1, now)
	s.True("A", "X", strings.Repeat("ä", 2000))
	if n := len(s.Get("A").Message); n > maxMessage || n < maxMessage-8 {
		t.Errorf("%d bytes", n)
	}
}

func TestWorkload(t *testing.T) {
	t.Parallel()
	set := func(observed int64, replicas, updated, ready int32) *appsv1.StatefulSet {
		return &appsv1.StatefulSet{
			ObjectMeta: metav1.ObjectMeta{Generation: 2},
			Status:     appsv1.StatefulSetStatus{ObservedGeneration: observed, Replicas: replicas, UpdatedReplicas: updated, ReadyReplicas: ready},
		}
	}
	f := func(set *appsv1.StatefulSet, want int32, was bool, deployed, available string) {
		t.Helper()
		s := New(nil, 1, now)
		if was {
			s.True(v1alpha1.ConditionDeployed, v1alpha1.ReasonRolledOut, "")
		}
		s.Workload(nil, set, want)
		if got := s.Get(v1alpha1.ConditionDeployed).Reason; got != deployed {
			t.Errorf("Deployed %s, want %s", got, deployed)
		}
		if got := s.Get(v1alpha1.ConditionAvailable).Reason; got != available {
			t.Errorf("Available %s, want %s", got, available)
		}
	}

	f(nil, 2, false, "RollingOut", "NoReadyReplica")
	f(set(2, 2, 2, 2), 2, false, "RolledOut", "MinimumReplicasAvailable")
	f(set(1, 2, 2, 2), 2, false, "RollingOut", "MinimumReplicasAvailable")
	f(set(2, 2, 1, 2), 2, false, "RollingOut", "MinimumReplicasAvailable")
	f(set(2, 2, 2, 1), 2, false, "RollingOut", "MinimumReplicasAvailable")
	// A pod that fails after the roll-out does not undo it.
	f(set(2, 2, 2, 1), 2, true, "RolledOut", "MinimumReplicasAvailable")
	f(set(2, 2, 2, 0), 2, true, "RolledOut", "NoReadyReplica")
	f(set(2, 0, 0, 0), 0, false, "RolledOut", "ScaledToZero")
}

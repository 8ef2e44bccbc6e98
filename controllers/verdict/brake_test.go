package verdict

import (
	"slices"
	"testing"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

func TestSuspicion(t *testing.T) {
	t.Parallel()
	f := func(l Loss, want string) {
		t.Helper()
		if got := l.Suspicion(); got != want {
			t.Errorf("%+v: %q, want %q", l, got, want)
		}
	}

	f(Loss{}, "")
	f(Loss{Owned: 10_000}, "")
	// Ten may always come back, or a tenth where that is more.
	f(Loss{Owned: 11, Missing: 10}, "")
	f(Loss{Owned: 12, Missing: 11}, v1alpha1.ReasonMassDeletionSuspected)
	f(Loss{Owned: 10_000, Missing: 1000}, "")
	f(Loss{Owned: 10_000, Missing: 1001}, v1alpha1.ReasonMassDeletionSuspected)
	// A registry without any subject was not emptied one by one.
	f(Loss{Owned: 2, Missing: 2, Empty: true}, v1alpha1.ReasonTopicRecreated)
	f(Loss{Owned: 10_000, Missing: 10_000, Empty: true}, v1alpha1.ReasonTopicRecreated)
	f(Loss{Owned: 1, Missing: 1, Empty: true}, "") // One subject, deleted.
	f(Loss{Owned: 2, Missing: 2}, "")
}

func TestReturns(t *testing.T) {
	t.Parallel()
	f := func(want bool, edits ...func(*Input)) {
		t.Helper()
		if got := Returns(facts(edits...)); got != want {
			t.Errorf("Returns = %t", got)
		}
	}

	f(false)
	f(true, missing)
	f(false, newer)
	f(false, missing, unowned(v1alpha1.AdoptNever))
	f(false, missing, observes, func(in *Input) { in.Subject.Status.Ownership = v1alpha1.OwnershipObserved })
	f(false, missing, func(in *Input) { in.RegisteredID = 1 }) // Just registered, not shown yet.
	f(false, func(in *Input) { in.State = nil })
}

func TestReadyAsksForTheLatestWhenToldSo(t *testing.T) {
	t.Parallel()
	s := facts().Subject
	if slices.Contains(ReadyTypes(s), v1alpha1.ConditionInSync) {
		t.Error("InSync decides Ready unasked")
	}
	s.Spec.RequireLatest = new(true)
	if !slices.Contains(ReadyTypes(s), v1alpha1.ConditionInSync) {
		t.Error("requireLatest changes nothing")
	}
}

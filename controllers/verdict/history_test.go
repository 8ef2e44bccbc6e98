package verdict

import (
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// older gives the Subject n older texts; places are the versions that hold
// them, 0 for none, and live those that the subject has.
func older(places []int32, live ...int32) func(*Input) {
	return func(in *Input) {
		in.Subject.Spec.History = make([]v1alpha1.HistoricVersion, len(places))
		in.History = &History{Live: live}
		for _, v := range places {
			var p *Registered
			if v != 0 {
				p = at(100+v, v)
			}
			in.History.Places = append(in.History.Places, p)
		}
	}
}

func unread(in *Input) {
	in.History.Problem, in.History.Message = v1alpha1.ReasonConfigMapNotFound, "no"
}

func TestProgress(t *testing.T) {
	t.Parallel()
	f := func(done int, ok bool, places []int32, live ...int32) {
		t.Helper()
		in := facts(older(places, live...))
		if gotDone, gotOK := in.History.Progress(); gotDone != done || gotOK != ok {
			t.Errorf("%v in %v: %d, %t, want %d, %t", places, live, gotDone, gotOK, done, ok)
		}
	}

	f(0, true, []int32{0, 0})
	f(1, true, []int32{1, 0}, 1)
	f(2, true, []int32{1, 2}, 1, 2)
	f(1, true, []int32{4, 0}, 4) // After a deletion numbers go on.
	f(0, false, []int32{0, 0}, 1)
	f(0, false, []int32{0, 1}, 1)       // The second text without the first.
	f(0, false, []int32{2, 1}, 1, 2)    // In another order.
	f(0, false, []int32{1, 2}, 1, 2, 3) // Somebody else's beside them.
}

func TestHistoryIsRegisteredIntoAnEmptySubjectOnly(t *testing.T) {
	t.Parallel()
	f := func(want Action, edits ...func(*Input)) {
		t.Helper()
		if got := Next(facts(edits...)); got != want {
			t.Errorf("Next = %q, want %q", got, want)
		}
	}
	newObject := unowned(v1alpha1.AdoptIfIdentical)

	f(RegisterHistoric, newObject, missing, older([]int32{0, 0}))
	f(RegisterHistoric, newObject, missing, older([]int32{1, 0}, 1), func(in *Input) { in.Historic = 1 })
	f(Register, newObject, missing, older([]int32{1, 2}, 1, 2))
	f(SetLevel, newObject, missing, older([]int32{0}), wants("FULL"))
	// A subject with other versions gets none in between.
	f(Register, notRegistered, otherText, checked(Check{}), older([]int32{0}, 1))
	f(None, older([]int32{0}, 1))
	// What was written and is not shown yet is not written again.
	f(None, newObject, missing, older([]int32{0, 0}), func(in *Input) { in.Historic = 1 })
	// Nothing is begun that cannot be finished.
	f(None, newObject, missing, older([]int32{0}), unread)
	f(None, newObject, func(in *Input) { in.State.Ours, in.State.Latest = nil, at(101, 1) }, older([]int32{1, 0}, 1), unread)
	f(None, newObject, missing, older([]int32{0}), checked(Check{Invalid: "spec.history[0]: no schema"}))
	f(None, newObject, missing, older([]int32{0}), inForce("READONLY"))
	f(None, missing, older([]int32{0}), lost(12, 11))
	f(None, missing, older([]int32{0}), reports)

	// An attempt that was interrupted is taken up again, and by nobody else.
	interrupted := func(in *Input) { in.State.Ours, in.State.Latest = nil, at(101, 1) }
	f(RegisterHistoric, newObject, interrupted, older([]int32{1, 0}, 1))
	f(None, unowned(v1alpha1.AdoptNever), interrupted, older([]int32{1, 0}, 1))
	f(None, newObject, interrupted, older([]int32{0, 0}, 1))
	if got := Ownership(facts(newObject, missing, older([]int32{0, 0}), func(in *Input) { in.Historic = 1 })); got != v1alpha1.OwnershipCreated {
		t.Errorf("half registered: ownership %q", got)
	}
	if !Unsettled(facts(newObject, missing, older([]int32{0, 0}), func(in *Input) { in.Historic, in.Wrote = 1, []Action{RegisterHistoric} })) {
		t.Error("what is not shown yet counts as settled")
	}
}

func TestHistoryIsTold(t *testing.T) {
	t.Parallel()
	f := func(typ, want, words string, edits ...func(*Input)) {
		t.Helper()
		for _, s := range Judge(facts(edits...)).Statements {
			if s.Type == typ && (string(s.Status)+"/"+s.Reason != want || !strings.Contains(s.Message, words) || (words == "" && s.Message != "")) {
				t.Errorf("%s=%s/%s %q, want %s with %q", typ, s.Status, s.Reason, s.Message, want, words)
			}
		}
	}

	f("InSync", "True/InSync", "")
	f("InSync", "True/InSync", "", older([]int32{1}, 1, 2))
	f("InSync", "True/InSync", "spec.history[1]", older([]int32{1, 0}, 1, 2))
	f("SourceResolved", "True/Resolved", "", older([]int32{0}, 1), unread)
	f("InSync", "True/InSync", "no", older([]int32{0}, 1), unread)
	f("SourceResolved", "False/ConfigMapNotFound", "no", missing, older([]int32{0}), unread)
}

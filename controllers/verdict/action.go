package verdict

import "github.com/plastron-dev/plastron/api/v1alpha1"

// Action is one write to the registry.
type Action string

// The actions.
const (
	None       Action = ""
	SetLevel   Action = "setting the compatibility level"
	ClearLevel Action = "removing the compatibility level"
	SetMode    Action = "setting the mode"
	ClearMode  Action = "removing the mode"
	Register   Action = "registering the schema"
	// RegisterHistoric registers the older text that NextHistoric names. It is
	// the only action that may come several times in one attempt.
	RegisterHistoric Action = "registering an older version"
)

// Next returns the write that brings the subject nearer to what the spec asks
// for, None when there is nothing to write or a problem forbids it. It is
// asked again after each write, with the state that the registry then has; the
// same write twice in one attempt is never right, see Input.Wrote.
//
// The level comes before the schema: the text has been checked under the level
// that is wanted, so that a text which needs a looser level gets in, and one
// that a tighter level forbids changes nothing. A mode that forbids writes comes
// last, any other first.
func Next(in *Input) Action {
	s := in.Subject
	if in.State == nil || in.Failure != nil || s.Observes() {
		return None
	}
	if adoptionArises(in) && Adoption().First(in) != nil {
		return None
	}
	if checkProblem(in) != nil || suspended(in) != nil || historyUnread(in) != nil || historyLags(in) {
		return None
	}
	mode := nextMode(in)
	if mode != None && !closes(in) {
		return mode
	}
	if a := nextLevel(in); a != None && !onlyReported(in, a) {
		return a
	}
	if NeedsRegistration(in) && readOnly(in) == nil && !onlyReported(in, Register) {
		if _, ok := NextHistoric(in); ok {
			return RegisterHistoric
		}
		return Register
	}
	return mode
}

// isSetting reports whether an action changes a setting, not the versions.
func (a Action) isSetting() bool {
	return a == SetLevel || a == ClearLevel || a == SetMode || a == ClearMode
}

// onlyReported reports whether an action would repair what somebody else
// changed, and the spec asks to report that and no more.
func onlyReported(in *Input, a Action) bool {
	s := in.Subject
	if s.Drift() != v1alpha1.DriftReport {
		return false
	}
	switch a {
	case Register:
		return hashIsApplied(in) && s.Status.SchemaID != 0
	case SetLevel:
		return s.Spec.Compatibility != nil && string(*s.Spec.Compatibility) == string(appliedLevel(s))
	case SetMode:
		return s.Spec.Mode != nil && string(*s.Spec.Mode) == string(appliedMode(s))
	default:
		return false
	}
}

// Unsettled reports whether something was written that the registry does not
// show yet. It is to be looked at again soon, and not to be written again.
func Unsettled(in *Input) bool {
	return len(in.Wrote) > 0 && in.Failure == nil && (Next(in) != None || historyLags(in))
}

// NeedsRegistration reports whether the registry lacks the text that the
// Subject asks for, so that it has to be checked and registered.
func NeedsRegistration(in *Input) bool {
	return in.State != nil && in.Subject.HasSchema() && in.State.Ours == nil
}

// DesiredLevel returns the level that the subject will have once the spec is
// fulfilled: what a text has to be checked under.
func DesiredLevel(in *Input) v1alpha1.Level {
	want := in.Subject.Spec.Compatibility
	switch {
	case want != nil && *want != v1alpha1.Inherit:
		return v1alpha1.Level(*want)
	case want == nil && in.State.Level != "":
		return in.State.Level
	case in.State.Global != "":
		return in.State.Global
	default:
		return "BACKWARD" // What every registry starts with.
	}
}

func nextLevel(in *Input) Action {
	want := in.Subject.Spec.Compatibility
	switch {
	case want == nil:
		return None
	case *want == v1alpha1.Inherit:
		// Only a level that we set is ours to remove.
		if in.State.Level != "" && in.State.Level == appliedLevel(in.Subject) {
			return ClearLevel
		}
		return None
	case string(in.State.Level) != string(*want):
		return SetLevel
	default:
		return None
	}
}

func appliedLevel(s *v1alpha1.Subject) v1alpha1.Level {
	if s.Status.Applied == nil {
		return ""
	}
	return s.Status.Applied.Compatibility
}

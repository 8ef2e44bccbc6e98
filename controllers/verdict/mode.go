package verdict

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// nextMode returns the write that gives the subject the mode that is wanted.
func nextMode(in *Input) Action {
	want := in.Subject.Spec.Mode
	switch {
	case want == nil:
		return None
	case *want == v1alpha1.InheritMode:
		// Only a mode that we set is ours to remove.
		if in.State.Mode != "" && in.State.Mode == appliedMode(in.Subject) {
			return ClearMode
		}
		return None
	case string(in.State.Mode) != string(*want) && !onlyReported(in, SetMode):
		return SetMode
	default:
		return None
	}
}

// closes reports whether the mode that is wanted forbids registrations. It is
// set after the schema then, and before it otherwise.
func closes(in *Input) bool {
	want := in.Subject.Spec.Mode
	return want != nil && forbids(v1alpha1.Mode(*want))
}

func forbids(m v1alpha1.Mode) bool {
	return m == v1alpha1.ReadOnly || m == v1alpha1.ReadOnlyOverride
}

// readOnly is what keeps a schema from being registered: a mode. No mode is
// left to get a schema in, not even one that this object set.
func readOnly(in *Input) *Statement {
	if in.State == nil || !NeedsRegistration(in) || !forbids(in.State.Effective) {
		return nil
	}
	text := fmt.Sprintf("The mode %s of the subject, or of the registry, forbids new versions", in.State.Effective)
	if closes(in) {
		text = fmt.Sprintf("spec.mode is %s, which forbids new versions; set it to READWRITE to register this one", *in.Subject.Spec.Mode)
	}
	return new(no(v1alpha1.ConditionRegistered, v1alpha1.ReasonRegistryReadOnly, text))
}

func modeSynced(in *Input) Statement {
	const typ = v1alpha1.ConditionConfigSynced
	want, have := in.Subject.Spec.Mode, in.State.Mode
	switch {
	case want == nil:
		return yes(typ, v1alpha1.ReasonUnmanaged, "")
	case *want == v1alpha1.InheritMode && (have == "" || have == in.State.GlobalMode):
		return yes(typ, v1alpha1.ReasonSynced, "")
	case *want == v1alpha1.InheritMode:
		return no(typ, v1alpha1.ReasonConfigChanged, fmt.Sprintf(
			"spec.mode is Inherit, and the subject has the mode %s, which this object did not set; remove it in the registry, or set spec.mode", have))
	case string(*want) == string(have):
		return yes(typ, v1alpha1.ReasonSynced, "")
	case in.Subject.Observes():
		return no(typ, v1alpha1.ReasonConfigChanged, modeText(have)+", and spec.managementPolicy Observe forbids to set "+string(*want))
	case onlyReported(in, SetMode):
		return no(typ, v1alpha1.ReasonConfigChanged, modeText(have)+", and spec.driftPolicy Report forbids to set "+string(*want)+" again")
	default:
		return unknown(typ, v1alpha1.ReasonPending, modeText(have)+"; "+string(*want)+" was not set")
	}
}

// settingsSynced speaks of level and mode together: of the first that is not
// as it should be.
func settingsSynced(in *Input) Statement {
	level, mode := levelSynced(in), modeSynced(in)
	switch {
	case level.Status != metav1.ConditionTrue || mode.Reason == v1alpha1.ReasonUnmanaged:
		return level
	default:
		return mode
	}
}

// settingsInSync says whether level and mode are what the spec asks for.
func settingsInSync(in *Input) Statement {
	level, want := levelInSync(in), in.Subject.Spec.Mode
	if level.Status != metav1.ConditionTrue || want == nil || *want == v1alpha1.InheritMode || string(*want) == string(in.State.Mode) {
		return level
	}
	return no(v1alpha1.ConditionInSync, v1alpha1.ReasonConfigChanged, modeText(in.State.Mode)+", and spec.mode asks for "+string(*want))
}

func modeText(m v1alpha1.Mode) string {
	if m == "" {
		return "The subject has no mode of its own"
	}
	return "The subject's mode is " + string(m)
}

func appliedMode(s *v1alpha1.Subject) v1alpha1.Mode {
	if s.Status.Applied == nil {
		return ""
	}
	return s.Status.Applied.Mode
}

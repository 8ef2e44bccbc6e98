package verdict

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// inSync says whether the newest version in the registry is ours. Nothing is
// ever deleted to make it so.
func inSync(in *Input) Statement {
	s := latestInSync(in)
	if s.Status == metav1.ConditionTrue {
		s.Message = historyText(in)
	}
	return s
}

func latestInSync(in *Input) Statement {
	const typ = v1alpha1.ConditionInSync
	s, st := in.Subject, in.State
	switch {
	case !s.HasSchema():
		return settingsInSync(in)
	case suspended(in) != nil:
		return no(typ, v1alpha1.ReasonRepairsSuspended, suspended(in).Message)
	case st.Latest == nil:
		return no(typ, v1alpha1.ReasonSubjectMissing, "The registry has no live version of the subject")
	case st.Ours == nil:
		return no(typ, v1alpha1.ReasonNotRegistered, fmt.Sprintf(
			"The registry's latest is version %d (id %d), and the schema of this object is not registered", st.Latest.Version, st.Latest.ID))
	case *st.Ours != *st.Latest && hashIsApplied(in) && !wasSuperseded(in):
		return no(typ, v1alpha1.ReasonNewerVersionInRegistry, fmt.Sprintf(
			"Version %d (id %d) was registered by somebody else after ours, version %d; bring its text into this object, or delete it in the registry",
			st.Latest.Version, st.Latest.ID, st.Ours.Version))
	case *st.Ours != *st.Latest:
		return no(typ, v1alpha1.ReasonSupersededByNewer, fmt.Sprintf(
			"The text equals version %d, and the latest is version %d; delete the newer versions in the registry, or change the text",
			st.Ours.Version, st.Latest.Version))
	}
	if was := idChanged(in); was != nil {
		return *was
	}
	return settingsInSync(in)
}

// wasSuperseded reports whether the text was an older version when it was first
// looked for, which its hash, once it is in the status, does not tell any more.
func wasSuperseded(in *Input) bool {
	c := meta.FindStatusCondition(in.Subject.Status.Conditions, v1alpha1.ConditionInSync)
	return c != nil && c.Status == metav1.ConditionFalse && c.Reason == v1alpha1.ReasonSupersededByNewer
}

// idChanged keeps saying that the schema came back under another id until the
// spec changes: records that carry the old id are still out there.
func idChanged(in *Input) *Statement {
	const typ, reason = v1alpha1.ConditionInSync, v1alpha1.ReasonSchemaIDChanged
	st := in.Subject.Status
	if hashIsApplied(in) && st.SchemaID != 0 && st.SchemaID != in.State.Ours.ID {
		return new(no(typ, reason, fmt.Sprintf("The schema had id %d and has id %d now: records written with the old id cannot be decoded by this registry",
			st.SchemaID, in.State.Ours.ID)))
	}
	for _, c := range st.Conditions {
		if c.Type == typ && c.Reason == reason && c.Status == metav1.ConditionFalse && c.ObservedGeneration == in.Subject.Generation {
			return new(no(typ, reason, c.Message))
		}
	}
	return nil
}

func levelInSync(in *Input) Statement {
	want := in.Subject.Spec.Compatibility
	if want == nil || *want == v1alpha1.Inherit || string(*want) == string(in.State.Level) {
		return yes(v1alpha1.ConditionInSync, v1alpha1.ReasonInSync, "")
	}
	return no(v1alpha1.ConditionInSync, v1alpha1.ReasonConfigChanged, levelText(in.State.Level)+", and spec.compatibility asks for "+string(*want))
}

func levelText(l v1alpha1.Level) string {
	if l == "" {
		return "The subject has no level of its own"
	}
	return "The subject's level is " + string(l)
}

// hashIsApplied reports whether what the Subject asks for is what it asked for
// when it was registered.
func hashIsApplied(in *Input) bool {
	return in.State.Hash != "" && in.State.Hash == in.Subject.Status.SchemaHash
}

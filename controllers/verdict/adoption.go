package verdict

import (
	"fmt"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// Adoption decides whether a subject that exists already may become ours. It
// is asked while status.ownership does not say that it is.
func Adoption() Chain {
	return Chain{
		policyForbidsAny,
		latestDiffers,
		levelDiffers,
		modeDiffers,
	}
}

// adoptionArises reports whether the question arises at all.
func adoptionArises(in *Input) bool {
	s := in.Subject
	return s.HasSchema() && !s.Owns() && !s.Observes() && in.Existed && in.RegisteredID == 0 && in.State != nil && in.State.Latest != nil
}

// Ownership returns how the subject belongs to the Subject now.
func Ownership(in *Input) v1alpha1.Ownership {
	s := in.Subject
	switch {
	case s.Observes():
		return v1alpha1.OwnershipObserved
	case s.Owns():
		return s.Status.Ownership
	case in.Historic > 0 && !in.Existed:
		return v1alpha1.OwnershipCreated // Not complete yet, and ours already.
	case in.State == nil || (in.State.Ours == nil && in.RegisteredID == 0) || (adoptionArises(in) && Adoption().First(in) != nil):
		return ""
	case in.Existed:
		return v1alpha1.OwnershipAdopted
	default:
		return v1alpha1.OwnershipCreated
	}
}

func policyForbidsAny(in *Input) *Statement {
	if in.Subject.Adoption() != v1alpha1.AdoptNever {
		return nil
	}
	return refuseAdoption(in, "and spec.adoptionPolicy is Never")
}

func latestDiffers(in *Input) *Statement {
	s := in.State
	if in.Subject.Adoption() != v1alpha1.AdoptIfIdentical || (s.Ours != nil && *s.Ours == *s.Latest) || isOwnHistory(in) {
		return nil
	}
	if s.Ours != nil {
		return refuseAdoption(in, fmt.Sprintf("and its latest schema differs: the text of this object is version %d. "+
			"Use the latest text, or set spec.adoptionPolicy to IfCompatible", s.Ours.Version))
	}
	return refuseAdoption(in, "and its latest schema differs. Use that text, or set spec.adoptionPolicy to IfCompatible "+
		"to register this one as the next version")
}

// levelDiffers protects a level that somebody set on the subject.
func levelDiffers(in *Input) *Statement {
	want := in.Subject.Spec.Compatibility
	if in.Subject.Adoption() != v1alpha1.AdoptIfIdentical || want == nil || in.State.Level == "" || string(*want) == string(in.State.Level) {
		return nil
	}
	return refuseAdoption(in, fmt.Sprintf("and its compatibility level is %s, not %s. Remove spec.compatibility or set it to %s, "+
		"or set spec.adoptionPolicy to IfCompatible", in.State.Level, *want, in.State.Level))
}

// modeDiffers protects a mode that somebody set on the subject.
func modeDiffers(in *Input) *Statement {
	want := in.Subject.Spec.Mode
	have := in.State.Mode
	if in.Subject.Adoption() != v1alpha1.AdoptIfIdentical || want == nil || have == "" || have == v1alpha1.ReadWrite || string(*want) == string(have) {
		return nil
	}
	return refuseAdoption(in, fmt.Sprintf("and its mode is %s, not %s. Remove spec.mode or set it to %s, "+
		"or set spec.adoptionPolicy to IfCompatible", have, *want, have))
}

func refuseAdoption(in *Input, why string) *Statement {
	return new(no(v1alpha1.ConditionRegistered, v1alpha1.ReasonAdoptionRefused, fmt.Sprintf(
		"Subject %s exists in the registry with latest version %d (id %d) %s",
		in.Subject.SubjectName(), in.State.Latest.Version, in.State.Latest.ID, why)))
}

package verdict

import (
	"fmt"
	"strings"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// Farewell is what is known when a Subject with a finalizer is deleted.
type Farewell struct {
	Subject *v1alpha1.Subject
	// RegistryGone says that the SchemaRegistry does not exist or is being
	// deleted itself, NamespaceEnds that the namespace is.
	RegistryGone, NamespaceEnds bool
	// Grant is what the SchemaRegistry lets the Subject do now, and KeepGoing
	// that a namespace that is being deleted changes nothing about it.
	Grant     Grant
	KeepGoing bool
	// Dependents are Subjects that refer to this one, by namespace/name.
	Dependents []string
	// Unreachable says why the registry cannot be asked, and Overdue that
	// this has lasted longer than the operator waits.
	Unreachable string
	Overdue     bool
	// Released says that a person asked to let go.
	Released bool
	// Latest is the newest live version, nil when there is none; it counts
	// only while Unreachable is empty.
	Latest *Registered
	// Newest is the greatest version number, soft-deleted ones included, 0
	// when there is none.
	Newest int32
}

// Step is what a deletion does next.
type Step string

// The steps.
const (
	// Release lets go of the object and leaves the registry alone.
	Release Step = "Release"
	// Wait keeps the object; the statement says for what.
	Wait Step = "Wait"
	// DeleteSoft and DeleteHard delete the subject, then release.
	DeleteSoft Step = "SoftDelete"
	DeleteHard Step = "HardDelete"
)

// Bury decides what the deletion of a Subject does. Losing the ability to
// delete is always better than deleting: whatever is unclear ends in Release.
// why is for an event when a deletion was asked for and is left out, or less
// is deleted than was asked for.
func Bury(f *Farewell) (step Step, wait *Statement, why string) {
	s := f.Subject
	switch {
	case s.Deletion() == v1alpha1.Retain:
		return Release, nil, ""
	case f.Released:
		return Release, nil, "The annotation " + v1alpha1.AnnotationForceRelease + " asks to let go"
	case !s.Owns():
		// What never became ours is not ours to delete.
		return Release, nil, ""
	case f.RegistryGone:
		return Release, nil, "The SchemaRegistry is gone"
	case f.NamespaceEnds && !f.KeepGoing:
		return Release, nil, "The namespace is being deleted"
	case f.Grant.Problem != "":
		return Release, nil, f.Grant.Message
	case f.Grant.Deletion(s) == v1alpha1.Retain:
		return Release, nil, "spec.policy or spec.allowedSubjects of the SchemaRegistry allows no deletion"
	case len(f.Dependents) > 0:
		return Wait, new(no(v1alpha1.ConditionDeleting, v1alpha1.ReasonWaitingForDependents, fmt.Sprintf(
			"%d Subjects refer to this one: %s", len(f.Dependents), strings.Join(f.Dependents[:min(10, len(f.Dependents))], ", ")))), ""
	case f.Unreachable != "" && f.Overdue:
		return Release, nil, "The registry could not be reached in time; the subject stays there"
	case f.Unreachable != "":
		return Wait, new(no(v1alpha1.ConditionDeleting, v1alpha1.ReasonRegistryUnreachable, f.Unreachable)), ""
	case s.Deletion() == v1alpha1.SoftDelete:
		return DeleteSoft, nil, ""
	case f.Grant.Deletion(s) == v1alpha1.SoftDelete:
		return DeleteSoft, nil, "The SchemaRegistry allows at most SoftDelete, so the subject can be brought back"
	case hasForeignVersion(f):
		return DeleteSoft, nil, fmt.Sprintf(
			"Version %d is not ours, so the subject is deleted softly and can be brought back", f.Newest)
	default:
		return DeleteHard, nil, ""
	}
}

// hasForeignVersion reports whether somebody else registered a version. It
// counts soft-deleted ones:
//
//	T1 the subject is deleted softly because version 2 is not ours
//	T2 taking the finalizer off fails, the object was changed meanwhile
//	T3 the next attempt finds no live version
//
// Without them T3 would delete for good what T1 spared.
func hasForeignVersion(f *Farewell) bool {
	st := f.Subject.Status
	return f.Newest > st.Version || (f.Latest != nil && f.Latest.ID != st.SchemaID)
}

package verdict

import (
	"fmt"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// Loss says how many subjects of a registry are gone that Subjects own.
type Loss struct {
	// Owned counts the Subjects that have registered something, Missing those
	// of them whose subject the registry does not list.
	Owned, Missing int
	// Empty says that the registry lists no subject at all.
	Empty bool
}

// tolerated is how many subjects may be gone at once before somebody has to
// say that they shall come back; a tenth of them where that is more.
const tolerated = 10

// Suspicion returns a reason of RepairsSuspended, empty when what is gone may
// be registered again. Registering everything into a topic that was recreated
// hands out new ids in an arbitrary order and makes every record undecodable,
// perhaps while a restore is on its way.
func (l Loss) Suspicion() string {
	switch {
	case l.Empty && l.Owned > 1 && l.Missing == l.Owned:
		return v1alpha1.ReasonTopicRecreated
	case l.Missing > max(tolerated, l.Owned/10):
		return v1alpha1.ReasonMassDeletionSuspected
	default:
		return ""
	}
}

// Text says what is gone.
func (l Loss) Text() string {
	if l.Suspicion() == v1alpha1.ReasonTopicRecreated {
		return fmt.Sprintf("The registry has no subjects, and %d Subjects have registered one: its topic may have been recreated", l.Owned)
	}
	return fmt.Sprintf("%d of %d subjects that Subjects have registered are gone", l.Missing, l.Owned)
}

// Returns reports whether the next registration would bring back a subject
// that this object had registered and that is gone.
func Returns(in *Input) bool {
	s := in.Subject
	return in.State != nil && s.HasSchema() && s.Owns() && s.Status.SchemaID != 0 && in.State.Latest == nil && in.RegisteredID == 0
}

// suspended is what keeps a subject that is gone from being registered again.
func suspended(in *Input) *Statement {
	if in.Loss == nil || !Returns(in) || in.Loss.Suspicion() == "" {
		return nil
	}
	return new(no(v1alpha1.ConditionRegistered, v1alpha1.ReasonRepairsSuspended, fmt.Sprintf(
		"%s. Nothing is registered again until they are restored, or until somebody confirms it as the condition RepairsSuspended of SchemaRegistry %s says",
		in.Loss.Text(), in.Subject.RegistryKey())))
}

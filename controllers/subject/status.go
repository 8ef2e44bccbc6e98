package subject

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/condition"
	"github.com/plastron-dev/plastron/controllers/verdict"
)

// maxIncompatibilities bounds the list in the status.
const maxIncompatibilities = 10

// report writes what was found, if it is not what the status says already.
func (r *Reconciler) report(ctx context.Context, s *v1alpha1.Subject, in *verdict.Input) error {
	old := s.DeepCopy()
	// The judgement compares with the status as it was before this attempt.
	j := verdict.Judge(in)
	ownership := verdict.Ownership(in)
	oldID := s.Status.SchemaID

	set := condition.New(s.Status.Conditions, s.Generation, r.Clock())
	set.Remove(v1alpha1.ConditionPaused)
	set.Declare(append(verdict.ReadyTypes(s), v1alpha1.ConditionInSync)...)
	for _, st := range j.Statements {
		set.Put(st.Type, st.Status, st.Reason, st.Message)
	}
	if !j.KeepReady {
		rollUp(set, in)
		set.Settle(j.Stalled)
	}
	s.Status.Conditions = set.List()
	s.Status.ObservedGeneration = s.Generation
	s.Status.Subject, s.Status.Registry = s.SubjectName(), s.RegistryKey()
	s.Status.DeletionPolicy = ""
	if verdict.Accept().First(in) == nil {
		s.Status.DeletionPolicy = in.Registry.Grant.Deletion(s)
	}
	fillState(&s.Status, in, ownership)

	changed := !equality.Semantic.DeepEqual(old.Status, s.Status)
	if changed {
		if err := r.Client.Status().Patch(ctx, s, client.MergeFrom(old)); err != nil {
			return fmt.Errorf("writing the status of Subject %s/%s: %w", s.Namespace, s.Name, err)
		}
	}
	r.tell(old, s, in, oldID)
	return nil
}

// rollUp takes only conditions of this generation into account: one that could
// not be looked at yet keeps what it said of the generation before.
func rollUp(set *condition.Set, in *verdict.Input) {
	var message string
	if in.State != nil && in.State.Ours != nil {
		message = fmt.Sprintf("Version %d, id %d", in.State.Ours.Version, in.State.Ours.ID)
	}
	types := verdict.ReadyTypes(in.Subject)
	for _, typ := range types {
		c := set.Get(typ)
		if c.Status == metav1.ConditionTrue && c.ObservedGeneration != in.Subject.Generation {
			set.Unknown(typ, v1alpha1.ReasonPending, "Not looked at for this generation yet")
		}
	}
	set.RollUp(v1alpha1.ReasonSynced, message, types...)
}

// fillState records what the registry has. What could not be read stays as it
// was.
func fillState(status *v1alpha1.SubjectStatus, in *verdict.Input, ownership v1alpha1.Ownership) {
	if in.State == nil {
		return
	}
	st := in.State
	status.Ownership = ownership
	status.EffectiveCompatibility = effective(st)
	status.LatestVersion, status.LatestID = 0, 0
	if st.Latest != nil {
		status.LatestVersion, status.LatestID = st.Latest.Version, st.Latest.ID
	}
	if st.Ours != nil && (in.Subject.Observes() || ownership == v1alpha1.OwnershipCreated || ownership == v1alpha1.OwnershipAdopted) {
		status.SchemaID, status.Version, status.SchemaHash = st.Ours.ID, st.Ours.Version, st.Hash
		status.ResolvedReferences = nil
		if in.References != nil {
			status.ResolvedReferences = in.References.Resolved
		}
	}
	if st.Ours == nil && in.RegisteredID != 0 {
		// Known by its id; the version follows when the registry shows it.
		status.SchemaID, status.Version, status.SchemaHash = in.RegisteredID, 0, st.Hash
		status.ResolvedReferences = in.References.Resolved
	}
	status.Incompatibilities = nil
	if in.Checked != nil && verdict.NeedsRegistration(in) {
		status.Incompatibilities = in.Checked.Incompatibilities[:min(maxIncompatibilities, len(in.Checked.Incompatibilities))]
	}
	fillApplied(status, in)
}

// fillApplied remembers the level and the mode that we set: they are the only
// ones that Inherit may remove.
func fillApplied(status *v1alpha1.SubjectStatus, in *verdict.Input) {
	var applied v1alpha1.AppliedSettings
	if status.Applied != nil {
		applied = *status.Applied
	}
	spec := in.Subject.Spec
	switch want := spec.Compatibility; {
	case want == nil || *want == v1alpha1.Inherit:
		if in.State.Level == "" {
			applied.Compatibility = ""
		}
	case string(*want) == string(in.State.Level) && !in.Subject.Observes():
		applied.Compatibility = in.State.Level
	}
	switch want := spec.Mode; {
	case want == nil: // Not looked at.
	case *want == v1alpha1.InheritMode:
		if in.State.Mode == "" || slices.Contains(in.Wrote, verdict.ClearMode) {
			applied.Mode = ""
		}
	case string(*want) == string(in.State.Mode) && !in.Subject.Observes():
		applied.Mode = in.State.Mode
	}
	status.Applied = nil
	if applied != (v1alpha1.AppliedSettings{}) {
		status.Applied = &applied
	}
}

func effective(st *verdict.State) *v1alpha1.EffectiveCompatibility {
	if st.Level != "" {
		return &v1alpha1.EffectiveCompatibility{Level: st.Level, Source: "Subject"}
	}
	if st.Global == "" {
		return nil
	}
	return &v1alpha1.EffectiveCompatibility{Level: st.Global, Source: "Global"}
}

// tell sends events for what a person may want to be told. Each follows from a
// write or from a change of the status, so that nothing is told twice.
func (r *Reconciler) tell(old, s *v1alpha1.Subject, in *verdict.Input, oldID int32) {
	for _, a := range in.Wrote {
		if a != verdict.Register || in.State == nil {
			continue
		}
		reason := v1alpha1.EventSubjectRegistered
		if old.Status.SchemaHash == in.State.Hash {
			reason = v1alpha1.EventDriftRepaired
		}
		r.event(s, corev1.EventTypeNormal, reason, "Registered with id %d", in.RegisteredID)
	}
	if old.Status.Ownership != v1alpha1.OwnershipAdopted && s.Status.Ownership == v1alpha1.OwnershipAdopted {
		r.event(s, corev1.EventTypeNormal, v1alpha1.EventSubjectAdopted, "Took over the subject at version %d, id %d", s.Status.Version, s.Status.SchemaID)
	}
	if old.Status.SchemaHash == s.Status.SchemaHash && oldID != 0 && oldID != s.Status.SchemaID {
		r.event(s, corev1.EventTypeWarning, v1alpha1.EventSchemaIDChanged,
			"The schema had id %d and has id %d now: older records cannot be decoded by this registry", oldID, s.Status.SchemaID)
	}
	r.tellCondition(old, s, v1alpha1.ConditionCompatible, v1alpha1.EventIncompatibleSchema)
	if a := s.Status.Applied; a != nil && old.Status.ObservedGeneration != s.Generation {
		if s.Spec.Compatibility == nil && a.Compatibility != "" {
			r.event(s, corev1.EventTypeNormal, v1alpha1.EventCompatibilityReleased, "spec.compatibility was removed; the subject keeps %s", a.Compatibility)
		}
		if s.Spec.Mode == nil && a.Mode != "" {
			r.event(s, corev1.EventTypeNormal, v1alpha1.EventModeReleased, "spec.mode was removed; the subject keeps %s", a.Mode)
		}
	}
}

// tellCondition tells of a condition that became False for this generation.
func (r *Reconciler) tellCondition(old, s *v1alpha1.Subject, typ, reason string) {
	was, is := find(old.Status.Conditions, typ), find(s.Status.Conditions, typ)
	if is == nil || is.Status != metav1.ConditionFalse {
		return
	}
	if was != nil && was.Status == is.Status && was.ObservedGeneration == is.ObservedGeneration {
		return
	}
	r.event(s, corev1.EventTypeWarning, reason, "%s", is.Message)
}

func find(conditions []metav1.Condition, typ string) *metav1.Condition {
	for i := range conditions {
		if conditions[i].Type == typ {
			return &conditions[i]
		}
	}
	return nil
}

func (r *Reconciler) event(s *v1alpha1.Subject, kind, reason, format string, args ...any) {
	r.Events.Eventf(s, nil, kind, reason, "Reconcile", format, args...)
}

// pause says that nothing is done, and nothing else.
func (r *Reconciler) pause(ctx context.Context, s *v1alpha1.Subject) error {
	old := s.DeepCopy()
	set := condition.New(s.Status.Conditions, s.Generation, r.Clock())
	set.True(v1alpha1.ConditionPaused, v1alpha1.ReasonPaused, "The annotation "+v1alpha1.AnnotationPause+" is set")
	s.Status.Conditions = set.List()
	return r.write(ctx, old, s)
}

// write patches the status if it changed.
func (r *Reconciler) write(ctx context.Context, old, s *v1alpha1.Subject) error {
	if equality.Semantic.DeepEqual(old.Status, s.Status) {
		return nil
	}
	if err := r.Client.Status().Patch(ctx, s, client.MergeFrom(old)); err != nil {
		return fmt.Errorf("writing the status of Subject %s/%s: %w", s.Namespace, s.Name, err)
	}
	return nil
}

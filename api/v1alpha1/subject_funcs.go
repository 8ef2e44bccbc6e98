package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// SubjectName returns the name of the subject in the registry.
func (s *Subject) SubjectName() string {
	if s.Spec.Name == nil {
		return s.Name
	}
	return *s.Spec.Name
}

// RegistryKey returns namespace/name of the SchemaRegistry.
func (s *Subject) RegistryKey() string { return s.RegistryNamespace() + "/" + s.Spec.RegistryRef.Name }

// RegistryNamespace returns the namespace of the SchemaRegistry.
func (s *Subject) RegistryNamespace() string { return orOwn(s.Spec.RegistryRef.Namespace, s.Namespace) }

// NamespaceIn returns the namespace of the Subject that an object of namespace
// own refers to.
func (r *LocalSubjectReference) NamespaceIn(own string) string { return orOwn(r.Namespace, own) }

// orOwn returns the namespace that a reference names, own when it names none.
func orOwn(named *string, own string) string {
	if named == nil {
		return own
	}
	return *named
}

// TargetKey names the registry and the subject in it. Two Subjects with one
// target key are in each other's way.
func (s *Subject) TargetKey() string { return s.RegistryKey() + "/" + s.SubjectName() }

// HasSchema reports whether the spec asks for a schema, not only for settings.
func (s *Subject) HasSchema() bool { return s.Spec.Schema != nil || s.Spec.SchemaFrom != nil }

// Type returns the language of the schema.
func (s *Subject) Type() SchemaType {
	if s.Spec.SchemaType == "" {
		return Avro
	}
	return s.Spec.SchemaType
}

// Adoption returns the effective adoption policy.
func (s *Subject) Adoption() AdoptionPolicy {
	if s.Spec.AdoptionPolicy == nil {
		return AdoptIfIdentical
	}
	return *s.Spec.AdoptionPolicy
}

// Drift returns the effective drift policy.
func (s *Subject) Drift() DriftPolicy {
	if s.Spec.DriftPolicy == nil {
		return DriftRepair
	}
	return *s.Spec.DriftPolicy
}

// RequiresLatest reports whether Ready asks for InSync.
func (s *Subject) RequiresLatest() bool {
	return s.Spec.RequireLatest != nil && *s.Spec.RequireLatest
}

// Deletion returns the deletion policy that the spec asks for; the
// SchemaRegistry may allow less. A Subject that observes always retains.
func (s *Subject) Deletion() DeletionPolicy {
	if s.Spec.DeletionPolicy == nil || s.Observes() {
		return Retain
	}
	return *s.Spec.DeletionPolicy
}

// Observes reports whether the operator must not write to the registry.
func (s *Subject) Observes() bool {
	return s.Spec.ManagementPolicy != nil && *s.Spec.ManagementPolicy == ManageObserve
}

// Owns reports whether the subject in the registry is ours to change.
func (s *Subject) Owns() bool {
	return s.Status.Ownership == OwnershipCreated || s.Status.Ownership == OwnershipAdopted
}

// IsOlder reports whether s goes before other when both claim one target: the
// older object does, and among equals the lesser UID. One that is not stored
// yet, as admission sees it, is younger than any that is.
func (s *Subject) IsOlder(other *Subject) bool {
	if stored := s.ResourceVersion != ""; stored != (other.ResourceVersion != "") {
		return stored
	}
	a, b := s.CreationTimestamp, other.CreationTimestamp
	if !a.Equal(&b) {
		return a.Before(&b)
	}
	return s.UID < other.UID
}

// GetConditions returns the conditions.
func (s *Subject) GetConditions() []metav1.Condition { return s.Status.Conditions }

// SetConditions replaces the conditions.
func (s *Subject) SetConditions(c []metav1.Condition) { s.Status.Conditions = c }

// Text is what the key of the ConfigMap holds; false when it has no such key.
func (r *ConfigMapKeyReference) Text(m *corev1.ConfigMap) (string, bool) {
	if text, ok := m.Data[r.Key]; ok {
		return text, true
	}
	raw, ok := m.BinaryData[r.Key]
	return string(raw), ok
}

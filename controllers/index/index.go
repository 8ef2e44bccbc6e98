package index

import "github.com/plastron-dev/plastron/api/v1alpha1"

// Names of the indexes over Subjects and RestProxies.
const (
	// SubjectRegistry finds the Subjects of a registry by namespace/name.
	SubjectRegistry = "subject/registry"
	// SubjectTarget finds the Subjects that claim one subject of a registry.
	SubjectTarget = "subject/target"
	// SubjectReferences finds the Subjects that refer to a Subject object, by
	// its namespace/name.
	SubjectReferences = "subject/refs"
	// SubjectConfigMap finds the Subjects that read a ConfigMap.
	SubjectConfigMap = "subject/configmap"
	// ProxyRegistry finds the RestProxies that use a SchemaRegistry.
	ProxyRegistry = "proxy/registry"
)

// Key is how the indexes name an object.
func Key(namespace, name string) string { return namespace + "/" + name }

// RegistryOfSubject fills SubjectRegistry.
func RegistryOfSubject(s *v1alpha1.Subject) []string { return []string{s.RegistryKey()} }

// TargetOfSubject fills SubjectTarget.
func TargetOfSubject(s *v1alpha1.Subject) []string { return []string{s.TargetKey()} }

// ReferencesOfSubject fills SubjectReferences.
func ReferencesOfSubject(s *v1alpha1.Subject) []string {
	var keys []string
	for _, r := range s.Spec.References {
		if r.SubjectRef != nil {
			keys = append(keys, Key(s.Namespace, r.SubjectRef.Name))
		}
	}
	return keys
}

// ConfigMapOfSubject fills SubjectConfigMap.
func ConfigMapOfSubject(s *v1alpha1.Subject) []string {
	if s.Spec.SchemaFrom == nil || s.Spec.SchemaFrom.ConfigMapKeyRef == nil {
		return nil
	}
	return []string{Key(s.Namespace, s.Spec.SchemaFrom.ConfigMapKeyRef.Name)}
}

// RegistryOfProxy fills ProxyRegistry.
func RegistryOfProxy(p *v1alpha1.RestProxy) []string {
	if p.Spec.SchemaRegistry == nil || p.Spec.SchemaRegistry.Ref == nil {
		return nil
	}
	return []string{Key(p.Namespace, p.Spec.SchemaRegistry.Ref.Name)}
}

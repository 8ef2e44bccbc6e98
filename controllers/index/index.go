package index

import (
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// Names of the indexes.
const (
	// SubjectRegistry finds the Subjects of a registry by namespace/name.
	SubjectRegistry = "subject/registry"
	// SubjectTarget finds the Subjects that claim one subject of a registry.
	SubjectTarget = "subject/target"
	// SubjectReferences finds the Subjects that refer to a Subject object, by
	// its namespace/name.
	SubjectReferences = "subject/refs"
	// SubjectNamedReferences finds the Subjects that refer to a subject of the
	// registry by its name, under the key of SubjectTarget.
	SubjectNamedReferences = "subject/namedrefs"
	// SubjectConfigMap finds the Subjects that read a ConfigMap.
	SubjectConfigMap = "subject/configmap"
	// ProxyRegistry finds the RestProxies that use a SchemaRegistry.
	ProxyRegistry = "proxy/registry"
	// Secrets finds the SchemaRegistries and RestProxies that use a Secret.
	Secrets = "secrets"
	// Strimzi finds those that use a Kafka or a KafkaUser, by StrimziKey.
	Strimzi = "strimzi"
)

// Key is how the indexes name an object.
func Key(namespace, name string) string { return namespace + "/" + name }

// KeyOf names an object as most indexes do.
func KeyOf(o client.Object) string { return Key(o.GetNamespace(), o.GetName()) }

// StrimziKeyOf names an object as the index Strimzi does; its kind has to be
// set.
func StrimziKeyOf(o client.Object) string {
	return StrimziKey(o.GetObjectKind().GroupVersionKind().Kind, o.GetNamespace(), o.GetName())
}

// StrimziKey is how the index Strimzi names an object.
func StrimziKey(kind, namespace, name string) string { return kind + "/" + Key(namespace, name) }

// SecretsOfRegistry fills Secrets.
func SecretsOfRegistry(r *v1alpha1.SchemaRegistry) []string {
	return keys(r.Namespace, r.SecretNames())
}

// SecretsOfProxy fills Secrets.
func SecretsOfProxy(p *v1alpha1.RestProxy) []string { return keys(p.Namespace, p.SecretNames()) }

// StrimziOfRegistry fills Strimzi.
func StrimziOfRegistry(r *v1alpha1.SchemaRegistry) []string {
	return strimziKeys(r.Namespace, r.Spec.Kafka)
}

// StrimziOfProxy fills Strimzi.
func StrimziOfProxy(p *v1alpha1.RestProxy) []string { return strimziKeys(p.Namespace, &p.Spec.Kafka) }

func strimziKeys(namespace string, k *v1alpha1.KafkaConnection) []string {
	if k == nil || k.Strimzi == nil {
		return nil
	}
	keys := []string{StrimziKey("Kafka", k.Strimzi.Cluster.NamespaceIn(namespace), k.Strimzi.Cluster.Name)}
	if k.Strimzi.User != nil {
		keys = append(keys, StrimziKey("KafkaUser", namespace, k.Strimzi.User.Name))
	}
	return keys
}

// keys names objects of a namespace, each once.
func keys(namespace string, names []string) []string {
	slices.Sort(names)
	var all []string
	for _, name := range slices.Compact(names) {
		all = append(all, Key(namespace, name))
	}
	return all
}

// RegistryOfSubject fills SubjectRegistry.
func RegistryOfSubject(s *v1alpha1.Subject) []string { return []string{s.RegistryKey()} }

// TargetOfSubject fills SubjectTarget.
func TargetOfSubject(s *v1alpha1.Subject) []string { return []string{s.TargetKey()} }

// ReferencesOfSubject fills SubjectReferences.
func ReferencesOfSubject(s *v1alpha1.Subject) []string {
	var keys []string
	for _, r := range s.Spec.References {
		if r.SubjectRef != nil {
			keys = append(keys, Key(r.SubjectRef.NamespaceIn(s.Namespace), r.SubjectRef.Name))
		}
	}
	return keys
}

// NamedReferencesOfSubject fills SubjectNamedReferences.
func NamedReferencesOfSubject(s *v1alpha1.Subject) []string {
	var keys []string
	for _, r := range s.Spec.References {
		if r.Subject != nil {
			keys = append(keys, s.RegistryKey()+"/"+*r.Subject)
		}
	}
	return keys
}

// ConfigMapOfSubject fills SubjectConfigMap.
func ConfigMapOfSubject(s *v1alpha1.Subject) []string {
	sources := []*v1alpha1.SchemaSource{s.Spec.SchemaFrom}
	for i := range s.Spec.History {
		sources = append(sources, s.Spec.History[i].SchemaFrom)
	}
	var names []string
	for _, source := range sources {
		if source != nil && source.ConfigMapKeyRef != nil {
			names = append(names, source.ConfigMapKeyRef.Name)
		}
	}
	return keys(s.Namespace, names)
}

// RegistryOfProxy fills ProxyRegistry.
func RegistryOfProxy(p *v1alpha1.RestProxy) []string {
	if p.Spec.SchemaRegistry == nil || p.Spec.SchemaRegistry.Ref == nil {
		return nil
	}
	return []string{Key(p.Namespace, p.Spec.SchemaRegistry.Ref.Name)}
}

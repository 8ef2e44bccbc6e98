package v1alpha1

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Defaults that the operator fills in where the spec is silent. They are not
// written to the stored object.
const (
	DefaultRegistryPort int32 = 8081
	DefaultProxyPort    int32 = 8082
	DefaultTopic              = "_schemas"
	DefaultGroupID            = "schema-registry"
)

// IsManaged reports whether the operator deploys the registry.
func (r *SchemaRegistry) IsManaged() bool { return r.Spec.Type != External }

// IsReachable reports whether the registry answered when it was last asked.
func (r *SchemaRegistry) IsReachable() bool {
	return meta.IsStatusConditionTrue(r.Status.Conditions, ConditionReachable)
}

// Has reports whether the registry is known to have a feature.
func (c *Capabilities) Has(f Feature) bool { return c != nil && slices.Contains(c.Features, f) }

// Enforces reports whether the webhook refuses Subjects that the registry would
// refuse.
func (r *SchemaRegistry) Enforces() bool {
	p := r.Spec.Policy
	return p != nil && p.Admission != nil && *p.Admission == AdmissionEnforce
}

// Port returns the port that pods and Service listen on.
func (r *SchemaRegistry) Port() int32 {
	if r.Spec.Listener == nil {
		return DefaultRegistryPort
	}
	return portOf(&r.Spec.Listener.ListenerSpec, DefaultRegistryPort)
}

// ReplicaCount returns the wanted number of nodes.
func (r *SchemaRegistry) ReplicaCount() int32 {
	if r.Spec.Replicas == nil {
		return 2
	}
	return *r.Spec.Replicas
}

// TopicName returns the name of the topic that holds the schemas.
func (r *SchemaRegistry) TopicName() string {
	if r.Spec.Topic == nil || r.Spec.Topic.Name == nil {
		return DefaultTopic
	}
	return *r.Spec.Topic.Name
}

// GroupID returns the group that elects the primary.
func (r *SchemaRegistry) GroupID() string {
	if r.Spec.Election == nil || r.Spec.Election.GroupID == nil {
		return DefaultGroupID
	}
	return *r.Spec.Election.GroupID
}

// HeadlessName returns the name of the Service that names the pods.
func (r *SchemaRegistry) HeadlessName() string { return r.Name + "-nodes" }

// URLs returns the base URLs at which the operator reaches the registry, any
// of which answers for all.
func (r *SchemaRegistry) URLs() []string {
	if r.IsManaged() {
		return []string{fmt.Sprintf("%s://%s.%s.svc:%d", r.TLS().scheme(), r.Name, r.Namespace, r.Port())}
	}
	if r.Spec.External == nil {
		return nil
	}
	urls := make([]string, 0, len(r.Spec.External.URLs))
	for _, u := range r.Spec.External.URLs {
		urls = append(urls, string(u))
	}
	return urls
}

// SecretNames returns the Secrets that the registry is made from.
func (r *SchemaRegistry) SecretNames() []string {
	names := r.Spec.Kafka.SecretNames()
	names = append(names, r.TLS().secretNames()...)
	if users := r.Users(); users != nil {
		names = append(names, users.Name)
	}
	auth, _ := r.Auth()
	names = append(names, auth.secretNames()...)
	if r.Spec.External != nil {
		names = append(names, r.Spec.External.TLS.secretNames()...)
	}
	return names
}

func (a *HTTPAuth) secretNames() []string {
	switch {
	case a == nil:
		return nil
	case a.Basic != nil:
		return []string{a.Basic.SecretRef.Name}
	case a.Bearer != nil:
		return []string{a.Bearer.SecretRef.Name}
	case a.OAuth != nil:
		return namesOf(&a.OAuth.ClientSecretFrom, a.OAuth.CA)
	default:
		return nil
	}
}

// Auth returns what the operator shows the registry, nil for nothing, and the
// field that says so.
func (r *SchemaRegistry) Auth() (auth *HTTPAuth, path string) {
	switch {
	case r.Spec.External != nil:
		return r.Spec.External.Auth, "spec.external.auth"
	case r.Spec.Operator != nil:
		return r.Spec.Operator.Auth, "spec.operator.auth"
	default:
		return nil, ""
	}
}

// TLS returns the certificate of the listener, nil for none.
func (r *SchemaRegistry) TLS() *ListenerTLS {
	if r.Spec.Listener == nil {
		return nil
	}
	return r.Spec.Listener.TLS.of(r.Name)
}

// of completes the certificate of the listener of an object.
func (t *ListenerTLS) of(name string) *ListenerTLS {
	if t == nil || t.SecretName != "" {
		return t
	}
	out := t.DeepCopy()
	out.SecretName = name + "-tls"
	return out
}

// secretNames are the Secrets of a listener.
func (t *ListenerTLS) secretNames() []string {
	switch {
	case t == nil:
		return nil
	case t.ClientCertificates == nil:
		return []string{t.SecretName}
	default:
		return append(namesOf(t.ClientCertificates.CA), t.SecretName)
	}
}

// scheme of the URLs of a listener.
func (t *ListenerTLS) scheme() string {
	if t == nil {
		return "http"
	}
	return "https"
}

// Users returns the file of users, nil when everybody may use the registry.
func (r *SchemaRegistry) Users() *SecretKeyRef {
	if r.Spec.Listener == nil || r.Spec.Listener.Authentication == nil {
		return nil
	}
	return &r.Spec.Listener.Authentication.Basic.UsersSecretRef
}

// RepairsConfirmed reports whether a person confirmed that the subjects that
// were lost shall be registered again.
func (r *SchemaRegistry) RepairsConfirmed() bool {
	return r.Status.Repairs != nil && r.Annotations[AnnotationConfirmRepair] == r.Status.Repairs.Token
}

// GetConditions returns the conditions; SetConditions replaces them.
func (r *SchemaRegistry) GetConditions() []metav1.Condition { return r.Status.Conditions }

// SetConditions replaces the conditions.
func (r *SchemaRegistry) SetConditions(c []metav1.Condition) { r.Status.Conditions = c }

func portOf(l *ListenerSpec, fallback int32) int32 {
	if l == nil || l.Port == nil {
		return fallback
	}
	return *l.Port
}

package v1alpha1

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Port returns the port that pods and Service listen on.
func (p *RestProxy) Port() int32 { return portOf(p.Spec.Listener, DefaultProxyPort) }

// ReplicaCount returns the wanted number of pods.
func (p *RestProxy) ReplicaCount() int32 {
	if p.Spec.Replicas == nil {
		return 1
	}
	return *p.Spec.Replicas
}

// HeadlessName returns the name of the Service that names the pods.
func (p *RestProxy) HeadlessName() string { return p.Name + "-nodes" }

// URL returns the URL of the proxy inside the cluster.
func (p *RestProxy) URL() string {
	return fmt.Sprintf("%s://%s.%s.svc:%d", p.TLS().scheme(), p.Name, p.Namespace, p.Port())
}

// SecretNames returns the Secrets that the proxy is made from.
func (p *RestProxy) SecretNames() []string {
	names := p.Spec.Kafka.SecretNames()
	names = append(names, p.TLS().secretNames()...)
	if r := p.Spec.SchemaRegistry; r != nil {
		names = append(names, r.Auth.secretNames()...)
		names = append(names, r.TLS.secretNames()...)
	}
	return names
}

// TLS returns the certificate of the listener, nil for none.
func (p *RestProxy) TLS() *ListenerTLS {
	if p.Spec.Listener == nil {
		return nil
	}
	return p.Spec.Listener.TLS.of(p.Name)
}

// GetConditions returns the conditions.
func (p *RestProxy) GetConditions() []metav1.Condition { return p.Status.Conditions }

// SetConditions replaces the conditions.
func (p *RestProxy) SetConditions(c []metav1.Condition) { p.Status.Conditions = c }

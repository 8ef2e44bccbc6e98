package build

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// RegistryCertificate is the Certificate of a registry's listener. It comes
// before all other objects: the pods wait for the Secret that it makes.
func RegistryCertificate(r *v1alpha1.SchemaRegistry) []Optional {
	return registryWorkload(r, Inputs{}).certificate()
}

// ProxyCertificate is that of a proxy's listener.
func ProxyCertificate(p *v1alpha1.RestProxy) []Optional {
	return proxyWorkload(p, Inputs{}).certificate()
}

// PodAddresses are host:port of the pods of a workload; domain is that of its
// headless Service.
func PodAddresses(name, domain string, port, replicas int32) []string {
	all := make([]string, 0, replicas)
	for i := range replicas {
		all = append(all, name+"-"+itoa(i)+"."+domain+":"+itoa(port))
	}
	return all
}

// certificate is for the names of both Services, and may be shown by a client
// too: pods hand requests to each other.
func (w *workload) certificate() []Optional {
	kind := schema.GroupVersionKind{Group: "cert-manager.io", Version: "v1", Kind: "Certificate"}
	out := Optional{Field: "spec.listener.tls.certManager", Kind: kind, Name: w.name}
	if w.tls == nil || w.tls.CertManager == nil {
		return []Optional{out}
	}
	source := w.tls.CertManager
	host := w.name + "." + w.namespace
	names := []any{w.name, host, host + ".svc", "*." + w.headless + "." + w.namespace + ".svc"}
	for _, n := range source.DNSNames {
		names = append(names, string(n))
	}
	issuer := map[string]any{"name": source.IssuerRef.Name}
	if source.IssuerRef.Kind != nil {
		issuer["kind"] = *source.IssuerRef.Kind
	}
	if source.IssuerRef.Group != nil {
		issuer["group"] = *source.IssuerRef.Group
	}
	spec := map[string]any{
		"secretName": w.tls.SecretName, "dnsNames": names, "issuerRef": issuer,
		"usages":     []any{"digital signature", "key encipherment", "server auth", "client auth"},
		"privateKey": map[string]any{"algorithm": "ECDSA", "rotationPolicy": "Always"},
	}
	if source.Duration != nil {
		spec["duration"] = *source.Duration
	}
	out.Object = w.object(kind, v1alpha1.ObjectMetadata{}, spec)
	return []Optional{out}
}

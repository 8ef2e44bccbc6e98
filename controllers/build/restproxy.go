package build

import (
	"fmt"
	"net/url"

	corev1 "k8s.io/api/core/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// RestProxy returns the objects of a proxy. registryURL is the registry that
// its pods use, empty for none; it has no path, see CheckRegistryURL.
//
// A consumer lives in the memory of one pod. Its base_uri names that pod, and
// the others, which they find by the headless Service, send requests for it
// there. Clients of the Service are kept on one pod by their address all the
// same, which spares the second hop.
func RestProxy(p *v1alpha1.RestProxy, registryURL string, in Inputs) (Children, error) {
	w := proxyWorkload(p, in)
	w.env = w.common(p.Spec.Kafka.ClientID)
	if registryURL != "" {
		u, err := CheckRegistryURL(registryURL)
		if err != nil {
			return Children{}, err
		}
		w.env.set("registry_scheme", u.Scheme)
		w.env.set("registry_host", u.Hostname())
		w.env.set("registry_port", portOf(u))
		if in.RegistryUser != "" {
			w.env.set("registry_user", literal(in.RegistryUser))
		}
	}
	if a := p.Spec.Authorization; a != nil && *a == v1alpha1.PassThrough {
		w.env.set("rest_authorization", "true")
	}
	// With one replica too, so that scaling does not restart it.
	w.env.set("rest_peers", "srv://"+w.headless+"."+w.namespace+".svc")
	w.env.extra(p.Spec.Config)
	return w.children()
}

func proxyWorkload(p *v1alpha1.RestProxy, in Inputs) *workload {
	return &workload{
		kind: v1alpha1.KindRestProxy, component: "rest-proxy", ownerLabel: v1alpha1.LabelProxy,
		name: p.Name, namespace: p.Namespace, headless: p.HeadlessName(), uid: p.UID,
		command: "rest", replicas: p.ReplicaCount(), port: p.Port(),
		affinity: corev1.ServiceAffinityClientIP,
		image:    p.Spec.Image, template: templateOf(p.Spec.Template), expose: p.Spec.Exposure, inputs: in, tls: p.TLS(),
	}
}

// CheckRegistryURL parses the URL of a registry and refuses what the proxy
// cannot be configured with: it knows scheme, host and port only.
func CheckRegistryURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("parsing the registry's URL: %w", err)
	}
	if u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("the registry's URL %q is not http(s)://host[:port]", raw)
	}
	if u.Path != "" && u.Path != "/" {
		return nil, fmt.Errorf("the registry's URL %q has a path, which a proxy cannot use: name the registry by scheme, host and port", raw)
	}
	return u, nil
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	default:
		return "80"
	}
}

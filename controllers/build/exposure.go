package build

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"
	networkingv1ac "k8s.io/client-go/applyconfigurations/networking/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// Optional is an object of a kind that not every cluster has.
type Optional struct {
	// Field of the spec that asks for it, for people.
	Field string
	// Kind and Name of the object.
	Kind schema.GroupVersionKind
	Name string
	// Object is nil when it is not wanted.
	Object *unstructured.Unstructured
}

// AsksForOptional reports whether one of the optional objects is wanted.
func (c *Children) AsksForOptional() bool {
	return slices.ContainsFunc(c.Optional, func(o Optional) bool { return o.Object != nil })
}

// exposure adds the objects of spec.ingress, spec.httpRoute,
// spec.networkPolicy and spec.monitoring, and names those that are not wanted.
func (w *workload) exposure(out *Children) error {
	kind := func(group, kind string) schema.GroupVersionKind {
		return schema.GroupVersionKind{Group: group, Version: "v1", Kind: kind}
	}
	if w.expose.Ingress != nil {
		out.Apply = append(out.Apply, w.ingress(w.expose.Ingress))
	} else {
		out.Prune = append(out.Prune, ObjectKey{GroupVersionKind: kind("networking.k8s.io", "Ingress"), Name: w.name})
	}
	if w.expose.NetworkPolicy != nil {
		policy, err := w.networkPolicy(w.expose.NetworkPolicy)
		if err != nil {
			return err
		}
		out.Apply = append(out.Apply, policy)
	} else {
		out.Prune = append(out.Prune, ObjectKey{GroupVersionKind: kind("networking.k8s.io", "NetworkPolicy"), Name: w.name})
	}
	out.Optional = append(out.Optional, w.httpRoute())
	return w.monitoring(out)
}

// labelsWith are the labels of every child and those that the spec adds.
func (w *workload) labelsWith(m v1alpha1.ObjectMetadata) map[string]string {
	labels := maps.Clone(m.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	maps.Copy(labels, w.labels())
	return labels
}

// ingress sends every path of a host to the Service of clients.
func (w *workload) ingress(spec *v1alpha1.IngressSpec) *networkingv1ac.IngressApplyConfiguration {
	backend := networkingv1ac.IngressBackend().WithService(networkingv1ac.IngressServiceBackend().
		WithName(w.name).WithPort(networkingv1ac.ServiceBackendPort().WithName(portName)))
	out := networkingv1ac.IngressSpec().WithRules(networkingv1ac.IngressRule().
		WithHost(string(spec.Host)).
		WithHTTP(networkingv1ac.HTTPIngressRuleValue().WithPaths(networkingv1ac.HTTPIngressPath().
			WithPath("/").WithPathType(networkingv1.PathTypePrefix).WithBackend(backend))))
	if spec.ClassName != nil {
		out.WithIngressClassName(*spec.ClassName)
	}
	if spec.TLSSecretName != nil {
		out.WithTLS(networkingv1ac.IngressTLS().WithHosts(string(spec.Host)).WithSecretName(*spec.TLSSecretName))
	}
	return networkingv1ac.Ingress(w.name, w.namespace).
		WithLabels(w.labelsWith(spec.ObjectMetadata)).
		WithAnnotations(spec.Annotations).
		WithOwnerReferences(w.ownerReference()).
		WithSpec(out)
}

// networkPolicy lets the pods talk to each other, the operator ask how they
// are, and those in whom the spec names. Which namespace the operator is in is
// nothing that it could be sure of, so it is known by its labels.
func (w *workload) networkPolicy(spec *v1alpha1.NetworkPolicySpec) (*networkingv1ac.NetworkPolicyApplyConfiguration, error) {
	own := networkingv1ac.NetworkPolicyPeer().WithPodSelector(metav1ac.LabelSelector().WithMatchLabels(w.selectorLabels()))
	operator := networkingv1ac.NetworkPolicyPeer().
		WithNamespaceSelector(metav1ac.LabelSelector()).
		WithPodSelector(metav1ac.LabelSelector().WithMatchLabels(map[string]string{
			"app.kubernetes.io/name": "plastron", "app.kubernetes.io/component": "operator",
		}))
	rule := networkingv1ac.NetworkPolicyIngressRule().
		WithPorts(networkingv1ac.NetworkPolicyPort().WithProtocol(corev1.ProtocolTCP).WithPort(intstr.FromString(portName))).
		WithFrom(own, operator)
	for i := range spec.From {
		peer := networkingv1ac.NetworkPolicyPeer()
		if err := convert(spec.From[i], peer); err != nil {
			return nil, err
		}
		rule.WithFrom(peer)
	}
	return networkingv1ac.NetworkPolicy(w.name, w.namespace).
		WithLabels(w.labelsWith(spec.ObjectMetadata)).
		WithAnnotations(spec.Annotations).
		WithOwnerReferences(w.ownerReference()).
		WithSpec(networkingv1ac.NetworkPolicySpec().
			WithPodSelector(metav1ac.LabelSelector().WithMatchLabels(w.selectorLabels())).
			WithPolicyTypes(networkingv1.PolicyTypeIngress).
			WithIngress(rule)), nil
}

// httpRoute sends every path to the Service of clients.
func (w *workload) httpRoute() Optional {
	kind := schema.GroupVersionKind{Group: "gateway.networking.k8s.io", Version: "v1", Kind: "HTTPRoute"}
	out := Optional{Field: "spec.httpRoute", Kind: kind, Name: w.name}
	spec := w.expose.HTTPRoute
	if spec == nil {
		return out
	}
	parents := make([]any, 0, len(spec.ParentRefs))
	for _, p := range spec.ParentRefs {
		ref := map[string]any{"name": p.Name}
		if p.Namespace != nil {
			ref["namespace"] = *p.Namespace
		}
		if p.SectionName != nil {
			ref["sectionName"] = *p.SectionName
		}
		parents = append(parents, ref)
	}
	route := map[string]any{
		"parentRefs": parents,
		"rules": []any{map[string]any{
			"backendRefs": []any{map[string]any{"name": w.name, "port": int64(w.port)}},
		}},
	}
	if len(spec.Hostnames) > 0 {
		names := make([]any, 0, len(spec.Hostnames))
		for _, n := range spec.Hostnames {
			names = append(names, string(n))
		}
		route["hostnames"] = names
	}
	out.Object = w.object(kind, spec.ObjectMetadata, route)
	return out
}

// object is one of a kind for which there are no types here.
func (w *workload) object(kind schema.GroupVersionKind, m v1alpha1.ObjectMetadata, spec map[string]any) *unstructured.Unstructured {
	owner := w.ownerReference()
	o := &unstructured.Unstructured{Object: map[string]any{
		"metadata": map[string]any{
			"name": w.name, "namespace": w.namespace,
			"ownerReferences": []any{map[string]any{
				"apiVersion": *owner.APIVersion, "kind": *owner.Kind, "name": *owner.Name, "uid": string(*owner.UID),
				"controller": true, "blockOwnerDeletion": true,
			}},
		},
		"spec": spec,
	}}
	o.SetGroupVersionKind(kind)
	o.SetLabels(w.labelsWith(m))
	if len(m.Annotations) > 0 {
		o.SetAnnotations(m.Annotations)
	}
	return o
}

// clientServiceOf completes the Service of clients by what the spec says.
func (w *workload) clientServiceOf(s *corev1ac.ServiceApplyConfiguration) *corev1ac.ServiceApplyConfiguration {
	spec := w.expose.Service
	if spec == nil {
		return s
	}
	s.WithLabels(w.labelsWith(spec.ObjectMetadata)).WithAnnotations(spec.Annotations)
	if spec.Type != nil {
		s.Spec.WithType(corev1.ServiceType(*spec.Type))
	}
	return s
}

package envtest

import (
	"context"
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
	crenvtest "sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// gone waits until there is no such object anymore.
func gone(t *testing.T, o client.Object, list client.ObjectList) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	// The watch comes first: what ends after the look below is seen by it.
	w, err := shared.client.Watch(ctx, list, client.InNamespace(o.GetNamespace()), client.MatchingFields{"metadata.name": o.GetName()})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	if err := shared.client.Get(ctx, client.ObjectKeyFromObject(o), o); apierrors.IsNotFound(err) {
		return
	}
	for e := range w.ResultChan() {
		if e.Type == watch.Deleted {
			return
		}
	}
	t.Fatalf("%T %s is still there after %s", o, o.GetName(), patience)
}

// TestExposure: each object is there while its field is, and as the field
// says.
func TestExposure(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	reg, _ := readyRegistry(t, ns, "main")
	change(t, reg, func(r *v1alpha1.SchemaRegistry) {
		r.Spec.Service = &v1alpha1.ServiceSpec{ObjectMetadata: v1alpha1.ObjectMetadata{Annotations: map[string]string{"lb": "internal"}}, Type: new(v1alpha1.ServiceType("LoadBalancer"))}
		r.Spec.Ingress = &v1alpha1.IngressSpec{Host: "registry.example.org", TLSSecretName: new("edge")}
		r.Spec.NetworkPolicy = &v1alpha1.NetworkPolicySpec{}
		r.Spec.Monitoring = &v1alpha1.MonitoringSpec{Dashboard: &v1alpha1.ObjectMetadata{}}
	})
	named := metav1.ObjectMeta{Namespace: ns, Name: "main"}
	ingress := &networkingv1.Ingress{ObjectMeta: named}
	policy := &networkingv1.NetworkPolicy{ObjectMeta: named}
	dashboard := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "main-dashboard"}}
	there := func(o client.Object, _ bool) string {
		if !metav1.IsControlledBy(o, reg) {
			return "the owner"
		}
		return ""
	}
	await[client.Object](t, ingress, &networkingv1.IngressList{}, there)
	await[client.Object](t, policy, &networkingv1.NetworkPolicyList{}, there)
	await[client.Object](t, dashboard, &corev1.ConfigMapList{}, there)
	service := await(t, &corev1.Service{ObjectMeta: named}, &corev1.ServiceList{}, func(s *corev1.Service, _ bool) string {
		if s.Spec.Type != corev1.ServiceTypeLoadBalancer || s.Annotations["lb"] != "internal" {
			return "a load balancer"
		}
		return ""
	})
	await(t, reg, &v1alpha1.SchemaRegistryList{}, func(r *v1alpha1.SchemaRegistry, _ bool) string {
		if e := r.Status.Endpoints.External; len(e) != 1 || e[0] != "https://registry.example.org" {
			return fmt.Sprintf("the external endpoint, not %v", e)
		}
		return ""
	})

	// A change by hand is taken back.
	change(t, ingress, func(i *networkingv1.Ingress) { i.Spec.Rules[0].Host = "other.example.org" })
	await(t, ingress, &networkingv1.IngressList{}, func(i *networkingv1.Ingress, _ bool) string {
		if i.Spec.Rules[0].Host != "registry.example.org" {
			return "the host of the spec"
		}
		return ""
	})

	change(t, reg, func(r *v1alpha1.SchemaRegistry) { r.Spec.Exposure = v1alpha1.Exposure{} })
	gone(t, ingress, &networkingv1.IngressList{})
	gone(t, policy, &networkingv1.NetworkPolicyList{})
	gone(t, dashboard, &corev1.ConfigMapList{})
	await(t, service, &corev1.ServiceList{}, func(s *corev1.Service, _ bool) string {
		if s.Spec.Type != corev1.ServiceTypeClusterIP || s.Annotations["lb"] != "" {
			return "a Service for the cluster alone"
		}
		return ""
	})
	reg = awaitRegistry(t, reg, "Ready", metav1.ConditionTrue, "")
	if len(reg.Status.Endpoints.External) != 0 {
		t.Errorf("endpoints %v without an Ingress", reg.Status.Endpoints.External)
	}
}

// TestForeignIngressIsRefused: somebody else's object is neither changed when
// the field is set nor deleted when it is not.
func TestForeignIngressIsRefused(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	theirs := &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "main"}}
	theirs.Spec.DefaultBackend = &networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: "x", Port: networkingv1.ServiceBackendPort{Number: 80}}}
	create(t, theirs)
	version := theirs.ResourceVersion
	reg, _ := readyRegistry(t, ns, "main")
	change(t, reg, func(r *v1alpha1.SchemaRegistry) { r.Spec.Ingress = &v1alpha1.IngressSpec{Host: "registry.example.org"} })
	awaitRegistry(t, reg, "Accepted", metav1.ConditionFalse, v1alpha1.ReasonNameConflict)
	change(t, reg, func(r *v1alpha1.SchemaRegistry) { r.Spec.Ingress = nil })
	awaitRegistry(t, reg, "Ready", metav1.ConditionTrue, "")
	if get(t, theirs).ResourceVersion != version {
		t.Error("somebody else's Ingress was changed")
	}
}

// TestKindsThatMayBeMissing: what the cluster has no kind for is told, holds
// nothing else up, and is made when the kind arrives.
func TestKindsThatMayBeMissing(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	reg, fake := readyRegistry(t, ns, "main")
	want := v1alpha1.Exposure{
		HTTPRoute: &v1alpha1.HTTPRouteSpec{ParentRefs: []v1alpha1.GatewayRef{{Name: "edge"}}},
		Monitoring: &v1alpha1.MonitoringSpec{
			PodMonitor: &v1alpha1.PodMonitorSpec{}, PrometheusRule: &v1alpha1.ObjectMetadata{},
		},
	}
	change(t, reg, func(r *v1alpha1.SchemaRegistry) { r.Spec.Exposure = want })
	p := proxy(ns, "rest")
	p.Spec.Exposure = want
	create(t, p)
	setStatus(t, ns, "rest", 1)

	reg = awaitRegistry(t, reg, "Exposed", metav1.ConditionFalse, v1alpha1.ReasonFeatureUnsupported)
	hasMessage(t, reg.Status.Conditions, "Exposed", "spec.httpRoute", "spec.monitoring.podMonitor", "spec.monitoring.prometheusRule", "gateway.networking.k8s.io/v1")
	awaitRegistry(t, reg, "Stalled", metav1.ConditionTrue, v1alpha1.ReasonFeatureUnsupported)
	awaitRegistry(t, reg, "Available", metav1.ConditionTrue, "")
	awaitRegistry(t, reg, "Deployed", metav1.ConditionTrue, "")
	awaitProxy(t, p, "Exposed", metav1.ConditionFalse, v1alpha1.ReasonFeatureUnsupported)

	uninstall := install(t, "testdata/optional.yaml")
	reg = awaitRegistry(t, reg, "Exposed", metav1.ConditionTrue, "")
	awaitRegistry(t, reg, "Ready", metav1.ConditionTrue, "")
	awaitProxy(t, p, "Ready", metav1.ConditionTrue, "")
	kinds := []schema.GroupVersionKind{
		{Group: "gateway.networking.k8s.io", Version: "v1", Kind: "HTTPRoute"},
		{Group: "monitoring.coreos.com", Version: "v1", Kind: "PodMonitor"},
		{Group: "monitoring.coreos.com", Version: "v1", Kind: "PrometheusRule"},
	}
	for _, kind := range kinds {
		for _, owner := range []client.Object{reg, p} {
			if !metav1.IsControlledBy(get(t, ofKind(kind, owner)), owner) {
				t.Errorf("%s %s is not controlled by its owner", kind.Kind, owner.GetName())
			}
		}
	}

	// Drift is repaired although nobody watches; else nothing is written.
	route := ofKind(kinds[0], reg)
	change(t, route, func(u *unstructured.Unstructured) {
		_ = unstructured.SetNestedSlice(u.Object, []any{map[string]any{"name": "other"}}, "spec", "parentRefs")
	})
	await(t, route, listOf(kinds[0]), func(u *unstructured.Unstructured, _ bool) string {
		refs, _, _ := unstructured.NestedSlice(u.Object, "spec", "parentRefs")
		if len(refs) != 1 || refs[0].(map[string]any)["name"] != "edge" {
			return "the Gateway of the spec"
		}
		return ""
	})
	fake.awaitReads(t, 10)
	before := len(shared.calls.in(ns))
	fake.awaitReads(t, 10)
	if calls := shared.calls.in(ns); len(calls) != before {
		t.Errorf("called although nothing was to be done: %v", calls[before:])
	}

	change(t, reg, func(r *v1alpha1.SchemaRegistry) { r.Spec.Exposure = v1alpha1.Exposure{} })
	change(t, p, func(p *v1alpha1.RestProxy) { p.Spec.Exposure = v1alpha1.Exposure{} })
	for _, kind := range kinds {
		gone(t, ofKind(kind, reg), listOf(kind))
		gone(t, ofKind(kind, p), listOf(kind))
	}
	reg = awaitRegistry(t, reg, "Ready", metav1.ConditionTrue, "")
	if meta.FindStatusCondition(reg.Status.Conditions, "Exposed") != nil {
		t.Error("a condition for what is not asked for")
	}

	// A kind that goes again is told like one that was never there.
	uninstall()
	change(t, p, func(p *v1alpha1.RestProxy) { p.Spec.Exposure = want })
	awaitProxy(t, p, "Exposed", metav1.ConditionFalse, v1alpha1.ReasonFeatureUnsupported)
}

// install adds CRDs while the operator runs. The function that it returns takes
// them away and waits until they are gone.
func install(t *testing.T, path string) (uninstall func()) {
	t.Helper()
	options := crenvtest.CRDInstallOptions{Paths: []string{path}, ErrorIfPathMissing: true}
	crds, err := crenvtest.InstallCRDs(shared.config, options)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		if err := crenvtest.UninstallCRDs(shared.config, options); err != nil {
			t.Fatal(err)
		}
		kind := schema.GroupVersionKind{Group: "apiextensions.k8s.io", Version: "v1", Kind: "CustomResourceDefinition"}
		for _, crd := range crds {
			gone(t, ofKind(kind, crd), listOf(kind))
		}
	}
}

// ofKind names the object of a kind that an owner has.
func ofKind(kind schema.GroupVersionKind, owner client.Object) *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	o.SetGroupVersionKind(kind)
	o.SetNamespace(owner.GetNamespace())
	o.SetName(owner.GetName())
	return o
}

func listOf(kind schema.GroupVersionKind) *unstructured.UnstructuredList {
	l := &unstructured.UnstructuredList{}
	l.SetGroupVersionKind(kind.GroupVersion().WithKind(kind.Kind + "List"))
	return l
}

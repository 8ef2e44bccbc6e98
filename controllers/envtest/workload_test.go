package envtest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// setStatus does what the StatefulSet controller does once all pods are ready.
func setStatus(t *testing.T, ns, name string, ready int32) *appsv1.StatefulSet {
	t.Helper()
	set := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}}
	set = await(t, set, &appsv1.StatefulSetList{}, func(_ *appsv1.StatefulSet, _ bool) string { return "" })
	old := set.DeepCopy()
	set.Status = appsv1.StatefulSetStatus{
		ObservedGeneration: set.Generation, Replicas: *set.Spec.Replicas, UpdatedReplicas: *set.Spec.Replicas, ReadyReplicas: ready,
	}
	if err := shared.client.Status().Patch(t.Context(), set, client.MergeFrom(old)); err != nil {
		t.Fatal(err)
	}
	return set
}

// readyRegistry makes a Managed registry whose pods are said to be ready, with
// a fake behind its Service.
func readyRegistry(t *testing.T, ns, name string) (*v1alpha1.SchemaRegistry, *fakeRegistry) {
	t.Helper()
	fake := newFakeRegistry()
	fake.primary = fmt.Sprintf("http://%s-0.%s-nodes.%s.svc:8081", name, name, ns)
	shared.routes.add(fmt.Sprintf("%s.%s.svc:8081", name, ns), fake)
	reg := managed(ns, name)
	create(t, reg)
	setStatus(t, ns, name, 2)
	return awaitRegistry(t, reg, "Ready", metav1.ConditionTrue, ""), fake
}

func TestRegistryIsDeployed(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	reg, fake := readyRegistry(t, ns, "main")
	want := v1alpha1.SchemaRegistryStatus{
		ObservedGeneration: 1, Replicas: 2, ReadyReplicas: 2, UpdatedReplicas: 2, Version: "1.2.3",
		Selector:  "app.kubernetes.io/component=schema-registry,app.kubernetes.io/instance=main,app.kubernetes.io/name=plastron",
		Endpoints: &v1alpha1.EndpointsStatus{Internal: "http://main." + ns + ".svc:8081"},
		Primary:   &v1alpha1.PrimaryStatus{Pod: "main-0", URL: fake.primary},
		Subjects:  &v1alpha1.SubjectCounts{},
		Topic:     &v1alpha1.TopicStatus{Name: "_schemas"},
		Capabilities: &v1alpha1.Capabilities{Vendor: v1alpha1.VendorPlastron, Version: "1.2.3", Features: []v1alpha1.Feature{
			v1alpha1.FeatureFeed, v1alpha1.FeatureMetadata, v1alpha1.FeatureModeWrite,
		}},
	}
	got := reg.Status
	got.Conditions = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	for _, o := range []client.Object{
		&appsv1.StatefulSet{}, &corev1.Service{}, &policyv1.PodDisruptionBudget{},
	} {
		o.SetNamespace(ns)
		o.SetName("main")
		if !metav1.IsControlledBy(get(t, o), reg) {
			t.Errorf("%T is not controlled by the registry", o)
		}
	}
	headless := get(t, &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "main-nodes"}})
	if headless.Spec.ClusterIP != corev1.ClusterIPNone || !headless.Spec.PublishNotReadyAddresses {
		t.Errorf("headless Service %+v", headless.Spec)
	}

	// The primary moves; the status follows.
	fake.do(func() { fake.primary = strings.ReplaceAll(fake.primary, "main-0.", "main-1.") })
	await(t, reg, &v1alpha1.SchemaRegistryList{}, func(r *v1alpha1.SchemaRegistry, _ bool) string {
		if r.Status.Primary == nil || r.Status.Primary.Pod != "main-1" {
			return "the new primary"
		}
		return ""
	})
	fake.do(func() { fake.primary = "" })
	awaitRegistry(t, reg, "PrimaryElected", metav1.ConditionFalse, v1alpha1.ReasonNoPrimary)
}

func TestChildrenAreKept(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	reg, _ := readyRegistry(t, ns, "main")

	// A change by hand to a field of ours is taken back; what others add stays.
	set := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "main"}}
	change(t, set, func(s *appsv1.StatefulSet) {
		s.Spec.Replicas = new(int32(5))
		s.Labels["team"] = "x"
	})
	set = await(t, set, &appsv1.StatefulSetList{}, func(s *appsv1.StatefulSet, _ bool) string {
		if *s.Spec.Replicas != 2 || s.Labels["team"] != "x" {
			return "two replicas and the label"
		}
		return ""
	})

	// One replica needs no disruption budget.
	change(t, reg, func(r *v1alpha1.SchemaRegistry) { r.Spec.Replicas = new(int32(1)) })
	setStatusAfter(t, ns, "main", 1)
	awaitRegistry(t, reg, "Deployed", metav1.ConditionTrue, "")
	budget := &policyv1.PodDisruptionBudget{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "main"}}
	if err := shared.client.Get(t.Context(), client.ObjectKeyFromObject(budget), budget); !apierrors.IsNotFound(err) {
		t.Errorf("the disruption budget: %v", err)
	}

	// While the registry is being deleted nothing is brought back.
	// https://github.com/ClickHouse/clickhouse-operator/issues/309
	if err := shared.client.Delete(t.Context(), get(t, reg), client.PropagationPolicy(metav1.DeletePropagationForeground)); err != nil {
		t.Fatal(err)
	}
	// What comes later is reconciled later: then the operator knows of the
	// deletion, and after the next one it has also seen that the set is gone.
	later := func(name string) {
		other := managed(ns, name)
		create(t, other)
		setStatus(t, ns, name, 0)
		awaitRegistry(t, other, "Available", metav1.ConditionFalse, v1alpha1.ReasonNoReadyReplica)
	}
	later("second")
	if err := shared.client.Delete(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	later("third")
	if err := shared.client.Get(t.Context(), client.ObjectKeyFromObject(set), set); !apierrors.IsNotFound(err) {
		t.Errorf("the StatefulSet of a registry that is being deleted: %v", err)
	}
}

func setStatusAfter(t *testing.T, ns, name string, replicas int32) {
	t.Helper()
	set := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}}
	await(t, set, &appsv1.StatefulSetList{}, func(s *appsv1.StatefulSet, _ bool) string {
		if *s.Spec.Replicas != replicas {
			return fmt.Sprintf("%d replicas", replicas)
		}
		return ""
	})
	setStatus(t, ns, name, replicas)
}

func TestForeignObjectsAreRefused(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	foreign := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "main"},
		Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}},
	}
	create(t, foreign)
	version := foreign.ResourceVersion
	reg := managed(ns, "main")
	create(t, reg)
	awaitRegistry(t, reg, "Accepted", metav1.ConditionFalse, v1alpha1.ReasonNameConflict)
	awaitRegistry(t, reg, "Stalled", metav1.ConditionTrue, v1alpha1.ReasonNameConflict)
	if got := get(t, foreign); got.ResourceVersion != version {
		t.Error("somebody else's Service was changed")
	}
}

func TestTwoRegistriesOnOneTopic(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	first, second := managed(ns, "first"), managed(ns, "second")
	create(t, first)
	awaitRegistry(t, first, "Accepted", metav1.ConditionTrue, "")
	second.Spec.Election = &v1alpha1.ElectionSpec{GroupID: new("other")}
	create(t, second)
	if get(t, second).CreationTimestamp.Equal(&get(t, first).CreationTimestamp) && second.UID < first.UID {
		first, second = second, first
	}
	awaitRegistry(t, second, "Accepted", metav1.ConditionFalse, v1alpha1.ReasonTopicConflict)
}

func TestWrongRegistryConfig(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	reg := managed(ns, "main")
	reg.Spec.Config = map[string]v1alpha1.ConfigValue{"log_levell": "DEBUG"}
	create(t, reg)
	reg = awaitRegistry(t, reg, "Ready", metav1.ConditionFalse, v1alpha1.ReasonInvalidSpec)
	for _, c := range reg.Status.Conditions {
		if c.Type == "Ready" && (!strings.Contains(c.Message, "spec.config[log_levell]") || !strings.Contains(c.Message, "log_level")) {
			t.Errorf("message %q should name the field and the keys there are", c.Message)
		}
	}
	change(t, reg, func(r *v1alpha1.SchemaRegistry) {
		r.Spec.Config = map[string]v1alpha1.ConfigValue{"log_level": "DEBUG"}
	})
	awaitRegistry(t, reg, "Accepted", metav1.ConditionTrue, "")
}

func TestProxyFollowsItsRegistry(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	p := proxy(ns, "rest")
	p.Spec.SchemaRegistry = &v1alpha1.RegistryTarget{Ref: &v1alpha1.RegistryReference{Name: "main"}}
	create(t, p)
	awaitProxy(t, p, "Ready", metav1.ConditionFalse, v1alpha1.ReasonRegistryNotFound)
	readyRegistry(t, ns, "main")
	setStatus(t, ns, "rest", 1)
	p = awaitProxy(t, p, "Ready", metav1.ConditionTrue, "")
	if p.Status.RegistryURL != "http://main."+ns+".svc:8081" || p.Status.Endpoints.Internal != "http://rest."+ns+".svc:8082" {
		t.Errorf("status %+v", p.Status)
	}
	awaitProxy(t, p, "RegistryResolved", metav1.ConditionTrue, v1alpha1.ReasonResolved)

	// A registry that goes away does not take the proxy down.
	if err := shared.client.Delete(t.Context(), managed(ns, "main")); err != nil {
		t.Fatal(err)
	}
	awaitProxy(t, p, "RegistryResolved", metav1.ConditionFalse, v1alpha1.ReasonRegistryNotFound)
	awaitProxy(t, p, "Ready", metav1.ConditionTrue, "")
	set := get(t, &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "rest"}})
	env := map[string]string{}
	for _, e := range set.Spec.Template.Spec.Containers[0].Env {
		env[e.Name] = e.Value
	}
	if env["KARAPACE_REGISTRY_HOST"] != "main."+ns+".svc" {
		t.Errorf("env %v", env)
	}
}

// TestPodsAreRestricted creates the pods of both workloads under the strictest
// Pod Security standard.
func TestPodsAreRestricted(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	change(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns}}, func(n *corev1.Namespace) {
		n.Labels["pod-security.kubernetes.io/enforce"] = "restricted"
	})
	readyRegistry(t, ns, "main")
	create(t, proxy(ns, "rest"))
	for _, name := range []string{"main", "rest"} {
		set := setStatus(t, ns, name, 0)
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name + "-0"}, Spec: set.Spec.Template.Spec}
		create(t, pod)
	}
	// The rule is in force.
	loose := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "loose"}}
	loose.Spec.Containers = []corev1.Container{{Name: "c", Image: "c"}}
	if err := shared.client.Create(t.Context(), loose); !apierrors.IsForbidden(err) {
		t.Errorf("a loose pod: %v", err)
	}
}

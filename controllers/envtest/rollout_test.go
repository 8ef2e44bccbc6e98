package envtest

import (
	"fmt"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// podOf makes a pod as the StatefulSet controller does.
func podOf(t *testing.T, set *appsv1.StatefulSet, name, revision string) *corev1.Pod {
	t.Helper()
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Namespace: set.Namespace, Name: name, Labels: map[string]string{appsv1.StatefulSetRevisionLabel: revision},
		OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(set, appsv1.SchemeGroupVersion.WithKind("StatefulSet"))},
	}}
	for k, v := range set.Spec.Template.Labels {
		p.Labels[k] = v
	}
	p.Spec.Containers = []corev1.Container{{Name: "c", Image: "i"}}
	create(t, p)
	return p
}

func setReady(t *testing.T, p *corev1.Pod) {
	t.Helper()
	old := get(t, p).DeepCopy()
	p.Status.Phase = corev1.PodRunning // A budget does not speak of others.
	p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
	if err := shared.client.Status().Patch(t.Context(), p, client.MergeFrom(old)); err != nil {
		t.Fatal(err)
	}
}

// revise does what the StatefulSet controller does when it has seen the newest
// template: it gives it a name.
func revise(t *testing.T, ns, revision string, seen func(*appsv1.StatefulSet) bool) *appsv1.StatefulSet {
	t.Helper()
	set := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "main"}}
	set = await(t, set, &appsv1.StatefulSetList{}, func(s *appsv1.StatefulSet, _ bool) string {
		if !seen(s) {
			return "the newest template"
		}
		return ""
	})
	old := set.DeepCopy()
	n := *set.Spec.Replicas
	set.Status = appsv1.StatefulSetStatus{ObservedGeneration: set.Generation, Replicas: n, ReadyReplicas: n, AvailableReplicas: n, UpdateRevision: revision}
	if err := shared.client.Status().Patch(t.Context(), set, client.MergeFrom(old)); err != nil {
		t.Fatal(err)
	}
	return set
}

// allow does what the controller of disruption budgets does.
func allow(t *testing.T, ns string, disruptions int32) {
	t.Helper()
	budget := &policyv1.PodDisruptionBudget{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "main"}}
	budget = await(t, budget, &policyv1.PodDisruptionBudgetList{}, func(_ *policyv1.PodDisruptionBudget, _ bool) string { return "" })
	old := budget.DeepCopy()
	budget.Status = policyv1.PodDisruptionBudgetStatus{ObservedGeneration: budget.Generation, DisruptionsAllowed: disruptions, CurrentHealthy: 3, DesiredHealthy: 2, ExpectedPods: 3}
	if err := shared.client.Status().Patch(t.Context(), budget, client.MergeFrom(old)); err != nil {
		t.Fatal(err)
	}
}

func awaitRolling(t *testing.T, reg *v1alpha1.SchemaRegistry, text string) {
	t.Helper()
	await(t, get(t, reg), &v1alpha1.SchemaRegistryList{}, func(r *v1alpha1.SchemaRegistry, _ bool) string {
		for _, c := range r.Status.Conditions {
			if c.Type == "Deployed" && c.Reason == v1alpha1.ReasonRollingOut && strings.Contains(c.Message, text) {
				return ""
			}
		}
		return fmt.Sprintf("Deployed with %q: %v", text, r.Status.Conditions)
	})
}

// TestPrimaryRollsLast replaces the template of three pods of which the one in
// the middle is the primary: one pod goes at a time, the next when it is back
// and ready, the primary when all others are new.
func TestPrimaryRollsLast(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := newFakeRegistry()
	fake.primary = fmt.Sprintf("http://main-1.main-nodes.%s.svc:8081", ns)
	shared.routes.add(fmt.Sprintf("main.%s.svc:8081", ns), fake)
	reg := managed(ns, "main")
	reg.Spec.Replicas = new(int32(3))
	create(t, reg)
	set := revise(t, ns, "one", func(s *appsv1.StatefulSet) bool {
		return s.Spec.UpdateStrategy.Type == appsv1.OnDeleteStatefulSetStrategyType
	})
	pods := map[string]*corev1.Pod{}
	for _, name := range []string{"main-0", "main-1", "main-2"} {
		pods[name] = podOf(t, set, name, "one")
		setReady(t, pods[name])
	}

	// A StatefulSet of an earlier release rolled by itself.
	change(t, set, func(s *appsv1.StatefulSet) {
		s.Spec.UpdateStrategy = appsv1.StatefulSetUpdateStrategy{Type: appsv1.RollingUpdateStatefulSetStrategyType, RollingUpdate: &appsv1.RollingUpdateStatefulSetStrategy{Partition: new(int32(0))}}
	})
	change(t, reg, func(r *v1alpha1.SchemaRegistry) {
		r.Spec.Config = map[string]v1alpha1.ConfigValue{"log_level": "DEBUG"}
	})
	allow(t, ns, 0)
	set = revise(t, ns, "two", func(s *appsv1.StatefulSet) bool {
		return s.Spec.UpdateStrategy.Type == appsv1.OnDeleteStatefulSetStrategyType && s.Spec.UpdateStrategy.RollingUpdate == nil &&
			strings.Contains(fmt.Sprint(s.Spec.Template), "DEBUG")
	})
	awaitRolling(t, reg, "the disruption budget does not let pod main-2 go")
	allow(t, ns, 3)
	for _, name := range []string{"main-2", "main-0", "main-1"} {
		gone(t, pods[name], &corev1.PodList{})
		for other, p := range pods {
			if other != name {
				get(t, p)
			}
		}
		if name == "main-1" {
			break
		}
		awaitRolling(t, reg, "a pod is missing")
		pods[name] = podOf(t, set, name, "two")
		awaitRolling(t, reg, "pod "+name+" is not ready")
		setReady(t, pods[name])
	}
	podOf(t, set, "main-1", "two")
	setStatus(t, ns, "main", 3)
	awaitRegistry(t, reg, "Deployed", metav1.ConditionTrue, "")
}

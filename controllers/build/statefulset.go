package build

import (
	appsv1 "k8s.io/api/apps/v1"
	appsv1ac "k8s.io/client-go/applyconfigurations/apps/v1"
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// statefulSet runs the pods. They start in parallel. Those of a registry are
// replaced by its reconciler, which knows the primary; those of a proxy by the
// StatefulSet itself, from the highest ordinal down.
func (w *workload) statefulSet() (*appsv1ac.StatefulSetApplyConfiguration, error) {
	template, err := w.podTemplate()
	if err != nil {
		return nil, err
	}
	strategy := appsv1.RollingUpdateStatefulSetStrategyType
	if w.kind == v1alpha1.KindSchemaRegistry {
		strategy = appsv1.OnDeleteStatefulSetStrategyType
	}
	spec := appsv1ac.StatefulSetSpec().
		WithReplicas(w.replicas).
		WithServiceName(w.headless).
		WithPodManagementPolicy(appsv1.ParallelPodManagement).
		WithRevisionHistoryLimit(5).
		WithUpdateStrategy(appsv1ac.StatefulSetUpdateStrategy().WithType(strategy)).
		WithSelector(metav1ac.LabelSelector().WithMatchLabels(w.selectorLabels())).
		WithTemplate(template)
	if w.minReadySeconds > 0 {
		// The API server does not store a zero, so applying one would look
		// like a change for ever.
		spec.WithMinReadySeconds(w.minReadySeconds)
	}
	return appsv1ac.StatefulSet(w.name, w.namespace).
		WithLabels(w.labels()).
		WithOwnerReferences(w.ownerReference()).
		WithSpec(spec), nil
}

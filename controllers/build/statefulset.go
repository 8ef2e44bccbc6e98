package build

import (
	appsv1 "k8s.io/api/apps/v1"
	appsv1ac "k8s.io/client-go/applyconfigurations/apps/v1"
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"
)

// statefulSet runs the pods. They start in parallel and roll from the highest
// ordinal down; with the lowest URL elected, the primary is replaced last.
func (w *workload) statefulSet() (*appsv1ac.StatefulSetApplyConfiguration, error) {
	template, err := w.podTemplate()
	if err != nil {
		return nil, err
	}
	spec := appsv1ac.StatefulSetSpec().
		WithReplicas(w.replicas).
		WithServiceName(w.headless).
		WithPodManagementPolicy(appsv1.ParallelPodManagement).
		WithRevisionHistoryLimit(5).
		WithUpdateStrategy(appsv1ac.StatefulSetUpdateStrategy().WithType(appsv1.RollingUpdateStatefulSetStrategyType)).
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

package build

import (
	"maps"
	"slices"
	"strings"

	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// ManagedBy is the value of app.kubernetes.io/managed-by on every child. The
// operator's caches select by it.
const ManagedBy = "plastron"

// selectorLabels are the labels that a workload's pods are found by. They are
// part of the StatefulSet and can never change.
func (w *workload) selectorLabels() map[string]string {
	return map[string]string{
		"app.kubernetes.io/name":      "plastron",
		"app.kubernetes.io/component": w.component,
		"app.kubernetes.io/instance":  w.name,
	}
}

// Labels are what every child carries.
func (w *workload) labels() map[string]string {
	labels := w.selectorLabels()
	labels["app.kubernetes.io/managed-by"] = ManagedBy
	labels[w.ownerLabel] = w.name
	return labels
}

// Selector returns the selector of the pods as text, for /scale.
func (w *workload) selector() string {
	labels := w.selectorLabels()
	pairs := make([]string, 0, len(labels))
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		pairs = append(pairs, k+"="+labels[k])
	}
	return strings.Join(pairs, ",")
}

func (w *workload) ownerReference() *metav1ac.OwnerReferenceApplyConfiguration {
	return metav1ac.OwnerReference().
		WithAPIVersion(v1alpha1.GroupVersion().String()).
		WithKind(w.kind).
		WithName(w.name).
		WithUID(w.uid).
		WithController(true).
		WithBlockOwnerDeletion(true)
}

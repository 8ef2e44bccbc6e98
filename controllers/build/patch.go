package build

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
)

// patched merges spec.template.podTemplatePatch into the template. A patch of
// what the operator relies on is refused: pods that it does not find, or that
// are never ready, help nobody. A field that pods do not have is refused too,
// or it would be without effect.
func (w *workload) patched(t *corev1ac.PodTemplateSpecApplyConfiguration) (*corev1ac.PodTemplateSpecApplyConfiguration, error) {
	if w.template.PodTemplatePatch == nil {
		return t, nil
	}
	const path = "spec.template.podTemplatePatch"
	original, err := json.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("building the pod template: %w", err)
	}
	merged, err := strategicpatch.StrategicMergePatch(original, w.template.PodTemplatePatch.Raw, corev1.PodTemplateSpec{})
	if err != nil {
		return nil, fmt.Errorf("%s is no strategic merge patch of a pod template: %w", path, err)
	}
	decoder := json.NewDecoder(bytes.NewReader(merged))
	decoder.DisallowUnknownFields()
	out := &corev1ac.PodTemplateSpecApplyConfiguration{}
	if err := decoder.Decode(out); err != nil {
		return nil, fmt.Errorf("%s makes no pod template: %w", path, err)
	}
	if field := w.lost(t, out); field != "" {
		return nil, fmt.Errorf("%s must not change %s: the operator relies on it", path, field)
	}
	return out, nil
}

// lost names a part of the template was that the operator relies on and that
// is missing or different in is, empty for none.
func (w *workload) lost(was, is *corev1ac.PodTemplateSpecApplyConfiguration) string {
	for key, value := range w.labels() {
		if is.ObjectMetaApplyConfiguration == nil || is.Labels[key] != value {
			return "metadata.labels[" + key + "]"
		}
	}
	if is.Spec == nil {
		return "spec"
	}
	if !containsAll(is.Spec.Volumes, was.Spec.Volumes) {
		return "spec.volumes"
	}
	at := slices.IndexFunc(is.Spec.Containers, func(c corev1ac.ContainerApplyConfiguration) bool {
		return c.Name != nil && *c.Name == w.component
	})
	if at < 0 {
		return "spec.containers[" + w.component + "]"
	}
	before, after := was.Spec.Containers[0], is.Spec.Containers[at]
	parts := []struct {
		field string
		kept  bool
	}{
		{"command", equality.Semantic.DeepEqual(before.Command, after.Command)},
		{"args", equality.Semantic.DeepEqual(before.Args, after.Args)},
		{"ports", containsAll(after.Ports, before.Ports)},
		{"env", containsAll(after.Env, before.Env)},
		{"volumeMounts", containsAll(after.VolumeMounts, before.VolumeMounts)},
		{"startupProbe", sameCheck(before.StartupProbe, after.StartupProbe)},
		{"readinessProbe", sameCheck(before.ReadinessProbe, after.ReadinessProbe)},
		{"livenessProbe", sameCheck(before.LivenessProbe, after.LivenessProbe)},
	}
	for _, p := range parts {
		if !p.kept {
			return "spec.containers[" + w.component + "]." + p.field
		}
	}
	return ""
}

// sameCheck reports whether two probes ask the same; when and how often may
// differ.
func sameCheck(a, b *corev1ac.ProbeApplyConfiguration) bool {
	return b != nil && equality.Semantic.DeepEqual(a.ProbeHandlerApplyConfiguration, b.ProbeHandlerApplyConfiguration)
}

func containsAll[T any](list, wanted []T) bool {
	for _, want := range wanted {
		if !slices.ContainsFunc(list, func(have T) bool { return equality.Semantic.DeepEqual(have, want) }) {
			return false
		}
	}
	return true
}

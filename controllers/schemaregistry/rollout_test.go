package schemaregistry

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestNextPod looks at the choice of the pod that is replaced next. Pods are
// written as ordinal, revision and state: "2o+" is the pod main-2 of the old
// template, ready; "n" is the new one, "-" not ready, "x" on its way out.
func TestNextPod(t *testing.T) {
	t.Parallel()
	set := func(pods []string, edits ...func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
		s := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Generation: 2}}
		s.Spec.Replicas = new(int32(len(pods)))
		s.Status = appsv1.StatefulSetStatus{ObservedGeneration: 2, UpdateRevision: "n", AvailableReplicas: int32(len(pods))}
		for _, edit := range edits {
			edit(s)
		}
		return s
	}
	f := func(primary string, pods []string, want, waits string, edits ...func(*appsv1.StatefulSet)) {
		t.Helper()
		var list []corev1.Pod
		for _, text := range pods {
			p := corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "main-" + text[:len(text)-2], Labels: map[string]string{appsv1.StatefulSetRevisionLabel: text[len(text)-2 : len(text)-1]}}}
			switch text[len(text)-1] {
			case '+':
				p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
			case 'x':
				p.DeletionTimestamp = new(metav1.Now())
			}
			list = append(list, p)
		}
		next, why := nextPod(set(pods, edits...), list, primary)
		got := ""
		if next != nil {
			got = next.Name
		}
		if got != want || why != waits {
			t.Errorf("%v with primary %s: %q (%q), want %q (%q)", pods, primary, got, why, want, waits)
		}
	}

	// The primary goes last, wherever it is; the others from the highest down.
	f("main-0", []string{"0o+", "1o+", "2o+"}, "main-2", "")
	f("main-0", []string{"0o+", "1o+", "2n+"}, "main-1", "")
	f("main-0", []string{"0o+", "1n+", "2n+"}, "main-0", "")
	f("main-2", []string{"0o+", "1o+", "2o+"}, "main-1", "")
	f("main-2", []string{"0n+", "1n+", "2o+"}, "main-2", "")
	f("main-10", []string{"9o+", "10o+"}, "main-9", "")
	f("", []string{"9o+", "10o+"}, "main-10", "")
	// Nothing to do.
	f("main-0", []string{"0n+", "1n+"}, "", "")
	// A pod that is on its way, not ready, or only just ready holds the next.
	f("main-0", []string{"0o+", "1o+", "2ox"}, "", "a pod is missing")
	f("main-0", []string{"0o+", "1o+", "2n-"}, "", "pod main-2 is not ready")
	f("main-0", []string{"0o+", "1n+"}, "", "not every pod has been ready for 5 s", func(s *appsv1.StatefulSet) {
		s.Spec.MinReadySeconds, s.Status.AvailableReplicas = 5, 1
	})
	f("main-0", []string{"0o+"}, "", "a pod is missing", func(s *appsv1.StatefulSet) { s.Spec.Replicas = new(int32(2)) })
	// An old pod that does not serve goes first, the primary's included.
	f("main-0", []string{"0o+", "1n-", "2o-"}, "main-2", "")
	f("main-0", []string{"0o-", "1o+"}, "main-0", "")
	f("main-0", []string{"0o-", "1o-"}, "main-1", "")
	// The template that was applied last is not known yet.
	f("main-0", []string{"0o+", "1o+"}, "", "", func(s *appsv1.StatefulSet) { s.Generation = 3 })
}

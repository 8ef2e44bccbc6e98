package schemaregistry

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// roll replaces one pod that does not run the newest template, when it may be
// replaced now. The StatefulSet makes the pod anew. It is evicted and not
// deleted, so that the disruption budget has its say: somebody may be draining
// a node at the same time.
func (r *Reconciler) roll(ctx context.Context, reg *v1alpha1.SchemaRegistry, found *observation) error {
	var pods corev1.PodList
	if err := r.Client.List(ctx, &pods, client.InNamespace(reg.Namespace), client.MatchingLabels{v1alpha1.LabelRegistry: reg.Name}); err != nil {
		return fmt.Errorf("listing the pods of SchemaRegistry %s/%s: %w", reg.Namespace, reg.Name, err)
	}
	pods.Items = slices.DeleteFunc(pods.Items, func(p corev1.Pod) bool { return !metav1.IsControlledBy(&p, found.set) })
	next, waits := nextPod(found.set, pods.Items, primaryPod(reg, found))
	found.waits = waits
	if next == nil {
		return nil
	}
	err := r.Client.SubResource("eviction").Create(ctx, next, &policyv1.Eviction{
		ObjectMeta:    metav1.ObjectMeta{Namespace: next.Namespace, Name: next.Name},
		DeleteOptions: &metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &next.UID}},
	})
	switch {
	case apierrors.IsTooManyRequests(err):
		found.waits = fmt.Sprintf("the disruption budget does not let pod %s go now", next.Name)
	case apierrors.IsNotFound(err) || apierrors.IsConflict(err): // It has gone already.
	case err != nil:
		found.apply = fmt.Errorf("evicting pod %s: %w", next.Name, err)
	default:
		found.waits = fmt.Sprintf("pod %s is being replaced", next.Name)
		r.Events.Eventf(reg, next, corev1.EventTypeNormal, v1alpha1.EventPodReplaced, "RollOut", "Replacing pod %s, which runs an older template", next.Name)
	}
	return nil
}

// primaryPod is the pod that writes: as the registry says now, or as it said
// last when it does not answer.
func primaryPod(reg *v1alpha1.SchemaRegistry, found *observation) string {
	status := reg.Status.Primary
	if found.probe.asked && found.probe.err == nil {
		status = primaryOf(reg, found.probe.health)
	}
	if status == nil {
		return ""
	}
	return status.Pod
}

// nextPod chooses the pod to be replaced next, nil for none; waits says what
// has to happen before, empty when there is nothing to do.
//
// Every pod has to be there and to have been ready for a while, that is, to
// have read the topic to its end, before another one goes: so a template that
// does not work stops at the first pod, and there is always a node that can
// become the primary at once. The primary itself goes last. That makes one
// change of the primary of a rollout, and it goes to a node that is new.
//
// A pod of an older template that is not ready has nothing to lose and does
// not have to wait for others: perhaps the newest template is what repairs it.
func nextPod(set *appsv1.StatefulSet, pods []corev1.Pod, primary string) (next *corev1.Pod, waits string) {
	if set.Status.ObservedGeneration != set.Generation || set.Status.UpdateRevision == "" {
		return nil, "" // The newest template has no name yet; the event that gives it one comes.
	}
	alive := slices.DeleteFunc(slices.Clone(pods), func(p corev1.Pod) bool { return !p.DeletionTimestamp.IsZero() })
	old := slices.DeleteFunc(slices.Clone(alive), func(p corev1.Pod) bool {
		return p.Labels[appsv1.StatefulSetRevisionLabel] == set.Status.UpdateRevision
	})
	want := len(pods)
	if set.Spec.Replicas != nil {
		want = int(*set.Spec.Replicas)
	}
	switch {
	case len(old) == 0:
		return nil, ""
	case len(alive) < want:
		return nil, "a pod is missing"
	}
	slices.SortFunc(old, func(a, b corev1.Pod) int {
		last := cmp.Compare(truth(a.Name == primary), truth(b.Name == primary))
		return cmp.Or(truth(isReady(&a))-truth(isReady(&b)), last, ordinal(b.Name)-ordinal(a.Name))
	})
	if !isReady(&old[0]) {
		return &old[0], ""
	}
	for i := range alive {
		if !isReady(&alive[i]) {
			return nil, "pod " + alive[i].Name + " is not ready"
		}
	}
	if int(set.Status.AvailableReplicas) < want {
		return nil, fmt.Sprintf("not every pod has been ready for %d s", set.Spec.MinReadySeconds)
	}
	return &old[0], ""
}

func isReady(p *corev1.Pod) bool {
	return slices.ContainsFunc(p.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}

// ordinal is the number at the end of a pod's name.
func ordinal(name string) int {
	n, err := strconv.Atoi(name[strings.LastIndexByte(name, '-')+1:])
	if err != nil {
		return 0
	}
	return n
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

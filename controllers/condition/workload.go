package condition

import (
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// Workload sets Deployed and Available from the error of applying the
// children, the StatefulSet as it is (nil: not seen yet), and the number of
// pods that is wanted.
func (s *Set) Workload(applied error, set *appsv1.StatefulSet, want int32) {
	if applied != nil {
		s.False(v1alpha1.ConditionDeployed, v1alpha1.ReasonApplyFailed, applied.Error())
		return
	}
	if s.rolledOut(set, want) {
		s.True(v1alpha1.ConditionDeployed, v1alpha1.ReasonRolledOut, "")
	} else {
		s.False(v1alpha1.ConditionDeployed, v1alpha1.ReasonRollingOut, rolloutText(set, want))
	}
	switch {
	case want == 0:
		s.False(v1alpha1.ConditionAvailable, v1alpha1.ReasonScaledToZero, "spec.replicas is 0")
	case set == nil || set.Status.ReadyReplicas == 0:
		s.False(v1alpha1.ConditionAvailable, v1alpha1.ReasonNoReadyReplica,
			"No pod is ready: look at the pods and their logs, and whether they reach the brokers of spec.kafka")
	default:
		s.True(v1alpha1.ConditionAvailable, v1alpha1.ReasonMinimumReplicasAvailable, "")
	}
}

// Kafka sets KafkaResolved; reason is empty when nothing is missing.
func (s *Set) Kafka(reason, message string) {
	if reason == "" {
		s.True(v1alpha1.ConditionKafkaResolved, v1alpha1.ReasonResolved, "")
		return
	}
	s.False(v1alpha1.ConditionKafkaResolved, reason, message)
}

// Waiting completes the message of Deployed by what a rollout waits for.
func (s *Set) Waiting(what string) {
	if c := s.Get(v1alpha1.ConditionDeployed); c != nil && c.Reason == v1alpha1.ReasonRollingOut && what != "" {
		c.Message = clip(c.Message + ": " + what)
	}
}

// Exposed sets Exposed: asked says whether the spec asks for objects that not
// every cluster can have, and missing what this one lacks.
func (s *Set) Exposed(asked bool, missing string) {
	switch {
	case missing != "":
		s.False(v1alpha1.ConditionExposed, v1alpha1.ReasonFeatureUnsupported, missing)
	case asked:
		s.True(v1alpha1.ConditionExposed, v1alpha1.ReasonExposed, "")
	default:
		s.Remove(v1alpha1.ConditionExposed)
	}
}

// Undeployed says that there are no pods yet, because of what reason says.
func (s *Set) Undeployed(reason string) {
	s.False(v1alpha1.ConditionDeployed, reason, "Nothing is deployed before "+v1alpha1.ConditionKafkaResolved+" is True")
	s.False(v1alpha1.ConditionAvailable, v1alpha1.ReasonNoReadyReplica, "There are no pods yet")
}

// Incomplete says that the pods that are wanted cannot be made, because of
// what reason and message say. Those that run are not spoken of.
func (s *Set) Incomplete(reason, message string) {
	s.False(v1alpha1.ConditionDeployed, reason, message)
}

// rolledOut reports whether every pod runs the newest template. Once that was
// so for a generation it stays so: a pod that fails later makes the workload
// less available, not less rolled out.
func (s *Set) rolledOut(set *appsv1.StatefulSet, want int32) bool {
	if set == nil || set.Status.ObservedGeneration != set.Generation || set.Status.Replicas != want || set.Status.UpdatedReplicas != want {
		return false
	}
	was := s.Get(v1alpha1.ConditionDeployed)
	done := was != nil && was.Status == metav1.ConditionTrue && was.ObservedGeneration == s.generation
	return done || set.Status.ReadyReplicas == want
}

func rolloutText(set *appsv1.StatefulSet, want int32) string {
	if set == nil {
		return "The StatefulSet has just been created"
	}
	return fmt.Sprintf("%d of %d pods run the newest template, %d are ready", set.Status.UpdatedReplicas, want, set.Status.ReadyReplicas)
}

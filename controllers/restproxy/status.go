package restproxy

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/apply"
	"github.com/plastron-dev/plastron/controllers/condition"
)

// report writes what was found, if it is not what the status says already.
func (r *Reconciler) report(ctx context.Context, p *v1alpha1.RestProxy, found *observation) error {
	old := p.DeepCopy()
	status := &p.Status
	status.ObservedGeneration = p.Generation
	status.Endpoints = &v1alpha1.EndpointsStatus{Internal: p.URL(), External: p.Spec.ExternalURLs()}
	if found.registry.known {
		status.RegistryURL = found.registry.url
	}
	status.Certificate = found.shown.After(status.Certificate, p.TLS())
	if found.selector != "" {
		status.Selector = found.selector
	}
	if found.set != nil {
		status.Replicas, status.ReadyReplicas = found.set.Status.Replicas, found.set.Status.ReadyReplicas
	}
	status.Conditions = conditions(p, found, condition.New(old.Status.Conditions, p.Generation, r.Clock()))
	return r.write(ctx, old, p)
}

// conditions turns what was found into conditions.
func conditions(p *v1alpha1.RestProxy, found *observation, set *condition.Set) []metav1.Condition {
	set.Remove(v1alpha1.ConditionPaused)
	set.Declare(v1alpha1.ConditionAccepted, v1alpha1.ConditionRegistryResolved, v1alpha1.ConditionKafkaResolved,
		v1alpha1.ConditionDeployed, v1alpha1.ConditionAvailable)
	stalled := true
	switch {
	case found.invalid != "":
		set.False(v1alpha1.ConditionAccepted, v1alpha1.ReasonInvalidSpec, found.invalid)
	case found.apply != nil && apply.IsForeign(found.apply):
		set.False(v1alpha1.ConditionAccepted, v1alpha1.ReasonNameConflict, found.apply.Error())
	default:
		stalled = false
		set.True(v1alpha1.ConditionAccepted, v1alpha1.ReasonAccepted, "")
		set.Put(v1alpha1.ConditionRegistryResolved, found.registry.status, found.registry.reason, found.registry.message)
		workload(p, found, set)
	}

	if s := found.shown; s != nil {
		set.Certificate(s.NotBefore, s.NotAfter, s.Others, s.Answered)
	} else if p.TLS() == nil {
		set.Remove(v1alpha1.ConditionCertificateCurrent)
	}

	decisive := []string{v1alpha1.ConditionAccepted}
	if !found.registry.known && found.set == nil {
		// Without pods there is nothing that could serve until it is known.
		decisive = append(decisive, v1alpha1.ConditionRegistryResolved)
	}
	decisive = append(decisive, v1alpha1.ConditionKafkaResolved, v1alpha1.ConditionDeployed, v1alpha1.ConditionAvailable, v1alpha1.ConditionExposed)
	set.RollUp(v1alpha1.ReasonReady, "", decisive...)
	set.Settle(stalled || found.missing != "" || found.registry.reason == v1alpha1.ReasonFeatureUnsupported)
	return set.List()
}

func workload(p *v1alpha1.RestProxy, found *observation, set *condition.Set) {
	if found.registry.known { // Else Kafka was not looked at.
		set.Kafka(found.kafka.Parts())
	}
	if found.kafka != nil && found.set == nil {
		set.Undeployed(found.kafka.Reason)
		return
	}
	if found.listener != nil {
		set.Incomplete(found.listener.Parts())
		return
	}
	set.Workload(found.apply, found.set, p.ReplicaCount())
	set.Exposed(found.asks, found.missing)
}

// write patches the status if it changed.
func (r *Reconciler) write(ctx context.Context, old, p *v1alpha1.RestProxy) error {
	if equality.Semantic.DeepEqual(old.Status, p.Status) {
		return nil
	}
	if err := r.Client.Status().Patch(ctx, p, client.MergeFrom(old)); err != nil {
		return fmt.Errorf("writing the status of RestProxy %s/%s: %w", p.Namespace, p.Name, err)
	}
	return nil
}

// pause says that nothing is done, and nothing else.
func (r *Reconciler) pause(ctx context.Context, p *v1alpha1.RestProxy) error {
	old := p.DeepCopy()
	set := condition.New(old.Status.Conditions, p.Generation, r.Clock())
	set.True(v1alpha1.ConditionPaused, v1alpha1.ReasonPaused, "The annotation "+v1alpha1.AnnotationPause+" is set")
	p.Status.Conditions = set.List()
	return r.write(ctx, old, p)
}

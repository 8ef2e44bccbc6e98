package schemaregistry

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/apply"
	"github.com/plastron-dev/plastron/controllers/build"
	"github.com/plastron-dev/plastron/controllers/condition"
	"github.com/plastron-dev/plastron/controllers/credentials"
	"github.com/plastron-dev/plastron/controllers/index"
	registry "github.com/plastron-dev/plastron/runtime/client"
)

// report writes what was found, if it is not what the status says already.
func (r *Reconciler) report(ctx context.Context, reg *v1alpha1.SchemaRegistry, found *observation) error {
	old := reg.DeepCopy()
	fill(reg, found)
	reg.Status.Conditions = conditions(reg, found, condition.New(old.Status.Conditions, reg.Generation, r.Clock()))
	if err := r.write(ctx, old, reg); err != nil {
		return err
	}
	r.tellReload(old, reg)
	was, is := old.Status.Primary, reg.Status.Primary
	if was != nil && is != nil && was.URL != is.URL {
		r.Events.Eventf(reg, nil, corev1.EventTypeNormal, v1alpha1.EventPrimaryChanged, "Observe", "The primary is %s, it was %s", is.URL, was.URL)
	}
	return nil
}

// tellReload says once that every pod shows a new certificate.
func (r *Reconciler) tellReload(old, reg *v1alpha1.SchemaRegistry) {
	was, is := old.Status.Certificate, reg.Status.Certificate
	if was != nil && is != nil && was.ServedSerial != "" && was.ServedSerial != is.ServedSerial {
		r.Events.Eventf(reg, nil, corev1.EventTypeNormal, v1alpha1.EventCertificateReloaded, "Observe",
			"Every pod shows the certificate with the serial %s, it was %s", is.ServedSerial, was.ServedSerial)
	}
}

// write patches the status if it changed.
func (r *Reconciler) write(ctx context.Context, old, reg *v1alpha1.SchemaRegistry) error {
	if sameButOffsets(&old.Status, &reg.Status) {
		return nil
	}
	if err := r.Client.Status().Patch(ctx, reg, client.MergeFrom(old)); err != nil {
		return fmt.Errorf("writing the status of SchemaRegistry %s/%s: %w", reg.Namespace, reg.Name, err)
	}
	return nil
}

// fill sets the plain fields of the status. What was not looked at stays.
func fill(reg *v1alpha1.SchemaRegistry, found *observation) {
	status := &reg.Status
	status.ObservedGeneration = reg.Generation
	status.Subjects = &found.subjects
	authority := ""
	if status.Endpoints != nil && found.selector == "" { // The children were not looked at.
		authority = status.Endpoints.CASecret
	}
	if found.authority != "" {
		authority = found.authority
	}
	if urls := reg.URLs(); len(urls) > 0 {
		status.Endpoints = &v1alpha1.EndpointsStatus{Internal: urls[0], External: reg.Spec.ExternalURLs(), CASecret: authority}
	}
	if found.selector != "" {
		status.Selector, status.Version = found.selector, build.Version(found.image)
	}
	if found.set != nil {
		s := found.set.Status
		status.Replicas, status.ReadyReplicas, status.UpdatedReplicas = s.Replicas, s.ReadyReplicas, s.UpdatedReplicas
	}
	status.Certificate = found.shown.After(status.Certificate, reg.TLS())
	if found.probe.asked && found.probe.err == nil {
		status.Primary = primaryOf(reg, found.probe.health)
		status.Capabilities = found.probe.can
		if reg.IsManaged() {
			status.Capabilities = capabilitiesOf(v1alpha1.VendorPlastron, status.Version, false)
		}
	}
	fillTopic(reg, found.probe.health)
}

// fillTopic names the topic of a registry that the operator deploys.
func fillTopic(reg *v1alpha1.SchemaRegistry, health *registry.Health) {
	if !reg.IsManaged() {
		return
	}
	next := v1alpha1.TopicStatus{Name: reg.TopicName()}
	if was := reg.Status.Topic; was != nil {
		next.EndOffset = was.EndOffset
	}
	if health != nil {
		next.EndOffset = health.EndOffset
	}
	reg.Status.Topic = &next
}

// sameButOffsets reports whether only the end of the topic moved, which it does
// with each write to the registry.
func sameButOffsets(a, b *v1alpha1.SchemaRegistryStatus) bool {
	if a.Topic == nil || b.Topic == nil {
		return equality.Semantic.DeepEqual(a, b)
	}
	c := *b
	c.Topic = new(*b.Topic)
	c.Topic.EndOffset = a.Topic.EndOffset
	return equality.Semantic.DeepEqual(a, &c)
}

// conditions turns what was found into conditions.
func conditions(reg *v1alpha1.SchemaRegistry, found *observation, set *condition.Set) []metav1.Condition {
	set.Remove(v1alpha1.ConditionPaused)
	types := []string{v1alpha1.ConditionAccepted}
	if reg.IsManaged() {
		types = append(types, v1alpha1.ConditionKafkaResolved, v1alpha1.ConditionDeployed, v1alpha1.ConditionAvailable)
	}
	types = append(types, v1alpha1.ConditionReachable, v1alpha1.ConditionCaughtUp, v1alpha1.ConditionPrimaryElected)
	set.Declare(types...)

	stalled := accepted(found, set)
	if reg.IsManaged() && !stalled {
		workload(reg, found, set)
	}
	if !stalled {
		reachable(reg, found, set)
	}
	if s := found.shown; s != nil {
		set.Certificate(s.NotBefore, s.NotAfter, s.Others, s.Answered)
	} else if reg.TLS() == nil {
		set.Remove(v1alpha1.ConditionCertificateCurrent)
	}
	set.RollUp(v1alpha1.ReasonReady, "", append(types, v1alpha1.ConditionExposed)...)
	set.Settle(stalled || found.missing != "")
	return set.List()
}

func workload(reg *v1alpha1.SchemaRegistry, found *observation, set *condition.Set) {
	set.Kafka(found.kafka.Parts())
	if found.kafka != nil && found.set == nil {
		set.Undeployed(found.kafka.Reason)
		return
	}
	if found.listener != nil {
		set.Incomplete(found.listener.Parts())
		return
	}
	set.Workload(found.apply, found.set, reg.ReplicaCount())
	set.Waiting(found.waits)
	set.Exposed(found.asks, found.missing)
}

// accepted reports whether only a person can help.
func accepted(found *observation, set *condition.Set) bool {
	const typ = v1alpha1.ConditionAccepted
	switch {
	case found.invalid != "":
		set.False(typ, v1alpha1.ReasonInvalidSpec, found.invalid)
	case found.conflict != "":
		set.False(typ, v1alpha1.ReasonTopicConflict, found.conflict)
	case found.apply != nil && apply.IsForeign(found.apply):
		set.False(typ, v1alpha1.ReasonNameConflict, found.apply.Error())
	default:
		set.True(typ, v1alpha1.ReasonAccepted, "")
		return false
	}
	return true
}

// reachable speaks of what the registry itself said.
func reachable(reg *v1alpha1.SchemaRegistry, found *observation, set *condition.Set) {
	p := found.probe
	switch {
	case !p.asked:
		reason, message := v1alpha1.ReasonNoReadyReplica, "No pod is ready"
		set.Unknown(v1alpha1.ConditionReachable, reason, message)
		set.Unknown(v1alpha1.ConditionCaughtUp, reason, message)
		set.Unknown(v1alpha1.ConditionPrimaryElected, reason, message)
		return
	case p.err != nil:
		reason := v1alpha1.ReasonConnectionFailed
		if c := registry.ClassOf(p.err); c == registry.Unauthorized || c == registry.Forbidden {
			reason = v1alpha1.ReasonAuthenticationFailed
		}
		if problem, _ := credentials.AsProblem(p.err); problem != nil {
			reason = problem.Reason
		}
		set.False(v1alpha1.ConditionReachable, reason, p.err.Error())
		set.Unknown(v1alpha1.ConditionCaughtUp, v1alpha1.ReasonRegistryUnreachable, "The registry does not answer")
		set.Unknown(v1alpha1.ConditionPrimaryElected, v1alpha1.ReasonRegistryUnreachable, "The registry does not answer")
		return
	}
	set.True(v1alpha1.ConditionReachable, v1alpha1.ReasonReachable, "")
	if p.health == nil {
		// A registry of another maker does not tell; it answers, that is all.
		set.Remove(v1alpha1.ConditionCaughtUp)
		set.Remove(v1alpha1.ConditionPrimaryElected)
		return
	}
	if p.health.Ready {
		set.True(v1alpha1.ConditionCaughtUp, v1alpha1.ReasonCaughtUp, "")
	} else {
		set.False(v1alpha1.ConditionCaughtUp, v1alpha1.ReasonReplaying, "The registry is still reading its topic")
	}
	if p.health.PrimaryURL != "" {
		set.True(v1alpha1.ConditionPrimaryElected, v1alpha1.ReasonElected, "")
		return
	}
	message := "No node holds the role that writes; reads go on"
	if el := reg.Spec.Election; el != nil && el.Eligible != nil && !*el.Eligible {
		message += ". spec.election.eligible is false, so it has to be a node outside this object"
	}
	set.False(v1alpha1.ConditionPrimaryElected, v1alpha1.ReasonNoPrimary, message)
}

// countSubjects counts the Subjects that name the registry.
func (r *Reconciler) countSubjects(ctx context.Context, reg *v1alpha1.SchemaRegistry) (v1alpha1.SubjectCounts, error) {
	var counts v1alpha1.SubjectCounts
	var list v1alpha1.SubjectList
	err := r.Client.List(ctx, &list, client.MatchingFields{index.SubjectRegistry: index.Key(reg.Namespace, reg.Name)},
		client.UnsafeDisableDeepCopy) // Nothing is changed, and there may be many.
	if err != nil {
		return counts, fmt.Errorf("listing the Subjects of SchemaRegistry %s/%s: %w", reg.Namespace, reg.Name, err)
	}
	for i := range list.Items {
		c := list.Items[i].Status.Conditions
		if meta.IsStatusConditionFalse(c, v1alpha1.ConditionAccepted) {
			continue
		}
		counts.Attached++
		if meta.IsStatusConditionTrue(c, v1alpha1.ConditionReady) {
			counts.Ready++
		}
		if meta.IsStatusConditionFalse(c, v1alpha1.ConditionInSync) {
			counts.OutOfSync++
		}
	}
	return counts, nil
}

// pause says that nothing is done, and nothing else.
func (r *Reconciler) pause(ctx context.Context, reg *v1alpha1.SchemaRegistry) error {
	old := reg.DeepCopy()
	set := condition.New(old.Status.Conditions, reg.Generation, r.Clock())
	set.True(v1alpha1.ConditionPaused, v1alpha1.ReasonPaused, "The annotation "+v1alpha1.AnnotationPause+" is set")
	reg.Status.Conditions = set.List()
	return r.write(ctx, old, reg)
}

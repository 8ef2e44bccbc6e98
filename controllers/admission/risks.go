package admission

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// SubjectRisks lists what s is allowed to ask for and may come to regret.
func SubjectRisks(s *v1alpha1.Subject) []string {
	var risks []string
	if c := s.Spec.Compatibility; c != nil && *c == v1alpha1.LevelOrInherit(schema.None) {
		risks = append(risks, "spec.compatibility: NONE lets every text in, also one that no consumer of older records can read")
	}
	if s.Deletion() == v1alpha1.HardDelete {
		risks = append(risks, "spec.deletionPolicy: with HardDelete the deletion of this object makes records undecodable that were written with its schemas")
	}
	return risks
}

// SchemaRegistryRisks lists what r is allowed to ask for and may come to
// regret.
func SchemaRegistryRisks(r *v1alpha1.SchemaRegistry) []string {
	var risks []string
	if !r.IsManaged() {
		return externalRisks(r)
	}
	if n := r.ReplicaCount(); n < 2 {
		risks = append(risks, fmt.Sprintf("spec.replicas: with %d nobody answers while a pod is replaced; use 2 or more", n))
	}
	if l := r.Spec.DefaultCompatibility; l != nil && *l == v1alpha1.Level(schema.None) {
		risks = append(risks, "spec.defaultCompatibility: NONE lets every text in, also one that no consumer of older records can read")
	}
	if t := r.Spec.Topic; t != nil && t.ReplicationFactor != nil && *t.ReplicationFactor < 2 {
		risks = append(risks, "spec.topic.replicationFactor: with 1 the loss of one broker loses all schemas; use 3")
	}
	if r.Users() != nil && r.TLS() == nil {
		risks = append(risks, "spec.listener: without tls the passwords of users cross the network as they are")
	}
	return append(risks, kafkaRisks("spec.kafka", r.Spec.Kafka)...)
}

func externalRisks(r *v1alpha1.SchemaRegistry) []string {
	if r.Spec.External == nil || r.Spec.External.Auth == nil {
		return nil
	}
	for i, u := range r.URLs() {
		if strings.HasPrefix(u, "http://") {
			return []string{fmt.Sprintf("spec.external.urls[%d]: without https the credentials of the operator cross the network as they are", i)}
		}
	}
	return nil
}

// RestProxyRisks lists what p is allowed to ask for and may come to regret.
func RestProxyRisks(p *v1alpha1.RestProxy) []string {
	return kafkaRisks("spec.kafka", &p.Spec.Kafka)
}

func kafkaRisks(path string, k *v1alpha1.KafkaConnection) []string {
	if k == nil || k.Bootstrap == nil || k.Bootstrap.SASL == nil || k.Bootstrap.TLS != nil {
		return nil
	}
	return []string{path + ".bootstrap: without tls the credentials for Kafka, or what they can be guessed from, cross the network as they are"}
}

// SchemaRegistryChange returns what is wrong with a change of the fields of a
// registry, as far as no rule of the CRD can see it.
func SchemaRegistryChange(old, r *v1alpha1.SchemaRegistry) field.ErrorList {
	if !r.IsManaged() || old.GroupID() == r.GroupID() || (r.ReplicaCount() == 0 && old.Status.Replicas == 0) {
		return nil
	}
	// Nodes of the old and of the new group would choose a primary each while
	// the pods are replaced one after the other.
	return field.ErrorList{field.Forbidden(field.NewPath("spec", "election", "groupID"), fmt.Sprintf(
		"changing it from %s to %s while nodes run gives the topic two primaries; set spec.replicas to 0 first", old.GroupID(), r.GroupID()))}
}

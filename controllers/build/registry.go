package build

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// Registry returns the objects of a Managed registry.
func Registry(r *v1alpha1.SchemaRegistry, in Inputs) (Children, error) {
	w := registryWorkload(r, in)
	w.env = registryEnv(w, r)
	return w.children()
}

func registryWorkload(r *v1alpha1.SchemaRegistry, in Inputs) *workload {
	return &workload{
		kind: v1alpha1.KindSchemaRegistry, component: "schema-registry", ownerLabel: v1alpha1.LabelRegistry,
		name: r.Name, namespace: r.Namespace, headless: r.HeadlessName(), uid: r.UID,
		command: "registry", replicas: r.ReplicaCount(), port: r.Port(),
		// Five seconds without a complaint before the next pod is replaced.
		minReadySeconds: 5,
		affinity:        corev1.ServiceAffinityNone,
		image:           r.Spec.Image, template: templateOf(r.Spec.Template), expose: r.Spec.Exposure, inputs: in, tls: r.TLS(),
	}
}

func registryEnv(w *workload, r *v1alpha1.SchemaRegistry) environment {
	var clientID *string
	if r.Spec.Kafka != nil {
		clientID = r.Spec.Kafka.ClientID
	}
	e := w.common(clientID)
	e.set("topic_name", r.TopicName())
	e.set("group_id", r.GroupID())
	if r.Spec.Topic != nil && r.Spec.Topic.ReplicationFactor != nil {
		e.set("replication_factor", itoa(*r.Spec.Topic.ReplicationFactor))
	}
	if r.Spec.DefaultCompatibility != nil {
		e.set("compatibility", string(*r.Spec.DefaultCompatibility))
	}
	if el := r.Spec.Election; el != nil {
		if el.Eligible != nil && !*el.Eligible {
			e.set("master_eligibility", "false")
		}
		if el.Strategy != nil {
			e.set("master_election_strategy", strings.ToLower(string(*el.Strategy)))
		}
	}
	e.extra(r.Spec.Config)
	return e
}

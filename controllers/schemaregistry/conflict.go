package schemaregistry

import (
	"context"
	"fmt"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// topicConflict looks for an older registry on the same topic with another
// election group: both would elect a primary and give out the same ids. What
// is the same Kafka is told by a common bootstrap address, or by the name of
// the same Kafka of Strimzi or of the same Secret.
func (r *Reconciler) topicConflict(ctx context.Context, reg *v1alpha1.SchemaRegistry) (string, error) {
	var list v1alpha1.SchemaRegistryList
	if err := r.Client.List(ctx, &list); err != nil {
		return "", fmt.Errorf("listing SchemaRegistries: %w", err)
	}
	for i := range list.Items {
		other := &list.Items[i]
		if other.UID == reg.UID || !other.DeletionTimestamp.IsZero() || !isOlder(other, reg) {
			continue
		}
		if sharesTopic(reg, other) && other.GroupID() != reg.GroupID() {
			return fmt.Sprintf("SchemaRegistry %s is older and keeps its schemas in the same topic %s with another election group (%s, not %s): "+
				"both would give out the same ids. Set spec.election.groupID to %s, or spec.topic.name to another topic",
				client.ObjectKeyFromObject(other), reg.TopicName(), other.GroupID(), reg.GroupID(), other.GroupID()), nil
		}
	}
	return "", nil
}

func isOlder(a, b *v1alpha1.SchemaRegistry) bool {
	if !a.CreationTimestamp.Equal(&b.CreationTimestamp) {
		return a.CreationTimestamp.Before(&b.CreationTimestamp)
	}
	return a.UID < b.UID
}

func sharesTopic(a, b *v1alpha1.SchemaRegistry) bool {
	if !a.IsManaged() || !b.IsManaged() || a.TopicName() != b.TopicName() {
		return false
	}
	for _, name := range kafkaNames(a) {
		if slices.Contains(kafkaNames(b), name) {
			return true
		}
	}
	return false
}

// kafkaNames are the names by which a registry knows its Kafka.
func kafkaNames(r *v1alpha1.SchemaRegistry) []string {
	k := r.Spec.Kafka
	switch {
	case k == nil:
		return nil
	case k.Strimzi != nil:
		return []string{"strimzi " + k.Strimzi.Cluster.NamespaceIn(r.Namespace) + "/" + k.Strimzi.Cluster.Name}
	case k.AccessSecret != nil:
		return []string{"secret " + r.Namespace + "/" + k.AccessSecret.Name}
	case k.Bootstrap == nil:
		return nil
	}
	names := make([]string, 0, len(k.Bootstrap.Servers))
	for _, s := range k.Bootstrap.Servers {
		names = append(names, string(s))
	}
	return names
}

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
// is the same Kafka is told by a common bootstrap address.
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
	for _, server := range servers(a) {
		if slices.Contains(servers(b), server) {
			return true
		}
	}
	return false
}

func servers(r *v1alpha1.SchemaRegistry) []v1alpha1.BrokerAddress {
	if r.Spec.Kafka == nil || r.Spec.Kafka.Bootstrap == nil {
		return nil
	}
	return r.Spec.Kafka.Bootstrap.Servers
}

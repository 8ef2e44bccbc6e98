package apply

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// leaveRolling turns a StatefulSet that rolls by itself into one that does
// not, before the rest is applied. The API server has filled in the parameters
// of rolling updates; nobody owns them, so an apply does not take them away,
// and beside OnDelete they are refused.
func (a *Applier) leaveRolling(ctx context.Context, live map[string]any, want *unstructured.Unstructured) error {
	strategy, _, _ := unstructured.NestedString(want.Object, "spec", "updateStrategy", "type")
	parameters, _, _ := unstructured.NestedMap(live, "spec", "updateStrategy", "rollingUpdate")
	if want.GetKind() != "StatefulSet" || strategy != "OnDelete" || parameters == nil {
		return nil
	}
	o := &unstructured.Unstructured{}
	o.SetGroupVersionKind(want.GroupVersionKind())
	o.SetNamespace(want.GetNamespace())
	o.SetName(want.GetName())
	patch := client.RawPatch(types.MergePatchType, []byte(`{"spec":{"updateStrategy":{"type":"OnDelete","rollingUpdate":null}}}`))
	if err := a.Client.Patch(ctx, o, patch, client.FieldOwner(a.FieldManager)); err != nil {
		return fmt.Errorf("changing the update strategy of %s %s: %w", want.GetKind(), want.GetName(), err)
	}
	return nil
}

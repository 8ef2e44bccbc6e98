package index

import (
	"context"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// Wake returns a handler that wakes the objects which the index name finds
// under the key of the object that changed. An empty list of the kind to wake
// says which kind that is.
func Wake(c client.Reader, kind client.ObjectList, name string, key func(client.Object) string) handler.EventHandler {
	return handler.EnqueueRequestsFromMapFunc(func(ctx context.Context, o client.Object) []reconcile.Request {
		return Requests(ctx, c, kind, name, key(o))
	})
}

// Requests names the objects of the kind that the index name has under key. A
// failure is logged and finds nothing: who waits looks again by itself.
func Requests(ctx context.Context, c client.Reader, kind client.ObjectList, name, key string) []reconcile.Request {
	list, ok := kind.DeepCopyObject().(client.ObjectList)
	if !ok {
		return nil
	}
	if err := c.List(ctx, list, client.MatchingFields{name: key}); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Listing by index", "index", name, "key", key)
		return nil
	}
	var requests []reconcile.Request
	_ = meta.EachListItem(list, func(item runtime.Object) error {
		if o, ok := item.(client.Object); ok {
			requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(o)})
		}
		return nil
	})
	return requests
}

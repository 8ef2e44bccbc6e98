package restproxy

import (
	"context"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/credentials"
	"github.com/plastron-dev/plastron/controllers/index"
)

// Setup registers the reconciler and its watches with mgr. The indexes have to
// be there already.
func (r *Reconciler) Setup(mgr ctrl.Manager, options controller.Options) error {
	changed := predicate.Or(predicate.GenerationChangedPredicate{}, predicate.AnnotationChangedPredicate{})
	c, err := ctrl.NewControllerManagedBy(mgr).
		Named("restproxy").
		WithOptions(options).
		For(&v1alpha1.RestProxy{}, builder.WithPredicates(changed)).
		Owns(&appsv1.StatefulSet{}).
		Owns(&corev1.Service{}).
		Owns(&corev1.ConfigMap{}, builder.OnlyMetadata, builder.WithPredicates(predicate.ResourceVersionChangedPredicate{})).
		Owns(&policyv1.PodDisruptionBudget{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&v1alpha1.SchemaRegistry{}, r.enqueue(index.ProxyRegistry, index.KeyOf), builder.WithPredicates(addressMatters())).
		WatchesMetadata(&corev1.Secret{}, r.enqueue(index.Secrets, index.KeyOf)).
		Build(r)
	if err != nil {
		return err
	}
	r.strimzi = &credentials.Watcher{Cache: mgr.GetCache(), Mapper: mgr.GetRESTMapper(), Controller: c, Handler: r.enqueue(index.Strimzi, index.StrimziKeyOf)}
	return nil
}

// enqueue wakes the proxies that the index finds under the object's key.
func (r *Reconciler) enqueue(name string, key func(client.Object) string) handler.EventHandler {
	return handler.EnqueueRequestsFromMapFunc(func(ctx context.Context, o client.Object) []reconcile.Request {
		var list v1alpha1.RestProxyList
		if err := r.Client.List(ctx, &list, client.MatchingFields{name: key(o)}); err != nil {
			ctrl.LoggerFrom(ctx).Error(err, "Listing RestProxies by index", "index", name, "key", key(o))
			return nil
		}
		requests := make([]reconcile.Request, 0, len(list.Items))
		for i := range list.Items {
			requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
		}
		return requests
	})
}

// addressMatters lets through what a proxy uses of a registry.
func addressMatters() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		was, ok := e.ObjectOld.(*v1alpha1.SchemaRegistry)
		is, ok2 := e.ObjectNew.(*v1alpha1.SchemaRegistry)
		return ok && ok2 && (!slices.Equal(was.URLs(), is.URLs()) || serves(was) != serves(is))
	}}
}

func serves(r *v1alpha1.SchemaRegistry) bool {
	return meta.IsStatusConditionTrue(r.Status.Conditions, v1alpha1.ConditionReachable)
}

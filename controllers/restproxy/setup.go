package restproxy

import (
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

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
		Owns(&networkingv1.Ingress{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Owns(&networkingv1.NetworkPolicy{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&v1alpha1.SchemaRegistry{}, index.Wake(r.Client, &v1alpha1.RestProxyList{}, index.ProxyRegistry, index.KeyOf), builder.WithPredicates(addressMatters())).
		WatchesMetadata(&corev1.Secret{}, index.Wake(r.Client, &v1alpha1.RestProxyList{}, index.Secrets, index.KeyOf)).
		Build(r)
	if err != nil {
		return err
	}
	r.strimzi = &credentials.Watcher{Cache: mgr.GetCache(), Mapper: mgr.GetRESTMapper(), Controller: c, Handler: index.Wake(r.Client, &v1alpha1.RestProxyList{}, index.Strimzi, index.StrimziKeyOf)}
	return nil
}

// addressMatters lets through what a proxy uses of a registry.
func addressMatters() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		was, ok := e.ObjectOld.(*v1alpha1.SchemaRegistry)
		is, ok2 := e.ObjectNew.(*v1alpha1.SchemaRegistry)
		return ok && ok2 && (!slices.Equal(was.URLs(), is.URLs()) || was.IsReachable() != is.IsReachable())
	}}
}

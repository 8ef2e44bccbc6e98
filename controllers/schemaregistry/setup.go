package schemaregistry

import (
	"context"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/util/workqueue"
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
		Named("schemaregistry").
		WithOptions(options).
		For(&v1alpha1.SchemaRegistry{}, builder.WithPredicates(changed)).
		Owns(&appsv1.StatefulSet{}).
		Owns(&corev1.Service{}).
		Owns(&corev1.ConfigMap{}, builder.OnlyMetadata, builder.WithPredicates(predicate.ResourceVersionChangedPredicate{})).
		Owns(&policyv1.PodDisruptionBudget{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Owns(&networkingv1.Ingress{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Owns(&networkingv1.NetworkPolicy{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&v1alpha1.Subject{}, countSoon(), builder.WithPredicates(countsChange())).
		WatchesMetadata(&corev1.Secret{}, index.Wake(r.Client, &v1alpha1.SchemaRegistryList{}, index.Secrets, index.KeyOf)).
		Build(r)
	if err != nil {
		return err
	}
	r.strimzi = &credentials.Watcher{Cache: mgr.GetCache(), Mapper: mgr.GetRESTMapper(), Controller: c, Handler: index.Wake(r.Client, &v1alpha1.SchemaRegistryList{}, index.Strimzi, index.StrimziKeyOf)}
	return nil
}

// counting is how long changes of Subjects are collected before their registry
// counts them: it looks at all of them each time.
const counting = time.Second

// countSoon wakes the registry of a Subject after a while.
func countSoon() handler.EventHandler {
	wake := func(o client.Object, q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
		if s, ok := o.(*v1alpha1.Subject); ok {
			q.AddAfter(reconcile.Request{NamespacedName: client.ObjectKey{Namespace: s.RegistryNamespace(), Name: s.Spec.RegistryRef.Name}}, counting)
		}
	}
	return handler.Funcs{
		CreateFunc: func(_ context.Context, e event.CreateEvent, q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			wake(e.Object, q)
		},
		UpdateFunc: func(_ context.Context, e event.UpdateEvent, q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			wake(e.ObjectNew, q)
		},
		DeleteFunc: func(_ context.Context, e event.DeleteEvent, q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			wake(e.Object, q)
		},
	}
}

// countsChange lets through what changes status.subjects.
func countsChange() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		was, ok := e.ObjectOld.(*v1alpha1.Subject)
		is, ok2 := e.ObjectNew.(*v1alpha1.Subject)
		if !ok || !ok2 {
			return false
		}
		for _, typ := range []string{v1alpha1.ConditionAccepted, v1alpha1.ConditionReady, v1alpha1.ConditionInSync} {
			a, b := meta.FindStatusCondition(was.Status.Conditions, typ), meta.FindStatusCondition(is.Status.Conditions, typ)
			if (a == nil) != (b == nil) || (a != nil && a.Status != b.Status) {
				return true
			}
		}
		return false
	}}
}

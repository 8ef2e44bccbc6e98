package subject

import (
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/index"
)

// Setup registers the reconciler and its watches with mgr. The indexes have to
// be there already.
func (r *Reconciler) Setup(mgr ctrl.Manager, options controller.Options) error {
	if err := (&brake{Reconciler: r}).setup(mgr); err != nil {
		return err
	}
	changed := predicate.Or(predicate.GenerationChangedPredicate{}, predicate.AnnotationChangedPredicate{}, beingDeleted())
	return ctrl.NewControllerManagedBy(mgr).
		Named("subject").
		WithOptions(options).
		For(&v1alpha1.Subject{}, builder.WithPredicates(changed)).
		Watches(&v1alpha1.SchemaRegistry{}, index.Wake(r.Client, &v1alpha1.SubjectList{}, index.SubjectRegistry, index.KeyOf), builder.WithPredicates(registryMatters())).
		Watches(&v1alpha1.Subject{}, index.Wake(r.Client, &v1alpha1.SubjectList{}, index.SubjectReferences, index.KeyOf), builder.WithPredicates(versionMatters())).
		Watches(&v1alpha1.Subject{}, handler.EnqueueRequestsFromMapFunc(r.rivals), builder.WithPredicates(existenceMatters())).
		WatchesMetadata(&corev1.ConfigMap{}, index.Wake(r.Client, &v1alpha1.SubjectList{}, index.SubjectConfigMap, index.KeyOf)).
		WatchesRawSource(source.Func(r.Feeds.Wake)).
		Complete(r)
}

// rivals wakes the other Subjects that claim the same subject: when the winner
// goes away, the next one takes its place. The object itself is awake already;
// woken twice it would ask again for what a slow node does not show yet.
func (r *Reconciler) rivals(ctx context.Context, o client.Object) []reconcile.Request {
	s, ok := o.(*v1alpha1.Subject)
	if !ok {
		return nil
	}
	return slices.DeleteFunc(index.Requests(ctx, r.Client, &v1alpha1.SubjectList{}, index.SubjectTarget, s.TargetKey()), func(q reconcile.Request) bool {
		return q.NamespacedName == client.ObjectKeyFromObject(s)
	})
}

func beingDeleted() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		return e.ObjectOld.GetDeletionTimestamp().IsZero() != e.ObjectNew.GetDeletionTimestamp().IsZero()
	}}
}

// registryMatters lets through what changes a Subject's fate, and no other
// change of the registry's status.
func registryMatters() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		was, ok := e.ObjectOld.(*v1alpha1.SchemaRegistry)
		is, ok2 := e.ObjectNew.(*v1alpha1.SchemaRegistry)
		return ok && ok2 && (was.Generation != is.Generation || was.DeletionTimestamp.IsZero() != is.DeletionTimestamp.IsZero() ||
			was.IsReachable() != is.IsReachable() || primary(was) != primary(is) || was.RepairsConfirmed() != is.RepairsConfirmed() ||
			!equality.Semantic.DeepEqual(was.Status.Capabilities, is.Status.Capabilities))
	}}
}

func primary(r *v1alpha1.SchemaRegistry) metav1.ConditionStatus {
	if c := meta.FindStatusCondition(r.Status.Conditions, v1alpha1.ConditionPrimaryElected); c != nil {
		return c.Status
	}
	return metav1.ConditionUnknown
}

// versionMatters lets through what dependents resolve to.
func versionMatters() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		was, ok := e.ObjectOld.(*v1alpha1.Subject)
		is, ok2 := e.ObjectNew.(*v1alpha1.Subject)
		return ok && ok2 && (was.Status.Version != is.Status.Version || !equality.Semantic.DeepEqual(was.Spec.References, is.Spec.References))
	}}
}

func existenceMatters() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc: func(event.CreateEvent) bool { return false },
		UpdateFunc: func(e event.UpdateEvent) bool {
			return e.ObjectOld.GetDeletionTimestamp().IsZero() != e.ObjectNew.GetDeletionTimestamp().IsZero()
		},
	}
}

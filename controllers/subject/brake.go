package subject

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/condition"
	"github.com/plastron-dev/plastron/controllers/index"
	"github.com/plastron-dev/plastron/controllers/session"
	"github.com/plastron-dev/plastron/controllers/verdict"
	registry "github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// loss counts what a registry has lost. It is asked anew before each subject
// that would come back: what was counted a moment ago says nothing of a topic
// that is being emptied now.
func (r *Reconciler) loss(ctx context.Context, c *registry.Client, registryKey string) (verdict.Loss, error) {
	names, err := c.Subjects(ctx)
	if err != nil {
		return verdict.Loss{}, err
	}
	there := make(map[schema.Subject]bool, len(names))
	for _, n := range names {
		there[n] = true
	}
	out := verdict.Loss{Empty: len(names) == 0}
	err = r.eachSubject(ctx, registryKey, func(s *v1alpha1.Subject) {
		if !s.HasSchema() || !s.Owns() || s.Status.SchemaID == 0 {
			return
		}
		out.Owned++
		if !there[schema.Subject(s.SubjectName())] {
			out.Missing++
		}
	})
	return out, err
}

// eachSubject visits the Subjects of a registry that are not being deleted. It
// must not change them: they are the cache's own.
func (r *Reconciler) eachSubject(ctx context.Context, registryKey string, visit func(*v1alpha1.Subject)) error {
	var list v1alpha1.SubjectList
	if err := r.Client.List(ctx, &list, client.MatchingFields{index.SubjectRegistry: registryKey}, client.UnsafeDisableDeepCopy); err != nil {
		return fmt.Errorf("listing the Subjects of SchemaRegistry %s: %w", registryKey, err)
	}
	for i := range list.Items {
		if s := &list.Items[i]; s.DeletionTimestamp.IsZero() {
			visit(s)
		}
	}
	return nil
}

// brake tells the owner of a registry, in its status, that Subjects hold their
// repairs, and how to let them go on. It decides nothing: each Subject finds
// out by itself, so that none is quicker than the brake.
//
//	T1 most subjects are gone; the first Subject that notices says RepairsSuspended
//	T2 the brake gives the loss a token and asks for it in the condition
//	T3 a person sets the annotation to the token; Subjects register again
//	T4 the loss is no longer suspicious; token and condition go
//
// The token stays until T4 and not only until no Subject holds its repair: at
// T3 most of them may not even have noticed what is gone.
type brake struct{ *Reconciler }

func (b *brake) setup(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		Named("brake").
		For(&v1alpha1.SchemaRegistry{}, builder.WithPredicates(brakeMatters())).
		Watches(&v1alpha1.Subject{}, handler.EnqueueRequestsFromMapFunc(func(_ context.Context, o client.Object) []reconcile.Request {
			s, ok := o.(*v1alpha1.Subject)
			if !ok {
				return nil
			}
			return []reconcile.Request{{NamespacedName: client.ObjectKey{Namespace: s.RegistryNamespace(), Name: s.Spec.RegistryRef.Name}}}
		}), builder.WithPredicates(holdingChanges())).
		Complete(b)
}

// Reconcile keeps the condition RepairsSuspended of one registry.
func (b *brake) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	reg := &v1alpha1.SchemaRegistry{}
	if err := b.Client.Get(ctx, req.NamespacedName, reg); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	held := 0
	err := b.eachSubject(ctx, req.String(), func(s *v1alpha1.Subject) {
		if holds(s) {
			held++
		}
	})
	if err != nil || (held == 0 && reg.Status.Repairs == nil) {
		return ctrl.Result{}, err
	}
	c, err := b.Sessions.For(ctx, reg)
	if err != nil {
		return ctrl.Result{RequeueAfter: session.Jitter(b.Retry)}, nil // Its own conditions say more.
	}
	loss, err := b.loss(ctx, c, req.String())
	if err != nil {
		return ctrl.Result{RequeueAfter: session.Jitter(b.Retry)}, nil
	}
	if err := b.tell(ctx, reg, loss); err != nil {
		return ctrl.Result{}, err
	}
	if reg.Status.Repairs == nil {
		return ctrl.Result{}, nil
	}
	return ctrl.Result{RequeueAfter: session.Jitter(b.Poll)}, nil
}

// tell writes the condition, the token and, once per loss, an event.
func (b *brake) tell(ctx context.Context, reg *v1alpha1.SchemaRegistry, loss verdict.Loss) error {
	old := reg.DeepCopy()
	set := condition.New(old.Status.Conditions, reg.Generation, b.Clock())
	const typ = v1alpha1.ConditionRepairsSuspended
	suspicion := loss.Suspicion()
	switch {
	case suspicion == "":
		reg.Status.Repairs = nil
		set.Remove(typ)
	case reg.RepairsConfirmed():
		// The numbers change with each repair; the condition does not.
		set.False(typ, v1alpha1.ReasonRepairsConfirmed, "Confirmed by the annotation "+v1alpha1.AnnotationConfirmRepair+"; what is gone is being registered again")
	default:
		if reg.Status.Repairs == nil {
			reg.Status.Repairs = &v1alpha1.RepairsStatus{Token: b.Clock().UTC().Format("20060102T150405.000000Z")}
		}
		set.True(typ, suspicion, fmt.Sprintf("%s. Restore the topic; or, to have them registered again with ids that may be others, set the annotation %s to %q",
			loss.Text(), v1alpha1.AnnotationConfirmRepair, reg.Status.Repairs.Token))
	}
	reg.Status.Conditions = set.List()
	if equality.Semantic.DeepEqual(old.Status, reg.Status) {
		return nil
	}
	// With a lock: the other conditions are not this controller's.
	if err := b.Client.Status().Patch(ctx, reg, client.MergeFromWithOptions(old, client.MergeFromWithOptimisticLock{})); err != nil {
		return fmt.Errorf("writing the status of SchemaRegistry %s/%s: %w", reg.Namespace, reg.Name, err)
	}
	if old.Status.Repairs == nil && reg.Status.Repairs != nil {
		b.Events.Eventf(reg, nil, corev1.EventTypeWarning, v1alpha1.EventRepairsSuspended, "Observe", "%s", loss.Text())
	}
	return nil
}

// holds reports whether a Subject holds its repair.
func holds(s *v1alpha1.Subject) bool {
	c := meta.FindStatusCondition(s.Status.Conditions, v1alpha1.ConditionInSync)
	return c != nil && c.Reason == v1alpha1.ReasonRepairsSuspended
}

func holdingChanges() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc: func(e event.CreateEvent) bool { s, ok := e.Object.(*v1alpha1.Subject); return ok && holds(s) },
		DeleteFunc: func(e event.DeleteEvent) bool { s, ok := e.Object.(*v1alpha1.Subject); return ok && holds(s) },
		UpdateFunc: func(e event.UpdateEvent) bool {
			was, ok := e.ObjectOld.(*v1alpha1.Subject)
			is, ok2 := e.ObjectNew.(*v1alpha1.Subject)
			return ok && ok2 && holds(was) != holds(is)
		},
	}
}

// brakeMatters lets through what concerns the condition: the annotation, and
// its loss when another controller wrote the list of conditions without it.
func brakeMatters() predicate.Predicate {
	return predicate.Or(predicate.AnnotationChangedPredicate{}, predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		is, ok := e.ObjectNew.(*v1alpha1.SchemaRegistry)
		var c *metav1.Condition
		if ok {
			c = meta.FindStatusCondition(is.Status.Conditions, v1alpha1.ConditionRepairsSuspended)
		}
		return ok && (c == nil) != (is.Status.Repairs == nil)
	}})
}

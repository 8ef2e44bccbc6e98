package subject

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/condition"
	"github.com/plastron-dev/plastron/controllers/index"
	"github.com/plastron-dev/plastron/controllers/session"
	"github.com/plastron-dev/plastron/controllers/verdict"
	registry "github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// ensureFinalizer puts the finalizer on a Subject whose policy needs it, before
// the first write, and takes it off one whose policy does not.
func (r *Reconciler) ensureFinalizer(ctx context.Context, s *v1alpha1.Subject, policy v1alpha1.DeletionPolicy) error {
	if controllerutil.ContainsFinalizer(s, v1alpha1.FinalizerSubject) == (policy != v1alpha1.Retain) {
		return nil
	}
	changed := s.DeepCopy()
	if policy != v1alpha1.Retain {
		controllerutil.AddFinalizer(changed, v1alpha1.FinalizerSubject)
	} else {
		controllerutil.RemoveFinalizer(changed, v1alpha1.FinalizerSubject)
	}
	if err := r.Client.Patch(ctx, changed, client.MergeFromWithOptions(s, client.MergeFromWithOptimisticLock{})); err != nil {
		return fmt.Errorf("changing the finalizer of Subject %s/%s: %w", s.Namespace, s.Name, err)
	}
	s.Finalizers, s.ResourceVersion = changed.Finalizers, changed.ResourceVersion
	return nil
}

// delete carries out the deletion policy of a Subject that is being deleted.
func (r *Reconciler) delete(ctx context.Context, s *v1alpha1.Subject) (ctrl.Result, error) {
	if !controllerutil.ContainsFinalizer(s, v1alpha1.FinalizerSubject) {
		return ctrl.Result{}, nil // Retain: the registry keeps what it has.
	}
	farewell, remote, err := r.farewell(ctx, s)
	if err != nil {
		return ctrl.Result{}, err
	}
	step, wait, why := verdict.Bury(farewell)
	if step == verdict.DeleteSoft || step == verdict.DeleteHard {
		wait = remote.bury(ctx, step)
		if wait == nil {
			r.event(s, corev1.EventTypeNormal, v1alpha1.EventSubjectDeleted, "%s of subject %s", step, s.SubjectName())
			step = verdict.Release
		}
	}
	if wait != nil {
		return ctrl.Result{RequeueAfter: session.Jitter(r.Retry)}, r.waiting(ctx, s, *wait)
	}
	if why != "" {
		r.event(s, corev1.EventTypeWarning, v1alpha1.EventDeletionSkipped, "%s: %s", s.Deletion(), why)
	}
	return ctrl.Result{}, r.release(ctx, s)
}

// farewell gathers what the decision needs.
func (r *Reconciler) farewell(ctx context.Context, s *v1alpha1.Subject) (*verdict.Farewell, *remote, error) {
	f, reg, err := r.surroundings(ctx, s)
	if err != nil || reg == nil {
		return f, nil, err
	}
	c, err := r.Sessions.For(ctx, reg)
	if err != nil {
		f.Unreachable = err.Error()
		return f, nil, nil
	}
	m := &remote{client: r.Feeds.For(ctx, reg, c), subject: s}
	m.lastLook(ctx, f)
	return f, m, nil
}

// surroundings gathers what the cluster knows. It returns no registry when
// nothing that the registry might say matters.
func (r *Reconciler) surroundings(ctx context.Context, s *v1alpha1.Subject) (*verdict.Farewell, *v1alpha1.SchemaRegistry, error) {
	f := &verdict.Farewell{Subject: s, Released: s.Annotations[v1alpha1.AnnotationForceRelease] == "true"}
	if !s.DeletionTimestamp.IsZero() {
		f.Overdue = r.Clock().Sub(s.DeletionTimestamp.Time) > r.DeletionTimeout
	}
	if s.Deletion() == v1alpha1.Retain || f.Released || !s.Owns() {
		return f, nil, nil
	}
	reg, err := r.registryOf(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	if f.RegistryGone = reg == nil || !reg.DeletionTimestamp.IsZero(); f.RegistryGone {
		return f, nil, nil
	}
	p := reg.Spec.Policy
	f.KeepGoing = p != nil && p.DeleteOnNamespaceTermination != nil && *p.DeleteOnNamespaceTermination
	if f.NamespaceEnds, err = r.namespaceEnds(ctx, s.Namespace); err != nil || (f.NamespaceEnds && !f.KeepGoing) {
		return f, nil, err
	}
	if f.Grant, err = r.grant(ctx, reg, s); err != nil || f.Grant.Deletion(s) == v1alpha1.Retain {
		return f, nil, err
	}
	if f.Dependents, err = r.dependents(ctx, reg, s); err != nil {
		return nil, nil, err
	}
	return f, reg, nil
}

// namespaceEnds asks past the caches: the operator does not watch namespaces.
// One that it may not read counts as staying.
func (r *Reconciler) namespaceEnds(ctx context.Context, name string) (bool, error) {
	ns := &corev1.Namespace{}
	err := r.Live.Get(ctx, client.ObjectKey{Name: name}, ns)
	switch {
	case apierrors.IsForbidden(err):
		return false, nil
	case apierrors.IsNotFound(err):
		return true, nil
	case err != nil:
		return false, fmt.Errorf("reading namespace %s: %w", name, err)
	}
	return !ns.DeletionTimestamp.IsZero(), nil
}

// dependents lists the Subjects of any namespace that refer to s and are not
// being deleted themselves. One that the registry does not admit depends on
// nothing: otherwise any namespace could keep any Subject from being deleted.
func (r *Reconciler) dependents(ctx context.Context, reg *v1alpha1.SchemaRegistry, s *v1alpha1.Subject) ([]string, error) {
	var list v1alpha1.SubjectList
	if err := r.Client.List(ctx, &list, client.MatchingFields{index.SubjectReferences: index.Key(s.Namespace, s.Name)}); err != nil {
		return nil, fmt.Errorf("listing dependents of Subject %s/%s: %w", s.Namespace, s.Name, err)
	}
	var names []string
	for i := range list.Items {
		d := &list.Items[i]
		if !d.DeletionTimestamp.IsZero() || d.RegistryKey() != s.RegistryKey() {
			continue
		}
		grant, err := r.grant(ctx, reg, d)
		if err != nil {
			return nil, err
		}
		if grant.Problem == "" {
			names = append(names, index.Key(d.Namespace, d.Name))
		}
	}
	return names, nil
}

func (m *remote) lastLook(ctx context.Context, f *verdict.Farewell) {
	latest, err := m.client.Version(ctx, m.name(), schema.Latest)
	switch {
	case registry.NotFound(err):
	case err != nil:
		f.Unreachable = err.Error()
		return
	default:
		f.Latest = &verdict.Registered{ID: int32(latest.ID), Version: int32(latest.Version)}
	}
	versions, err := m.client.VersionsWithDeleted(ctx, m.name())
	if err != nil && !registry.NotFound(err) {
		f.Unreachable = err.Error()
		return
	}
	for _, v := range versions {
		f.Newest = max(f.Newest, int32(v))
	}
}

// bury deletes the subject, softly first, and its level when that is ours. It
// returns what there is to wait for, nil when it is done.
func (m *remote) bury(ctx context.Context, step verdict.Step) *verdict.Statement {
	_, err := m.client.DeleteSubject(ctx, m.name())
	if err != nil && !registry.NotFound(err) && registry.ClassOf(err) != registry.AlreadyDeleted {
		return buryFailed(err)
	}
	if step != verdict.DeleteHard {
		return nil
	}
	if _, err = m.client.PurgeSubject(ctx, m.name()); err != nil && !registry.NotFound(err) {
		return buryFailed(err)
	}
	applied := m.subject.Status.Applied
	if applied != nil && applied.Compatibility != "" {
		err = m.client.DeleteSubjectConfig(ctx, m.name())
		if err != nil && !registry.NotFound(err) && registry.ClassOf(err) != registry.NotConfigured {
			return buryFailed(err)
		}
	}
	if applied != nil && applied.Mode != "" {
		err = m.client.DeleteSubjectMode(ctx, m.name())
		if err != nil && !registry.NotFound(err) && registry.ClassOf(err) != registry.NotConfigured {
			return buryFailed(err)
		}
	}
	return nil
}

func buryFailed(err error) *verdict.Statement {
	reason := v1alpha1.ReasonRegistryUnreachable
	switch registry.ClassOf(err) {
	case registry.Referenced:
		reason = v1alpha1.ReasonReferencedInRegistry
	case registry.Associated:
		reason = v1alpha1.ReasonAssociatedInRegistry
	case registry.NotPermitted:
		reason = v1alpha1.ReasonRegistryReadOnly
	case registry.Unauthorized, registry.Forbidden:
		reason = v1alpha1.ReasonAuthenticationFailed
	}
	return &verdict.Statement{Type: v1alpha1.ConditionDeleting, Status: "False", Reason: reason, Message: err.Error()}
}

// waiting says what the deletion waits for.
func (r *Reconciler) waiting(ctx context.Context, s *v1alpha1.Subject, why verdict.Statement) error {
	old := s.DeepCopy()
	set := condition.New(s.Status.Conditions, s.Generation, r.Clock())
	set.Put(why.Type, why.Status, why.Reason, why.Message)
	s.Status.Conditions = set.List()
	return r.write(ctx, old, s)
}

// release takes the finalizer off, so that the object goes.
func (r *Reconciler) release(ctx context.Context, s *v1alpha1.Subject) error {
	changed := s.DeepCopy()
	controllerutil.RemoveFinalizer(changed, v1alpha1.FinalizerSubject)
	err := r.Client.Patch(ctx, changed, client.MergeFromWithOptions(s, client.MergeFromWithOptimisticLock{}))
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("releasing Subject %s/%s: %w", s.Namespace, s.Name, err)
	}
	return nil
}

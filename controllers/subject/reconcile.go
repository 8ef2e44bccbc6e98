package subject

import (
	"context"
	"slices"
	"time"

	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/admission"
	"github.com/plastron-dev/plastron/controllers/feed"
	"github.com/plastron-dev/plastron/controllers/session"
	"github.com/plastron-dev/plastron/controllers/verdict"
	registry "github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Sessions hands out the client of a registry.
type Sessions interface {
	For(ctx context.Context, r *v1alpha1.SchemaRegistry) (*registry.Client, error)
}

// Reconciler reconciles Subjects.
type Reconciler struct {
	// Client reads from the caches, ConfigMaps excepted, and writes.
	Client client.Client
	// Live reads past the caches.
	Live     client.Reader
	Sessions Sessions
	// Feeds knows what registries hold; nil asks them.
	Feeds  *feed.Feeds
	Events events.EventRecorder
	Clock  func() time.Time
	// Namespaces are those that the caches hold; empty for all.
	Namespaces []string
	// Poll is how often a converged Subject is compared with the registry, and
	// Retry when one that failed for a while is looked at again.
	Poll, Retry time.Duration
	// DeletionTimeout is how long a Subject that is being deleted waits for a
	// registry that does not answer.
	DeletionTimeout time.Duration
}

// settle is how long the nodes of a registry get to read what one of them wrote.
const settle = 300 * time.Millisecond

// rounds bounds the writes of one reconciliation: a level, a mode, a schema,
// and one more look; older versions come on top.
const rounds = 5

// +kubebuilder:rbac:groups=plastron.dev,resources=subjects,verbs=get;list;watch;update;patch
// +kubebuilder:rbac:groups=plastron.dev,resources=subjects/status,verbs=get;update;patch
// +kubebuilder:rbac:groups=plastron.dev,resources=subjects/finalizers,verbs=update
// +kubebuilder:rbac:groups=plastron.dev,resources=schemaregistries,verbs=get;list;watch
// +kubebuilder:rbac:groups=plastron.dev,resources=schemaregistries/status,verbs=patch
// +kubebuilder:rbac:groups="",resources=configmaps,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=get
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile brings one Subject nearer to what it asks for.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	s := &v1alpha1.Subject{}
	if err := r.Client.Get(ctx, req.NamespacedName, s); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err) // Gone: nothing is ours anymore.
	}
	if !s.DeletionTimestamp.IsZero() {
		return r.delete(ctx, s)
	}
	if s.Annotations[v1alpha1.AnnotationPause] == "true" {
		return ctrl.Result{}, r.pause(ctx, s)
	}

	in, err := r.attempt(ctx, s)
	if err != nil {
		return ctrl.Result{}, err
	}
	if in.Registry.New && verdict.Resolve().First(in) == nil {
		// Its first answer wakes everybody; a status would be another write.
		return ctrl.Result{RequeueAfter: session.Jitter(10 * r.Retry)}, nil
	}
	if err := r.report(ctx, s, in); err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{RequeueAfter: r.next(in)}, nil
}

// attempt gathers the facts and writes what is to be written.
func (r *Reconciler) attempt(ctx context.Context, s *v1alpha1.Subject) (*verdict.Input, error) {
	in, remote, err := r.examine(ctx, s)
	if err != nil || verdict.Accept().First(in) != nil {
		return in, err
	}
	// Before anything is written, and off again when the policy changed.
	if err := r.ensureFinalizer(ctx, s, in.Registry.Grant.Deletion(s)); err != nil {
		return in, err
	}
	if remote != nil {
		converge(ctx, in, remote)
	}
	return in, nil
}

// examine gathers what can be known without a call to the registry. It returns
// no remote when none is due.
func (r *Reconciler) examine(ctx context.Context, s *v1alpha1.Subject) (*verdict.Input, *remote, error) {
	in := &verdict.Input{Subject: s, Invalid: admission.Message(admission.Subject(s))}
	reg, err := r.accept(ctx, in)
	if err != nil || verdict.Accept().First(in) != nil {
		return in, nil, err
	}
	if err := r.resolveSource(ctx, in); err != nil {
		return in, nil, err
	}
	if verdict.Resolve().First(in) != nil {
		return in, nil, nil // No call to the registry for a Subject that waits.
	}
	if err := r.localReferences(ctx, reg, in); err != nil {
		return in, nil, err
	}
	if verdict.Resolve().First(in) != nil || in.Registry.Unreachable != "" {
		return in, nil, nil
	}
	c, err := r.Sessions.For(ctx, reg)
	if err != nil {
		// Credentials that are missing: the registry's own conditions say
		// more, and it keeps asking.
		in.Registry.Unreachable = err.Error()
		return in, nil, nil
	}
	m := &remote{client: r.Feeds.For(ctx, reg, c), subject: s, historic: make([]schema.Schema, len(s.Spec.History))}
	m.source = func(ctx context.Context, i int) (*verdict.Source, error) { return r.historicSource(ctx, s, i) }
	if !reg.RepairsConfirmed() {
		m.loss = func(ctx context.Context) (verdict.Loss, error) { return r.loss(ctx, c, s.RegistryKey()) }
	}
	return in, m, nil
}

// converge reads what the registry has and writes until there is nothing left
// to write.
func converge(ctx context.Context, in *verdict.Input, remote *remote) {
	for range rounds + len(in.Subject.Spec.History) {
		remote.gather(ctx, in)
		if in.Failure != nil || verdict.Resolve().First(in) != nil {
			return
		}
		action := verdict.Next(in)
		if action == verdict.None || (action != verdict.RegisterHistoric && slices.Contains(in.Wrote, action)) {
			return
		}
		remote.act(ctx, in, action)
		if in.Failure != nil {
			return
		}
	}
}

// next says when to look again although nothing happened.
func (r *Reconciler) next(in *verdict.Input) time.Duration {
	j := verdict.Judge(in)
	switch {
	case verdict.Unsettled(in):
		return session.Jitter(settle)
	case in.Failure != nil && in.Failure.Kind == verdict.RefusedUnsupported:
		return session.Jitter(10 * r.Poll) // It would need another registry.
	case in.Failure != nil && !j.Stalled && in.Failure.Kind != verdict.RefusedReadOnly:
		return session.Jitter(r.Retry)
	case in.State == nil && in.Registry.Unreachable == "":
		return session.Jitter(10 * r.Retry) // A watch wakes it; this is for a missed one.
	default:
		return session.Jitter(r.Feeds.Recheck(in.Subject.RegistryKey(), r.Poll))
	}
}

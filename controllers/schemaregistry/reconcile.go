package schemaregistry

import (
	"context"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/admission"
	"github.com/plastron-dev/plastron/controllers/apply"
	"github.com/plastron-dev/plastron/controllers/build"
	"github.com/plastron-dev/plastron/controllers/credentials"
	"github.com/plastron-dev/plastron/controllers/session"
	registry "github.com/plastron-dev/plastron/runtime/client"
)

// FieldManager owns the fields of the children. It must never change.
const FieldManager = v1alpha1.GroupName + "/registry"

// Sessions hands out the client of a registry.
type Sessions interface {
	Refresh(ctx context.Context, r *v1alpha1.SchemaRegistry) (*registry.Client, error)
	Forget(namespace, name string)
}

// Reconciler reconciles SchemaRegistries.
type Reconciler struct {
	Client   client.Client
	Applier  *apply.Applier
	Secrets  *credentials.Resolver
	Sessions Sessions
	Events   events.EventRecorder
	Clock    func() time.Time
	// Image is the workload's image where the spec names none.
	Image string
	// Poll is how often a registry that answers is asked, and Retry one that
	// does not.
	Poll, Retry time.Duration

	strimzi *credentials.Watcher // Made by Setup.
}

// observation is everything that a reconciliation found out.
type observation struct {
	invalid  string // What validation found.
	conflict string // Why the topic is not this registry's.
	kafka    *credentials.Problem
	listener *credentials.Problem
	apply    error                         // Why the children could not be applied.
	asks     bool                          // Whether objects are wanted that not every cluster can have.
	missing  string                        // What the cluster lacks of them.
	waits    string                        // What a rollout waits for.
	shown    *credentials.ShownCertificate // Of the listener, nil for none.
	// authority is the Secret that holds the authority of the listener, empty
	// for none.
	authority string
	set       *appsv1.StatefulSet
	selector  string
	image     string
	probe     probe
	subjects  v1alpha1.SubjectCounts
}

// +kubebuilder:rbac:groups=plastron.dev,resources=schemaregistries,verbs=get;list;watch
// +kubebuilder:rbac:groups=plastron.dev,resources=schemaregistries/status,verbs=get;update;patch
// +kubebuilder:rbac:groups=plastron.dev,resources=schemaregistries/finalizers,verbs=update
// +kubebuilder:rbac:groups=plastron.dev,resources=subjects,verbs=get;list;watch
// +kubebuilder:rbac:groups=apps,resources=statefulsets,verbs=get;list;watch;create;update;patch;delete
// +kubebuilder:rbac:groups="",resources=services,verbs=get;list;watch;create;update;patch;delete
// +kubebuilder:rbac:groups="",resources=configmaps,verbs=get;list;watch;create;update;patch;delete
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=pods,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=pods/eviction,verbs=create
// +kubebuilder:rbac:groups=kafka.strimzi.io,resources=kafkas;kafkausers,verbs=get;list;watch
// +kubebuilder:rbac:groups=policy,resources=poddisruptionbudgets,verbs=get;list;watch;create;update;patch;delete
// +kubebuilder:rbac:groups=networking.k8s.io,resources=ingresses;networkpolicies,verbs=get;list;watch;create;update;patch;delete
// +kubebuilder:rbac:groups=gateway.networking.k8s.io,resources=httproutes,verbs=get;create;patch;delete
// +kubebuilder:rbac:groups=cert-manager.io,resources=certificates,verbs=get;create;patch;delete
// +kubebuilder:rbac:groups=monitoring.coreos.com,resources=podmonitors;prometheusrules,verbs=get;create;patch;delete
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile brings one registry nearer to what it asks for.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	reg := &v1alpha1.SchemaRegistry{}
	if err := r.Client.Get(ctx, req.NamespacedName, reg); err != nil {
		if apierrors.IsNotFound(err) {
			r.Sessions.Forget(req.Namespace, req.Name)
		}
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !reg.DeletionTimestamp.IsZero() {
		// The children go with their owner. Applying them now would bring
		// them back while a foreground deletion waits for them to go.
		return ctrl.Result{}, nil
	}
	if reg.Annotations[v1alpha1.AnnotationPause] == "true" {
		return ctrl.Result{}, r.pause(ctx, reg)
	}

	found, err := r.observe(ctx, reg)
	if err != nil {
		return ctrl.Result{}, err
	}
	if err := r.report(ctx, reg, found); err != nil {
		return ctrl.Result{}, err
	}
	if found.apply != nil && !apply.IsForeign(found.apply) {
		return ctrl.Result{}, found.apply // The work queue backs off.
	}
	return ctrl.Result{RequeueAfter: r.next(reg, found)}, nil
}

// observe applies the children and looks at everything.
func (r *Reconciler) observe(ctx context.Context, reg *v1alpha1.SchemaRegistry) (*observation, error) {
	found := &observation{invalid: admission.Message(admission.SchemaRegistry(reg))}
	var err error
	if found.subjects, err = r.countSubjects(ctx, reg); err != nil {
		return nil, err
	}
	if found.invalid != "" {
		return found, nil
	}
	if reg.IsManaged() {
		if err := r.deploy(ctx, reg, found); err != nil {
			return nil, err
		}
		if found.conflict != "" || found.apply != nil {
			return found, nil
		}
	}
	if !reg.IsManaged() || found.set != nil && found.set.Status.ReadyReplicas > 0 {
		found.probe = r.ask(ctx, reg)
	}
	if found.set == nil {
		return found, nil
	}
	if t := reg.TLS(); t != nil && found.set.Status.ReadyReplicas > 0 {
		addresses := build.PodAddresses(reg.Name, reg.HeadlessName()+"."+reg.Namespace+".svc", reg.Port(), reg.ReplicaCount())
		if found.shown, err = r.Secrets.Shown(ctx, reg.Namespace, t, addresses); err != nil {
			return nil, err
		}
	}
	return found, r.roll(ctx, reg, found)
}

func (r *Reconciler) deploy(ctx context.Context, reg *v1alpha1.SchemaRegistry, found *observation) error {
	var err error
	if found.conflict, err = r.topicConflict(ctx, reg); err != nil || found.conflict != "" {
		return err
	}
	if err := r.applyChildren(ctx, reg, found); err != nil || found.invalid != "" || found.apply != nil {
		return err
	}
	set := &appsv1.StatefulSet{}
	err = r.Client.Get(ctx, client.ObjectKeyFromObject(reg), set)
	switch {
	case apierrors.IsNotFound(err): // Not in the cache yet; its event comes.
	case err != nil:
		return fmt.Errorf("reading StatefulSet %s/%s: %w", reg.Namespace, reg.Name, err)
	case metav1.IsControlledBy(set, reg):
		found.set = set
	}
	return nil
}

// applyChildren brings the objects to the cluster. While something is missing
// that the pods need, those that run are left as they are.
func (r *Reconciler) applyChildren(ctx context.Context, reg *v1alpha1.SchemaRegistry, found *observation) error {
	if err := r.strimzi.Ensure(reg.Spec.Kafka); err != nil {
		return err
	}
	in := build.Inputs{Image: r.Image}
	var err error
	if in.Kafka, err = r.Secrets.Resolve(ctx, reg, reg.Spec.Kafka); err != nil {
		found.kafka, err = credentials.AsProblem(err)
		return err
	}
	found.missing, found.apply = r.Applier.Optional(ctx, reg, build.RegistryCertificate(reg))
	if found.missing != "" { // Nobody makes the certificate that the pods wait for.
		found.listener = &credentials.Problem{Reason: v1alpha1.ReasonFeatureUnsupported, Message: found.missing}
	}
	if found.apply != nil || found.listener != nil {
		return nil
	}
	if in.Listener, err = r.Secrets.Listener(ctx, reg.Namespace, reg.TLS(), reg.Users()); err != nil {
		found.listener, err = credentials.AsProblem(err)
		return err
	}
	trusted, err := r.Secrets.TrustedRegistry(ctx, reg)
	if err != nil {
		found.listener, err = credentials.AsProblem(err)
		return err
	}
	for _, f := range trusted {
		found.authority = f.Secret
	}
	children, err := build.Registry(reg, in)
	if err != nil {
		found.invalid = err.Error()
		return nil
	}
	found.image, found.selector, found.asks = children.Image, children.Selector, children.AsksForOptional()
	if found.apply = r.Applier.Apply(ctx, reg, children); found.apply == nil {
		found.missing, found.apply = r.Applier.Optional(ctx, reg, children.Optional)
	}
	return nil
}

// next says when to ask again although nothing happened.
func (r *Reconciler) next(reg *v1alpha1.SchemaRegistry, found *observation) time.Duration {
	if found.waits != "" {
		return session.Jitter(r.Retry)
	}
	for _, c := range reg.Status.Conditions {
		switch c.Type {
		case v1alpha1.ConditionReachable, v1alpha1.ConditionPrimaryElected, v1alpha1.ConditionCaughtUp:
			if c.Status != metav1.ConditionTrue {
				return session.Jitter(r.Retry)
			}
		}
	}
	return session.Jitter(r.Poll)
}

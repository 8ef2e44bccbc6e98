package restproxy

import (
	"context"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/admission"
	"github.com/plastron-dev/plastron/controllers/apply"
	"github.com/plastron-dev/plastron/controllers/build"
	"github.com/plastron-dev/plastron/controllers/credentials"
	"github.com/plastron-dev/plastron/controllers/session"
)

// FieldManager owns the fields of the children. It must never change.
const FieldManager = v1alpha1.GroupName + "/restproxy"

// Reconciler reconciles RestProxies.
type Reconciler struct {
	Client  client.Client
	Applier *apply.Applier
	Secrets *credentials.Resolver
	Clock   func() time.Time
	// Image is the workload's image where the spec names none.
	Image string
	// Poll is how often is looked at what nobody tells of.
	Poll time.Duration

	strimzi *credentials.Watcher // Made by Setup.
}

// observation is everything that a reconciliation found out.
type observation struct {
	invalid  string // What validation found.
	registry target
	kafka    *credentials.Problem
	listener *credentials.Problem
	apply    error                         // Why the children could not be applied.
	asks     bool                          // Whether objects are wanted that not every cluster can have.
	missing  string                        // What the cluster lacks of them.
	shown    *credentials.ShownCertificate // Of the listener, nil for none.
	set      *appsv1.StatefulSet
	selector string
}

// +kubebuilder:rbac:groups=plastron.dev,resources=restproxies,verbs=get;list;watch
// +kubebuilder:rbac:groups=plastron.dev,resources=restproxies/status,verbs=get;update;patch
// +kubebuilder:rbac:groups=plastron.dev,resources=restproxies/finalizers,verbs=update
// +kubebuilder:rbac:groups=plastron.dev,resources=schemaregistries,verbs=get;list;watch
// +kubebuilder:rbac:groups=apps,resources=statefulsets,verbs=get;list;watch;create;update;patch;delete
// +kubebuilder:rbac:groups="",resources=services,verbs=get;list;watch;create;update;patch;delete
// +kubebuilder:rbac:groups="",resources=configmaps,verbs=get;list;watch;create;update;patch;delete
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get;list;watch
// +kubebuilder:rbac:groups=kafka.strimzi.io,resources=kafkas;kafkausers,verbs=get;list;watch
// +kubebuilder:rbac:groups=policy,resources=poddisruptionbudgets,verbs=get;list;watch;create;update;patch;delete
// +kubebuilder:rbac:groups=networking.k8s.io,resources=ingresses;networkpolicies,verbs=get;list;watch;create;update;patch;delete
// +kubebuilder:rbac:groups=gateway.networking.k8s.io,resources=httproutes,verbs=get;create;patch;delete
// +kubebuilder:rbac:groups=cert-manager.io,resources=certificates,verbs=get;create;patch;delete
// +kubebuilder:rbac:groups=monitoring.coreos.com,resources=podmonitors;prometheusrules,verbs=get;create;patch;delete

// Reconcile brings one proxy nearer to what it asks for.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	p := &v1alpha1.RestProxy{}
	if err := r.Client.Get(ctx, req.NamespacedName, p); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !p.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, nil // The children go with their owner.
	}
	if p.Annotations[v1alpha1.AnnotationPause] == "true" {
		return ctrl.Result{}, r.pause(ctx, p)
	}

	found, err := r.observe(ctx, p)
	if err != nil {
		return ctrl.Result{}, err
	}
	if err := r.report(ctx, p, found); err != nil {
		return ctrl.Result{}, err
	}
	if found.apply != nil && !apply.IsForeign(found.apply) {
		return ctrl.Result{}, found.apply // The work queue backs off.
	}
	if found.asks || p.TLS() != nil || found.kafka != nil && found.kafka.Reason == v1alpha1.ReasonFeatureUnsupported {
		// Nothing tells when a kind is installed, or a certificate is shown,
		// and objects of kinds that may be missing are not watched.
		return ctrl.Result{RequeueAfter: session.Jitter(r.Poll)}, nil
	}
	return ctrl.Result{}, nil // Every change of the pods, of the registry and of what Kafka needs is an event.
}

// observe applies the children and looks at everything.
func (r *Reconciler) observe(ctx context.Context, p *v1alpha1.RestProxy) (*observation, error) {
	found := &observation{invalid: admission.Message(admission.RestProxy(p))}
	if found.invalid != "" {
		return found, nil
	}
	var err error
	if found.registry, err = r.resolve(ctx, p); err != nil {
		return nil, err
	}
	if found.registry.known {
		if err := r.applyChildren(ctx, p, found); err != nil || found.invalid != "" || found.apply != nil {
			return found, err
		}
	}

	set := &appsv1.StatefulSet{}
	err = r.Client.Get(ctx, client.ObjectKeyFromObject(p), set)
	switch {
	case apierrors.IsNotFound(err): // Not in the cache yet; its event comes.
	case err != nil:
		return nil, fmt.Errorf("reading StatefulSet %s/%s: %w", p.Namespace, p.Name, err)
	case metav1.IsControlledBy(set, p):
		found.set = set
	}
	if t := p.TLS(); t != nil && found.set != nil && found.set.Status.ReadyReplicas > 0 {
		addresses := build.PodAddresses(p.Name, p.HeadlessName()+"."+p.Namespace+".svc", p.Port(), p.ReplicaCount())
		if found.shown, err = r.Secrets.Shown(ctx, p.Namespace, t, addresses); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// applyChildren brings the objects to the cluster. While something is missing
// that the pods need, those that run are left as they are.
func (r *Reconciler) applyChildren(ctx context.Context, p *v1alpha1.RestProxy, found *observation) error {
	if err := r.strimzi.Ensure(&p.Spec.Kafka); err != nil {
		return err
	}
	in := build.Inputs{Image: r.Image, Registry: found.registry.files, RegistryUser: found.registry.user}
	var err error
	if in.Kafka, err = r.Secrets.Resolve(ctx, p, &p.Spec.Kafka); err != nil {
		found.kafka, err = credentials.AsProblem(err)
		return err
	}
	found.missing, found.apply = r.Applier.Optional(ctx, p, build.ProxyCertificate(p))
	if found.missing != "" { // Nobody makes the certificate that the pods wait for.
		found.listener = &credentials.Problem{Reason: v1alpha1.ReasonFeatureUnsupported, Message: found.missing}
	}
	if found.apply != nil || found.listener != nil {
		return nil
	}
	if in.Listener, err = r.Secrets.Listener(ctx, p.Namespace, p.TLS(), nil); err != nil {
		found.listener, err = credentials.AsProblem(err)
		return err
	}
	children, err := build.RestProxy(p, found.registry.url, in)
	if err != nil {
		found.invalid = err.Error()
		return nil
	}
	found.selector, found.asks = children.Selector, children.AsksForOptional()
	if found.apply = r.Applier.Apply(ctx, p, children); found.apply == nil {
		found.missing, found.apply = r.Applier.Optional(ctx, p, children.Optional)
	}
	return nil
}

package manager

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/apply"
	"github.com/plastron-dev/plastron/controllers/credentials"
	"github.com/plastron-dev/plastron/controllers/feed"
	"github.com/plastron-dev/plastron/controllers/restproxy"
	"github.com/plastron-dev/plastron/controllers/schemaregistry"
	"github.com/plastron-dev/plastron/controllers/session"
	"github.com/plastron-dev/plastron/controllers/subject"
	"github.com/plastron-dev/plastron/controllers/webhook"
	registry "github.com/plastron-dev/plastron/runtime/client"
)

// leaseName is the lease that one of several managers holds.
const leaseName = "manager.plastron.dev"

// Run runs the operator until ctx ends. args are the flags, version that of
// this build, and output takes the log and the answers to -help and -version.
func Run(ctx context.Context, args []string, version string, output io.Writer) error {
	o, err := parse(args, version, output)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return err
	case o.PrintVersion:
		_, err := fmt.Fprintln(output, version)
		return err
	}
	log := logr.FromSlogHandler(slog.NewJSONHandler(output, &slog.HandlerOptions{Level: slog.Level(-o.Verbosity)}))
	ctrl.SetLogger(log)

	access, err := kubeconfig(o.Kubeconfig)
	if err != nil {
		return err
	}
	if err := awaitCRDs(ctx, access, log); err != nil {
		return err
	}
	mgr, err := New(ctx, access, o, session.Options{UserAgent: "plastron-operator/" + version})
	if err != nil {
		return err
	}
	keepMemoryLow()
	log.Info("Starting", "version", version, "workloadImage", o.WorkloadImage, "namespaces", o.Namespaces)
	return mgr.Start(ctx)
}

// keepMemoryLow has the collector run twice as often: most of the memory are
// objects in the caches, which stay. What GOGC says stays in force.
func keepMemoryLow() {
	const usual, often = 100, 50
	if was := debug.SetGCPercent(often); was != usual {
		debug.SetGCPercent(was)
	}
}

func kubeconfig(path string) (*rest.Config, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = path
	access, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{}).ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("reading how to reach Kubernetes: %w", err)
	}
	// Controllers make few calls; the API server's own fairness limits them.
	access.QPS = -1
	return access, nil
}

// New returns a manager with the three controllers, started by its Start. It
// logs through the logger of controller-runtime. sessions says how registries
// are talked to.
func New(ctx context.Context, access *rest.Config, o *Options, sessions session.Options) (ctrl.Manager, error) {
	scheme, err := Scheme()
	if err != nil {
		return nil, err
	}
	mgr, err := ctrl.NewManager(access, ctrl.Options{
		Scheme:                        scheme,
		Cache:                         cacheOptions(o.Namespaces),
		Client:                        client.Options{Cache: &client.CacheOptions{DisableFor: []client.Object{&corev1.ConfigMap{}}}},
		Metrics:                       metricsserver.Options{BindAddress: o.MetricsAddress},
		HealthProbeBindAddress:        o.ProbeAddress,
		LeaderElection:                o.LeaderElect,
		LeaderElectionID:              leaseName,
		LeaderElectionNamespace:       o.LeaderElectionIn,
		LeaderElectionReleaseOnCancel: true,
		// Names of controllers label metrics; a process has one manager, only
		// tests have several.
		Controller: config.Controller{SkipNameValidation: new(true)},
	})
	if err != nil {
		return nil, fmt.Errorf("making the manager: %w", err)
	}
	if err := addIndexes(ctx, mgr); err != nil {
		return nil, err
	}
	if err := addControllers(mgr, o, sessions); err != nil {
		return nil, err
	}
	for _, add := range []func(string, healthz.Checker) error{mgr.AddHealthzCheck, mgr.AddReadyzCheck} {
		if err := add("ping", healthz.Ping); err != nil {
			return nil, fmt.Errorf("adding a health check: %w", err)
		}
	}
	return mgr, nil
}

func addControllers(mgr ctrl.Manager, o *Options, options session.Options) error {
	applier := func(fieldManager string) *apply.Applier {
		return &apply.Applier{Client: mgr.GetClient(), Live: mgr.GetAPIReader(), FieldManager: fieldManager}
	}
	secrets := &credentials.Resolver{Live: mgr.GetAPIReader(), Mapper: mgr.GetRESTMapper(), Clock: time.Now, Dial: options.Dial}
	sessions := session.New(options, secrets)
	registries := &schemaregistry.Reconciler{
		Client: mgr.GetClient(), Applier: applier(schemaregistry.FieldManager), Secrets: secrets, Sessions: sessions,
		Events: mgr.GetEventRecorder("plastron-schemaregistry"), Clock: time.Now,
		Image: o.WorkloadImage, Poll: o.Poll, Retry: o.Retry,
	}
	if err := registries.Setup(mgr, controller.Options{}); err != nil {
		return fmt.Errorf("setting up the controller of SchemaRegistries: %w", err)
	}
	feeds := feed.New(feed.Config{Reader: mgr.GetClient(), Sessions: sessions, Clock: time.Now, Poll: o.Poll, Retry: o.Retry})
	if err := mgr.Add(feeds); err != nil {
		return fmt.Errorf("adding what follows registries: %w", err)
	}
	subjects := &subject.Reconciler{
		Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Sessions: sessions, Feeds: feeds,
		Events: mgr.GetEventRecorder("plastron-subject"), Clock: time.Now, Namespaces: o.Namespaces,
		// Many Subjects share a registry that fails.
		Poll: o.Poll, Retry: 5 * o.Retry, DeletionTimeout: o.DeletionTimeout,
	}
	if err := subjects.Setup(mgr, controller.Options{MaxConcurrentReconciles: o.Concurrency}); err != nil {
		return fmt.Errorf("setting up the controller of Subjects: %w", err)
	}
	proxies := &restproxy.Reconciler{
		Client: mgr.GetClient(), Applier: applier(restproxy.FieldManager), Secrets: secrets, Clock: time.Now, Image: o.WorkloadImage, Poll: o.Poll,
	}
	if err := proxies.Setup(mgr, controller.Options{}); err != nil {
		return fmt.Errorf("setting up the controller of RestProxies: %w", err)
	}
	judge := *subjects
	judge.Sessions, judge.Feeds = fresh{sessions}, nil // Feeds are the leader's.
	return webhook.Setup(mgr, o.Webhook, &judge)
}

// fresh reads the credentials of a registry at each use: on a replica that
// does not lead nobody else does when they change.
type fresh struct{ *session.Sessions }

// For returns the client of a registry.
func (f fresh) For(ctx context.Context, r *v1alpha1.SchemaRegistry) (*registry.Client, error) {
	return f.Refresh(ctx, r)
}

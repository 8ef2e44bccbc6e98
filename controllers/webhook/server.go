package webhook

import (
	"crypto/tls"
	"fmt"
	"os"
	"strings"
	"time"

	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// The paths that the webhook configuration names.
const (
	PathSubjects   = "/validate/subjects"
	PathRegistries = "/validate/schemaregistries"
	PathProxies    = "/validate/restproxies"
)

// DefaultBudget bounds an answer. It leaves most of the five seconds that the
// API server waits: a registry that is slow costs a person this long at most.
const DefaultBudget = 1500 * time.Millisecond

// podNamespace is where Kubernetes says which namespace a pod is in.
const podNamespace = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"

// Options say how the webhook is served.
type Options struct {
	// Host and Port to listen on; port 0 means no webhook.
	Host string
	Port int
	// CertDir is a folder with tls.crt and tls.key that somebody else renews.
	// Empty: the operator makes and renews its own.
	CertDir string
	// Service that API servers reach the webhook by, and Namespace of it and of
	// the Secret; the pod's own when empty.
	Service, Namespace string
	// Secret holds the operator's own certificate.
	Secret string
	// Configuration is the ValidatingWebhookConfiguration that calls the
	// webhook.
	Configuration string
	// Hosts are further names that the webhook is called by.
	Hosts []string
	// Budget bounds one answer; 0 means DefaultBudget.
	Budget time.Duration
	// Clock says when a certificate is to be renewed; nil means time.Now. A
	// value on Wake makes the keeper look at it.
	Clock func() time.Time
	Wake  <-chan struct{}
}

// Setup adds the webhook to mgr, if there is to be one. judge answers for
// Subjects. Readiness of the manager then includes that calls can be answered.
func Setup(mgr ctrl.Manager, o Options, judge Judge) error {
	if o.Port == 0 {
		return nil
	}
	if o.Budget == 0 {
		o.Budget = DefaultBudget
	}
	serve := webhook.Options{Host: o.Host, Port: o.Port, CertDir: o.CertDir}
	if o.CertDir == "" {
		keeper, err := newKeeper(mgr, o)
		if err != nil {
			return err
		}
		if err := mgr.Add(keeper); err != nil {
			return fmt.Errorf("adding the keeper of the webhook's certificate: %w", err)
		}
		serve.TLSOpts = []func(*tls.Config){func(c *tls.Config) { c.GetCertificate = keeper.GetCertificate }}
	}
	server := webhook.NewServer(serve)
	server.Register(PathSubjects, admission.WithValidator(mgr.GetScheme(), admission.Validator[*v1alpha1.Subject](&subjects{judge: judge, budget: o.Budget})))
	server.Register(PathRegistries, admission.WithValidator(mgr.GetScheme(), admission.Validator[*v1alpha1.SchemaRegistry](registries())))
	server.Register(PathProxies, admission.WithValidator(mgr.GetScheme(), admission.Validator[*v1alpha1.RestProxy](proxies())))
	if err := mgr.Add(server); err != nil {
		return fmt.Errorf("adding the webhook: %w", err)
	}
	// It shakes hands with the server, which fails without a certificate.
	if err := mgr.AddReadyzCheck("webhook", server.StartedChecker()); err != nil {
		return fmt.Errorf("adding the health check of the webhook: %w", err)
	}
	return nil
}

func newKeeper(mgr ctrl.Manager, o Options) (*Keeper, error) {
	if o.Namespace == "" {
		text, err := os.ReadFile(podNamespace)
		if err != nil {
			return nil, fmt.Errorf("finding the namespace of the webhook's certificate; outside a pod it has to be given: %w", err)
		}
		o.Namespace = strings.TrimSpace(string(text))
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	access := rest.CopyConfig(mgr.GetConfig())
	return &Keeper{
		Live: mgr.GetAPIReader(), Client: mgr.GetClient(),
		Watch: func(c cache.Options) (cache.Cache, error) {
			c.Scheme, c.Mapper, c.HTTPClient = mgr.GetScheme(), mgr.GetRESTMapper(), mgr.GetHTTPClient()
			return cache.New(access, c)
		},
		Secret:        client.ObjectKey{Namespace: o.Namespace, Name: o.Secret},
		Configuration: o.Configuration,
		Hosts:         append([]string{o.Service + "." + o.Namespace + ".svc"}, o.Hosts...),
		Elected:       mgr.Elected(), Clock: o.Clock, Wake: o.Wake, Log: mgr.GetLogger().WithName("webhook"),
	}, nil
}

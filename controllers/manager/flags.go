package manager

import (
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/plastron-dev/plastron/controllers/webhook"
)

// Options is what the flags say.
type Options struct {
	Kubeconfig       string
	Namespaces       []string // Empty means all.
	WorkloadImage    string
	MetricsAddress   string
	ProbeAddress     string
	LeaderElect      bool
	LeaderElectionIn string
	Concurrency      int
	Poll, Retry      time.Duration
	DeletionTimeout  time.Duration
	Webhook          webhook.Options
	Verbosity        int
	PrintVersion     bool
}

// parse reads the flags. version is that of this build; the default image of
// the workloads is the one of the same release.
func parse(args []string, version string, output io.Writer) (*Options, error) {
	o := &Options{}
	f := flag.NewFlagSet("manager", flag.ContinueOnError)
	f.SetOutput(output)
	namespaces := ""
	f.StringVar(&o.Kubeconfig, "kubeconfig", "", "kubeconfig file; unset means $KUBECONFIG, ~/.kube/config or the pod's service account")
	f.StringVar(&namespaces, "watch-namespaces", "", "namespaces to look after, separated by commas; unset means all")
	f.StringVar(&o.WorkloadImage, "workload-image", "ghcr.io/plastron-dev/plastron:"+version, "image of registries and proxies whose spec names none")
	f.StringVar(&o.MetricsAddress, "metrics-bind-address", ":8080", "address of /metrics; 0 means none")
	f.StringVar(&o.ProbeAddress, "health-probe-bind-address", ":8081", "address of /healthz and /readyz; 0 means none")
	f.BoolVar(&o.LeaderElect, "leader-elect", true, "work only while holding a lease, so that one of several managers works")
	f.StringVar(&o.LeaderElectionIn, "leader-election-namespace", "", "namespace of the lease; unset means the pod's own")
	f.IntVar(&o.Concurrency, "concurrency", 8, "Subjects that are reconciled at the same time")
	f.DurationVar(&o.Poll, "poll-interval", 30*time.Second, "how often a registry and its Subjects are compared with their objects")
	f.DurationVar(&o.Retry, "retry-interval", time.Second, "how often a registry that does not answer is asked")
	f.DurationVar(&o.DeletionTimeout, "deletion-timeout", 15*time.Minute, "how long a Subject that is being deleted waits for its registry")
	f.IntVar(&o.Webhook.Port, "webhook-port", 0, "port of the admission webhook; 0 means none")
	f.StringVar(&o.Webhook.CertDir, "webhook-cert-dir", "", "folder with tls.crt and tls.key of the webhook, renewed by somebody else; unset means that the operator makes and renews its own")
	f.StringVar(&o.Webhook.Service, "webhook-service", "plastron-webhook", "Service that the API server reaches the webhook by")
	f.StringVar(&o.Webhook.Namespace, "webhook-namespace", "", "namespace of that Service and of the certificate's Secret; unset means the pod's own")
	f.StringVar(&o.Webhook.Secret, "webhook-secret", "plastron-webhook", "Secret that holds the operator's own certificate for the webhook")
	f.StringVar(&o.Webhook.Configuration, "webhook-configuration", "plastron", "ValidatingWebhookConfiguration that is told which authority signed the certificate")
	f.IntVar(&o.Verbosity, "v", 0, "verbosity of the log: 0 is silent while nothing happens, 2 tells of each request")
	f.BoolVar(&o.PrintVersion, "version", false, "print the version and exit")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("reading flags: unexpected argument %q", f.Arg(0))
	}
	for n := range strings.SplitSeq(namespaces, ",") {
		if n = strings.TrimSpace(n); n != "" {
			o.Namespaces = append(o.Namespaces, n)
		}
	}
	return o, o.validate()
}

func (o *Options) validate() error {
	for name, d := range map[string]time.Duration{"poll-interval": o.Poll, "retry-interval": o.Retry, "deletion-timeout": o.DeletionTimeout} {
		if d <= 0 {
			return fmt.Errorf("reading flags: -%s is %s, it has to be positive", name, d)
		}
	}
	if o.Concurrency < 1 {
		return fmt.Errorf("reading flags: -concurrency is %d, it has to be positive", o.Concurrency)
	}
	return nil
}

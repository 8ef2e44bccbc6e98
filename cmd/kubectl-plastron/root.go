package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/controllers/plugin"
)

// access is what the flags of all commands say.
type access struct {
	kubeconfig, context, namespace string
	direct                         bool
	timeout                        time.Duration
}

func newRoot() *cobra.Command {
	a := &access{}
	root := &cobra.Command{
		Use:   "kubectl-plastron",
		Short: "Look at schema registries, and at the Subjects in them",
		Long: "Answers questions about SchemaRegistries, RestProxies and Subjects with the rights of who asks. A registry inside\n" +
			"the cluster is reached through `kubectl port-forward`, with the credentials that spec.operator.auth names.\n\n" +
			"Exit codes: 0 as asked for, 1 different or not ready, 2 it did not work.",
		Example:       "  kubectl plastron status\n  kubectl plastron diff -f schemas/\n  kubectl plastron export --output-dir schemas/",
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl plastron"},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	f := root.PersistentFlags()
	f.StringVar(&a.kubeconfig, "kubeconfig", "", "kubeconfig file; unset means $KUBECONFIG, ~/.kube/config or the pod's service account")
	f.StringVar(&a.context, "context", "", "context of the kubeconfig file")
	f.StringVarP(&a.namespace, "namespace", "n", "", "namespace; unset means that of the context")
	f.BoolVar(&a.direct, "direct", false, "connect to the Services of registries as pods do, without kubectl port-forward")
	f.DurationVar(&a.timeout, "request-timeout", 30*time.Second, "how long one request to a registry may take")
	root.AddCommand(newStatus(a), newDiff(a), newAdopt(a), newExport(a), newOrphans(a), newBackup(a))
	return root
}

// plugin connects to Kubernetes as the flags say.
func (a *access) plugin(c *cobra.Command) (*plugin.Plugin, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = a.kubeconfig
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{CurrentContext: a.context})
	config, err := loader.ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("reading how to reach Kubernetes: %w", err)
	}
	if a.namespace == "" {
		if a.namespace, _, err = loader.Namespace(); err != nil {
			return nil, fmt.Errorf("reading the namespace of the context: %w", err)
		}
	}
	scheme, err := plugin.Scheme()
	if err != nil {
		return nil, err
	}
	objects, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return nil, fmt.Errorf("connecting to Kubernetes: %w", err)
	}
	p := &plugin.Plugin{
		Client: objects, Dialer: tunnel{access: a, stderr: c.ErrOrStderr()},
		Namespace: a.namespace, Timeout: a.timeout, Version: version, Out: c.OutOrStdout(),
	}
	if a.direct {
		p.Dialer = direct{}
	}
	return p, nil
}

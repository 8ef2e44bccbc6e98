package plugin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"text/tabwriter"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/credentials"
	"github.com/plastron-dev/plastron/controllers/session"
	registry "github.com/plastron-dev/plastron/runtime/client"
)

// ErrDifferent says that a command found what it was asked to look for: a
// difference, or something that is not ready. The command has printed it.
var ErrDifferent = errors.New("different")

// Dial opens a connection, as net.Dialer.DialContext does.
type Dial = func(ctx context.Context, network, address string) (net.Conn, error)

// Dialer opens the ways to registries.
type Dialer interface {
	// Dial returns how connections to a registry of the cluster are opened, nil
	// for as usual, and what ends them. It is called once per registry.
	Dial(ctx context.Context, r *v1alpha1.SchemaRegistry) (Dial, func(), error)
}

// Plugin runs the commands.
type Plugin struct {
	// Client reads and writes objects with the rights of the caller. Its scheme
	// is that of Scheme.
	Client client.Client
	// Dialer opens the ways to managed registries.
	Dialer Dialer
	// Namespace of objects that are named without one.
	Namespace string
	// Timeout bounds one request to a registry; 0 means that of runtime/client.
	Timeout time.Duration
	// Version is sent as that of the user agent.
	Version string
	// Out takes the results.
	Out io.Writer
}

// Scheme returns the types that a client for a Plugin has to know.
func Scheme() (*runtime.Scheme, error) {
	s := runtime.NewScheme()
	if err := errors.Join(corev1.AddToScheme(s), v1alpha1.AddToScheme(s)); err != nil {
		return nil, fmt.Errorf("registering types: %w", err)
	}
	return s, nil
}

// opened is a registry that answers.
type opened struct {
	*registry.Client
	object *v1alpha1.SchemaRegistry
	close  func()
}

// key is namespace/name of the SchemaRegistry.
func (o *opened) key() string { return o.object.Namespace + "/" + o.object.Name }

// named is the registry that a flag names: NAME in the namespace of the plugin,
// or NAMESPACE/NAME.
func (p *Plugin) named(registry string) client.ObjectKey {
	if namespace, name, ok := strings.Cut(registry, "/"); ok {
		return client.ObjectKey{Namespace: namespace, Name: name}
	}
	return client.ObjectKey{Namespace: p.Namespace, Name: registry}
}

// open reads a SchemaRegistry and the credentials that its spec names, and
// opens a way to it. The caller closes it.
func (p *Plugin) open(ctx context.Context, key client.ObjectKey) (*opened, error) {
	if key.Name == "" {
		only, err := p.onlyRegistry(ctx)
		if err != nil {
			return nil, err
		}
		key.Name = only
	}
	r := &v1alpha1.SchemaRegistry{}
	err := p.Client.Get(ctx, key, r)
	switch {
	case apierrors.IsNotFound(err):
		return nil, fmt.Errorf("there is no SchemaRegistry %s in namespace %s; `kubectl get schemaregistries -A` lists those there are", key.Name, key.Namespace)
	case err != nil:
		return nil, fmt.Errorf("reading SchemaRegistry %s: %w", key, err)
	}
	options := session.Options{Timeout: p.Timeout, UserAgent: "kubectl-plastron/" + p.Version}
	end := func() {}
	if r.IsManaged() {
		if options.Dial, end, err = p.Dialer.Dial(ctx, r); err != nil {
			return nil, fmt.Errorf("opening a way to SchemaRegistry %s: %w", key, err)
		}
	}
	sessions := session.New(options, &credentials.Resolver{Live: p.Client, Mapper: p.Client.RESTMapper(), Clock: time.Now})
	c, err := sessions.For(ctx, r)
	if err != nil {
		end()
		return nil, fmt.Errorf("reading the credentials for SchemaRegistry %s: %w", key, err)
	}
	return &opened{Client: c, object: r, close: func() { sessions.Forget(r.Namespace, r.Name); end() }}, nil
}

// onlyRegistry is the name of the only SchemaRegistry of the namespace.
func (p *Plugin) onlyRegistry(ctx context.Context) (string, error) {
	var all v1alpha1.SchemaRegistryList
	if err := p.Client.List(ctx, &all, client.InNamespace(p.Namespace)); err != nil {
		return "", fmt.Errorf("listing SchemaRegistries: %w", err)
	}
	if len(all.Items) != 1 {
		return "", fmt.Errorf("there are %d SchemaRegistries in namespace %s: name one with --registry", len(all.Items), p.Namespace)
	}
	return all.Items[0].Name, nil
}

// subjectsOf returns the Subjects of all namespaces that name the registry, by
// the subject that they stand for.
func (p *Plugin) subjectsOf(ctx context.Context, registry string) (map[string][]*v1alpha1.Subject, error) {
	var all v1alpha1.SubjectList
	if err := p.Client.List(ctx, &all); err != nil {
		return nil, fmt.Errorf("listing the Subjects of all namespaces: %w", err)
	}
	by := map[string][]*v1alpha1.Subject{}
	for i := range all.Items {
		if s := &all.Items[i]; s.RegistryKey() == registry {
			by[s.SubjectName()] = append(by[s.SubjectName()], s)
		}
	}
	return by, nil
}

// table prints aligned columns.
type table struct{ w *tabwriter.Writer }

func (p *Plugin) table(columns string) table {
	t := table{tabwriter.NewWriter(p.Out, 0, 0, 3, ' ', 0)}
	fmt.Fprintln(t.w, columns)
	return t
}

func (t table) row(cells ...any) {
	for i, c := range cells {
		if i > 0 {
			fmt.Fprint(t.w, "\t")
		}
		fmt.Fprint(t.w, c)
	}
	fmt.Fprintln(t.w)
}

// conditionOf returns the condition, one that is Unknown when there is none.
func conditionOf(all []metav1.Condition, kind string) metav1.Condition {
	if c := meta.FindStatusCondition(all, kind); c != nil {
		return *c
	}
	return metav1.Condition{Type: kind, Status: metav1.ConditionUnknown, Reason: v1alpha1.ReasonPending, Message: "The operator has not looked at it yet; does it run?"}
}

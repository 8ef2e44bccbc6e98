package envtest

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	crenvtest "sigs.k8s.io/controller-runtime/pkg/envtest"
	crlog "sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/yaml"

	"github.com/plastron-dev/plastron/controllers/manager"
	"github.com/plastron-dev/plastron/controllers/session"
	"github.com/plastron-dev/plastron/controllers/webhook"

	"github.com/go-logr/logr"
)

// patience is how long a test waits for something that should happen at once.
const patience = 30 * time.Second

// world is what all tests share: one API server and one manager. Each test has
// a namespace of its own.
type world struct {
	config *rest.Config
	client client.WithWatch
	routes *routes
	shows  *shows
	calls  *calls
}

var shared world // An API server per test would take 4 s each.

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		fmt.Fprintln(os.Stderr, "KUBEBUILDER_ASSETS is not set: these tests need kube-apiserver and etcd.\n"+
			"Run `make test`, or: export KUBEBUILDER_ASSETS=$(hack/envtest/assets.sh)")
		return 1
	}
	ctrl.SetLogger(logr.Discard())
	crlog.SetLogger(logr.Discard())
	env := &crenvtest.Environment{CRDDirectoryPaths: []string{"../../config/crd"}, ErrorIfCRDPathMissing: true}
	config, err := env.Start()
	if err != nil {
		fmt.Fprintln(os.Stderr, "starting the API server:", err)
		return 1
	}
	defer func() { _ = env.Stop() }()

	if err := shared.connect(config); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := shared.grant(); err != nil {
		fmt.Fprintln(os.Stderr, "granting the manager its role:", err)
		return 1
	}
	hook, err := shared.webhookOptions()
	if err != nil {
		fmt.Fprintln(os.Stderr, "preparing the webhook:", err)
		return 1
	}
	stop, err := shared.startManager(hook)
	if err != nil {
		fmt.Fprintln(os.Stderr, "starting the manager:", err)
		return 1
	}
	defer stop()
	return m.Run()
}

func (w *world) connect(config *rest.Config) error {
	config.QPS = -1
	scheme, err := manager.Scheme()
	if err != nil {
		return err
	}
	w.config, w.routes, w.calls = config, &routes{to: map[string]http.Handler{}}, &calls{}
	w.shows = &shows{by: map[string]tls.Certificate{}}
	w.client, err = client.NewWithWatch(config, client.Options{Scheme: scheme})
	return err
}

// grant gives the manager the rights that it is installed with, and no others.
func (w *world) grant() error {
	role, binding := &rbacv1.ClusterRole{}, &rbacv1.ClusterRoleBinding{}
	for path, o := range map[string]client.Object{"role.yaml": role, "role_binding.yaml": binding} {
		text, err := os.ReadFile("../../config/rbac/" + path)
		if err != nil {
			return err
		}
		if err := yaml.UnmarshalStrict(text, o); err != nil {
			return err
		}
		if err := w.client.Create(context.Background(), o); err != nil {
			return err
		}
	}
	return nil
}

// startManager runs the operator, with a webhook if there is to be one, until the returned function is called, which
// waits for its end. One that a test starts beside the shared one looks after the test's namespaces only: elsewhere
// two operators at once would both write.
func (w *world) startManager(hook webhook.Options, namespaces ...string) (stop func(), err error) {
	ctx, cancel := context.WithCancel(context.Background())
	access := rest.CopyConfig(w.config)
	access.Impersonate.UserName = "system:serviceaccount:plastron-system:plastron"
	access.Wrap(w.calls.count)
	mgr, err := manager.New(ctx, access, &manager.Options{
		WorkloadImage: "example.org/plastron:1.2.3", MetricsAddress: "0", ProbeAddress: "0", Concurrency: 8,
		Poll: 200 * time.Millisecond, Retry: 100 * time.Millisecond, DeletionTimeout: time.Minute,
		Webhook: hook, Namespaces: namespaces,
	}, session.Options{Transport: w.routes, Dial: w.shows.dial, Timeout: 5 * time.Second})
	if err != nil {
		cancel()
		return nil, err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := mgr.Start(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "the manager ended:", err)
		}
	}()
	return func() { cancel(); <-done }, nil
}

// namespace makes a namespace for the test. It is not deleted: there is no
// controller that would empty it.
func namespace(t *testing.T) string {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "t-"}}
	if err := shared.client.Create(t.Context(), ns); err != nil {
		t.Fatal(err)
	}
	return ns.Name
}

func create(t *testing.T, objects ...client.Object) {
	t.Helper()
	for _, o := range objects {
		if err := shared.client.Create(t.Context(), o); err != nil {
			t.Fatalf("creating %T %s: %v", o, o.GetName(), err)
		}
	}
}

// get reads the object anew.
func get[T client.Object](t *testing.T, o T) T {
	t.Helper()
	if err := shared.client.Get(t.Context(), client.ObjectKeyFromObject(o), o); err != nil {
		t.Fatal(err)
	}
	return o
}

// change edits the object as a person does, again on a conflict.
func change[T client.Object](t *testing.T, o T, edit func(T)) {
	t.Helper()
	old, ok := get(t, o).DeepCopyObject().(T)
	if !ok {
		t.Fatal("a copy of another type")
	}
	edit(o)
	if err := shared.client.Patch(t.Context(), o, client.MergeFrom(old)); err != nil {
		t.Fatalf("changing %s: %v", o.GetName(), err)
	}
}

// await waits until the object is as missing wants it: missing returns what is
// missing, empty for nothing. A deleted object is passed as nil.
func await[T client.Object](t *testing.T, o T, list client.ObjectList, missing func(o T, exists bool) string) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	w, err := shared.client.Watch(ctx, list, client.InNamespace(o.GetNamespace()), client.MatchingFields{"metadata.name": o.GetName()})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	last := "no such object"
	for {
		select {
		case e, ok := <-w.ResultChan():
			if !ok {
				t.Fatalf("%s %s: watch ended, missing: %s", o.GetNamespace(), o.GetName(), last)
			}
			now, isT := e.Object.(T)
			if !isT {
				t.Fatalf("watching %s: %v", o.GetName(), e.Object)
			}
			if last = missing(now, e.Type != watch.Deleted); last == "" {
				return now
			}
		case <-ctx.Done():
			t.Fatalf("%s %s: after %s still missing: %s", o.GetNamespace(), o.GetName(), patience, last)
		}
	}
}

// calls lists the requests of all managers that change something, no-ops
// included: a patch that changes nothing is a call per loop all the same.
type calls struct {
	mu  sync.Mutex
	all []string
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func (c *calls) count(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.Method != http.MethodGet {
			c.mu.Lock()
			c.all = append(c.all, r.Method+" "+r.URL.Path)
			c.mu.Unlock()
		}
		return next.RoundTrip(r)
	})
}

// in returns the calls that concern a namespace.
func (c *calls) in(namespace string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var in []string
	for _, call := range c.all {
		if strings.Contains(call, "/namespaces/"+namespace+"/") {
			in = append(in, call)
		}
	}
	return in
}

// routes sends requests for a host to the handler of a test, without a
// network.
type routes struct {
	mu sync.Mutex
	to map[string]http.Handler
}

func (r *routes) add(host string, h http.Handler) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.to[host] = h
}

func (r *routes) RoundTrip(request *http.Request) (*http.Response, error) {
	r.mu.Lock()
	h := r.to[request.URL.Host]
	r.mu.Unlock()
	if h == nil {
		return nil, fmt.Errorf("dial tcp: lookup %s: no such host", request.URL.Host)
	}
	answer := newRecorder()
	h.ServeHTTP(answer, request)
	return answer.result(request), nil
}

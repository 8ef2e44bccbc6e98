package fuzzing

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	k8sruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/client-go/applyconfigurations"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/apply"
	"github.com/plastron-dev/plastron/controllers/credentials"
	"github.com/plastron-dev/plastron/controllers/index"
	"github.com/plastron-dev/plastron/controllers/manager"
	registry "github.com/plastron-dev/plastron/runtime/client"
)

// rounds is how many reconciliations an object gets to come to rest.
const rounds = 12

func clock() time.Time { return time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) }

// world is a cluster and a registry that count what is written to them.
type world struct {
	client   client.WithWatch
	registry *memory
	writes   []string // To the cluster.
}

// kinds are what all worlds have in common. To make them takes a while.
type kinds struct {
	scheme     *k8sruntime.Scheme
	converters []managedfields.TypeConverter
}

func newKinds(f *testing.F) *kinds {
	f.Helper()
	scheme, err := manager.Scheme()
	if err != nil {
		f.Fatal(err)
	}
	return &kinds{scheme, []managedfields.TypeConverter{applyconfigurations.NewTypeConverter(clientgoscheme.Scheme), managedfields.NewDeducedTypeConverter()}}
}

func newWorld(k *kinds, r *memory, objects ...client.Object) *world {
	w := &world{registry: r}
	b := fake.NewClientBuilder().WithScheme(k.scheme).WithTypeConverters(k.converters...).WithObjects(objects...).
		WithStatusSubresource(&v1alpha1.Subject{}, &v1alpha1.SchemaRegistry{}, &v1alpha1.RestProxy{}).
		WithInterceptorFuncs(w.counting())
	subjects := map[string]func(*v1alpha1.Subject) []string{
		index.SubjectRegistry: index.RegistryOfSubject, index.SubjectTarget: index.TargetOfSubject,
		index.SubjectReferences: index.ReferencesOfSubject, index.SubjectConfigMap: index.ConfigMapOfSubject,
	}
	for name, keys := range subjects {
		b.WithIndex(&v1alpha1.Subject{}, name, func(o client.Object) []string {
			s, _ := o.(*v1alpha1.Subject)
			return keys(s)
		})
	}
	w.client = b.Build()
	return w
}

// counting notes each write. A status that is patched counts like the rest.
func (w *world) counting() interceptor.Funcs {
	note := func(verb string, o client.Object) { w.writes = append(w.writes, verb+" "+o.GetName()) }
	return interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			note("create", o)
			return c.Create(ctx, o, opts...)
		},
		Update: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.UpdateOption) error {
			note("update", o)
			return c.Update(ctx, o, opts...)
		},
		Delete: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.DeleteOption) error {
			note("delete", o)
			return c.Delete(ctx, o, opts...)
		},
		Patch: func(ctx context.Context, c client.WithWatch, o client.Object, p client.Patch, opts ...client.PatchOption) error {
			note("patch", o)
			return c.Patch(ctx, o, p, opts...)
		},
		Apply: func(ctx context.Context, c client.WithWatch, o k8sruntime.ApplyConfiguration, opts ...client.ApplyOption) error {
			w.writes = append(w.writes, "apply")
			return c.Apply(ctx, o, opts...)
		},
		SubResourcePatch: func(ctx context.Context, c client.Client, sub string, o client.Object, p client.Patch, opts ...client.SubResourcePatchOption) error {
			note("patch "+sub+" of", o)
			return c.SubResource(sub).Patch(ctx, o, p, opts...)
		},
		SubResourceUpdate: func(ctx context.Context, c client.Client, sub string, o client.Object, opts ...client.SubResourceUpdateOption) error {
			note("update "+sub+" of", o)
			return c.SubResource(sub).Update(ctx, o, opts...)
		},
	}
}

func (w *world) applier(owner string) *apply.Applier {
	return &apply.Applier{Client: w.client, Live: w.client, FieldManager: owner}
}

func (w *world) secrets() *credentials.Resolver {
	return &credentials.Resolver{Live: w.client, Mapper: w.client.RESTMapper(), Clock: clock}
}

func recorder() *events.FakeRecorder { return events.NewFakeRecorder(10_000) }

// settles reconciles the object until a round writes nothing, and then wants
// silence.
func (w *world) settles(t *testing.T, r reconcile.Reconciler, name string) {
	t.Helper()
	quiet := 0
	for range rounds {
		cluster, remote := len(w.writes), len(w.registry.writes)
		_, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKey{Namespace: "ns", Name: name}})
		if err != nil {
			t.Fatalf("an error that no condition tells: %v", err)
		}
		switch wrote := len(w.writes) > cluster || len(w.registry.writes) > remote; {
		case wrote && quiet > 0:
			t.Fatalf("at rest, and then wrote %v and to the registry %v", w.writes[cluster:], w.registry.writes[remote:])
		case !wrote:
			quiet++
		}
		if quiet == 3 {
			return
		}
	}
	t.Fatalf("no rest after %d rounds: %v; to the registry: %v", rounds, w.writes, w.registry.writes)
}

// sessions hands out one client, whatever the registry.
type sessions struct{ client *registry.Client }

func (s sessions) For(context.Context, *v1alpha1.SchemaRegistry) (*registry.Client, error) {
	return s.client, nil
}

func (s sessions) Refresh(context.Context, *v1alpha1.SchemaRegistry) (*registry.Client, error) {
	return s.client, nil
}

func (s sessions) Forget(string, string) {}

func sessionsOf(t *testing.T, m *memory) sessions {
	t.Helper()
	c, err := registry.New(registry.Config{URLs: []string{"http://registry.example.org"}, Transport: transport{m}, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return sessions{c}
}

// transport reaches a handler without a network.
type transport struct{ to http.Handler }

func (h transport) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h.to.ServeHTTP(w, r)
	response := w.Result()
	response.Request = r
	return response, nil
}

// choice puts objects together from the fuzzer's bytes. Where they end, it
// chooses the first.
type choice struct{ bytes []byte }

func (c *choice) of(n int) int {
	if len(c.bytes) == 0 {
		return 0
	}
	b := c.bytes[0]
	c.bytes = c.bytes[1:]
	return int(b) % n
}

func (c *choice) yes() bool { return c.of(2) == 1 }

// pick chooses one of the values.
func pick[T any](c *choice, values ...T) T { return values[c.of(len(values))] }

// maybe chooses none or one of the values.
func maybe[T any](c *choice, values ...T) *T {
	if !c.yes() {
		return nil
	}
	v := pick(c, values...)
	return &v
}

func meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Namespace: "ns", Name: name, UID: types.UID("uid-" + name), Generation: 1, CreationTimestamp: metav1.NewTime(clock().Add(-time.Hour)),
	}
}

// annotate adds what people ask for by annotations.
func annotate(c *choice, o client.Object) {
	a := map[string]string{}
	if c.of(8) == 1 {
		a[v1alpha1.AnnotationPause] = pick(c, "true", "false")
	}
	if c.of(4) == 1 {
		a[v1alpha1.AnnotationReconcileAt] = "2030-01-01T00:00:00Z"
	}
	if c.of(4) == 1 {
		a[v1alpha1.AnnotationForceRelease] = pick(c, "true", "no")
	}
	if len(a) > 0 {
		o.SetAnnotations(a)
	}
}

// secret holds something under each key, and may lack one.
func secret(c *choice, name string) *corev1.Secret {
	s := &corev1.Secret{ObjectMeta: meta(name), Data: map[string][]byte{}}
	for _, k := range []string{"ca.crt", "tls.crt", "tls.key", "password", "username", "auth.json", "token"} {
		if c.of(8) != 1 {
			s.Data[k] = []byte(pick(c, "x", "", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"))
		}
	}
	return s
}

// seed adds bytes that make different choices.
func seed(f *testing.F, n int) {
	for i := range n {
		data := make([]byte, 96)
		for j := range data {
			data[j] = byte(i * (j*j + 3*j + 7) >> 2)
		}
		f.Add(data, `{"type":"enum","name":"E","symbols":["A"]}`)
	}
}

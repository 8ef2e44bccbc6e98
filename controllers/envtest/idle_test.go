package envtest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/webhook"
)

// resourceVersions names every object of the namespace with its version.
func resourceVersions(t *testing.T, ns string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, list := range []client.ObjectList{
		&v1alpha1.SchemaRegistryList{}, &v1alpha1.SubjectList{}, &v1alpha1.RestProxyList{},
		&appsv1.StatefulSetList{}, &corev1.ServiceList{}, &policyv1.PodDisruptionBudgetList{},
	} {
		if err := shared.client.List(t.Context(), list, client.InNamespace(ns)); err != nil {
			t.Fatal(err)
		}
		items, err := meta.ExtractList(list)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range items {
			o, err := meta.Accessor(item)
			if err != nil {
				t.Fatal(err)
			}
			all[fmt.Sprintf("%T %s", item, o.GetName())] = o.GetResourceVersion()
		}
	}
	return all
}

// TestIdleWritesNothing reconciles converged objects many times, with the
// manager that converged them and with a new one beside it that knows nothing
// yet: neither writes to the API server or to the registry.
func TestIdleWritesNothing(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	reg, fakeManaged := readyRegistry(t, ns, "own")
	p := proxy(ns, "rest")
	p.Spec.SchemaRegistry = &v1alpha1.RegistryTarget{Ref: &v1alpha1.RegistryReference{Name: reg.Name}}
	create(t, p)
	setStatus(t, ns, "rest", 1)
	awaitProxy(t, p, "Ready", metav1.ConditionTrue, "")
	plain := subject(ns, "plain", orderV1, level("FULL"))
	wrong := subject(ns, "wrong", orderV1)
	create(t, plain, wrong)
	awaitReady(t, plain)
	change(t, wrong, func(s *v1alpha1.Subject) { s.Spec.Schema = new(orderBroken) })
	awaitStalled(t, wrong, "Compatible", v1alpha1.ReasonIncompatible)
	elsewhere := &v1alpha1.SchemaRegistry{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "reg"}}
	await(t, elsewhere, &v1alpha1.SchemaRegistryList{}, func(r *v1alpha1.SchemaRegistry, _ bool) string {
		if s := r.Status.Subjects; s == nil || s.Attached != 2 || s.Ready != 1 {
			return fmt.Sprintf("two Subjects, one of them ready, not %+v", s)
		}
		return ""
	})
	fake.awaitReads(t, 20) // Nothing is on its way anymore.

	before, writes, calls := resourceVersions(t, ns), len(fake.writeLog()), len(shared.calls.in(ns))
	fake.awaitReads(t, 100)
	if diff := cmp.Diff(before, resourceVersions(t, ns)); diff != "" {
		t.Errorf("an idle operator wrote: %s", diff)
	}
	stop, err := shared.startManager(webhook.Options{}, ns)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	fake.awaitReads(t, 100)
	if diff := cmp.Diff(before, resourceVersions(t, ns)); diff != "" {
		t.Errorf("a new operator wrote: %s", diff)
	}
	if c := shared.calls.in(ns); len(c) != calls {
		t.Errorf("called although nothing was to be done: %v", c[calls:])
	}
	if w := fake.writeLog(); len(w) != writes {
		t.Errorf("written to the registry: %v", w[writes:])
	}
	if w := fakeManaged.writeLog(); len(w) != 0 {
		t.Errorf("written to the managed registry: %v", w)
	}
}

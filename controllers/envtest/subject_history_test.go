package envtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

const orderV3 = `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"},{"name":"note","type":"string","default":""},{"name":"n","type":"int","default":0}]}`

func after(texts ...string) func(*v1alpha1.SubjectSpec) {
	return func(s *v1alpha1.SubjectSpec) {
		for _, text := range texts {
			s.History = append(s.History, v1alpha1.HistoricVersion{Schema: &text})
		}
	}
}

// TestHistoryFillsAnEmptySubject gives a new registry the versions that the old
// one had, also when the answering node lags behind.
func TestHistoryFillsAnEmptySubject(t *testing.T) {
	t.Parallel()
	f := func(lag int) {
		t.Helper()
		ns := namespace(t)
		fake := external(t, ns)
		fake.do(func() { fake.lag = lag })
		create(t, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "old"}, Data: map[string]string{"other": "x"}})
		s := subject(ns, "orders", orderV3, level("FULL"), after(orderV1), func(s *v1alpha1.SubjectSpec) {
			s.History = append(s.History, v1alpha1.HistoricVersion{SchemaFrom: &v1alpha1.SchemaSource{
				ConfigMapKeyRef: &v1alpha1.ConfigMapKeyReference{Name: "old", Key: "v2"},
			}})
		})
		create(t, s)
		// Nothing is begun before all texts are there.
		awaitSubject(t, s, "SourceResolved", metav1.ConditionFalse, v1alpha1.ReasonKeyNotFound)
		if w := fake.writeLog(); len(w) != 0 {
			t.Fatalf("began with %v", w)
		}
		change(t, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "old"}}, func(m *corev1.ConfigMap) { m.Data["v2"] = orderV2 })
		s = awaitReady(t, s)
		fake.do(func() { fake.lag = 0 })
		if diff := cmp.Diff([]string{orderV1, orderV2, orderV3}, fake.versions("orders")); diff != "" {
			t.Error(diff)
		}
		if s.Status.Version != 3 || s.Status.Ownership != v1alpha1.OwnershipCreated {
			t.Errorf("status %+v", s.Status)
		}
		before := fake.writeLog()
		if lag == 0 {
			post := "POST /subjects/orders/versions"
			if diff := cmp.Diff([]string{"PUT /config/orders", post, post, post}, before); diff != "" {
				t.Error(diff)
			}
		}
		fake.awaitReads(t, 20)
		if w := fake.writeLog(); !slices.Equal(before, w) {
			t.Errorf("converged, and wrote %v", w[len(before):])
		}
	}

	f(0)
	f(3)
}

func TestHistoryIsNeverInserted(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	// The texts of the history, one of which the subject lacks.
	fake.register("gap", orderV1)
	fake.register("gap", orderV3)
	gap := subject(ns, "gap", orderV3, after(orderV1, orderV2))
	// What an attempt left that was interrupted.
	fake.register("begun", orderV1)
	begun := subject(ns, "begun", orderV3, after(orderV1, orderV2))
	// Somebody else's subject.
	fake.register("other", orderV2)
	other := subject(ns, "other", orderV3, after(orderV1))
	// A wrong text among the older ones stops everything.
	wrong := subject(ns, "wrong", orderV3, after(orderV1, "{"))
	broken := subject(ns, "broken", orderV3, after(orderV1, orderBroken), level("BACKWARD"))
	create(t, gap, begun, other, wrong, broken)

	gap = awaitReady(t, gap)
	says := func(s *v1alpha1.Subject) string {
		return meta.FindStatusCondition(s.Status.Conditions, v1alpha1.ConditionInSync).Message
	}
	if !strings.Contains(says(gap), "spec.history[1]") || len(fake.versions("gap")) != 2 {
		t.Errorf("InSync says %q, versions %v", says(gap), fake.versions("gap"))
	}
	fake.awaitReads(t, 30)
	if gap = awaitReady(t, gap); !strings.Contains(says(gap), "spec.history[1]") {
		t.Errorf("later InSync says %q", says(gap))
	}
	begun = awaitReady(t, begun)
	if diff := cmp.Diff([]string{orderV1, orderV2, orderV3}, fake.versions("begun")); diff != "" || begun.Status.Ownership != v1alpha1.OwnershipAdopted {
		t.Errorf("%s: %s", begun.Status.Ownership, diff)
	}
	awaitStalled(t, other, "Registered", v1alpha1.ReasonAdoptionRefused)
	awaitStalled(t, wrong, "Valid", v1alpha1.ReasonInvalidSchema, "spec.history[1]")
	awaitStalled(t, broken, "Compatible", v1alpha1.ReasonIncompatible, "spec.history[1]")
	if n := len(fake.versions("wrong")) + len(fake.versions("broken")) + len(fake.versions("other")); n != 1 {
		t.Errorf("%d versions, want that of somebody else", n)
	}
}

func TestHistoryRules(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	f := func(spec, want string) {
		t.Helper()
		manifest := "{kind: Subject, metadata: {name: s}, spec: {registryRef: {name: r}, " + spec + "}}"
		err := shared.client.Create(t.Context(), object(t, ns, manifest), client.DryRunAll, client.FieldValidation(metav1.FieldValidationStrict))
		check(t, manifest, err, want)
	}

	f("schema: x, history: [{schema: z}, {schemaFrom: {configMapKeyRef: {name: a, key: b}}}]", "")
	f("schema: x, history: [{schema: z, references: [{name: a, subject: b, version: 1}]}]", "")
	f("schema: x, history: [{schema: z, references: [{name: a, subject: b}]}]", "version")
	f("schema: x, history: [{}]", "exactly one of schema and schemaFrom")
	f("schema: x, history: [{schema: z, schemaFrom: {configMapKeyRef: {name: a, key: b}}}]", "exactly one of schema and schemaFrom")
	f("mode: READONLY, history: [{schema: z}]", "history needs a schema")
	f("mode: SIDEWAYS", "mode")
	f("schema: x, driftPolicy: Ignore", "driftPolicy")
}

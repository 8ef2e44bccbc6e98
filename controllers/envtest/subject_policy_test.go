package envtest

import (
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

const (
	moneyText  = `{"type":"record","name":"Money","fields":[{"name":"cents","type":"long"}]}`
	pricedText = `{"type":"record","name":"Priced","fields":[{"name":"price","type":"Money"}]}`
)

// of makes a Subject one of the registry in another namespace.
func of(owner string) func(*v1alpha1.SubjectSpec) {
	return func(s *v1alpha1.SubjectSpec) { s.RegistryRef.Namespace = &owner }
}

func called(name string) func(*v1alpha1.SubjectSpec) {
	return func(s *v1alpha1.SubjectSpec) { s.Name = &name }
}

// refersAcross is refersTo for a Subject of another namespace.
func refersAcross(name, ns, object string) func(*v1alpha1.SubjectSpec) {
	return func(s *v1alpha1.SubjectSpec) {
		s.References = append(s.References, v1alpha1.SchemaReference{
			Name: name, SubjectRef: &v1alpha1.LocalSubjectReference{Name: object, Namespace: &ns},
		})
	}
}

func registryIn(ns string) *v1alpha1.SchemaRegistry {
	return &v1alpha1.SchemaRegistry{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "reg"}}
}

// label sets the labels of a namespace.
func label(t *testing.T, ns string, labels map[string]string) {
	t.Helper()
	change(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns}}, func(n *corev1.Namespace) { n.Labels = labels })
}

// admitPayments opens the registry to namespaces of the team payments.
func admitPayments(t *testing.T, owner string) {
	t.Helper()
	change(t, registryIn(owner), func(r *v1alpha1.SchemaRegistry) {
		r.Spec.AllowedSubjects = []v1alpha1.SubjectAllowance{
			{Namespaces: v1alpha1.NamespaceScope{From: v1alpha1.NamespacesSame}},
			{
				Namespaces: v1alpha1.NamespaceScope{
					From: v1alpha1.NamespacesSelector, Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"team": "payments"}},
				},
				Names: []v1alpha1.SubjectPattern{"payments.*"}, MaxDeletionPolicy: new(v1alpha1.SoftDelete),
			},
		}
	})
}

func TestNamespacesUseARegistryAsItsOwnerAllows(t *testing.T) {
	t.Parallel()
	owner, team := namespace(t), namespace(t)
	fake := external(t, owner)
	label(t, team, map[string]string{"team": "payments"})
	s := subject(team, "orders", orderV1, of(owner), called("payments.orders"), deletion(v1alpha1.HardDelete))
	other := subject(team, "other", orderV1, of(owner))
	create(t, s, other)
	awaitStalled(t, s, "Accepted", v1alpha1.ReasonNotAllowed, owner+"/reg", team)
	if w := fake.writeLog(); len(w) != 0 {
		t.Fatalf("written without a grant: %v", w)
	}

	admitPayments(t, owner)
	s = awaitReady(t, s)
	if s.Status.DeletionPolicy != v1alpha1.SoftDelete || !slices.Contains(s.Finalizers, v1alpha1.FinalizerSubject) {
		t.Errorf("deletion policy %q, finalizers %v", s.Status.DeletionPolicy, s.Finalizers)
	}
	awaitStalled(t, other, "Accepted", v1alpha1.ReasonNamePatternDenied, "other", owner+"/reg")

	// HardDelete is what the spec asks for, SoftDelete what the owner allows.
	deleteAndAwait(t, s)
	fake.do(func() {
		if v := fake.subjects["payments.orders"]; len(v) != 1 || !v[0].deleted {
			t.Errorf("more than the owner allows: %+v", v)
		}
	})

	// What the registry takes back, and what the namespace loses, holds at the
	// next look; what is registered stays.
	late := subject(team, "late", orderV1, of(owner), called("payments.late"), deletion(v1alpha1.SoftDelete))
	create(t, late)
	awaitReady(t, late)
	label(t, team, nil)
	awaitStalled(t, late, "Accepted", v1alpha1.ReasonNotAllowed)
	deleteAndAwait(t, late)
	if len(fake.versions("payments.late")) != 1 {
		t.Error("deleted in a registry that no longer admits the namespace")
	}
}

func TestRegistryBoundsEveryDeletion(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake := external(t, ns)
	s := subject(ns, "orders", orderV1, deletion(v1alpha1.HardDelete))
	create(t, s)
	awaitReady(t, s)
	change(t, registryIn(ns), func(r *v1alpha1.SchemaRegistry) {
		r.Spec.Policy = &v1alpha1.SubjectPolicy{MaxDeletionPolicy: new(v1alpha1.Retain)}
	})
	await(t, s, &v1alpha1.SubjectList{}, func(now *v1alpha1.Subject, _ bool) string {
		if now.Status.DeletionPolicy != v1alpha1.Retain || len(now.Finalizers) != 0 {
			return "Retain without a finalizer"
		}
		return ""
	})
	deleteAndAwait(t, s)
	if len(fake.versions("orders")) != 1 {
		t.Error("deleted although the registry allows none")
	}
}

func TestReferencesAcrossNamespaces(t *testing.T) {
	t.Parallel()
	owner, team, stranger := namespace(t), namespace(t), namespace(t)
	fake := external(t, owner)
	label(t, team, map[string]string{"team": "payments"})
	admitPayments(t, owner)
	priced := subject(team, "priced", pricedText, of(owner), called("payments.priced"), refersAcross("Money", owner, "money"))
	foreign := subject(stranger, "foreign", pricedText, of(owner), refersAcross("Money", owner, "money"))
	create(t, priced, foreign)
	awaitSubject(t, priced, "ReferencesResolved", metav1.ConditionFalse, v1alpha1.ReasonReferenceNotFound)
	awaitStalled(t, foreign, "Accepted", v1alpha1.ReasonNotAllowed)

	money := subject(owner, "money", moneyText, deletion(v1alpha1.HardDelete))
	create(t, money)
	if priced = awaitReady(t, priced); len(priced.Status.ResolvedReferences) != 1 || priced.Status.ResolvedReferences[0].Version != 1 {
		t.Errorf("references %+v", priced.Status.ResolvedReferences)
	}

	// A Subject that the registry does not admit lends nothing.
	borrower := subject(owner, "borrower", pricedText, refersAcross("Money", stranger, "foreign"))
	create(t, borrower)
	awaitSubject(t, borrower, "ReferencesResolved", metav1.ConditionFalse, v1alpha1.ReasonReferenceDenied)

	// A circle through two namespaces.
	a := subject(owner, "a", pricedText, refersAcross("x", team, "b"))
	b := subject(team, "b", pricedText, of(owner), called("payments.b"), refersAcross("x", owner, "a"))
	create(t, a, b)
	awaitSubject(t, a, "ReferencesResolved", metav1.ConditionFalse, v1alpha1.ReasonReferenceCycle)
	awaitSubject(t, b, "ReferencesResolved", metav1.ConditionFalse, v1alpha1.ReasonReferenceCycle)

	// The deletion waits for the dependent of the other namespace, and not for
	// the one that was never admitted.
	if err := shared.client.Delete(t.Context(), money); err != nil {
		t.Fatal(err)
	}
	money = awaitSubject(t, money, "Deleting", metav1.ConditionFalse, v1alpha1.ReasonWaitingForDependents)
	for _, c := range money.Status.Conditions {
		if c.Type == "Deleting" && (!strings.Contains(c.Message, team+"/priced") || strings.Contains(c.Message, "foreign")) {
			t.Errorf("waits for: %s", c.Message)
		}
	}
	deleteAndAwait(t, priced)
	awaitGone(t, money)
	if len(fake.versions("money")) != 0 {
		t.Error("not deleted")
	}
}

func TestOldestSubjectWinsAcrossNamespaces(t *testing.T) {
	t.Parallel()
	owner, team, stranger := namespace(t), namespace(t), namespace(t)
	fake := external(t, owner)
	label(t, team, map[string]string{"team": "payments"})
	admitPayments(t, owner)
	// The oldest of all may not use the registry, so it is in nobody's way.
	denied := subject(stranger, "denied", orderV2, of(owner), called("payments.orders"))
	create(t, denied)
	awaitStalled(t, denied, "Accepted", v1alpha1.ReasonNotAllowed)
	winner := subject(team, "winner", orderV1, of(owner), called("payments.orders"))
	create(t, winner)
	winner = awaitReady(t, winner)
	for time.Since(winner.CreationTimestamp.Time) < 2*time.Second {
		fake.awaitReads(t, 1) // Creation times have whole seconds.
	}
	loser := subject(owner, "loser", orderV2, called("payments.orders"))
	create(t, loser)
	awaitStalled(t, loser, "Accepted", v1alpha1.ReasonConflicted, team+"/winner")
	if v := fake.versions("payments.orders"); len(v) != 1 || v[0] != orderV1 {
		t.Errorf("versions %v", v)
	}
	deleteAndAwait(t, winner)
	awaitStalled(t, loser, "Registered", v1alpha1.ReasonAdoptionRefused)
}

// TestPolicyRules are the rules of the CRDs that go with grants.
func TestPolicyRules(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	f := func(manifest, want string) {
		t.Helper()
		err := shared.client.Create(t.Context(), object(t, ns, manifest), client.DryRunAll, client.FieldValidation(metav1.FieldValidationStrict))
		check(t, manifest, err, want)
	}

	registry := func(spec string) string {
		return "{kind: SchemaRegistry, metadata: {name: r}, spec: {type: External, external: {urls: ['https://r']}, " + spec + "}}"
	}
	f(registry("allowedSubjects: [{namespaces: {from: All}}]"), "")
	f(registry("allowedSubjects: [{namespaces: {from: Selector, selector: {matchLabels: {a: b}}}, names: ['a.*'], maxDeletionPolicy: Retain}]"), "")
	f(registry("allowedSubjects: [{namespaces: {from: Selector}}]"), "selector goes with")
	f(registry("allowedSubjects: [{namespaces: {from: All, selector: {}}}]"), "selector goes with")
	f(registry("allowedSubjects: []"), "allowedSubjects")
	f(registry("allowedSubjects: [{names: [a]}]"), "namespaces")
	f(registry("allowedSubjects: [{namespaces: {from: Some}}]"), "from")
	f(registry("policy: {maxDeletionPolicy: Sometimes}"), "maxDeletionPolicy")

	subject := func(spec string) string {
		return "{kind: Subject, metadata: {name: s}, spec: {registryRef: {name: r, namespace: other}, schema: x, " + spec + "}}"
	}
	f(subject("references: [{name: a, subjectRef: {name: s, namespace: other}}]"), "")
	f(subject("references: [{name: a, subjectRef: {name: s}}]"), "cannot refer to itself")
	f("{kind: RestProxy, metadata: {name: p}, spec: {kafka: {bootstrap: {servers: ['kafka:9092']}}, "+
		"schemaRegistry: {ref: {name: r, namespace: other}}}}", "of its own namespace")
}

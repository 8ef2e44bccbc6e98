package verdict

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// granting returns a registry of namespace platform with the entries.
func granting(entries ...v1alpha1.SubjectAllowance) *v1alpha1.SchemaRegistry {
	return &v1alpha1.SchemaRegistry{
		ObjectMeta: metav1.ObjectMeta{Namespace: "platform", Name: "main"},
		Spec:       v1alpha1.SchemaRegistrySpec{AllowedSubjects: entries},
	}
}

func entry(from v1alpha1.NamespacesFrom, limit v1alpha1.DeletionPolicy, names ...v1alpha1.SubjectPattern) v1alpha1.SubjectAllowance {
	a := v1alpha1.SubjectAllowance{Namespaces: v1alpha1.NamespaceScope{From: from}, Names: names}
	if from == v1alpha1.NamespacesSelector {
		a.Namespaces.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"team": "payments"}}
	}
	if limit != "" {
		a.MaxDeletionPolicy = &limit
	}
	return a
}

func TestGrantOf(t *testing.T) {
	t.Parallel()
	const all, same, selected = v1alpha1.NamespacesAll, v1alpha1.NamespacesSame, v1alpha1.NamespacesSelector
	team := map[string]string{"team": "payments"}
	f := func(reg *v1alpha1.SchemaRegistry, namespace, name string, of map[string]string, problem string, limit v1alpha1.DeletionPolicy) {
		t.Helper()
		s := &v1alpha1.Subject{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
		s.Spec.RegistryRef = v1alpha1.RegistryReference{Name: "main", Namespace: new("platform")}
		g := GrantOf(reg, s, of)
		if g.Problem != problem || g.MaxDeletion != limit || (g.Message != "") != (problem != "") {
			t.Errorf("GrantOf = %+v, want %q and %s", g, problem, limit)
		}
		if problem != "" && !strings.Contains(g.Message, "platform/main") {
			t.Errorf("%q does not name the registry", g.Message)
		}
	}

	// Without a word of the owner the namespace of the registry is the border.
	f(granting(), "platform", "a", nil, "", v1alpha1.HardDelete)
	f(granting(), "team", "a", nil, v1alpha1.ReasonNotAllowed, v1alpha1.Retain)
	// With one, also its own namespace has to be listed.
	f(granting(entry(selected, "")), "platform", "a", nil, v1alpha1.ReasonNotAllowed, v1alpha1.Retain)
	f(granting(entry(same, ""), entry(selected, "")), "platform", "a", nil, "", v1alpha1.HardDelete)
	f(granting(entry(all, "")), "team", "a", nil, "", v1alpha1.HardDelete)

	f(granting(entry(selected, "")), "team", "a", team, "", v1alpha1.HardDelete)
	f(granting(entry(selected, "")), "team", "a", map[string]string{"team": "other"}, v1alpha1.ReasonNotAllowed, v1alpha1.Retain)
	f(granting(entry(selected, "")), "team", "a", nil, v1alpha1.ReasonNotAllowed, v1alpha1.Retain)

	f(granting(entry(all, "", "pay.*")), "team", "pay.a", nil, "", v1alpha1.HardDelete)
	f(granting(entry(all, "", "pay.*")), "team", "repay.a", nil, v1alpha1.ReasonNamePatternDenied, v1alpha1.Retain)
	f(granting(entry(all, "", "pay.*", "exact")), "team", "exact", nil, "", v1alpha1.HardDelete)
	// A name that another namespace may use is no name for this one.
	f(granting(entry(same, "", "a"), entry(selected, "", "b")), "team", "a", team, v1alpha1.ReasonNamePatternDenied, v1alpha1.Retain)

	// The strictest bound of those that admit.
	f(granting(entry(all, v1alpha1.SoftDelete)), "team", "a", nil, "", v1alpha1.SoftDelete)
	f(granting(entry(all, v1alpha1.SoftDelete), entry(all, v1alpha1.Retain, "b")), "team", "a", nil, "", v1alpha1.SoftDelete)
	f(granting(entry(all, v1alpha1.SoftDelete), entry(all, v1alpha1.Retain, "b")), "team", "b", nil, "", v1alpha1.Retain)
	bounded := granting(entry(all, ""))
	bounded.Spec.Policy = &v1alpha1.SubjectPolicy{MaxDeletionPolicy: new(v1alpha1.Retain)}
	f(bounded, "team", "a", nil, "", v1alpha1.Retain)
}

func TestGrantBoundsTheDeletion(t *testing.T) {
	t.Parallel()
	f := func(asked, limit, want v1alpha1.DeletionPolicy) {
		t.Helper()
		s := facts().Subject
		if asked != "" {
			s.Spec.DeletionPolicy = &asked
		}
		if got := (Grant{MaxDeletion: limit}).Deletion(s); got != want {
			t.Errorf("asked for %q, at most %q: %s, want %s", asked, limit, got, want)
		}
	}

	f("", v1alpha1.HardDelete, v1alpha1.Retain)
	f(v1alpha1.HardDelete, v1alpha1.HardDelete, v1alpha1.HardDelete)
	f(v1alpha1.HardDelete, v1alpha1.SoftDelete, v1alpha1.SoftDelete)
	f(v1alpha1.SoftDelete, v1alpha1.HardDelete, v1alpha1.SoftDelete)
	f(v1alpha1.HardDelete, v1alpha1.Retain, v1alpha1.Retain)
	f(v1alpha1.HardDelete, "", v1alpha1.Retain) // What is not known deletes nothing.
}

func TestMatches(t *testing.T) {
	t.Parallel()
	f := func(pattern, name string, want bool) {
		t.Helper()
		if got := matches(pattern, name); got != want {
			t.Errorf("matches(%q, %q) = %t", pattern, name, got)
		}
	}

	f("*", "", true)
	f("*", "any/thing:at all", true)
	f("", "", true)
	f("", "a", false)
	f("a", "a", true)
	f("a", "A", false)
	f("a", "ab", false)
	f("a*", "a", true)
	f("*-value", "orders-value", true)
	f("*-value", "orders-value2", false)
	f("a*b*c", "aXbYbZc", true)
	f("a*b*c", "aXbY", false)
	f("a**", "a", true)
	f("?", "Ü", true)
	f("a?c", "ac", false)
	f("[a]", "a", false)
	f("[a]", "[a]", true)
	f("pay.*", "payX", false)
	// A pattern cannot make it think for long.
	f(strings.Repeat("*a", 200)+"b", strings.Repeat("a", 500), false)
}

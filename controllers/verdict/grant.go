package verdict

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// Grant is what a SchemaRegistry lets a Subject do.
type Grant struct {
	// Problem is a reason of Accepted, empty when the Subject is admitted, and
	// Message says why.
	Problem, Message string
	// MaxDeletion is the most that its deletion may do.
	MaxDeletion v1alpha1.DeletionPolicy
}

// GrantOf says what reg lets s do. of are the labels of the Subject's
// namespace, which count only where SelectsNamespaces says so. Where several
// entries admit a Subject, the strictest bound of its deletion holds: losing
// the ability to delete is better than deleting.
func GrantOf(reg *v1alpha1.SchemaRegistry, s *v1alpha1.Subject, of map[string]string) Grant {
	grant := Grant{MaxDeletion: v1alpha1.HardDelete}
	if p := reg.Spec.Policy; p != nil {
		grant.limit(p.MaxDeletionPolicy)
	}
	entries := reg.Spec.AllowedSubjects
	if len(entries) == 0 {
		entries = []v1alpha1.SubjectAllowance{{Namespaces: v1alpha1.NamespaceScope{From: v1alpha1.NamespacesSame}}}
	}
	namespace, name := false, false
	for i := range entries {
		e := &entries[i]
		if !holds(e.Namespaces, reg.Namespace, s.Namespace, of) {
			continue
		}
		namespace = true
		if matchesAny(e.Names, s.SubjectName()) {
			name = true
			grant.limit(e.MaxDeletionPolicy)
		}
	}
	switch {
	case !namespace:
		return Grant{MaxDeletion: v1alpha1.Retain, Problem: v1alpha1.ReasonNotAllowed, Message: fmt.Sprintf(
			"spec.registryRef: SchemaRegistry %s admits no Subjects of namespace %s; its owner can add the namespace to spec.allowedSubjects",
			s.RegistryKey(), s.Namespace)}
	case !name:
		return Grant{MaxDeletion: v1alpha1.Retain, Problem: v1alpha1.ReasonNamePatternDenied, Message: fmt.Sprintf(
			"spec.name: SchemaRegistry %s does not admit the name %s from namespace %s; use a name that its spec.allowedSubjects lists, or ask its owner",
			s.RegistryKey(), s.SubjectName(), s.Namespace)}
	}
	return grant
}

// SelectsNamespaces reports whether the answer of GrantOf may depend on the
// labels of namespaces.
func SelectsNamespaces(reg *v1alpha1.SchemaRegistry) bool {
	for _, e := range reg.Spec.AllowedSubjects {
		if e.Namespaces.From == v1alpha1.NamespacesSelector {
			return true
		}
	}
	return false
}

// Deletion returns what the deletion of the Subject does: what its spec asks
// for, as far as the grant goes.
func (g Grant) Deletion(s *v1alpha1.Subject) v1alpha1.DeletionPolicy {
	return stricter(s.Deletion(), g.MaxDeletion)
}

func (g *Grant) limit(bound *v1alpha1.DeletionPolicy) {
	if bound != nil {
		g.MaxDeletion = stricter(g.MaxDeletion, *bound)
	}
}

func stricter(a, b v1alpha1.DeletionPolicy) v1alpha1.DeletionPolicy {
	switch min(severity(a), severity(b)) {
	case 2:
		return v1alpha1.HardDelete
	case 1:
		return v1alpha1.SoftDelete
	default:
		return v1alpha1.Retain
	}
}

// severity orders the policies. One that is not known deletes nothing.
func severity(p v1alpha1.DeletionPolicy) int {
	switch p {
	case v1alpha1.SoftDelete:
		return 1
	case v1alpha1.HardDelete:
		return 2
	default:
		return 0
	}
}

func holds(scope v1alpha1.NamespaceScope, own, namespace string, of map[string]string) bool {
	switch scope.From {
	case v1alpha1.NamespacesAll:
		return true
	case v1alpha1.NamespacesSelector:
		selector, err := metav1.LabelSelectorAsSelector(scope.Selector)
		return err == nil && selector.Matches(labels.Set(of))
	default:
		return namespace == own
	}
}

func matchesAny(patterns []v1alpha1.SubjectPattern, name string) bool {
	if len(patterns) == 0 {
		return true
	}
	for _, p := range patterns {
		if matches(string(p), name) {
			return true
		}
	}
	return false
}

// matches compares a name with a pattern: "*" stands for any characters, "?"
// for one, and everything else for itself, "/" and "[" too. The time is
// bounded by the product of the lengths.
func matches(pattern, name string) bool {
	p, n := []rune(pattern), []rune(name)
	star, resume := -1, 0 // The last star, and where the name goes on after it.
	i, j := 0, 0
	for j < len(n) {
		switch {
		case i < len(p) && p[i] == '*':
			star, resume = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == n[j]):
			i, j = i+1, j+1
		case star >= 0: // The star takes one more.
			resume++
			i, j = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(string(p[i:]), "*") == ""
}

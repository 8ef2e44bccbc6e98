package verdict

import (
	"fmt"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// Accept decides whether a Subject may be acted on at all.
func Accept() Chain {
	return Chain{
		specIsValid,
		registryExists,
		registryAdmits,
		isOldestOfItsTarget,
	}
}

// Resolve decides whether everything that the Subject points to is there.
func Resolve() Chain {
	return Chain{
		sourceIsThere,
		referencesAreThere,
	}
}

func specIsValid(in *Input) *Statement {
	if in.Invalid == "" {
		return nil
	}
	return new(no(v1alpha1.ConditionAccepted, v1alpha1.ReasonInvalidSpec, in.Invalid))
}

func registryExists(in *Input) *Statement {
	if in.Registry.Found {
		return nil
	}
	if in.Registry.Unwatched {
		return new(no(v1alpha1.ConditionAccepted, v1alpha1.ReasonRegistryNotFound, fmt.Sprintf(
			"spec.registryRef: this operator does not watch namespace %s; name a SchemaRegistry of a namespace that it watches", in.Subject.RegistryNamespace())))
	}
	return new(no(v1alpha1.ConditionAccepted, v1alpha1.ReasonRegistryNotFound, fmt.Sprintf(
		"spec.registryRef: there is no SchemaRegistry %s; create it, or create a Subject that names another", in.Subject.RegistryKey())))
}

// registryAdmits keeps a Subject from reaching a registry whose owner did not
// agree.
func registryAdmits(in *Input) *Statement {
	g := in.Registry.Grant
	if g.Problem == "" {
		return nil
	}
	return new(no(v1alpha1.ConditionAccepted, g.Problem, g.Message))
}

// isOldestOfItsTarget keeps two Subjects from fighting over one subject.
func isOldestOfItsTarget(in *Input) *Statement {
	if in.Winner == "" {
		return nil
	}
	return new(no(v1alpha1.ConditionAccepted, v1alpha1.ReasonConflicted, fmt.Sprintf(
		"spec.name: Subject %s is older and stands for %s already; delete one of the two", in.Winner, in.Subject.SubjectName())))
}

func sourceIsThere(in *Input) *Statement {
	if in.Source == nil || in.Source.Problem == "" {
		return nil
	}
	return new(no(v1alpha1.ConditionSourceResolved, in.Source.Problem, in.Source.Message))
}

func referencesAreThere(in *Input) *Statement {
	if in.References == nil || in.References.Problem == "" {
		return nil
	}
	return new(no(v1alpha1.ConditionReferencesResolved, in.References.Problem, in.References.Message))
}

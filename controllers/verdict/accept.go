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
		registryIsAble,
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

// registryIsAble keeps a Subject from asking for what its registry is known not
// to have. Some registries would leave it out and say nothing.
func registryIsAble(in *Input) *Statement {
	can := in.Registry.Can
	if can == nil {
		return nil
	}
	for _, need := range Needs(in.Subject) {
		if can.Has(need.Feature) {
			continue
		}
		return new(no(v1alpha1.ConditionAccepted, v1alpha1.ReasonFeatureUnsupported, fmt.Sprintf(
			"%s: SchemaRegistry %s lacks the feature %s (vendor %s, see its status.capabilities); remove the field, or use another registry",
			need.Field, in.Subject.RegistryKey(), need.Feature, can.Vendor)))
	}
	return nil
}

// Need is a field that takes a feature of the registry.
type Need struct {
	Field   string
	Feature v1alpha1.Feature
}

// Needs lists the features that a Subject takes beyond what all registries have.
func Needs(s *v1alpha1.Subject) []Need {
	var all []Need
	if s.Spec.Metadata != nil {
		all = append(all, Need{"spec.metadata", v1alpha1.FeatureMetadata})
	}
	if s.Spec.RuleSet != nil {
		all = append(all, Need{"spec.ruleSet", v1alpha1.FeatureRules})
	}
	if m := s.Spec.Mode; m != nil && *m != v1alpha1.InheritMode && !s.Observes() {
		all = append(all, Need{"spec.mode", v1alpha1.FeatureModeWrite})
	}
	return all
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

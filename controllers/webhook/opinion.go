package webhook

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/verdict"
)

// answer is what a person who applies a Subject is told. The texts are those
// of the conditions.
type answer struct {
	refusal  string // Empty for none.
	warnings []string
}

func (a *answer) refuse(text string) {
	if a.refusal == "" {
		a.refusal = text
		return
	}
	a.warn(text)
}

func (a *answer) warn(text string) { a.warnings = append(a.warnings, text) }

// opinion turns a judged Subject into an answer. What is wrong with the object
// refuses it. What it waits for only warns, because that may be applied a
// moment later. What speaks against it in the registry refuses when the
// registry's owner says so.
func opinion(in *verdict.Input) answer {
	var a answer
	if in.State == nil && in.Checked != nil && in.Checked.Invalid != "" {
		a.refuse(text(v1alpha1.ReasonInvalidSchema, in.Checked.Invalid))
	}
	for _, s := range verdict.Judge(in).Statements {
		switch {
		case s.Reason == v1alpha1.ReasonRegistryUnreachable:
			// The same for each condition; told once below.
		case s.Status != metav1.ConditionFalse:
		case s.Type == v1alpha1.ConditionInSync:
			if s.Reason == v1alpha1.ReasonSupersededByNewer {
				a.warn(text(s.Reason, s.Message))
			}
		case s.Reason == v1alpha1.ReasonPending:
			// Follows from another statement.
		case waits(s.Reason):
			a.warn(text(s.Reason, s.Message))
		case ofTheObject(s.Type) || in.Registry.Enforces:
			a.refuse(text(s.Reason, s.Message))
		default:
			a.warn(text(s.Reason, s.Message))
		}
	}
	if why := unasked(in); why != "" && a.refusal == "" {
		a.warn("Not compared with the registry, which the operator does as soon as it answers: " + why)
	}
	return a
}

// overreach says how far the deletion policy goes beyond what the registry
// allows, empty for not at all.
func overreach(in *verdict.Input) string {
	s, g := in.Subject, in.Registry.Grant
	if verdict.Accept().First(in) != nil || g.Deletion(s) == s.Deletion() {
		return ""
	}
	return fmt.Sprintf("spec.deletionPolicy: SchemaRegistry %s allows at most %s, and not %s", s.RegistryKey(), g.MaxDeletion, s.Deletion())
}

func text(reason, message string) string { return fmt.Sprintf("%s: %s", reason, message) }

// unasked says why the registry's part of the verdict is missing.
func unasked(in *verdict.Input) string {
	switch {
	case in.State != nil || !in.Registry.Found || verdict.Accept().First(in) != nil || verdict.Resolve().First(in) != nil:
		return ""
	case in.Failure != nil:
		return in.Failure.Message
	default:
		return in.Registry.Unreachable
	}
}

// waits reports whether a problem goes away when another object appears.
func waits(reason string) bool {
	switch reason {
	case v1alpha1.ReasonRegistryNotFound, v1alpha1.ReasonConfigMapNotFound, v1alpha1.ReasonKeyNotFound,
		v1alpha1.ReasonReferenceNotFound, v1alpha1.ReasonReferenceNotRegistered, v1alpha1.ReasonVersionNotFound:
		return true
	default:
		return false
	}
}

// ofTheObject reports whether a condition speaks of the object itself, not of
// what the registry has.
func ofTheObject(condition string) bool {
	switch condition {
	case v1alpha1.ConditionAccepted, v1alpha1.ConditionSourceResolved, v1alpha1.ConditionReferencesResolved, v1alpha1.ConditionValid:
		return true
	default:
		return false
	}
}

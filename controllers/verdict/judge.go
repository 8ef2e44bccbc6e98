package verdict

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// Judgement is what is to be said about a Subject.
type Judgement struct {
	Statements []Statement
	// Stalled says that only a change by a person helps.
	Stalled bool
	// KeepReady says that Ready is not to be changed: the registry does not
	// answer, and what was verified before is still the best that is known.
	KeepReady bool
}

// ReadyTypes lists the conditions that decide Ready of s, in the order in which
// their problems are told. InSync is one of them only when the spec asks for
// that: a producer that registers versions by itself is to be told of, not to
// hold up a delivery.
func ReadyTypes(s *v1alpha1.Subject) []string {
	types := []string{
		v1alpha1.ConditionAccepted, v1alpha1.ConditionSourceResolved, v1alpha1.ConditionReferencesResolved,
		v1alpha1.ConditionValid, v1alpha1.ConditionCompatible, v1alpha1.ConditionRegistered, v1alpha1.ConditionConfigSynced,
	}
	if s.RequiresLatest() {
		types = append(types, v1alpha1.ConditionInSync)
	}
	return types
}

// Judge turns the facts into conditions.
func Judge(in *Input) Judgement {
	var j Judgement
	if p := Accept().First(in); p != nil {
		j.Statements = []Statement{*p}
		j.Stalled = p.Reason != v1alpha1.ReasonRegistryNotFound
		return j
	}
	j.say(yes(v1alpha1.ConditionAccepted, v1alpha1.ReasonAccepted, ""))
	j.say(resolved(in)...)
	if Resolve().First(in) != nil {
		// Nobody has to change this object: what it waits for may appear.
		return j
	}
	if in.State == nil {
		j.unreached(in)
		return j
	}
	j.say(quality(in)...)
	j.say(registered(in), settingsSynced(in), inSync(in))
	if p := historyUnread(in); p != nil {
		j.replace(*p)
	}
	j.failed(in)
	for _, s := range j.Statements {
		j.Stalled = j.Stalled || terminal(s)
	}
	return j
}

func (j *Judgement) say(s ...Statement) { j.Statements = append(j.Statements, s...) }

// replace puts s in the place of the statement of its type.
func (j *Judgement) replace(s Statement) {
	for i := range j.Statements {
		if j.Statements[i].Type == s.Type {
			j.Statements[i] = s
			return
		}
	}
	j.say(s)
}

// unreached is for a registry that could not be asked.
func (j *Judgement) unreached(in *Input) {
	message := in.Registry.Unreachable
	if in.Failure != nil {
		message = in.Failure.Message
	}
	if message == "" {
		message = "The registry has not been asked yet"
	}
	if in.Subject.Status.ObservedGeneration == in.Subject.Generation && isTrue(in.Subject.Status.Conditions, v1alpha1.ConditionReady) {
		j.KeepReady = true
		return
	}
	for _, typ := range []string{
		v1alpha1.ConditionValid, v1alpha1.ConditionCompatible, v1alpha1.ConditionRegistered, v1alpha1.ConditionConfigSynced, v1alpha1.ConditionInSync,
	} {
		j.say(unknown(typ, v1alpha1.ReasonRegistryUnreachable, message))
	}
}

// failed overrules what was said before with the call that failed.
func (j *Judgement) failed(in *Input) {
	f := in.Failure
	if f == nil {
		return
	}
	switch f.Kind {
	case Unreachable:
		if f.During.isSetting() {
			j.replace(unknown(v1alpha1.ConditionConfigSynced, v1alpha1.ReasonRegistryUnreachable, f.Message))
			return
		}
		j.replace(unknown(v1alpha1.ConditionRegistered, v1alpha1.ReasonRegistryUnreachable, f.Message))
	case RefusedIncompatible:
		j.replace(no(v1alpha1.ConditionCompatible, v1alpha1.ReasonIncompatibleAtRegistry, f.Message+
			levelStays(in)))
	case RefusedInvalid:
		j.replace(no(v1alpha1.ConditionValid, v1alpha1.ReasonInvalidSchema, f.Message))
	case RefusedTooLarge:
		j.replace(no(v1alpha1.ConditionValid, v1alpha1.ReasonTooLarge, f.Message))
	case RefusedUnsupported:
		j.replace(no(v1alpha1.ConditionAccepted, v1alpha1.ReasonFeatureUnsupported, fmt.Sprintf(
			"The registry does not support %s: %s; remove the field, or use another registry", f.During, f.Message)))
	case RefusedReadOnly:
		if f.During.isSetting() {
			j.replace(no(v1alpha1.ConditionConfigSynced, v1alpha1.ReasonRegistryReadOnly, f.Message))
			return
		}
		j.replace(no(v1alpha1.ConditionRegistered, v1alpha1.ReasonRegistryReadOnly, f.Message))
	case RefusedCredentials:
		j.replace(no(v1alpha1.ConditionRegistered, v1alpha1.ReasonAuthenticationFailed, f.Message))
	default:
		if f.During.isSetting() {
			j.replace(no(v1alpha1.ConditionConfigSynced, v1alpha1.ReasonUpdateFailed, f.Message))
			return
		}
		j.replace(no(v1alpha1.ConditionRegistered, v1alpha1.ReasonRefused, f.Message))
	}
}

func levelStays(in *Input) string {
	for _, a := range in.Wrote {
		if a == SetLevel {
			return fmt.Sprintf("; the level %s that this object asks for has been set already and stays", in.State.Level)
		}
	}
	return ""
}

// resolved speaks of source and references.
func resolved(in *Input) []Statement {
	const source, refs = v1alpha1.ConditionSourceResolved, v1alpha1.ConditionReferencesResolved
	if !in.Subject.HasSchema() {
		return []Statement{
			yes(source, v1alpha1.ReasonNoSchema, "The Subject manages settings only"),
			yes(refs, v1alpha1.ReasonNoReferences, ""),
		}
	}
	if p := sourceIsThere(in); p != nil {
		return []Statement{*p}
	}
	out := []Statement{yes(source, v1alpha1.ReasonResolved, "")}
	switch p := referencesAreThere(in); {
	case p != nil:
		return append(out, *p)
	case len(in.Subject.Spec.References) == 0:
		return append(out, yes(refs, v1alpha1.ReasonNoReferences, ""))
	case in.References == nil:
		return out
	default:
		return append(out, yes(refs, v1alpha1.ReasonResolved, ""))
	}
}

// checkProblem is what speaks against registering the text.
func checkProblem(in *Input) *Statement {
	c := in.Checked
	switch {
	case c == nil || !NeedsRegistration(in):
		return nil
	case c.TooLarge:
		return new(no(v1alpha1.ConditionValid, v1alpha1.ReasonTooLarge, c.Invalid))
	case c.Invalid != "":
		return new(no(v1alpha1.ConditionValid, v1alpha1.ReasonInvalidSchema, c.Invalid))
	case len(c.Incompatibilities) > 0:
		return new(no(v1alpha1.ConditionCompatible, v1alpha1.ReasonIncompatible, incompatibleText(in.Subject, c)))
	default:
		return nil
	}
}

func incompatibleText(s *v1alpha1.Subject, c *Check) string {
	first := c.Incompatibilities[0]
	text := fmt.Sprintf("Incompatible with %s version %d under %s: %s", s.SubjectName(), first.Against, c.Level, first.Message)
	if first.Path != "" && !strings.Contains(first.Message, first.Path) {
		text += " at " + first.Path
	}
	if n := len(c.Incompatibilities) - 1; n > 0 {
		text += fmt.Sprintf("; %d more in status.incompatibilities", n)
	}
	return text + ". Change the schema, or spec.compatibility"
}

// quality speaks of the text itself.
func quality(in *Input) []Statement {
	const valid, compatible = v1alpha1.ConditionValid, v1alpha1.ConditionCompatible
	if !in.Subject.HasSchema() {
		return []Statement{yes(valid, v1alpha1.ReasonNoSchema, ""), yes(compatible, v1alpha1.ReasonNotChecked, "")}
	}
	p := checkProblem(in)
	switch {
	case p != nil && p.Type == valid:
		return []Statement{*p}
	case p != nil:
		return []Statement{yes(valid, v1alpha1.ReasonValid, ""), *p}
	case in.Checked != nil && NeedsRegistration(in) && !in.Checked.Unsupported:
		return []Statement{yes(valid, v1alpha1.ReasonValid, ""), yes(compatible, v1alpha1.ReasonCompatible, "")}
	case in.State.Ours != nil:
		return []Statement{yes(valid, v1alpha1.ReasonValid, ""), yes(compatible, v1alpha1.ReasonNotChecked, "The registry has the schema")}
	default:
		return []Statement{
			unknown(valid, v1alpha1.ReasonNotChecked, "The registry decides"),
			unknown(compatible, v1alpha1.ReasonNotChecked, "The registry decides"),
		}
	}
}

func registered(in *Input) Statement {
	const typ = v1alpha1.ConditionRegistered
	s, st := in.Subject, in.State
	if !s.HasSchema() {
		return yes(typ, v1alpha1.ReasonNoSchema, "The Subject manages settings only")
	}
	if adoptionArises(in) {
		if p := Adoption().First(in); p != nil {
			return *p
		}
	}
	switch {
	case st.Ours == nil && s.Observes():
		return no(typ, v1alpha1.ReasonNotRegistered, "The registry lacks the schema, and spec.managementPolicy Observe forbids to register it")
	case suspended(in) != nil:
		return *suspended(in)
	case readOnly(in) != nil && !s.Observes():
		return *readOnly(in)
	case st.Ours == nil && onlyReported(in, Register):
		return no(typ, v1alpha1.ReasonNotRegistered, "The registry lost the schema, and spec.driftPolicy Report forbids to register it again")
	case st.Ours == nil && in.RegisteredID != 0:
		return unknown(typ, v1alpha1.ReasonPending, fmt.Sprintf("Registered with id %d; waiting until the registry shows it", in.RegisteredID))
	case st.Ours == nil && checkProblem(in) != nil:
		return no(typ, v1alpha1.ReasonPending, "The schema was not sent to the registry")
	case st.Ours == nil:
		return unknown(typ, v1alpha1.ReasonPending, "The schema is not in the registry yet")
	case Ownership(in) == v1alpha1.OwnershipAdopted:
		return yes(typ, v1alpha1.ReasonAdopted, registeredText(st))
	default:
		return yes(typ, v1alpha1.ReasonRegistered, registeredText(st))
	}
}

func registeredText(st *State) string {
	return fmt.Sprintf("Version %d, id %d", st.Ours.Version, st.Ours.ID)
}

func levelSynced(in *Input) Statement {
	const typ = v1alpha1.ConditionConfigSynced
	want, have := in.Subject.Spec.Compatibility, in.State.Level
	switch {
	case want == nil:
		return yes(typ, v1alpha1.ReasonUnmanaged, "")
	case *want == v1alpha1.Inherit && have == "":
		return yes(typ, v1alpha1.ReasonSynced, "")
	case *want == v1alpha1.Inherit:
		return no(typ, v1alpha1.ReasonConfigChanged, fmt.Sprintf(
			"spec.compatibility is Inherit, and the subject has the level %s, which this object did not set; remove it in the registry, or set spec.compatibility", have))
	case string(*want) == string(have):
		return yes(typ, v1alpha1.ReasonSynced, "")
	case in.Subject.Observes():
		return no(typ, v1alpha1.ReasonConfigChanged, levelText(have)+", and spec.managementPolicy Observe forbids to set "+string(*want))
	case onlyReported(in, SetLevel):
		return no(typ, v1alpha1.ReasonConfigChanged, levelText(have)+", and spec.driftPolicy Report forbids to set "+string(*want)+" again")
	default:
		return unknown(typ, v1alpha1.ReasonPending, levelText(have)+"; "+string(*want)+" was not set")
	}
}

// terminal reports whether a problem stays until a person changes something.
func terminal(s Statement) bool {
	if s.Status != metav1.ConditionFalse || s.Type == v1alpha1.ConditionInSync {
		return false
	}
	switch s.Reason {
	case v1alpha1.ReasonInvalidSchema, v1alpha1.ReasonTooLarge, v1alpha1.ReasonIncompatible, v1alpha1.ReasonIncompatibleAtRegistry,
		v1alpha1.ReasonAdoptionRefused, v1alpha1.ReasonFeatureUnsupported, v1alpha1.ReasonRefused, v1alpha1.ReasonUpdateFailed, v1alpha1.ReasonNotRegistered:
		return true
	default:
		return s.Type == v1alpha1.ConditionConfigSynced && s.Reason == v1alpha1.ReasonConfigChanged
	}
}

func isTrue(conditions []metav1.Condition, typ string) bool {
	for _, c := range conditions {
		if c.Type == typ {
			return c.Status == metav1.ConditionTrue
		}
	}
	return false
}

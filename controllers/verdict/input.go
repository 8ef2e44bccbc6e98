package verdict

import (
	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// Input is all that is known about a Subject when it is judged. Parts that are
// nil were not looked at, because an earlier part has a problem.
type Input struct {
	Subject *v1alpha1.Subject
	// Invalid is what the validation of the spec found, empty for nothing.
	Invalid string
	// Registry is the SchemaRegistry that the Subject names.
	Registry Registry
	// Winner is namespace/name of an older Subject with the same target,
	// empty for none.
	Winner string
	// Source is the schema text; nil also when the Subject has no schema.
	Source *Source
	// References are the resolved references.
	References *References
	// State is the subject as the registry has it.
	State *State
	// History is what is known of spec.history; nil while it is not looked at.
	// Historic is how many of its texts this attempt registered, and Began how
	// many were there before.
	History         *History
	Historic, Began int
	// Existed says that the subject had a live version before this attempt
	// wrote anything.
	Existed bool
	// Checked is the verdict on the text; nil while no new registration is at
	// stake.
	Checked *Check
	// Loss is what the registry has lost; looked at only before a subject that
	// is gone would come back, and not when a person confirmed that.
	Loss *Loss
	// Failure is a call to the registry that failed and ended the attempt.
	Failure *Failure
	// Wrote lists the actions that were carried out in this attempt, and
	// RegisteredID is the id that a registration among them got. The state may
	// not show them yet: the registry has several nodes, and the one that
	// answers may not have read what another one wrote.
	Wrote        []Action
	RegisteredID int32
}

// Registry is the SchemaRegistry of a Subject.
type Registry struct {
	// Found says that the object exists and is not being deleted, and
	// Unwatched that the operator cannot see it.
	Found, Unwatched bool
	// Grant is what it lets the Subject do, and Enforces that a Subject which
	// it would refuse is not to be stored in the cluster either.
	Grant    Grant
	Enforces bool
	// Reachable is False or Unknown's message of the registry's own condition,
	// empty when it is True.
	Unreachable string
	// New says that nobody has asked it yet.
	New bool
	// Can is what it can do, nil while that is not known.
	Can *v1alpha1.Capabilities
}

// Source is a schema text, or why there is none.
type Source struct {
	Text string
	// Problem is a reason of SourceResolved, empty for none.
	Problem, Message string
}

// References are references with their versions, or why one has none.
type References struct {
	Resolved []v1alpha1.ResolvedReference
	// Problem is a reason of ReferencesResolved, empty for none.
	Problem, Message string
}

// State is a subject as the registry has it.
type State struct {
	// Hash of type, text, references, metadata and rules that the Subject asks for; empty
	// without a schema.
	Hash string
	// Latest is the newest live version, nil when there is none.
	Latest *Registered
	// Ours is the version that holds the text that the Subject asks for, nil
	// when there is none.
	Ours *Registered
	// Level is the subject's own level, empty when it has none, and Global
	// the registry's; Global may be unknown while Level is not empty.
	Level, Global v1alpha1.Level
	// Mode is the subject's own mode, empty when it has none; looked at only
	// when the spec speaks of it. Registries of Karapace's kind tell the mode
	// that holds for the subject instead, so GlobalMode tells apart what
	// Inherit asks for.
	Mode, GlobalMode v1alpha1.Mode
	// Effective is the mode that holds for the subject, empty when it is not
	// known; looked at only while a registration is at stake.
	Effective v1alpha1.Mode
}

// Registered is a schema at its place.
type Registered struct {
	ID, Version int32
}

// Check is the verdict on a text that would have to be registered.
type Check struct {
	// Invalid says why the text is no schema of its type, empty when it is.
	Invalid string
	// TooLarge says that it is one, but over a limit.
	TooLarge bool
	// Unsupported says that the type is not built into the operator: the
	// registry decides.
	Unsupported bool
	// Level that the text was compared under.
	Level v1alpha1.Level
	// Incompatibilities that were found.
	Incompatibilities []v1alpha1.Incompatibility
}

// FailureKind says what a failed call means.
type FailureKind string

// The kinds of failures.
const (
	// Unreachable: try again later.
	Unreachable FailureKind = "unreachable"
	// RefusedIncompatible, RefusedInvalid, RefusedTooLarge, RefusedReadOnly:
	// the registry refused the schema.
	RefusedIncompatible FailureKind = "incompatible"
	RefusedInvalid      FailureKind = "invalid"
	RefusedTooLarge     FailureKind = "too large"
	RefusedReadOnly     FailureKind = "read-only"
	// RefusedCredentials: the registry does not let the operator in.
	RefusedCredentials FailureKind = "credentials"
	// RefusedUnsupported: the registry cannot do it at all.
	RefusedUnsupported FailureKind = "unsupported"
	// RefusedOther: the registry refused for a reason of its own.
	RefusedOther FailureKind = "other"
)

// Failure is a failed call to the registry.
type Failure struct {
	Kind FailureKind
	// During is the action that failed, None for a read.
	During  Action
	Message string
}

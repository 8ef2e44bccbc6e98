package auth

import "slices"

// Operation is what a permission allows.
type Operation string

// The operations of auth files. Write implies Read.
const (
	Read  Operation = "Read"
	Write Operation = "Write"
)

// The resources of the registry (security contract F.1).
const (
	// GlobalResource stands for the level and the mode of the whole registry.
	GlobalResource = "Config:"
	// EverySubject is the literal resource that lets its holder read ids
	// without a look at the subjects that have them. It is reached by patterns
	// such as "Subject:.*".
	EverySubject = subjectPrefix + "*"

	subjectPrefix = "Subject:"
)

// SubjectResource is the resource of a subject, by its decoded and qualified
// name.
func SubjectResource(subject string) string { return subjectPrefix + subject }

// permission is one line of an auth file, for a user that is known from where
// it is kept.
type permission struct {
	operation Operation
	pattern   pattern
}

// permissions are those of one user.
type permissions []permission

// allow reports whether any permission covers the operation on the resource.
func (p permissions) allow(op Operation, resource string) bool {
	for i := range p {
		if p[i].covers(op) && p[i].pattern.matches(resource) {
			return true
		}
	}
	return false
}

// everything reports whether the operation is allowed on all resources.
func (p permissions) everything(op Operation) bool {
	return slices.ContainsFunc(p, func(one permission) bool { return one.covers(op) && one.pattern.everything() })
}

func (p *permission) covers(op Operation) bool {
	return p.operation == op || p.operation == Write && op == Read
}

package registry

import (
	"errors"
	"fmt"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// ErrNotPrimary is what a write returns on a node that may not write. It is
// not an answer: the caller hands the untouched request to the primary. It is
// returned before anything was written, or after a registration landed while
// the role was being lost, which the primary's answer settles by content.
var ErrNotPrimary = errors.New("this node is not the primary")

// Kind says what was wrong with a request, without HTTP numbers.
type Kind int

// The kinds. The comment names the fields of Error that are set besides Kind.
const (
	// SubjectNotFound: no version that counts. Subject.
	SubjectNotFound Kind = iota + 1
	// VersionNotFound: the subject has no such version. Subject, Version.
	VersionNotFound
	// SchemaNotFound: no schema with that id (ID), or lookup found no match
	// (Subject).
	SchemaNotFound
	// SubjectSoftDeleted: a second soft delete of a subject. Subject.
	SubjectSoftDeleted
	// SubjectNotSoftDeleted: permanent delete of a subject that has live
	// versions. Subject.
	SubjectNotSoftDeleted
	// VersionSoftDeleted: a second soft delete of a version. Subject, Version.
	VersionSoftDeleted
	// VersionNotSoftDeleted: permanent delete of a live version. Subject,
	// Version.
	VersionNotSoftDeleted
	// SubjectConfigNotFound: the subject has no configuration of its own.
	// Subject.
	SubjectConfigNotFound
	// SubjectModeNotFound: the subject has no mode of its own. Subject.
	SubjectModeNotFound
	// Incompatible: the schema breaks the compatibility level. Subject; Detail
	// is the whole text for the client.
	Incompatible
	// InvalidSchema: the text does not parse, or its references do not
	// resolve. Type; Detail is the parser's text.
	InvalidSchema
	// EmptySchema: there is no schema text at all.
	EmptySchema
	// UnknownType: Detail is a schema type that does not exist.
	UnknownType
	// LookupUnparsable: the schema that is looked up does not parse. Subject.
	LookupUnparsable
	// InvalidReferences: references that lead nowhere. Type, Detail.
	InvalidReferences
	// StoredUnparsable: a schema in the log does not parse. Type, Subject,
	// Version.
	StoredUnparsable
	// VersionNotNext: an explicit version that is not the next one. Subject,
	// Version.
	VersionNotNext
	// InvalidVersion: Detail is a text that is no version.
	InvalidVersion
	// InvalidLevel: Detail is a text that is no compatibility level.
	InvalidLevel
	// InvalidMode: Detail is a text that is no mode, or what is wrong with it.
	InvalidMode
	// NotPermitted: the mode forbids the operation. Subject; Detail is the
	// text for the client.
	NotPermitted
	// Referenced: a schema refers to the version. Subject, Version.
	Referenced
	// InvalidSubject: a name that no subject may have. Subject.
	InvalidSubject
	// ContextNotEmpty: a context that is to be deleted has versions. Detail is
	// its name.
	ContextNotEmpty
	// AssociationNotFound: Detail names the resource that has none.
	AssociationNotFound
	// AssociationExists: the resource has another association of that type.
	// Subject; Detail is the text for the client.
	AssociationExists
	// SubjectAssociated: something is associated with the subject. Subject.
	SubjectAssociated
	// StronglyAssociated: the subject belongs to another resource alone. Subject.
	StronglyAssociated
	// NoLiveVersion: an associated subject has, or would have, no live version.
	// Subject.
	NoLiveVersion
	// AssociationFrozen: the association and its subject do not change any more.
	// Subject; Detail is the text for the client.
	AssociationFrozen
	// InvalidAssociation: Detail says which property and what is wrong with it.
	InvalidAssociation
	// TooLarge: the record does not fit into Kafka's limit. Subject.
	TooLarge
	// StoreFailure: Kafka refused the write; nothing was stored. Err.
	StoreFailure
	// Timeout: the time ran out before the outcome was known; the write may
	// have happened. Operation, Err.
	Timeout
)

// Error is how the registry refuses. Which fields are set is said at the kind.
type Error struct {
	Kind    Kind
	Subject schema.Subject
	Version schema.Version
	ID      schema.ID
	Type    schema.Type
	Detail  string
	Err     error
}

// Error is a sentence for logs; what clients see is made by the HTTP layer.
func (e *Error) Error() string {
	text := e.Kind.String()
	if e.Subject != "" {
		text += fmt.Sprintf(", subject %q", e.Subject)
	}
	if e.Version != 0 {
		text += fmt.Sprintf(", version %s", e.Version)
	}
	if e.ID != 0 {
		text += fmt.Sprintf(", id %d", e.ID)
	}
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of an error of this package, 0 for any other.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}

// Kinds lists all kinds, for tables that have to name each.
func Kinds() []Kind {
	kinds := make([]Kind, 0, int(Timeout))
	for k := SubjectNotFound; k <= Timeout; k++ {
		kinds = append(kinds, k)
	}
	return kinds
}

// String is the kind in words.
func (k Kind) String() string {
	if text, ok := kindTexts[k]; ok {
		return text
	}
	return fmt.Sprintf("kind %d", int(k))
}

var kindTexts = map[Kind]string{
	SubjectNotFound:       "subject not found",
	VersionNotFound:       "version not found",
	SchemaNotFound:        "schema not found",
	SubjectSoftDeleted:    "subject is soft-deleted already",
	SubjectNotSoftDeleted: "subject is not soft-deleted yet",
	VersionSoftDeleted:    "version is soft-deleted already",
	VersionNotSoftDeleted: "version is not soft-deleted yet",
	SubjectConfigNotFound: "subject has no configuration of its own",
	SubjectModeNotFound:   "subject has no mode of its own",
	Incompatible:          "schema is incompatible",
	InvalidSchema:         "schema is invalid",
	EmptySchema:           "schema is empty",
	UnknownType:           "schema type is unknown",
	LookupUnparsable:      "schema to look up is invalid",
	InvalidReferences:     "references are invalid",
	StoredUnparsable:      "stored schema is invalid",
	VersionNotNext:        "version is not the next one",
	InvalidVersion:        "version is invalid",
	InvalidLevel:          "compatibility level is invalid",
	InvalidMode:           "mode is invalid",
	NotPermitted:          "mode does not permit the operation",
	Referenced:            "version is referenced",
	InvalidSubject:        "subject is invalid",
	ContextNotEmpty:       "context is not empty",
	AssociationNotFound:   "association not found",
	AssociationExists:     "association exists already",
	SubjectAssociated:     "subject is associated",
	StronglyAssociated:    "subject is strongly associated",
	NoLiveVersion:         "subject has no live version",
	AssociationFrozen:     "association is frozen",
	InvalidAssociation:    "association is invalid",
	TooLarge:              "schema is too large",
	StoreFailure:          "writing to the log failed",
	Timeout:               "outcome is not known in time",
}

func subjectNotFound(s schema.Subject) error { return &Error{Kind: SubjectNotFound, Subject: s} }

func versionNotFound(s schema.Subject, v schema.Version) error {
	return &Error{Kind: VersionNotFound, Subject: s, Version: v}
}

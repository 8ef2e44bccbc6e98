package registryhttp

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/plastron-dev/plastron/runtime/forward"
	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/registry"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// answer is a refusal on the wire.
type answer struct {
	status, code int
	message      string
	// list, when given, stands in the place of the message: Karapace's tests
	// compare lists of problems.
	list []byte
}

// httpError is a refusal that means what its status means.
type httpError int

// Error is the text of the field: "HTTP 404 Not Found".
func (e httpError) Error() string { return fmt.Sprintf("HTTP %d %s", int(e), http.StatusText(int(e))) }

// Texts that clients or their tests match; the sources are named in registry
// contract 2.1.
const (
	invalidVersionText = `The specified version '%s' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`
	invalidLevelText   = "Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive"
	invalidModeText    = "Invalid mode. Valid values are READWRITE, READONLY, IMPORT and FORWARD."
	referencedText     = "One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=%s,version=%d}."
	invalidSubjectText = "The specified subject '%s' is not a valid."
	forwardingText     = "Error while forwarding the request to the master."
	forwardingTextC    = "Error while forwarding the request to the leader"
	noPrimaryTextC     = "Leader not known."
)

// text makes a message from an error.
type text func(e *registry.Error) string

// refusal is one row of the table: status, code and text, Confluent's only
// where they differ.
type refusal struct {
	status, code int
	text         text
	confluent    *refusal
}

func fixed(message string) text { return func(*registry.Error) string { return message } }

func subjectText(format string) text {
	return func(e *registry.Error) string { return fmt.Sprintf(format, e.Subject) }
}

func versionText(format string) text {
	return func(e *registry.Error) string { return fmt.Sprintf(format, e.Subject, e.Version) }
}

func detail(e *registry.Error) string { return e.Detail }

func detailText(format string) text {
	return func(e *registry.Error) string { return fmt.Sprintf(format, e.Detail) }
}

func typeText(format string) text {
	return func(e *registry.Error) string { return fmt.Sprintf(format, e.Type, e.Detail) }
}

// schemaNotFound names only a guid, which Karapace does not have.
func schemaNotFound(e *registry.Error) string {
	if e.Detail != "" && e.ID == 0 {
		return fmt.Sprintf("Schema %s not found", e.Detail)
	}
	return "Schema not found"
}

func schemaIDNotFound(e *registry.Error) string {
	if e.ID == 0 {
		return schemaNotFound(e)
	}
	return fmt.Sprintf("Schema %d not found", e.ID)
}

const (
	notFound      = http.StatusNotFound
	conflict      = http.StatusConflict
	unprocessable = http.StatusUnprocessableEntity
	failed        = http.StatusInternalServerError
)

// refusals is the one table kind -> status, code, text (registry contract 2.1
// and 18). Every kind of package registry is in it.
var refusals = map[registry.Kind]refusal{
	registry.SubjectNotFound: {notFound, 40401, subjectText("Subject '%s' not found."), nil},
	registry.VersionNotFound: {notFound, 40402, func(e *registry.Error) string {
		return fmt.Sprintf("Version %d not found.", e.Version)
	}, nil},
	registry.SchemaNotFound:        {notFound, 40403, schemaNotFound, &refusal{notFound, 40403, schemaIDNotFound, nil}},
	registry.SubjectSoftDeleted:    {notFound, 40404, subjectText("Subject '%s' was soft deleted.Set permanent=true to delete permanently"), nil},
	registry.SubjectNotSoftDeleted: {notFound, 40405, subjectText("Subject '%s' was not deleted first before being permanently deleted"), nil},
	registry.VersionSoftDeleted: {notFound, 40406, versionText("Subject '%s' Version %d was soft deleted. Set permanent=true to delete permanently"),
		&refusal{notFound, 40406, versionText("Subject '%s' Version %d was soft deleted.Set permanent=true to delete permanently"), nil}},
	registry.VersionNotSoftDeleted: {notFound, 40407, versionText("Subject '%s' Version %d was not deleted first before being permanently deleted"), nil},
	registry.SubjectConfigNotFound: {notFound, 40408, subjectText("Subject '%s' does not have subject-level compatibility configured"), nil},
	registry.SubjectModeNotFound:   {notFound, 40409, subjectText("Subject '%s' does not have subject-level mode configured"), nil},
	registry.Incompatible:          {http.StatusConflict, 409, detail, &refusal{http.StatusConflict, 40901, detail, nil}},
	registry.InvalidSchema: {unprocessable, 42201, typeText("Invalid %s schema. Error: %s"),
		&refusal{unprocessable, 42201, typeText("Invalid schema of type %s, details: %s"), nil}},
	registry.EmptySchema:       {unprocessable, 42201, fixed("Empty schema"), nil},
	registry.UnknownType:       {unprocessable, 42201, detailText("Invalid schema type %s"), nil},
	registry.LookupUnparsable:  {unprocessable, 42201, subjectText("Error while looking up schema under subject %s"), nil},
	registry.InvalidReferences: {unprocessable, 42201, typeText("Invalid %s references. Error: %s"), &refusal{unprocessable, 42201, detail, nil}},
	registry.StoredUnparsable: {unprocessable, 42201, func(e *registry.Error) string {
		return fmt.Sprintf("Found an invalid SchemaType.%s schema registered", e.Type)
	}, &refusal{unprocessable, 42201, versionText("The schema of subject '%s' version %d is invalid"), nil}},
	registry.VersionNotNext: {unprocessable, 42201, fixed("Version is not one more than previous version"), nil},
	registry.InvalidVersion: {unprocessable, 42202, detailText(invalidVersionText), nil},
	registry.InvalidLevel:   {unprocessable, 42203, fixed(invalidLevelText), nil},
	registry.InvalidMode: {unprocessable, 42204, func(e *registry.Error) string {
		if e.Detail != "" {
			return e.Detail
		}
		return invalidModeText
	}, nil},
	registry.NotPermitted:        {unprocessable, 42205, detail, nil},
	registry.Referenced:          {unprocessable, 42206, versionText(referencedText), nil},
	registry.ContextNotEmpty:     {unprocessable, 42211, detailText("The specified context '%s' is not empty."), nil},
	registry.AssociationNotFound: {notFound, 40410, detailText("Association for '%s' not found."), nil},
	registry.AssociationExists:   {conflict, 40903, detail, nil},
	registry.SubjectAssociated:   {conflict, 40904, subjectText("An association already exists for subject '%s'"), nil},
	registry.StronglyAssociated:  {conflict, 40905, subjectText("A strong association already exists for subject '%s'"), nil},
	registry.NoLiveVersion:       {conflict, 40907, subjectText("No active (non-deleted) version exists for subject '%s'"), nil},
	registry.AssociationFrozen:   {conflict, 40908, detail, nil},
	registry.InvalidAssociation: {unprocessable, 42212,
		detailText("The association specified an invalid value for property: %s"), nil},
	registry.InvalidSubject: {unprocessable, 42208, subjectText(invalidSubjectText), nil},
	registry.TooLarge: {unprocessable, 42209, fixed("Schema is too large"),
		&refusal{unprocessable, 42209, fixed("Register operation failed because schema is too large"), nil}},
	registry.StoreFailure: {failed, 50001, fixed("Error while writing to the Kafka store"), nil},
	registry.Timeout:      {failed, 50002, fixed("Write to the Kafka store timed out, the operation may have been carried out"), nil},
}

// answerOf says what an error is on the wire.
func (a *api) answerOf(err error, c *call) answer {
	var refused *registry.Error
	var body *problem
	var status httpError
	switch {
	case errors.As(err, &refused):
		return fromTable(refused, a.flavour)
	case errors.As(err, &body):
		return body.answer(a.points, c)
	case errors.Is(err, errForbidden):
		return answer{status: http.StatusForbidden, code: http.StatusForbidden, message: errForbidden.Error()}
	case errors.As(err, &status):
		return answer{status: int(status), code: int(status), message: status.Error()}
	}
	if refused, ok := bodyRefusal(err); ok {
		return refused
	}
	return forwardRefusal(err, a.flavour)
}

func fromTable(e *registry.Error, f schema.Flavour) answer {
	row, ok := refusals[e.Kind]
	if !ok {
		return internal()
	}
	if f == schema.Confluent && row.confluent != nil {
		row = *row.confluent
	}
	return answer{status: row.status, code: row.code, message: row.text(e)}
}

// bodyRefusal is for bodies that could not be read.
func bodyRefusal(err error) (answer, bool) {
	for _, row := range []struct {
		err    error
		status int
	}{
		{httpserver.ErrBodyTooLarge, http.StatusRequestEntityTooLarge},
		{httpserver.ErrBodyEncoding, http.StatusUnsupportedMediaType},
		{httpserver.ErrBodyCorrupt, http.StatusBadRequest},
		{httpserver.ErrBodyUnread, http.StatusRequestTimeout},
		{httpserver.ErrBodyNoRoom, http.StatusServiceUnavailable},
	} {
		if errors.Is(err, row.err) {
			return answer{status: row.status, code: row.status, message: httpError(row.status).Error()}, true
		}
	}
	return answer{}, false
}

// forwardRefusal is for writes that found no primary, and for what nobody
// foresaw.
func forwardRefusal(err error, f schema.Flavour) answer {
	isConfluent := f == schema.Confluent
	switch {
	case isNoPrimary(err) && isConfluent:
		return answer{status: failed, code: 50004, message: noPrimaryTextC}
	case isNoPrimary(err):
		return answer{status: failed, code: 50003, message: forwardingText}
	case !isForwarding(err):
		return internal()
	case isConfluent:
		return answer{status: failed, code: 50003, message: forwardingTextC}
	default:
		return answer{status: failed, code: 50003, message: forwardingText}
	}
}

func internal() answer {
	return answer{status: failed, code: failed, message: http.StatusText(failed)}
}

func isNoPrimary(err error) bool {
	return errors.Is(err, forward.ErrNoPrimary) || errors.Is(err, registry.ErrNotPrimary)
}

func isForwarding(err error) bool {
	return errors.Is(err, forward.ErrUnreachable) || errors.Is(err, forward.ErrRefused) ||
		errors.Is(err, forward.ErrUnknownOutcome) || errors.Is(err, forward.ErrLoop)
}

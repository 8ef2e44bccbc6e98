package registryhttp

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/plastron-dev/plastron/runtime/auth"
	"github.com/plastron-dev/plastron/runtime/registry"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Permissions says what a principal may do; *auth.Auth is one. The principal
// is in the request's context.
type Permissions interface {
	Allowed(p auth.Principal, op auth.Operation, resource string) bool
	Unrestricted(p auth.Principal, op auth.Operation) bool
}

// errForbidden refuses a change or a look at the settings of the whole
// registry.
var errForbidden = errors.New("Forbidden") // The text goes to clients as it is.

// authorize decides by the path alone whether the sender may do what it asks
// for (registry contract 15.1). A denied subject looks like a missing one, so
// that nobody can find out by asking which subjects exist. Lists and ids are
// not decided here: see readable and mayRead.
func (a *api) authorize(c *call, template string) error {
	if a.Permissions == nil {
		return nil
	}
	op := operationOf(template, c.r.Method)
	switch {
	case strings.Contains(template, "{subject}"):
		s, err := c.subject()
		if err != nil {
			return err
		}
		settings := strings.HasPrefix(template, "/config") || strings.HasPrefix(template, "/mode")
		if settings && a.registry.IsGlobal(s) {
			return a.authorizeGlobal(c, op)
		}
		if !a.allowed(c, op, auth.SubjectResource(string(s))) {
			return &registry.Error{Kind: registry.SubjectNotFound, Subject: s}
		}
	case template == "/config" || template == "/mode":
		return a.authorizeGlobal(c, op)
	}
	return nil
}

// refuse answers who may not do what it asks for. A body that is no request at
// all is told so first, as Karapace does: it looks the same whatever the
// subject, and a client that sends nonsense should not look for the fault in
// its permissions (registry contract 15.1). What the body means comes later: a
// schema that does not parse, or a level that does not exist, is not seen here.
func (a *api) refuse(c *call, res resource, denied error) error {
	if res.body == nil || c.r.Method != http.MethodPost && c.r.Method != http.MethodPut {
		return denied
	}
	body, err := a.read(c)
	if err != nil {
		return err
	}
	var malformed *problem
	if err := res.body(c, body); errors.As(err, &malformed) {
		return malformed
	}
	return denied
}

// The bodies of routes, for refuse.

func (a *api) checkSchema(c *call, body []byte) error {
	_, err := a.schemaBody(c, body)
	return err
}

func checkConfig(_ *call, body []byte) error {
	_, err := configBody(body)
	return err
}

func checkMode(_ *call, body []byte) error {
	_, _, err := modeBody(body)
	return err
}

// authorizeGlobal is about what concerns every subject.
func (a *api) authorizeGlobal(c *call, op auth.Operation) error {
	if a.Permissions == nil || a.allowed(c, op, auth.GlobalResource) {
		return nil
	}
	return errForbidden
}

// operationOf says which permission a request needs: lookups and compatibility
// checks are posted, but change nothing.
func operationOf(template, method string) auth.Operation {
	switch {
	case method == http.MethodPut, method == http.MethodDelete:
		return auth.Write
	case method == http.MethodPost && strings.HasPrefix(template, "/subjects/{subject}/"):
		return auth.Write
	default:
		return auth.Read
	}
}

func (a *api) allowed(c *call, op auth.Operation, resource string) bool {
	return a.Permissions.Allowed(auth.From(c.r.Context()), op, resource)
}

// seesAll reports whether nothing has to be hidden from the sender.
func (a *api) seesAll(r *http.Request) bool {
	return a.Permissions == nil || a.Permissions.Unrestricted(auth.From(r.Context()), auth.Read)
}

// mayWrite reports whether the sender may change a subject that its path does
// not name.
func (a *api) mayWrite(c *call, s schema.Subject) bool {
	return a.Permissions == nil || a.allowed(c, auth.Write, auth.SubjectResource(string(s)))
}

func (a *api) sees(c *call, s schema.Subject) bool {
	return a.allowed(c, auth.Read, auth.SubjectResource(string(s)))
}

// readable returns the subjects of a list that the sender may read.
func (a *api) readable(c *call, subjects []schema.Subject) []schema.Subject {
	if a.seesAll(c.r) {
		return subjects
	}
	return slices.DeleteFunc(slices.Clone(subjects), func(s schema.Subject) bool { return !a.sees(c, s) })
}

// readableEntries is readable for versions.
func (a *api) readableEntries(c *call, entries []*registry.Entry) []*registry.Entry {
	if a.seesAll(c.r) {
		return entries
	}
	return slices.DeleteFunc(slices.Clone(entries), func(e *registry.Entry) bool { return !a.sees(c, e.Subject) })
}

// mayRead refuses an id unless a live subject that holds it may be read, or
// every subject may. It looks like an id that nobody has.
func (a *api) mayRead(c *call, context string, id schema.ID) error {
	if a.seesAll(c.r) || a.allowed(c, auth.Read, auth.EverySubject) {
		return nil
	}
	holders, err := a.registry.Holders(context, id, registry.Live)
	if err == nil && len(a.readableEntries(c, holders)) > 0 {
		return nil
	}
	return &registry.Error{Kind: registry.SchemaNotFound, ID: id}
}

// mayReadFrom refuses a version that was found in another place than the
// sender named and was allowed to read.
func (a *api) mayReadFrom(c *call, asked schema.Subject, e *registry.Entry) error {
	if e.Subject == asked || a.seesAll(c.r) || a.sees(c, e.Subject) {
		return nil
	}
	return &registry.Error{Kind: registry.SubjectNotFound, Subject: asked}
}

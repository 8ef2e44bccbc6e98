package registryhttp

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/registry"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// listSchemas is GET /schemas.
func (a *api) listSchemas(c *call) error {
	q := c.query()
	p, err := pageOf(q, a.points.MaxListed)
	if err != nil {
		return err
	}
	vis := registry.Live
	if isTrue(q, "deleted") {
		vis = registry.WithDeleted
	}
	entries := a.registry.Schemas(registry.Listing{
		Visibility: vis, Prefix: q.Get("subjectPrefix"), LatestOnly: isTrue(q, "latestOnly"),
		RuleTypes: slices.DeleteFunc(q["ruleType"], func(name string) bool { return name == "" }),
	})
	entries = a.readableEntries(c, entries)
	associated := map[schema.Subject][]*registry.Association{}
	filtered := q.Has("resourceType") || q.Has("associationType") || q.Has("lifecycle")
	if filtered {
		for _, one := range a.readableAssociations(c, filterOf(q)) {
			associated[one.Subject] = append(associated[one.Subject], one)
		}
		entries = slices.DeleteFunc(entries, func(e *registry.Entry) bool { return associated[e.Subject] == nil })
	}
	o := c.shape()
	o.alwaysTyped = true
	var aliases map[schema.Subject][]schema.Subject
	if isTrue(q, "aliases") {
		aliases = a.registry.Aliases()
	}
	out := []byte{'['}
	for i, e := range cut(entries, p) {
		if i > 0 {
			out = append(out, ',')
		}
		out = a.appendVersion(out, e, o)
		if names := aliases[e.Subject]; len(names) > 0 {
			out = appendStrings(append(out[:len(out)-1], `,"aliases":`...), a.readable(c, names))
			out = append(out, '}')
		}
		if filtered {
			out = appendAssociations(append(out[:len(out)-1], `,"associations":`...), associated[e.Subject])
			out = append(out, '}')
		}
	}
	return c.send(append(out, ']'))
}

// listTypes is GET /schemas/types, in Karapace's order.
func (a *api) listTypes(c *call) error {
	return c.send(appendStrings(nil, a.registry.Types()))
}

// context returns the id space of a read by id: that of the subject in the
// query, if there is one.
func (a *api) context(c *call) string {
	return a.registry.ContextOf(c.named(c.query().Get("subject")))
}

// schemaOf is the id of the path and what it stands for, if the sender may read
// it.
func (a *api) schemaOf(c *call) (schema.ID, *registry.Entry, error) {
	id, err := c.id()
	if err != nil {
		return 0, nil, err
	}
	context := a.context(c)
	if err := a.mayRead(c, context, id); err != nil {
		return 0, nil, err
	}
	e, err := a.registry.ByID(context, id)
	return id, e, err
}

// getByID is GET /schemas/ids/{id}. fast.go answers the plain form of it.
func (a *api) getByID(c *call) error {
	id, e, err := a.schemaOf(c)
	if err != nil {
		return err
	}
	q := c.query()
	var x idExtras
	if isTrue(q, "fetchMaxId") {
		x.maxID = a.registry.MaxID(a.context(c))
	}
	if x.listed = isTrue(q, "includeSubjects"); x.listed {
		if x.subjects, err = a.subjectsOf(a.context(c), id, registry.Live); err != nil {
			return err
		}
		x.subjects = a.readable(c, x.subjects)
	}
	return c.send(a.appendByID(make([]byte, 0, 128+quotedLength(e)), e, a.shape(c, e), x))
}

// subjectsOf lists the subjects that hold an id, in the order in which they
// were registered.
func (a *api) subjectsOf(context string, id schema.ID, vis registry.Visibility) ([]schema.Subject, error) {
	holders, err := a.registry.Holders(context, id, vis)
	if err != nil {
		return nil, err
	}
	subjects := make([]schema.Subject, 0, len(holders))
	for _, e := range holders {
		if !slices.Contains(subjects, e.Subject) {
			subjects = append(subjects, e.Subject)
		}
	}
	return subjects, nil
}

// getTextByID is GET /schemas/ids/{id}/schema.
func (a *api) getTextByID(c *call) error {
	_, e, err := a.schemaOf(c)
	if err != nil {
		return err
	}
	return c.send(a.text(c, e))
}

// listSubjectsOfID is GET /schemas/ids/{id}/subjects.
func (a *api) listSubjectsOfID(c *call) error {
	id, err := c.id()
	if err != nil {
		return err
	}
	p, err := pageOf(c.query(), 0)
	if err != nil {
		return err
	}
	subjects, err := a.subjectsOf(a.context(c), id, deletedToo(c))
	if err != nil {
		return err
	}
	subjects = a.readable(c, subjects)
	slices.Sort(subjects)
	return c.send(appendStrings(nil, cut(subjects, p)))
}

// listVersionsOfID is GET /schemas/ids/{id}/versions, by subject and version.
func (a *api) listVersionsOfID(c *call) error {
	id, err := c.id()
	if err != nil {
		return err
	}
	p, err := pageOf(c.query(), 0)
	if err != nil {
		return err
	}
	holders, err := a.registry.Holders(a.context(c), id, deletedToo(c))
	if err != nil {
		return err
	}
	holders = a.readableEntries(c, holders)
	slices.SortFunc(holders, func(x, y *registry.Entry) int {
		return cmp.Or(cmp.Compare(x.Subject, y.Subject), cmp.Compare(x.Version, y.Version))
	})
	out := []byte{'['}
	for i, e := range cut(holders, p) {
		if i > 0 {
			out = append(out, ',')
		}
		out = httpserver.AppendQuoted(append(out, `{"subject":`...), string(e.Subject))
		out = strconv.AppendInt(append(out, `,"version":`...), int64(e.Version), 10)
		out = append(out, '}')
	}
	return c.send(append(out, ']'))
}

func deletedToo(c *call) registry.Visibility {
	if isTrue(c.query(), "deleted") {
		return registry.WithDeleted
	}
	return registry.Live
}

func appendNumber[N ~int32](dst []byte, n N) []byte { return strconv.AppendInt(dst, int64(n), 10) }

package registryhttp

import (
	"context"

	"github.com/plastron-dev/plastron/runtime/registry"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// listSubjects is GET /subjects. Without a prefix all contexts are listed.
func (a *api) listSubjects(c *call) error {
	q := c.query()
	p, err := pageOf(q, 0)
	if err != nil {
		return err
	}
	l := registry.Listing{Visibility: visibility(q), Prefix: ":*:"}
	if q.Has("subjectPrefix") {
		l.Prefix = q.Get("subjectPrefix")
	}
	return c.send(appendStrings(nil, cut(a.readable(c, a.registry.Subjects(l)), p)))
}

// lookup is POST /subjects/{subject}.
func (a *api) lookup(c *call) error {
	s, err := c.subject()
	if err != nil {
		return err
	}
	body, err := a.read(c)
	if err != nil {
		return err
	}
	q, err := a.schemaBody(c, body)
	if err != nil {
		return err
	}
	wanted := registry.Wanted{Schema: q.Schema, Metadata: q.Metadata, Normalize: q.Normalize}
	e, err := a.registry.Lookup(s, wanted, deletedToo(c))
	if err == nil {
		err = a.mayReadFrom(c, s, e)
	}
	if err != nil {
		return err
	}
	o := a.shape(c, e)
	o.bare = a.points.LookupWithoutReferences && !c.extended
	return c.send(a.appendVersion(nil, e, o))
}

// deleteSubject is DELETE /subjects/{subject}.
func (a *api) deleteSubject(c *call) error {
	s, err := c.subject()
	if err != nil {
		return err
	}
	remove := a.registry.DeleteSubject
	if isTrue(c.query(), "permanent") {
		remove = a.registry.DeleteSubjectPermanently
	}
	return a.write(c, nil, func(ctx context.Context) ([]byte, error) {
		versions, err := remove(ctx, s)
		return appendNumbers(nil, versions), err
	})
}

// listVersions is GET /subjects/{subject}/versions.
func (a *api) listVersions(c *call) error {
	s, err := c.subject()
	if err != nil {
		return err
	}
	q := c.query()
	p, err := pageOf(q, 0)
	if err != nil {
		return err
	}
	vis := visibility(q)
	if isTrue(q, "deletedAsNegative") {
		return a.listVersionsSigned(c, s, vis, p)
	}
	entries, err := a.registry.Versions(s, vis)
	if err != nil {
		return err
	}
	versions := make([]schema.Version, 0, len(entries))
	for _, e := range entries {
		versions = append(versions, e.Version)
	}
	return c.send(appendNumbers(nil, cut(versions, p)))
}

// listVersionsSigned lists all versions, soft-deleted ones with a minus. It
// still is an error when nothing that was asked for exists.
func (a *api) listVersionsSigned(c *call, s schema.Subject, vis registry.Visibility, p page) error {
	if vis == registry.Live && !a.registry.HasLive(s) {
		return &registry.Error{Kind: registry.SubjectNotFound, Subject: s}
	}
	entries, err := a.registry.Versions(s, registry.WithDeleted)
	if err != nil {
		return err
	}
	versions := make([]schema.Version, 0, len(entries))
	for _, e := range entries {
		v := e.Version
		if e.Deleted {
			v = -v
		}
		versions = append(versions, v)
	}
	return c.send(appendNumbers(nil, cut(versions, p)))
}

// register is POST /subjects/{subject}/versions.
func (a *api) register(c *call) error {
	s, err := c.subject()
	if err != nil {
		return err
	}
	body, err := a.read(c)
	if err != nil {
		return err
	}
	q, err := a.schemaBody(c, body)
	if err != nil {
		return err
	}
	q.Subject, q.Force = s, isTrue(c.query(), "force")
	return a.write(c, body, func(ctx context.Context) ([]byte, error) {
		e, err := a.registry.Register(ctx, q)
		if err != nil {
			return nil, err
		}
		return a.appendRegistered(nil, e, a.shape(c, e)), nil
	})
}

func (a *api) oneVersion(c *call) (*registry.Entry, error) {
	s, v, err := c.subjectAndVersion()
	if err != nil {
		return nil, err
	}
	e, err := a.registry.Version(s, v, deletedToo(c))
	if err != nil {
		return nil, err
	}
	return e, a.mayReadFrom(c, s, e)
}

// getVersion is GET /subjects/{subject}/versions/{version}.
func (a *api) getVersion(c *call) error {
	e, err := a.oneVersion(c)
	if err != nil {
		return err
	}
	return c.send(a.appendVersion(make([]byte, 0, 256+quotedLength(e)), e, a.shape(c, e)))
}

// getNewest is GET /subjects/{subject}/metadata: the newest version whose
// metadata has all pairs of key and value of the query.
func (a *api) getNewest(c *call) error {
	s, err := c.subject()
	if err != nil {
		return err
	}
	q := c.query()
	wanted := map[string]string{}
	for i, key := range q["key"] {
		if i < len(q["value"]) {
			wanted[key] = q["value"][i]
		}
	}
	e, err := a.registry.Newest(s, wanted, deletedToo(c))
	if err != nil {
		return err
	}
	return c.send(a.appendVersion(nil, e, a.shape(c, e)))
}

// getVersionText is GET /subjects/{subject}/versions/{version}/schema: the
// text as it is, with the negotiated type even when it is no JSON.
func (a *api) getVersionText(c *call) error {
	e, err := a.oneVersion(c)
	if err != nil {
		return err
	}
	return c.send(a.text(c, e))
}

// listReferrers is GET /subjects/{subject}/versions/{version}/referencedby.
func (a *api) listReferrers(c *call) error {
	s, v, err := c.subjectAndVersion()
	if err != nil {
		return err
	}
	q := c.query()
	p, err := pageOf(q, 0)
	if err != nil {
		return err
	}
	ids, err := a.registry.ReferencedBy(s, v, deletedToo(c))
	if err != nil {
		return err
	}
	return c.send(appendNumbers(nil, cut(ids, p)))
}

// deleteVersion is DELETE /subjects/{subject}/versions/{version}.
func (a *api) deleteVersion(c *call) error {
	s, v, err := c.subjectAndVersion()
	if err != nil {
		return err
	}
	remove := a.registry.DeleteVersion
	if isTrue(c.query(), "permanent") {
		remove = a.registry.DeleteVersionPermanently
	}
	return a.write(c, nil, func(ctx context.Context) ([]byte, error) {
		deleted, err := remove(ctx, s, v)
		return appendNumber(nil, deleted), err
	})
}

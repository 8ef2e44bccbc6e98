package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// Register stores s as the newest version of subject, or finds it there, and
// returns its id. Repeating it is safe: an equal schema is stored once.
// Classes: Incompatible, InvalidSchema, InvalidSubject, TooLarge,
// NotPermitted, UnknownOutcome.
func (c *Client) Register(ctx context.Context, subject schema.Subject, s schema.Schema) (schema.ID, error) {
	return c.RegisterWith(ctx, subject, Registration{Schema: s})
}

// RegisterWith is Register with more to say about the schema.
func (c *Client) RegisterWith(ctx context.Context, subject schema.Subject, r Registration) (schema.ID, error) {
	var out wireSchema
	err := c.do(ctx, call{
		op:     "registering a schema under " + string(subject),
		method: http.MethodPost,
		path:   pathOf("subjects", string(subject), "versions"),
		query:  r.query(),
		body:   r.body(),
		write:  true,
	}, &out)
	return out.ID, err
}

// Lookup finds the live version of subject that holds s. Classes:
// NotFoundSubject, NotFoundSchema, InvalidSchema.
func (c *Client) Lookup(ctx context.Context, subject schema.Subject, s schema.Schema) (Registered, error) {
	return c.LookupWith(ctx, subject, Registration{Schema: s})
}

// LookupWith is Lookup with more to say about the schema.
func (c *Client) LookupWith(ctx context.Context, subject schema.Subject, r Registration) (Registered, error) {
	var out wireSchema
	err := c.do(ctx, call{
		op:     "looking up a schema under " + string(subject),
		method: http.MethodPost,
		path:   pathOf("subjects", string(subject)),
		query:  r.query(),
		body:   r.body(),
	}, &out)
	return out.registered(), err
}

func readingSchema(id schema.ID) string { return "reading schema " + strconv.Itoa(int(id)) }

func (c *Client) fetchByID(ctx context.Context, id schema.ID) (schema.Schema, error) {
	var out wireSchema
	err := c.do(ctx, call{
		op:     readingSchema(id),
		method: http.MethodGet,
		path:   pathOf("schemas", "ids", strconv.Itoa(int(id))),
	}, &out)
	return out.schema(), err
}

// ByGUID returns the schema that a GUID stands for, which registries know that
// can frame records with one. Class: NotFoundSchema.
func (c *Client) ByGUID(ctx context.Context, guid schema.GUID) (schema.Schema, error) {
	var out wireSchema
	err := c.do(ctx, call{
		op:     "reading schema " + guid.String(),
		method: http.MethodGet,
		path:   pathOf("schemas", "guids", guid.String()),
	}, &out)
	return out.schema(), err
}

// Uses returns the places where the schema of id is registered, soft-deleted
// ones left out. Class: NotFoundSchema.
func (c *Client) Uses(ctx context.Context, id schema.ID) ([]Use, error) {
	var out []Use
	err := c.do(ctx, call{
		op:     "listing the uses of schema " + strconv.Itoa(int(id)),
		method: http.MethodGet,
		path:   pathOf("schemas", "ids", strconv.Itoa(int(id)), "versions"),
	}, &out)
	return out, err
}

// Version returns a live version of subject; schema.Latest asks for the
// newest. Classes: NotFoundSubject, NotFoundVersion.
func (c *Client) Version(ctx context.Context, subject schema.Subject, version schema.Version) (Registered, error) {
	var out wireSchema
	err := c.do(ctx, call{
		op:     "reading version " + version.String() + " of " + string(subject),
		method: http.MethodGet,
		path:   pathOf("subjects", string(subject), "versions", version.String()),
	}, &out)
	return out.registered(), err
}

// Versions returns the live versions of subject, ascending. Class:
// NotFoundSubject.
func (c *Client) Versions(ctx context.Context, subject schema.Subject) ([]schema.Version, error) {
	return c.versions(ctx, subject, nil)
}

// VersionsWithDeleted is Versions with the soft-deleted ones.
func (c *Client) VersionsWithDeleted(ctx context.Context, subject schema.Subject) ([]schema.Version, error) {
	return c.versions(ctx, subject, url.Values{"deleted": {"true"}})
}

func (c *Client) versions(ctx context.Context, subject schema.Subject, query url.Values) ([]schema.Version, error) {
	var out []schema.Version
	err := c.do(ctx, call{
		op:     "listing the versions of " + string(subject),
		method: http.MethodGet,
		path:   pathOf("subjects", string(subject), "versions"),
		query:  query,
	}, &out)
	return out, err
}

// Subjects returns the names of all subjects that have a live version.
func (c *Client) Subjects(ctx context.Context) ([]schema.Subject, error) {
	var out []schema.Subject
	err := c.do(ctx, call{op: "listing the subjects", method: http.MethodGet, path: pathOf("subjects")}, &out)
	return out, err
}

// DeleteVersion soft-deletes a version. Classes: NotFoundSubject,
// NotFoundVersion, AlreadyDeleted, Referenced, Associated, NotPermitted,
// UnknownOutcome.
func (c *Client) DeleteVersion(ctx context.Context, subject schema.Subject, version schema.Version) error {
	return c.deleteVersion(ctx, subject, version, nil)
}

// PurgeVersion deletes a soft-deleted version permanently. Classes as for
// DeleteVersion, NotDeleted in place of AlreadyDeleted.
func (c *Client) PurgeVersion(ctx context.Context, subject schema.Subject, version schema.Version) error {
	return c.deleteVersion(ctx, subject, version, url.Values{"permanent": {"true"}})
}

func (c *Client) deleteVersion(ctx context.Context, subject schema.Subject, version schema.Version, query url.Values) error {
	return c.do(ctx, call{
		op:     "deleting version " + version.String() + " of " + string(subject),
		method: http.MethodDelete,
		path:   pathOf("subjects", string(subject), "versions", version.String()),
		query:  query,
		write:  true,
	}, nil)
}

// DeleteSubject soft-deletes all live versions of subject and returns them.
// Classes: NotFoundSubject, AlreadyDeleted, Referenced, Associated,
// NotPermitted, UnknownOutcome.
func (c *Client) DeleteSubject(ctx context.Context, subject schema.Subject) ([]schema.Version, error) {
	return c.deleteSubject(ctx, subject, nil)
}

// PurgeSubject deletes a soft-deleted subject permanently and returns the
// versions that are gone. Classes as for DeleteSubject, NotDeleted in place of
// AlreadyDeleted.
func (c *Client) PurgeSubject(ctx context.Context, subject schema.Subject) ([]schema.Version, error) {
	return c.deleteSubject(ctx, subject, url.Values{"permanent": {"true"}})
}

func (c *Client) deleteSubject(ctx context.Context, subject schema.Subject, query url.Values) ([]schema.Version, error) {
	var out []schema.Version
	err := c.do(ctx, call{
		op:     "deleting subject " + string(subject),
		method: http.MethodDelete,
		path:   pathOf("subjects", string(subject)),
		query:  query,
		write:  true,
	}, &out)
	return out, err
}

// CheckCompatibility asks whether s may follow version of subject at the level
// in force; schema.Latest asks about the newest version. A subject without
// versions is compatible with everything in this project and in Confluent;
// Karapace answers NotFoundVersion. Classes: NotFoundVersion, InvalidSchema.
func (c *Client) CheckCompatibility(ctx context.Context, subject schema.Subject, version schema.Version, s schema.Schema) (Compatibility, error) {
	var out struct {
		Compatible bool     `json:"is_compatible"`
		Messages   []string `json:"messages"`
	}
	err := c.do(ctx, call{
		op:     "checking a schema against version " + version.String() + " of " + string(subject),
		method: http.MethodPost,
		path:   pathOf("compatibility", "subjects", string(subject), "versions", version.String()),
		query:  url.Values{"verbose": {"true"}},
		body:   requestOf(s),
	}, &out)
	return Compatibility{Compatible: out.Compatible, Messages: out.Messages}, err
}

package registryhttp

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/registry"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// wireTags is one element of a list of tags (registry contract 3.3).
type wireTags struct {
	Entity struct {
		Path string `json:"entityPath"`
		Type string `json:"entityType"`
	} `json:"schemaEntity"`
	Tags []string `json:"tags"`
}

const (
	recordEntity = "sr_record"
	fieldEntity  = "sr_field"
)

// tagsOf reads a list of tags.
func tagsOf(members fields, name string) ([]registry.Tagged, error) {
	raw, ok := members.given(name)
	if !ok {
		return nil, nil
	}
	var list []wireTags
	if json.Unmarshal(raw, &list) != nil {
		return nil, wrongType("list", raw, name)
	}
	out := make([]registry.Tagged, 0, len(list))
	for i, item := range list {
		if item.Entity.Path == "" || item.Entity.Type != recordEntity && item.Entity.Type != fieldEntity {
			return nil, wrongType("dictionary", raw, name, i, "schemaEntity")
		}
		t := registry.Tagged{Tags: item.Tags}
		t.Path, t.Record = item.Entity.Path, item.Entity.Type == recordEntity
		out = append(out, t)
	}
	return out, nil
}

// tagEdit reads which tags a registration adds and removes.
func tagEdit(members fields, add, remove string) (edit registry.TagEdit, err error) {
	if edit.Add, err = tagsOf(members, add); err != nil {
		return edit, err
	}
	edit.Remove, err = tagsOf(members, remove)
	return edit, err
}

// tagsBody reads the body of POST /subjects/{subject}/versions/{version}/tags.
// Rule sets are dropped, as everywhere.
func (a *api) tagsBody(body []byte) (q registry.Retagging, err error) {
	members, _, err := object(body)
	if err != nil {
		return q, err
	}
	if q.Edit, err = tagEdit(members, "tagsToAdd", "tagsToRemove"); err != nil {
		return q, err
	}
	q.Metadata, err = a.metadataOf(members)
	q.NewVersion = schema.Version(wholeNumber(members, "newVersion", 0))
	return q, err
}

func (a *api) checkTags(_ *call, body []byte) error {
	_, err := a.tagsBody(body)
	return err
}

// postTags is POST /subjects/{subject}/versions/{version}/tags.
func (a *api) postTags(c *call) error {
	s, v, err := c.subjectAndVersion()
	if err != nil {
		return err
	}
	body, err := a.read(c)
	if err != nil {
		return err
	}
	q, err := a.tagsBody(body)
	if err != nil {
		return err
	}
	q.Subject, q.Version = s, v
	return a.write(c, body, func(ctx context.Context) ([]byte, error) {
		e, err := a.registry.Retag(ctx, q)
		if err != nil {
			return nil, err
		}
		return a.appendRegistered(nil, e, a.shape(c, e)), nil
	})
}

// foundTags returns the entities of a schema that have one of the tags which
// the query asks for, "*" for any.
func (a *api) foundTags(q url.Values, e *registry.Entry) (found []registry.Tagged) {
	wanted := q["findTags"]
	if len(wanted) == 0 {
		return nil
	}
	for _, t := range a.registry.TagsOf(e) {
		has := func(tag string) bool { return tag == "*" || slices.Contains(t.Tags, tag) }
		if slices.ContainsFunc(wanted, has) {
			found = append(found, t)
		}
	}
	return found
}

// appendTags appends the member "schemaTags" with a comma behind it; nothing
// when there are none.
func appendTags(dst []byte, list []registry.Tagged) []byte {
	for i, t := range list {
		if i == 0 {
			dst = append(dst, `"schemaTags":[`...)
		} else {
			dst = append(dst, ',')
		}
		kind := fieldEntity
		if t.Record {
			kind = recordEntity
		}
		dst = httpserver.AppendQuoted(append(dst, `{"schemaEntity":{"entityPath":`...), t.Path)
		dst = append(append(dst, `,"entityType":"`+kind+`"},"tags":`...), appendStrings(nil, t.Tags)...)
		dst = append(dst, '}')
	}
	if len(list) > 0 {
		dst = append(dst, "],"...)
	}
	return dst
}

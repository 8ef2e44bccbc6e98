package registryhttp

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/plastron-dev/plastron/runtime/registry"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// decoded returns a variable of the path. A plus stays a plus: clients do not
// encode it (registry contract 1.5).
func (c *call) decoded(name string) (string, error) {
	text, err := url.PathUnescape(c.vars[name])
	if err != nil {
		return "", httpError(http.StatusBadRequest)
	}
	return text, nil
}

// subject returns the subject that the path means: an alias is replaced.
func (c *call) subject() (schema.Subject, error) {
	text, err := c.decoded("subject")
	return c.named(text), err
}

// named is the subject of a text. ":.:" in front of a name stands for the
// default context and is taken off; alone it names the global settings. Where
// names are plain it is a part of the name.
func (c *call) named(text string) schema.Subject {
	if name, qualified := strings.CutPrefix(text, ":.:"); qualified && name != "" && c.naming == schema.WithContexts {
		text = name
	}
	s := schema.Subject(text)
	if c.meant != nil && s != "" {
		return c.meant(s)
	}
	return s
}

// version returns the version of the path: a number, "latest" in any case, or
// -1, which means the same.
func (c *call) version() (schema.Version, error) {
	text, err := c.decoded("version")
	if err != nil {
		return 0, err
	}
	if trimmed := strings.TrimSpace(text); strings.EqualFold(trimmed, "latest") || trimmed == "-1" {
		return schema.Latest, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 1 {
		return 0, &registry.Error{Kind: registry.InvalidVersion, Detail: text}
	}
	return schema.Version(n), nil
}

// id returns the schema id of the path. What is no 32-bit integer is a path
// that does not exist.
func (c *call) id() (schema.ID, error) {
	text, err := c.decoded("id")
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, httpError(http.StatusNotFound)
	}
	return schema.ID(n), nil
}

func (c *call) subjectAndVersion() (schema.Subject, schema.Version, error) {
	s, err := c.subject()
	if err != nil {
		return "", 0, err
	}
	v, err := c.version()
	return s, v, err
}

// query is the parsed query string; repeated parameters count once, the first.
func (c *call) query() url.Values {
	if c.r.URL.RawQuery == "" {
		return nil
	}
	return c.r.URL.Query()
}

// isTrue reads a boolean parameter: Python's ways of saying yes are true,
// everything else is false (registry contract 1.4).
func isTrue(q url.Values, name string) bool {
	switch strings.ToLower(q.Get(name)) {
	case "true", "1", "yes", "on", "t", "y":
		return true
	default:
		return false
	}
}

// visibility reads which versions are asked for.
func visibility(q url.Values) registry.Visibility {
	switch {
	case isTrue(q, "deletedOnly"):
		return registry.OnlyDeleted
	case isTrue(q, "deleted"):
		return registry.WithDeleted
	default:
		return registry.Live
	}
}

// page is a part of a list.
type page struct{ offset, limit int }

// pageOf reads offset and limit. A limit that is absent, not positive or above
// the maximum is the default one; 0 as default means all.
func pageOf(q url.Values, byDefault int) (page, error) {
	offset, err := number(q, "offset")
	if err != nil {
		return page{}, err
	}
	limit, err := number(q, "limit")
	if err != nil {
		return page{}, err
	}
	if limit <= 0 || byDefault > 0 && limit > byDefault {
		limit = byDefault
	}
	return page{offset: max(offset, 0), limit: limit}, nil
}

func number(q url.Values, name string) (int, error) {
	text := q.Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, httpError(http.StatusNotFound)
	}
	return int(n), nil
}

// cut returns the part of a list that a page names.
func cut[T any](list []T, p page) []T {
	list = list[min(p.offset, len(list)):]
	if p.limit > 0 && p.limit < len(list) {
		list = list[:p.limit]
	}
	return list
}

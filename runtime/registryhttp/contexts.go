package registryhttp

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/plastron-dev/plastron/runtime/auth"
	"github.com/plastron-dev/plastron/runtime/registry"
	"github.com/plastron-dev/plastron/runtime/schema"
)

const contextPrefix = "/contexts/"

// inContext serves "/contexts/.ctx/subjects/s" as "/subjects/:.ctx:s": the
// context of the path becomes a part of the subject, or a parameter where no
// subject is named (registry contract 10). Any other request comes back as it
// was. The request line is left alone, so that a hand-over sends what came.
func inContext(r *http.Request) (*http.Request, error) {
	raw, ok := strings.CutPrefix(r.URL.EscapedPath(), contextPrefix)
	if !ok {
		return r, nil
	}
	name, path, ok := strings.Cut(raw, "/")
	if !ok || path == "" {
		return r, nil // The context itself.
	}
	context, err := contextName(name)
	if err != nil {
		return r, err
	}
	u := *r.URL
	query := r.URL.Query()
	if context != schema.DefaultContext {
		path = qualifyPath(path, ":"+context+":", query)
		u.RawQuery = query.Encode()
	}
	if u.Path, err = url.PathUnescape("/" + path); err != nil {
		return r, httpError(http.StatusBadRequest)
	}
	u.RawPath = "/" + path
	out := *r
	out.URL = &u
	return &out, nil
}

// contextName reads a context from a path: ".ctx", or ":.ctx:" as in subjects.
func contextName(encoded string) (string, error) {
	name, err := url.PathUnescape(encoded)
	if err != nil {
		return "", httpError(http.StatusBadRequest)
	}
	if inner, ok := strings.CutPrefix(name, ":"); ok {
		name = strings.TrimSuffix(inner, ":")
	}
	if !strings.HasPrefix(name, ".") {
		name = "." + name
	}
	if strings.Contains(name, ":") {
		return "", httpError(http.StatusBadRequest)
	}
	return name, nil
}

// qualifyPath puts the context, in the form that opens a subject, into an
// encoded path without its first slash, or into the query.
func qualifyPath(path, qualifier string, query url.Values) string {
	segments := strings.Split(path, "/")
	switch segments[0] {
	case "schemas":
		if len(segments) > 1 && segments[1] != "" {
			qualifyQuery(query, "subject", qualifier)
		} else {
			qualifyQuery(query, "subjectPrefix", qualifier)
		}
	case "subjects":
		if len(segments) < 2 || segments[1] == "" {
			qualifyQuery(query, "subjectPrefix", qualifier)
			break
		}
		segments[1] = qualifySegment(segments[1], qualifier)
	case "compatibility":
		if len(segments) > 2 {
			segments[2] = qualifySegment(segments[2], qualifier)
		}
	case "associations":
		if len(segments) > 2 && segments[1] == "subjects" {
			segments[2] = qualifySegment(segments[2], qualifier)
		}
	case "config", "mode":
		if len(segments) < 2 || segments[1] == "" {
			return segments[0] + "/" + url.PathEscape(qualifier)
		}
		segments[1] = qualifySegment(segments[1], qualifier)
	}
	return strings.Join(segments, "/")
}

func qualifySegment(segment, qualifier string) string {
	if name, err := url.PathUnescape(segment); err == nil && isQualified(name) {
		return segment
	}
	return url.PathEscape(qualifier) + segment
}

func qualifyQuery(query url.Values, name, qualifier string) {
	if value := query.Get(name); !isQualified(value) {
		query.Set(name, qualifier+value)
	}
}

// isQualified reports whether a subject, or the start of one, names a context.
func isQualified(s string) bool {
	return schema.WithContexts.Context(schema.Subject(s)) != schema.DefaultContext || strings.HasPrefix(s, ":.:") || strings.HasPrefix(s, ":*:")
}

// listContexts is GET /contexts: those with something that the sender may read.
func (a *api) listContexts(c *call) error {
	q := c.query()
	p, err := pageOf(q, 0)
	if err != nil {
		return err
	}
	contexts := a.registry.Contexts(q.Get("contextPrefix"))
	if !a.seesAll(c.r) {
		var seen []string
		for _, name := range contexts {
			if name == schema.DefaultContext || len(a.readable(c, a.registry.InContext(name))) > 0 {
				seen = append(seen, name)
			}
		}
		contexts = seen
	}
	return c.send(appendStrings(nil, cut(contexts, p)))
}

// deleteContext is DELETE /contexts/{context}.
func (a *api) deleteContext(c *call) error {
	name, err := contextName(c.vars["context"])
	if err != nil {
		return err
	}
	if err := a.authorizeGlobal(c, auth.Write); err != nil {
		return err
	}
	return a.writeThen(c, nil, func(ctx context.Context) ([]byte, error) {
		return nil, a.registry.DeleteContext(ctx, name)
	}, http.StatusNoContent)
}

// listIDsOfGUID is GET /schemas/guids/{guid}/ids.
func (a *api) listIDsOfGUID(c *call) error {
	text, err := c.decoded("guid")
	if err != nil {
		return err
	}
	ids := []registry.ContextID{}
	for _, id := range a.registry.IDsOfGUID(text) {
		if a.mayRead(c, id.Context, id.ID) == nil {
			ids = append(ids, id)
		}
	}
	return c.send(appendContextIDs(nil, ids))
}

// getByGUID is GET /schemas/guids/{guid}.
func (a *api) getByGUID(c *call) error {
	text, err := c.decoded("guid")
	if err != nil {
		return err
	}
	e, err := a.registry.ByGUID(text)
	if err != nil {
		return err
	}
	if a.mayRead(c, a.naming.Context(e.Subject), e.ID) != nil {
		return &registry.Error{Kind: registry.SchemaNotFound, Detail: text}
	}
	o := a.shape(c, e)
	o.nameless = true
	return c.send(a.appendByID(nil, e, o, idExtras{}))
}

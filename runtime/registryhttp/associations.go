package registryhttp

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/registry"
)

// filterOf reads which associations a request is about. The type of a resource
// is "topic" when nothing else is said.
func filterOf(q url.Values) registry.AssociationFilter {
	f := registry.AssociationFilter{
		Resource: registry.Resource{Type: registry.TopicResource}, Types: q["associationType"], Lifecycle: q.Get("lifecycle"),
	}
	if kind := q.Get("resourceType"); kind != "" {
		f.Resource.Type = kind
	}
	return f
}

// listAssociations answers what a filter chooses and the sender may read. It
// never refuses: serializers of Confluent's newer clients ask it before anything
// else, and go on with the usual subject names when the list is empty (registry
// contract 12.1).
func (a *api) listAssociations(c *call, f registry.AssociationFilter) error {
	p, err := pageOf(c.query(), 0)
	if err != nil {
		return err
	}
	return c.send(appendAssociations(nil, cut(a.readableAssociations(c, f), p)))
}

func (a *api) readableAssociations(c *call, f registry.AssociationFilter) []*registry.Association {
	var out []*registry.Association
	seesAll := a.seesAll(c.r)
	for _, one := range a.registry.Associations(f) {
		if seesAll || a.sees(c, one.Subject) {
			out = append(out, one)
		}
	}
	return out
}

// listAssociationsByName is GET /associations/resources/{namespace}/{name}.
func (a *api) listAssociationsByName(c *call) error {
	f := filterOf(c.query())
	var err error
	if f.Resource.Namespace, err = c.decoded("namespace"); err != nil {
		return err
	}
	if f.Resource.Name, err = c.decoded("name"); err != nil {
		return err
	}
	return a.listAssociations(c, f)
}

// resourceID is the filter of routes that name a resource by its id.
func (c *call) resourceID() (registry.AssociationFilter, error) {
	f := filterOf(c.query())
	var err error
	f.Resource.ID, err = c.decoded("resource")
	return f, err
}

// listAssociationsByID is GET /associations/resources/{resource}.
func (a *api) listAssociationsByID(c *call) error {
	f, err := c.resourceID()
	if err != nil {
		return err
	}
	return a.listAssociations(c, f)
}

// listAssociationsBySubject is GET /associations/subjects/{associated}. A
// subject that may not be read has no associations, like one that is not there.
func (a *api) listAssociationsBySubject(c *call) error {
	f := filterOf(c.query())
	text, err := c.decoded("associated")
	if err != nil {
		return err
	}
	f.Subject = c.named(text)
	return a.listAssociations(c, f)
}

// createAssociations is POST /associations, and PUT
// /associations/resources/{resource}, which changes what is there.
func (a *api) createAssociations(c *call) error {
	body, err := a.read(c)
	if err != nil {
		return err
	}
	in, err := a.associationBody(c, body, false)
	if err != nil {
		return err
	}
	if c.r.Method == http.MethodPost {
		for i := range in.wanted {
			in.wanted[i].CreateOnly = true
		}
	} else if err := c.matchResource(&in.resource); err != nil {
		return err
	}
	dryRun := isTrue(c.query(), "dryRun")
	return a.write(c, body, func(ctx context.Context) ([]byte, error) { return a.associate(ctx, c, in, dryRun) })
}

// matchResource takes the id of the path, which the body may repeat.
func (c *call) matchResource(r *registry.Resource) error {
	f, err := c.resourceID()
	switch {
	case err != nil:
		return err
	case r.ID != "" && r.ID != f.Resource.ID:
		return &registry.Error{Kind: registry.InvalidAssociation, Detail: "'resourceId', detail: the path and the body name different ones"}
	}
	r.ID = f.Resource.ID
	return nil
}

// associate does one request and returns its answer.
func (a *api) associate(ctx context.Context, c *call, in association, dryRun bool) ([]byte, error) {
	if len(in.deleted) > 0 {
		f := registry.AssociationFilter{Resource: in.resource, Types: in.deleted}
		if err := a.dissociate(ctx, c, f, in.cascade, dryRun); err != nil {
			return nil, err
		}
	}
	var after []*registry.Association
	if len(in.wanted) > 0 || len(in.deleted) == 0 {
		for _, w := range in.wanted {
			if s := w.SubjectIn(in.resource); !a.mayWrite(c, s) {
				return nil, &registry.Error{Kind: registry.SubjectNotFound, Subject: s}
			}
		}
		var err error
		if after, err = a.registry.Associate(ctx, in.resource, in.wanted, dryRun); err != nil {
			return nil, err
		}
	}
	if dryRun {
		after = nil
	}
	return appendAssociated(nil, in.resource, after), nil
}

// dissociate takes associations away, unless one of them is of a subject that
// the sender may not change: then they are not there.
func (a *api) dissociate(ctx context.Context, c *call, f registry.AssociationFilter, cascade, dryRun bool) error {
	for _, one := range a.registry.Associations(f) {
		if !a.mayWrite(c, one.Subject) {
			return &registry.Error{Kind: registry.AssociationNotFound, Detail: f.Resource.ID}
		}
	}
	return a.registry.Dissociate(ctx, f, cascade, dryRun)
}

// deleteAssociations is DELETE /associations/resources/{resource}.
func (a *api) deleteAssociations(c *call) error {
	f, err := c.resourceID()
	if err != nil {
		return err
	}
	q := c.query()
	return a.writeThen(c, nil, func(ctx context.Context) ([]byte, error) {
		return nil, a.dissociate(ctx, c, f, isTrue(q, "cascadeLifecycle"), isTrue(q, "dryRun"))
	}, http.StatusNoContent)
}

// batch reads the list of requests of a batch.
func (a *api) batch(c *call) (body []byte, requests []json.RawMessage, err error) {
	if body, err = a.read(c); err != nil {
		return nil, nil, err
	}
	members, _, err := object(body)
	if err != nil {
		return nil, nil, err
	}
	raw, ok := members.given("requests")
	if ok && json.Unmarshal(raw, &requests) != nil {
		return nil, nil, wrongType("list", raw, "requests")
	}
	if len(requests) == 0 {
		return nil, nil, &registry.Error{Kind: registry.InvalidAssociation, Detail: "'requests', detail: cannot be null or empty"}
	}
	return body, requests, nil
}

// batchGetAssociations is POST /associations:batchGet.
func (a *api) batchGetAssociations(c *call) error {
	_, requests, err := a.batch(c)
	if err != nil {
		return err
	}
	out := results{api: a, c: c}
	for _, raw := range requests {
		out.add(a.batchGetOne(c, raw))
	}
	return c.sendStatus(http.StatusMultiStatus, out.body())
}

func (a *api) batchGetOne(c *call, raw []byte) ([]byte, error) {
	members, _, err := object(raw)
	if err != nil {
		return nil, err
	}
	f := registry.AssociationFilter{}
	if f.Resource, err = resourceOf(members); err != nil {
		return nil, err
	}
	if f.Resource.Name == "" && f.Resource.ID == "" {
		return nil, &registry.Error{Kind: registry.InvalidAssociation, Detail: "'resourceName', detail: cannot be null or empty"}
	}
	if list, ok := members.given("associationTypes"); ok && json.Unmarshal(list, &f.Types) != nil {
		return nil, wrongType("list", list, "associationTypes")
	}
	if text, ok := members.given("lifecycle"); ok {
		if f.Lifecycle, err = textOf(text, "lifecycle"); err != nil {
			return nil, err
		}
	}
	found := a.readableAssociations(c, f)
	if len(found) > 0 {
		one := found[0]
		f.Resource = registry.Resource{Name: one.ResourceName, Namespace: one.ResourceNamespace, ID: one.ResourceID, Type: one.ResourceType}
	}
	return appendAssociated(nil, f.Resource, found), nil
}

// batchMutateAssociations is POST /associations:batchMutate. Each request
// stands for itself: what one is refused for does not keep the others.
func (a *api) batchMutateAssociations(c *call) error {
	body, requests, err := a.batch(c)
	if err != nil {
		return err
	}
	dryRun := isTrue(c.query(), "dryRun")
	return a.writeThen(c, body, func(ctx context.Context) ([]byte, error) {
		out := results{api: a, c: c}
		for _, raw := range requests {
			in, err := a.associationBody(c, raw, true)
			var answer []byte
			if err == nil {
				answer, err = a.associate(ctx, c, in, dryRun)
			}
			if errors.Is(err, registry.ErrNotPrimary) {
				return nil, err // The primary repeats what was done here and finds it done.
			}
			out.add(answer, err)
		}
		return out.body(), nil
	}, http.StatusMultiStatus)
}

// results is the answer of a batch.
type results struct {
	api *api
	c   *call
	out []byte
}

func (r *results) add(answer []byte, err error) {
	if len(r.out) > 0 {
		r.out = append(r.out, ',')
	}
	if err == nil {
		r.out = append(append(append(r.out, `{"result":`...), answer...), '}')
		return
	}
	refused := r.api.answerOf(err, r.c)
	r.out = strconv.AppendInt(append(r.out, `{"error":{"error_code":`...), int64(refused.code), 10)
	r.out = append(httpserver.AppendQuoted(append(r.out, `,"message":`...), refused.message), "}}"...)
}

func (r *results) body() []byte { return append(append([]byte(`{"results":[`), r.out...), "]}"...) }

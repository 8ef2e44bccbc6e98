package registryhttp

import (
	"encoding/json"
	"strconv"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/registry"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// association is a request for associations of one resource.
type association struct {
	resource registry.Resource
	wanted   []registry.WantedAssociation
	// deleted lists the types whose associations go; cascade belongs to them.
	deleted []string
	cascade bool
}

// resourceOf reads the members that name a resource.
func resourceOf(members fields) (r registry.Resource, err error) {
	r.Type = registry.TopicResource
	for name, into := range map[string]*string{
		"resourceName": &r.Name, "resourceNamespace": &r.Namespace, "resourceId": &r.ID, "resourceType": &r.Type,
	} {
		if raw, ok := members.given(name); ok {
			if *into, err = textOf(raw, name); err != nil {
				return r, err
			}
		}
	}
	return r, nil
}

// associationBody reads the body of POST /associations, of PUT, and of one
// request of a batch, whose items say themselves what they want.
func (a *api) associationBody(c *call, body []byte, batch bool) (out association, err error) {
	members, _, err := object(body)
	if err != nil {
		return out, err
	}
	if out.resource, err = resourceOf(members); err != nil {
		return out, err
	}
	var list []json.RawMessage
	raw, ok := members.given("associations")
	if ok && json.Unmarshal(raw, &list) != nil {
		return out, wrongType("list", raw, "associations")
	}
	for _, item := range list {
		if err := a.readItem(c, item, batch, &out); err != nil {
			return out, err
		}
	}
	return out, nil
}

// readItem reads one element of "associations".
func (a *api) readItem(c *call, item []byte, batch bool, out *association) error {
	members, _, err := object(item)
	if err != nil {
		return wrongType("dictionary", item, "associations")
	}
	var kind, subject, lifecycle, op string
	for name, into := range map[string]*string{"associationType": &kind, "subject": &subject, "lifecycle": &lifecycle, "opType": &op} {
		if raw, ok := members.given(name); ok {
			if *into, err = textOf(raw, "associations", name); err != nil {
				return err
			}
		}
	}
	if batch && op == "DELETE" {
		out.deleted = append(out.deleted, kind)
		cascade, err := flagOf(members, "cascadeLifecycle")
		out.cascade = out.cascade || cascade != nil && *cascade
		return err
	}
	w := registry.WantedAssociation{Type: kind, Subject: schema.Subject(subject), CreateOnly: op == "CREATE"}
	switch {
	case lifecycle == "":
	case lifecycle != registry.StrongLifecycle && lifecycle != registry.WeakLifecycle:
		return &registry.Error{Kind: registry.InvalidAssociation, Detail: "'lifecycle', detail: must be STRONG or WEAK"}
	default:
		strong := lifecycle == registry.StrongLifecycle
		w.Strong = &strong
	}
	if w.Frozen, err = flagOf(members, "frozen"); err != nil {
		return err
	}
	if raw, ok := members.given("schema"); ok {
		q, err := a.schemaBody(c, raw)
		if err != nil {
			return err
		}
		normalize, err := flagOf(members, "normalize")
		if err != nil {
			return err
		}
		q.Normalize = q.Normalize || normalize != nil && *normalize
		w.Schema = &q
	}
	out.wanted = append(out.wanted, w)
	return nil
}

func flagOf(members fields, name string) (*bool, error) {
	raw, ok := members.given(name)
	if !ok {
		return nil, nil
	}
	var flag bool
	if json.Unmarshal(raw, &flag) != nil {
		return nil, wrongType("boolean", raw, name)
	}
	return &flag, nil
}

func appendAssociations(dst []byte, list []*registry.Association) []byte {
	dst = append(dst, '[')
	for i, one := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendAssociation(dst, one)
	}
	return append(dst, ']')
}

// appendAssociation appends an association as it is listed.
func appendAssociation(dst []byte, a *registry.Association) []byte {
	dst = append(dst, '{')
	dst = appendTextMember(dst, "subject", string(a.Subject))
	dst = appendTextMember(dst, "guid", a.GUID)
	dst = appendTextMember(dst, "resourceName", a.ResourceName)
	dst = appendTextMember(dst, "resourceNamespace", a.ResourceNamespace)
	dst = appendTextMember(dst, "resourceId", a.ResourceID)
	dst = appendTextMember(dst, "resourceType", a.ResourceType)
	dst = appendTextMember(dst, "associationType", a.Type)
	dst = appendTextMember(dst, "lifecycle", a.Lifecycle())
	dst = strconv.AppendBool(append(dst, `"frozen":`...), a.Frozen)
	dst = strconv.AppendInt(append(dst, `,"createTs":`...), a.CreatedAt(), 10)
	dst = strconv.AppendInt(append(dst, `,"updateTs":`...), a.Timestamp, 10)
	return append(dst, '}')
}

// appendAssociated appends the answer of a change: the resource with its
// associations, none for a dry run.
func appendAssociated(dst []byte, to registry.Resource, list []*registry.Association) []byte {
	dst = append(dst, '{')
	dst = appendTextMember(dst, "resourceName", to.Name)
	dst = appendTextMember(dst, "resourceNamespace", to.Namespace)
	dst = appendTextMember(dst, "resourceId", to.ID)
	dst = appendTextMember(dst, "resourceType", to.Type)
	for i, a := range list {
		if i == 0 {
			dst = append(dst, `"associations":[`...)
		}
		dst = append(dst, '{')
		dst = appendTextMember(dst, "subject", string(a.Subject))
		dst = appendTextMember(dst, "associationType", a.Type)
		dst = appendTextMember(dst, "lifecycle", a.Lifecycle())
		dst = append(strconv.AppendBool(append(dst, `"frozen":`...), a.Frozen), "},"...)
	}
	if len(list) > 0 {
		dst = append(dst[:len(dst)-1], "],"...)
	}
	if dst[len(dst)-1] == ',' {
		dst = dst[:len(dst)-1]
	}
	return append(dst, '}')
}

// appendTextMember appends "name":"text", with the comma; nothing for an empty
// text.
func appendTextMember(dst []byte, name, text string) []byte {
	if text == "" {
		return dst
	}
	dst = httpserver.AppendQuoted(append(httpserver.AppendQuoted(dst, name), ':'), text)
	return append(dst, ',')
}

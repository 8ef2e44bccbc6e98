package resthttp

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/plastron-dev/plastron/runtime/rest"
)

type acl3 struct {
	head3
	ResourceType string `json:"resource_type"`
	ResourceName string `json:"resource_name"`
	PatternType  string `json:"pattern_type"`
	Principal    string `json:"principal"`
	Host         string `json:"host"`
	Operation    string `json:"operation"`
	Permission   string `json:"permission"`
}

// aclOf is an ACL, which has no resource name of its own; its address is the
// list of those that equal it.
func (c *call3) aclOf(a rest.ACL) acl3 {
	return acl3{
		head3:        head3{"KafkaAcl", meta3{Self: c.aclsURL(a)}, c.cluster.ID},
		ResourceType: a.ResourceType, ResourceName: a.ResourceName, PatternType: a.PatternType,
		Principal: a.Principal, Host: a.Host, Operation: a.Operation, Permission: a.Permission,
	}
}

func (c *call3) aclsURL(a rest.ACL) string {
	var query []string
	for _, part := range [][2]string{
		{"resource_type", a.ResourceType}, {"resource_name", a.ResourceName}, {"pattern_type", a.PatternType},
		{"principal", a.Principal}, {"host", a.Host}, {"operation", a.Operation}, {"permission", a.Permission},
	} {
		if part[1] != "" {
			query = append(query, part[0]+"="+url.QueryEscape(part[1]))
		}
	}
	if len(query) == 0 {
		return c.url("acls")
	}
	return c.url("acls") + "?" + strings.Join(query, "&")
}

func (c *call3) aclsOf(all []rest.ACL) []acl3 {
	out := make([]acl3, 0, len(all))
	for _, a := range all {
		out = append(out, c.aclOf(a))
	}
	return out
}

// aclFilter reads the filter of a query. A word that does not exist makes it a
// resource that does not.
func (c *call3) aclFilter() (rest.ACL, error) {
	query := c.URL.Query()
	f := rest.ACL{ResourceName: query.Get("resource_name"), Principal: query.Get("principal"), Host: query.Get("host")}
	for _, word := range []struct {
		name    string
		to      *string
		allowed rest.ACLNames
	}{
		{"resource_type", &f.ResourceType, rest.ACLResourceTypes},
		{"pattern_type", &f.PatternType, rest.ACLPatternTypes},
		{"operation", &f.Operation, rest.ACLOperations},
		{"permission", &f.Permission, rest.ACLPermissions},
	} {
		*word.to = strings.ToUpper(query.Get(word.name))
		if *word.to != "" && !slices.Contains(word.allowed, *word.to) {
			return f, wrong(http.StatusNotFound, http.StatusNotFound, "The valid values for "+word.name+" do not include '"+short(query.Get(word.name))+"'")
		}
	}
	return f, nil
}

func (a *api) acls(c *call3) (int, any, error) {
	filter, err := c.aclFilter()
	if err != nil {
		return 0, nil, err
	}
	all, err := a.Service.ACLs(c.Context(), filter)
	if err != nil {
		return 0, nil, err
	}
	return list("KafkaAcl", c.aclsURL(filter), c.aclsOf(all))
}

// newACL3 is an ACL in a body; all members are mandatory.
type newACL3 struct {
	ResourceType *string `json:"resource_type"`
	ResourceName *string `json:"resource_name"`
	PatternType  *string `json:"pattern_type"`
	Principal    *string `json:"principal"`
	Host         *string `json:"host"`
	Operation    *string `json:"operation"`
	Permission   *string `json:"permission"`
}

func (in newACL3) decode() (rest.ACL, error) {
	var out rest.ACL
	for _, member := range []struct {
		name    string
		from    *string
		to      *string
		allowed rest.ACLNames
	}{
		{"resource_type", in.ResourceType, &out.ResourceType, rest.ACLResourceTypes},
		{"resource_name", in.ResourceName, &out.ResourceName, nil},
		{"pattern_type", in.PatternType, &out.PatternType, rest.ACLPatternTypes},
		{"principal", in.Principal, &out.Principal, nil},
		{"host", in.Host, &out.Host, nil},
		{"operation", in.Operation, &out.Operation, rest.ACLOperations},
		{"permission", in.Permission, &out.Permission, rest.ACLPermissions},
	} {
		if member.from == nil {
			return out, required(member.name)
		}
		*member.to = *member.from
		if member.allowed == nil {
			continue
		}
		*member.to = strings.ToUpper(*member.from)
		switch {
		case !slices.Contains(member.allowed, *member.to):
			return out, wrong(http.StatusBadRequest, http.StatusBadRequest, "Bad Request: "+member.name+" cannot be "+short(*member.from))
		case *member.to == "ANY" || *member.to == "UNKNOWN" || *member.to == "MATCH":
			return out, wrong(http.StatusBadRequest, http.StatusBadRequest, member.name+" cannot be "+*member.to)
		}
	}
	return out, nil
}

func (a *api) createACL(c *call3) (int, any, error) {
	var body newACL3
	if err := c.decode(&body); err != nil {
		return 0, nil, err
	}
	acl, err := body.decode()
	if err != nil {
		return 0, nil, err
	}
	if err := a.Service.CreateACLs(c.Context(), []rest.ACL{acl}); err != nil {
		return 0, nil, err
	}
	c.w.Header().Set("Location", c.aclsURL(acl))
	return http.StatusCreated, nil, nil
}

func (a *api) createACLs(c *call3) (int, any, error) {
	var body struct {
		Data []newACL3 `json:"data"`
	}
	if err := c.decode(&body); err != nil {
		return 0, nil, err
	}
	if len(body.Data) == 0 {
		return 0, nil, payload("Request body is empty. Data is required.")
	}
	acls := make([]rest.ACL, 0, len(body.Data))
	for _, in := range body.Data {
		acl, err := in.decode()
		if err != nil {
			return 0, nil, err
		}
		acls = append(acls, acl)
	}
	return http.StatusNoContent, nil, a.Service.CreateACLs(c.Context(), acls)
}

// deleteACLs wants the filter to say what kind of rules it means, so that
// nobody deletes all by leaving something out.
func (a *api) deleteACLs(c *call3) (int, any, error) {
	filter, err := c.aclFilter()
	if err != nil {
		return 0, nil, err
	}
	for _, member := range [][2]string{
		{"resource_type", filter.ResourceType}, {"pattern_type", filter.PatternType},
		{"operation", filter.Operation}, {"permission", filter.Permission},
	} {
		if member[1] == "" || member[1] == "UNKNOWN" {
			return 0, nil, wrong(http.StatusBadRequest, http.StatusBadRequest, "Bad Request: "+member[0]+" cannot be unspecified or UNKNOWN")
		}
	}
	gone, err := a.Service.DeleteACLs(c.Context(), filter)
	if err != nil {
		return 0, nil, err
	}
	return found(map[string]any{"data": c.aclsOf(gone)})
}

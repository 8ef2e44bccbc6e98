package app

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/plastron-dev/plastron/runtime/auth"
	"github.com/plastron-dev/plastron/runtime/config"
	"github.com/plastron-dev/plastron/runtime/registryhttp"
)

// newAuth makes what the registry asks about each request.
func (p *process) newAuth(c config.Registry) (*auth.Auth, error) {
	settings := auth.Config{File: c.AuthFile, Clock: p.clock, Logger: p.log.WithName("auth")}
	if o := c.OIDC; o.Authenticate || o.Authorize {
		roles, err := methodRoles(o.MethodRoles)
		if err != nil {
			return nil, err
		}
		settings.OIDC = &auth.OIDC{
			Keys: o.Keys, AllowInsecure: o.AllowInsecure, Issuer: o.Issuer, Audience: o.Audience, ClientID: o.ClientID,
			SubjectClaim: o.SubjectClaim, Authorize: o.Authorize, RolesPath: o.RolesPath, MethodRoles: roles,
			SkipPaths: o.SkipPaths, Leeway: time.Duration(o.Leeway) * time.Second,
			RequireType: o.RequireType, EnforceAZP: o.EnforceAZP,
		}
	}
	return auth.New(settings)
}

// methodRoles reads the lists, which the configuration keeps as JSON.
func methodRoles(texts map[string]string) (map[string][]string, error) {
	roles := make(map[string][]string, len(texts))
	for method, text := range texts {
		var list []string
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			return nil, fmt.Errorf("sasl_oauthbearer_method_roles of %s is not a list of texts", method)
		}
		roles[method] = list
	}
	return roles, nil
}

// permissions is what the routes ask, nil when nothing protects the registry,
// so that an open one does not pay for the question.
func (n *registryNode) permissions() registryhttp.Permissions {
	if !n.auth.Enabled() {
		return nil
	}
	return n.auth
}

package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTokenKeys(t *testing.T) {
	t.Parallel()
	c := load(t, RoleRegistry, `{"sasl_oauthbearer_skip_auth_paths": ["/x"]}`,
		`KARAPACE_SASL_OAUTHBEARER_METHOD_ROLES={"GET":["reader","writer"]}`, "KARAPACE_SASL_OAUTHBEARER_AUTHORIZATION_ENABLED=True")
	o := c.Registry.OIDC
	if d := cmp.Diff([]string{"/x"}, o.SkipPaths); d != "" || !o.Authorize {
		t.Fatal(d, o.Authorize)
	}
	if d := cmp.Diff(map[string]string{"GET": `["reader","writer"]`}, o.MethodRoles); d != "" {
		t.Fatal(d)
	}
	if d := cmp.Diff([]string{"/_health", "/metrics", "/master_available"}, load(t, RoleRegistry, "").Registry.OIDC.SkipPaths); d != "" {
		t.Fatal(d)
	}
}

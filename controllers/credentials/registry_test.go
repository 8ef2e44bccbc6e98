package credentials

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/build"
	"github.com/plastron-dev/plastron/controllers/session"
)

func TestRegistry(t *testing.T) {
	t.Parallel()
	crt, key := authority(t, "registry", now.Add(time.Hour))
	r := &Resolver{Live: shelf{
		"basic":  {"username": "key", "password": "s3cret\n"},
		"bearer": {"token": "t0ken", "other": "0ther"},
		"client": {"clientSecret": "cl1ent"},
		"tls":    {"ca.crt": crt, "tls.crt": crt, "tls.key": key},
	}}
	f := func(spec v1alpha1.SchemaRegistrySpec, want session.Access, reason string) {
		t.Helper()
		got, err := r.Registry(t.Context(), &v1alpha1.SchemaRegistry{ObjectMeta: metav1.ObjectMeta{Namespace: "ns"}, Spec: spec})
		problem, err := AsProblem(err)
		if have, _ := problem.Parts(); err != nil || have != reason {
			t.Fatalf("%v %v, want reason %q", problem, err, reason)
		}
		if got.Certificate != nil {
			want.Certificate = got.Certificate
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	external := func(auth *v1alpha1.HTTPAuth, tls *v1alpha1.ClientTLS) v1alpha1.SchemaRegistrySpec {
		return v1alpha1.SchemaRegistrySpec{Type: v1alpha1.External, External: &v1alpha1.ExternalRegistry{Auth: auth, TLS: tls}}
	}
	basic := func(name string) *v1alpha1.HTTPAuth {
		return &v1alpha1.HTTPAuth{Basic: &v1alpha1.BasicAuth{SecretRef: v1alpha1.SecretName{Name: name}}}
	}
	bearer := func(key *string) *v1alpha1.HTTPAuth {
		return &v1alpha1.HTTPAuth{Bearer: &v1alpha1.BearerAuth{SecretRef: v1alpha1.SecretKeyRef{Name: "bearer", Key: key}}}
	}

	f(external(nil, nil), session.Access{}, "")
	f(external(basic("basic"), nil), session.Access{Username: "key", Password: "s3cret"}, "")
	f(external(basic("bearer"), nil), session.Access{}, v1alpha1.ReasonSecretKeyMissing)
	f(external(basic("absent"), nil), session.Access{}, v1alpha1.ReasonSecretNotFound)
	f(external(bearer(nil), nil), session.Access{Token: "t0ken"}, "")
	f(external(bearer(new("other")), nil), session.Access{Token: "0ther"}, "")
	oauth := func(secret string) *v1alpha1.HTTPAuth {
		return &v1alpha1.HTTPAuth{OAuth: &v1alpha1.RegistryOAuth{
			ClientCredentials: v1alpha1.ClientCredentials{
				TokenEndpoint: "https://issuer/token", ClientID: "op", Scope: new("sr"), ClientSecretFrom: v1alpha1.SecretKeyRef{Name: secret}, CA: ref("tls"),
			},
			LogicalCluster: new("lsrc-1"), IdentityPoolID: new("pool-1"),
		}}
	}
	f(external(oauth("client"), nil), session.Access{OAuth: session.OAuth{
		Endpoint: "https://issuer/token", ClientID: "op", Secret: "cl1ent", Scope: "sr", Authorities: crt, LogicalCluster: "lsrc-1", IdentityPool: "pool-1",
	}}, "")
	f(external(oauth("basic"), nil), session.Access{}, v1alpha1.ReasonSecretKeyMissing)
	f(external(nil, &v1alpha1.ClientTLS{CA: ref("tls"), Certificate: &v1alpha1.KeyPairRef{Name: "tls"}}), session.Access{Authorities: crt}, "")
	f(external(nil, &v1alpha1.ClientTLS{CA: ref("basic")}), session.Access{}, v1alpha1.ReasonSecretKeyMissing)
	f(v1alpha1.SchemaRegistrySpec{Operator: &v1alpha1.OperatorAccess{Auth: basic("basic")},
		Listener: &v1alpha1.RegistryListenerSpec{ListenerSpec: v1alpha1.ListenerSpec{TLS: &v1alpha1.ListenerTLS{SecretName: "tls"}}}},
		session.Access{Username: "key", Password: "s3cret", Authorities: crt}, "")
}

func TestListener(t *testing.T) {
	t.Parallel()
	crt, key := authority(t, "registry", now.Add(time.Hour))
	r := &Resolver{Live: shelf{
		"tls":   {"ca.crt": crt, "tls.crt": crt, "tls.key": key},
		"alone": {"tls.crt": crt, "tls.key": key},
		"half":  {"tls.crt": crt},
		"users": {"auth.json": `{"users": []}`, "broken": "{"},
	}}
	pair := func(secret string) []build.File {
		return []build.File{
			{Setting: "server_tls_certfile", Secret: secret, Key: "tls.crt", Name: "tls.crt"},
			{Setting: "server_tls_keyfile", Secret: secret, Key: "tls.key", Name: "tls.key"},
		}
	}
	f := func(tls string, users *v1alpha1.SecretKeyRef, want []build.File, reason string) {
		t.Helper()
		var spec *v1alpha1.ListenerTLS
		if tls != "" {
			spec = &v1alpha1.ListenerTLS{SecretName: tls}
		}
		got, err := r.Listener(t.Context(), "ns", spec, users)
		if p, ok := errors.AsType[*Problem](err); (reason != "") != ok || (ok && p.Reason != reason) {
			t.Fatalf("%v, want %q", err, reason)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}

	f("", nil, nil, "")
	f("alone", nil, pair("alone"), "")
	f("tls", nil, append(pair("tls"), build.File{Setting: "server_tls_cafile", Secret: "tls", Key: "ca.crt", Name: "ca.crt"}), "")
	f("half", nil, nil, v1alpha1.ReasonSecretKeyMissing)
	f("absent", nil, nil, v1alpha1.ReasonSecretNotFound)
	f("", ref("users"), []build.File{{Setting: "registry_authfile", Secret: "users", Key: "auth.json", Name: "auth.json"}}, "")
	f("", &v1alpha1.SecretKeyRef{Name: "users", Key: new("broken")}, nil, v1alpha1.ReasonSecretInvalid)
}

package envtest

import (
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// guarded lets only those in who know the password.
type guarded struct {
	fake     *fakeRegistry
	password *string // Guarded by the mutex of fake.
}

func (g guarded) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, got, _ := r.BasicAuth()
	refused := false
	g.fake.do(func() { refused = got != *g.password })
	if refused {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	g.fake.ServeHTTP(w, r)
}

// TestExternalCredentials: the operator shows what the Secret holds, says what
// is missing, and takes over a new password at once.
func TestExternalCredentials(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	fake, password := newFakeRegistry(), "first"
	host := ns + ".example.org"
	shared.routes.add(host, guarded{fake, &password})
	reg := &v1alpha1.SchemaRegistry{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "reg"}}
	reg.Spec = v1alpha1.SchemaRegistrySpec{Type: v1alpha1.External, External: &v1alpha1.ExternalRegistry{
		URLs: []v1alpha1.RegistryURL{v1alpha1.RegistryURL("https://" + host)},
		Auth: &v1alpha1.HTTPAuth{Basic: &v1alpha1.BasicAuth{SecretRef: v1alpha1.SecretName{Name: "key"}}},
	}}
	create(t, reg)
	reg = awaitRegistry(t, reg, "Ready", metav1.ConditionFalse, v1alpha1.ReasonSecretNotFound)
	hasMessage(t, reg.Status.Conditions, "Ready", "spec.external.auth.basic.secretRef", "Secret key")

	key := secret(ns, "key", map[string]string{"username": "op", "password": "wrong"})
	create(t, key)
	awaitRegistry(t, reg, "Ready", metav1.ConditionFalse, v1alpha1.ReasonAuthenticationFailed)
	change(t, key, func(s *corev1.Secret) { s.Data["password"] = []byte("first") })
	awaitRegistry(t, reg, "Ready", metav1.ConditionTrue, "")
	s := subject(ns, "orders", orderV1)
	create(t, s)
	awaitReady(t, s)

	fake.do(func() { password = "second" })
	awaitRegistry(t, reg, "Ready", metav1.ConditionFalse, v1alpha1.ReasonAuthenticationFailed)
	change(t, key, func(s *corev1.Secret) { s.Data["password"] = []byte("second") })
	awaitRegistry(t, reg, "Ready", metav1.ConditionTrue, "")
	change(t, s, func(s *v1alpha1.Subject) { s.Spec.Schema = new(orderV2) })
	awaitReady(t, s)
}

// TestExternalOAuth: the operator gets tokens from an issuer, one for many
// requests, and takes over a new secret at once.
func TestExternalOAuth(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	var asked atomic.Int32
	issuer := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		id, secret, _ := r.BasicAuth()
		if id != "op" || secret != "right" || r.FormValue("scope") != "registry" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":"invalid_client"}`)
			return
		}
		_, _ = io.WriteString(w, `{"access_token":"t0ken","expires_in":3600}`)
	}))
	defer issuer.Close()
	fake, host := newFakeRegistry(), ns+".example.org"
	shared.routes.add(host, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t0ken" || r.Header.Get("target-sr-cluster") != "lsrc-1" || r.Header.Get("Confluent-Identity-Pool-Id") != "pool-1" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fake.ServeHTTP(w, r)
	}))
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: issuer.Certificate().Raw}))
	client := secret(ns, "client", map[string]string{"clientSecret": "wrong", "ca.crt": ca})
	reg := &v1alpha1.SchemaRegistry{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "reg"}}
	reg.Spec = v1alpha1.SchemaRegistrySpec{Type: v1alpha1.External, External: &v1alpha1.ExternalRegistry{
		URLs: []v1alpha1.RegistryURL{v1alpha1.RegistryURL("https://" + host)},
		Auth: &v1alpha1.HTTPAuth{OAuth: &v1alpha1.RegistryOAuth{
			ClientCredentials: v1alpha1.ClientCredentials{
				TokenEndpoint: issuer.URL, ClientID: "op", Scope: new("registry"),
				ClientSecretFrom: v1alpha1.SecretKeyRef{Name: "client"}, CA: &v1alpha1.SecretKeyRef{Name: "client"},
			},
			LogicalCluster: new("lsrc-1"), IdentityPoolID: new("pool-1"),
		}},
	}}
	create(t, reg)
	reg = awaitRegistry(t, reg, "Ready", metav1.ConditionFalse, v1alpha1.ReasonSecretNotFound)
	hasMessage(t, reg.Status.Conditions, "Ready", "spec.external.auth.oauth", "Secret client")
	create(t, client)
	reg = awaitRegistry(t, reg, "Ready", metav1.ConditionFalse, v1alpha1.ReasonConnectionFailed)
	hasMessage(t, reg.Status.Conditions, "Ready", "invalid_client", "clientSecretFrom")

	change(t, client, func(s *corev1.Secret) { s.Data["clientSecret"] = []byte("right") })
	awaitRegistry(t, reg, "Ready", metav1.ConditionTrue, "")
	was := asked.Load()
	s := subject(ns, "orders", orderV1)
	create(t, s)
	awaitReady(t, s)
	fake.awaitReads(t, 10)
	if now := asked.Load(); now != was {
		t.Errorf("%d more tokens were asked for", now-was)
	}
}

// TestListenerTLS: addresses, probes and the proxy of a registry follow its
// certificate, and a new one changes no pod.
func TestListenerTLS(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	shared.routes.add("main."+ns+".svc:8081", newFakeRegistry())
	reg := managed(ns, "main")
	reg.Spec.Listener = &v1alpha1.RegistryListenerSpec{
		ListenerSpec:   v1alpha1.ListenerSpec{TLS: &v1alpha1.ListenerTLS{SecretName: "main-tls"}},
		Authentication: &v1alpha1.RegistryAuthentication{Basic: v1alpha1.UsersFile{UsersSecretRef: v1alpha1.SecretKeyRef{Name: "users"}}},
	}
	create(t, reg)
	awaitRegistry(t, reg, "Deployed", metav1.ConditionFalse, v1alpha1.ReasonSecretNotFound)
	crt, key := authority(t, "one")
	certificate := secret(ns, "main-tls", map[string]string{"tls.crt": crt, "tls.key": key, "ca.crt": crt})
	create(t, certificate, secret(ns, "users", map[string]string{"auth.json": `{"users":[],"permissions":[]}`}))
	setStatus(t, ns, "main", 2)
	reg = awaitRegistry(t, reg, "Ready", metav1.ConditionTrue, "")
	if want := "https://main." + ns + ".svc:8081"; reg.Status.Endpoints.Internal != want {
		t.Errorf("endpoint %s, want %s", reg.Status.Endpoints.Internal, want)
	}
	if ca := reg.Status.Endpoints.CASecret; ca != "main-tls" {
		t.Errorf("the authority is in Secret %q", ca)
	}
	was := templateOf(t, ns, "main")
	for _, want := range []string{
		`"scheme":"HTTPS"`, `"name":"KARAPACE_ADVERTISED_PROTOCOL","value":"https"`,
		`"name":"KARAPACE_SERVER_TLS_CAFILE","value":"/etc/plastron/listener/ca.crt"`,
		`"name":"KARAPACE_REGISTRY_AUTHFILE","value":"/etc/plastron/listener/auth.json"`,
	} {
		if !strings.Contains(was, want) {
			t.Errorf("no %s in %s", want, was)
		}
	}

	p := proxy(ns, "rest")
	p.Spec.SchemaRegistry = &v1alpha1.RegistryTarget{Ref: &v1alpha1.RegistryReference{Name: "main"}}
	create(t, p)
	setStatus(t, ns, "rest", 1)
	awaitProxy(t, p, "Ready", metav1.ConditionTrue, "")
	if text := templateOf(t, ns, "rest"); !strings.Contains(text, `"name":"KARAPACE_REGISTRY_CA","value":"/etc/plastron/registry/ca.crt"`) ||
		!strings.Contains(text, `"name":"KARAPACE_REGISTRY_SCHEME","value":"https"`) {
		t.Errorf("the proxy does not trust its registry: %s", text)
	}

	next, nextKey := authority(t, "two")
	change(t, certificate, func(s *corev1.Secret) {
		s.Data["tls.crt"], s.Data["tls.key"], s.Data["ca.crt"] = []byte(next), []byte(nextKey), []byte(next)
	})
	// A later change that is seen proves that the renewal was looked at.
	change(t, certificate, func(s *corev1.Secret) { delete(s.Data, "tls.key") })
	awaitRegistry(t, reg, "Deployed", metav1.ConditionFalse, v1alpha1.ReasonSecretKeyMissing)
	if is := templateOf(t, ns, "main"); is != was {
		t.Errorf("a renewed certificate changed the pods:\n%s\n%s", was, is)
	}
}

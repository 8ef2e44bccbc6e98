package envtest

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// TestProxyIsKnownToItsRegistry: pods show the registry what Secrets hold,
// nothing of it stands in the template, and a rotation changes no pod.
func TestProxyIsKnownToItsRegistry(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	p := proxy(ns, "rest")
	p.Spec.SchemaRegistry = &v1alpha1.RegistryTarget{
		URL:  new("https://registry.example.org"),
		Auth: &v1alpha1.HTTPAuth{Basic: &v1alpha1.BasicAuth{SecretRef: v1alpha1.SecretName{Name: "key"}}},
		TLS:  &v1alpha1.ClientTLS{CA: &v1alpha1.SecretKeyRef{Name: "trust"}, Certificate: &v1alpha1.KeyPairRef{Name: "client"}},
	}
	create(t, p)
	p = awaitProxy(t, p, "RegistryResolved", metav1.ConditionFalse, v1alpha1.ReasonSecretNotFound)
	hasMessage(t, p.Status.Conditions, "RegistryResolved", "spec.schemaRegistry.auth.basic.secretRef", "Secret key")
	key := secret(ns, "key", map[string]string{"username": "rest", "password": "first-s3cret"})
	create(t, key)
	p = awaitProxy(t, p, "RegistryResolved", metav1.ConditionFalse, v1alpha1.ReasonSecretNotFound)
	crt, private := authority(t, "client")
	create(t, secret(ns, "trust", map[string]string{"ca.crt": crt}), secret(ns, "client", map[string]string{"tls.crt": crt, "tls.key": private}))
	setStatus(t, ns, "rest", 1)
	awaitProxy(t, p, "Ready", metav1.ConditionTrue, "")
	was := templateOf(t, ns, "rest")
	for _, want := range []string{
		`"name":"KARAPACE_REGISTRY_USER","value":"rest"`,
		`"name":"KARAPACE_REGISTRY_PASSWORD_FILE","value":"/etc/plastron/registry/password"`,
		`"name":"KARAPACE_REGISTRY_CA","value":"/etc/plastron/registry/ca.crt"`,
		`"name":"KARAPACE_REGISTRY_CERTFILE","value":"/etc/plastron/registry/tls.crt"`,
		`"name":"KARAPACE_REGISTRY_KEYFILE","value":"/etc/plastron/registry/tls.key"`,
	} {
		if !strings.Contains(was, want) {
			t.Errorf("no %s in %s", want, was)
		}
	}
	if strings.Contains(was, "s3cret") {
		t.Errorf("a password stands in %s", was)
	}

	change(t, key, func(s *corev1.Secret) { s.Data["password"] = []byte("second-s3cret") })
	// A later change that is seen proves that the rotation was looked at.
	change(t, key, func(s *corev1.Secret) { delete(s.Data, "password") })
	awaitProxy(t, p, "RegistryResolved", metav1.ConditionFalse, v1alpha1.ReasonSecretKeyMissing)
	awaitProxy(t, p, "Ready", metav1.ConditionTrue, "") // Pods run on with what they have.
	if is := templateOf(t, ns, "rest"); is != was {
		t.Errorf("a rotation changed the pods:\n%s\n%s", was, is)
	}
}

// TestProxyPassesCredentialsThrough: the field becomes the pods' setting, and
// goes again.
func TestProxyPassesCredentialsThrough(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	p := proxy(ns, "rest")
	p.Spec.Authorization = new(v1alpha1.PassThrough)
	p.Spec.Kafka.Bootstrap.SASL = &v1alpha1.SASL{Mechanism: v1alpha1.SASLScramSHA512, Username: new("rest"), PasswordFrom: &v1alpha1.SecretKeyRef{Name: "kafka"}}
	create(t, secret(ns, "kafka", map[string]string{"password": "s3cret"}), p)
	setStatus(t, ns, "rest", 1)
	p = awaitProxy(t, p, "Ready", metav1.ConditionTrue, "")
	const setting = `"name":"KARAPACE_REST_AUTHORIZATION","value":"true"`
	if text := templateOf(t, ns, "rest"); !strings.Contains(text, setting) {
		t.Errorf("no %s in %s", setting, text)
	}
	change(t, p, func(p *v1alpha1.RestProxy) { p.Spec.Authorization = new(v1alpha1.ServiceIdentity) })
	// Nobody says that the pods of the new template are there.
	awaitProxy(t, p, "Deployed", metav1.ConditionFalse, v1alpha1.ReasonRollingOut)
	if text := templateOf(t, ns, "rest"); strings.Contains(text, setting) {
		t.Errorf("still %s in %s", setting, text)
	}
}

// TestTemplatePatch: the patch is in the pods; one that would take away what
// the operator relies on stops at the condition, and the pods stay.
func TestTemplatePatch(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	reg, _ := readyRegistry(t, ns, "main")
	patch := func(text string) func(*v1alpha1.SchemaRegistry) {
		return func(r *v1alpha1.SchemaRegistry) {
			r.Spec.Template = &v1alpha1.WorkloadTemplate{PodTemplatePatch: &runtime.RawExtension{Raw: []byte(text)}}
		}
	}
	change(t, reg, patch(`{"spec":{"hostAliases":[{"ip":"10.0.0.7","hostnames":["kafka"]}]}}`))
	awaitRegistry(t, reg, "Accepted", metav1.ConditionTrue, "")
	was := templateOf(t, ns, "main")
	if !strings.Contains(was, `"hostnames":["kafka"]`) {
		t.Errorf("no patch in %s", was)
	}
	change(t, reg, patch(`{"spec":{"containers":[{"name":"schema-registry","args":["rest"]}]}}`))
	reg = awaitRegistry(t, reg, "Accepted", metav1.ConditionFalse, v1alpha1.ReasonInvalidSpec)
	hasMessage(t, reg.Status.Conditions, "Accepted", "spec.template.podTemplatePatch", "args")
	if is := templateOf(t, ns, "main"); is != was {
		t.Errorf("a patch that was refused changed the pods: %s", is)
	}
	change(t, reg, func(r *v1alpha1.SchemaRegistry) { r.Spec.Template = nil })
	awaitRegistry(t, reg, "Accepted", metav1.ConditionTrue, "")
	if is := templateOf(t, ns, "main"); strings.Contains(is, "hostnames") {
		t.Errorf("the patch stays in %s", is)
	}
}

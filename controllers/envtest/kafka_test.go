package envtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	crenvtest "sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

func secret(ns, name string, values map[string]string) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}, StringData: values}
}

// authority makes a certificate that signs itself, and its key.
func authority(t *testing.T, name string) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
}

// templateOf is the pod template of a workload as text.
func templateOf(t *testing.T, ns, name string) string {
	t.Helper()
	set := get(t, &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}})
	text, err := json.Marshal(set.Spec.Template)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func hasMessage(t *testing.T, conditions []metav1.Condition, typ string, words ...string) {
	t.Helper()
	for _, c := range conditions {
		if c.Type != typ {
			continue
		}
		for _, w := range words {
			if !strings.Contains(c.Message, w) {
				t.Errorf("%s says %q, it should name %q", typ, c.Message, w)
			}
		}
	}
}

// TestKafkaCredentials follows a Secret through its life: missing, incomplete,
// there, rotated, gone. Only its name is in the pods, so a rotation changes
// none of them.
func TestKafkaCredentials(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	shared.routes.add("main."+ns+".svc:8081", newFakeRegistry())
	reg := managed(ns, "main")
	reg.Spec.Kafka.Bootstrap.TLS = &v1alpha1.ClientTLS{}
	reg.Spec.Kafka.Bootstrap.SASL = &v1alpha1.SASL{
		Mechanism: v1alpha1.SASLScramSHA512, Username: new("registry"), PasswordFrom: &v1alpha1.SecretKeyRef{Name: "kafka"},
	}
	create(t, reg)
	reg = awaitRegistry(t, reg, "Ready", metav1.ConditionFalse, v1alpha1.ReasonSecretNotFound)
	hasMessage(t, reg.Status.Conditions, "Ready", "spec.kafka.bootstrap.sasl.passwordFrom", "Secret kafka", ns)
	for _, call := range shared.calls.in(ns) {
		if strings.Contains(call, "statefulsets") {
			t.Fatalf("pods that could not start were made: %s", call)
		}
	}

	credentials := secret(ns, "kafka", map[string]string{"pasword": "first-s3cret"})
	create(t, credentials)
	reg = awaitRegistry(t, reg, "KafkaResolved", metav1.ConditionFalse, v1alpha1.ReasonSecretKeyMissing)
	hasMessage(t, reg.Status.Conditions, "KafkaResolved", `"password"`, "pasword")
	change(t, credentials, func(s *corev1.Secret) { s.Data["password"] = []byte("first-s3cret") })
	setStatus(t, ns, "main", 2)
	awaitRegistry(t, reg, "Ready", metav1.ConditionTrue, "")

	was := templateOf(t, ns, "main")
	if strings.Contains(was, "s3cret") || !strings.Contains(was, `"secret":{"name":"kafka"`) {
		t.Errorf("template %s", was)
	}
	change(t, credentials, func(s *corev1.Secret) { s.Data["password"] = []byte("second-s3cret") })
	// What comes after the rotation: a key that is missing, and pods that run
	// on with what they have.
	change(t, credentials, func(s *corev1.Secret) { delete(s.Data, "password") })
	awaitRegistry(t, reg, "Ready", metav1.ConditionFalse, v1alpha1.ReasonSecretKeyMissing)
	awaitRegistry(t, reg, "Available", metav1.ConditionTrue, "")
	change(t, credentials, func(s *corev1.Secret) { s.Data["password"] = []byte("third-s3cret") })
	awaitRegistry(t, reg, "Ready", metav1.ConditionTrue, "")
	if is := templateOf(t, ns, "main"); is != was {
		t.Errorf("a rotation changed the pods:\n%s\n%s", was, is)
	}
}

// TestProxyCredentials: the proxy is woken by its Secret too; it has no other
// reason to look again.
func TestProxyCredentials(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	p := proxy(ns, "rest")
	p.Spec.Kafka.Bootstrap = nil
	p.Spec.Kafka.AccessSecret = &v1alpha1.SecretName{Name: "binding"}
	create(t, p)
	awaitProxy(t, p, "Ready", metav1.ConditionFalse, v1alpha1.ReasonSecretNotFound)
	crt, _ := authority(t, "kafka")
	create(t, secret(ns, "binding", map[string]string{
		"bootstrapServers": "kafka:9093", "securityProtocol": "SASL_SSL", "saslMechanism": "SCRAM-SHA-512",
		"username": "rest", "password": "s3cret", "ssl.truststore.crt": crt,
	}))
	setStatus(t, ns, "rest", 1)
	awaitProxy(t, p, "Ready", metav1.ConditionTrue, "")
	if text := templateOf(t, ns, "rest"); !strings.Contains(text, `"value":"kafka:9093"`) || strings.Contains(text, "s3cret") {
		t.Errorf("template %s", text)
	}
}

// TestStrimziKafka uses a Kafka and a KafkaUser of Strimzi, whose resources
// are installed while the operator runs.
func TestStrimziKafka(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	shared.routes.add("main."+ns+".svc:8081", newFakeRegistry())
	reg := managed(ns, "main")
	reg.Spec.Kafka = &v1alpha1.KafkaConnection{Strimzi: &v1alpha1.StrimziSource{
		Cluster: v1alpha1.KafkaReference{Name: "prod"}, Listener: "tls", User: &v1alpha1.LocalName{Name: "registry"},
	}}
	create(t, reg)
	reg = awaitRegistry(t, reg, "KafkaResolved", metav1.ConditionFalse, v1alpha1.ReasonFeatureUnsupported)
	hasMessage(t, reg.Status.Conditions, "KafkaResolved", "install Strimzi")
	if _, err := crenvtest.InstallCRDs(shared.config, crenvtest.CRDInstallOptions{Paths: []string{"testdata/strimzi.yaml"}, ErrorIfPathMissing: true}); err != nil {
		t.Fatal(err)
	}
	awaitRegistry(t, reg, "KafkaResolved", metav1.ConditionFalse, v1alpha1.ReasonKafkaNotFound)

	old, _ := authority(t, "old")
	kafka := strimzi("Kafka", ns, "prod", nil)
	create(t, kafka)
	awaitRegistry(t, reg, "KafkaResolved", metav1.ConditionFalse, v1alpha1.ReasonListenerNotFound)
	setStrimziStatus(t, kafka, listeners(old))
	awaitRegistry(t, reg, "KafkaResolved", metav1.ConditionFalse, v1alpha1.ReasonKafkaUserNotReady)
	user := strimzi("KafkaUser", ns, "registry", map[string]any{"authentication": map[string]any{"type": "scram-sha-512"}})
	create(t, user)
	setStrimziStatus(t, user, map[string]any{"secret": "registry", "username": "CN=registry"})
	awaitRegistry(t, reg, "KafkaResolved", metav1.ConditionFalse, v1alpha1.ReasonSecretNotFound)
	create(t, secret(ns, "registry", map[string]string{"password": "s3cret"}))
	setStatus(t, ns, "main", 2)
	awaitRegistry(t, reg, "Ready", metav1.ConditionTrue, "")
	was := templateOf(t, ns, "main")
	for _, want := range []string{`"value":"prod-kafka-bootstrap:9093"`, `"value":"SASL_SSL"`, `"value":"CN=registry"`, `"configMap":{"name":"main-kafka-ca"`} {
		if !strings.Contains(was, want) {
			t.Errorf("no %s in %s", want, was)
		}
	}

	// A new authority is added, and no pod changes.
	renewed, _ := authority(t, "new")
	setStrimziStatus(t, kafka, listeners(renewed))
	trusted := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "main-kafka-ca"}}
	await(t, trusted, &corev1.ConfigMapList{}, func(c *corev1.ConfigMap, _ bool) string {
		if c.Data["ca.crt"] != renewed+old {
			return "both authorities"
		}
		return ""
	})
	if is := templateOf(t, ns, "main"); is != was {
		t.Errorf("a new authority changed the pods:\n%s\n%s", was, is)
	}
	strangerIsLetIn(t, kafka)
}

// strangerIsLetIn goes on with an object that refers to the Kafka from another
// namespace: it learns nothing of it until the Kafka's owner agrees, and it
// loses it again.
func strangerIsLetIn(t *testing.T, kafka *unstructured.Unstructured) {
	t.Helper()
	ns := namespace(t)
	shared.routes.add("main."+ns+".svc:8081", newFakeRegistry())
	reg := managed(ns, "main")
	source := &v1alpha1.StrimziSource{Cluster: v1alpha1.KafkaReference{Name: "absent", Namespace: new(kafka.GetNamespace())}, Listener: "tls"}
	reg.Spec.Kafka = &v1alpha1.KafkaConnection{Strimzi: source}
	create(t, reg)
	denied := func() string {
		t.Helper()
		reg = awaitRegistry(t, reg, "KafkaResolved", metav1.ConditionFalse, v1alpha1.ReasonCrossNamespaceDenied)
		hasMessage(t, reg.Status.Conditions, "KafkaResolved", "spec.kafka.strimzi.cluster", v1alpha1.AnnotationAllowedNamespaces, ns)
		return strings.ReplaceAll(meta.FindStatusCondition(reg.Status.Conditions, "KafkaResolved").Message, reg.Spec.Kafka.Strimzi.Cluster.Name, "")
	}
	absent := denied()
	change(t, reg, func(r *v1alpha1.SchemaRegistry) { r.Spec.Kafka.Strimzi.Cluster.Name = kafka.GetName() })
	if is := denied(); is != absent {
		t.Errorf("a Kafka that is there is told apart from none: %q, %q", is, absent)
	}
	allow := func(namespaces string) {
		t.Helper()
		change(t, kafka, func(o *unstructured.Unstructured) {
			o.SetAnnotations(map[string]string{v1alpha1.AnnotationAllowedNamespaces: namespaces})
		})
	}
	allow("other, " + ns)
	setStatus(t, ns, "main", 2)
	awaitRegistry(t, reg, "Ready", metav1.ConditionTrue, "")
	if text := templateOf(t, ns, "main"); !strings.Contains(text, `"value":"prod-kafka-bootstrap:9093"`) {
		t.Errorf("template %s", text)
	}
	allow("other")
	denied()
}

func strimzi(kind, ns, name string, spec map[string]any) *unstructured.Unstructured {
	o := &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
	if spec == nil {
		o.Object["spec"] = map[string]any{}
	}
	o.SetGroupVersionKind(schema.GroupVersionKind{Group: "kafka.strimzi.io", Version: "v1", Kind: kind})
	o.SetNamespace(ns)
	o.SetName(name)
	return o
}

// listeners is the status of a Kafka with a plain listener, which is not the
// one that is asked for, and one with TLS.
func listeners(authority string) map[string]any {
	return map[string]any{"listeners": []any{
		map[string]any{"name": "plain", "bootstrapServers": "prod-kafka-bootstrap:9092"},
		map[string]any{"name": "tls", "bootstrapServers": "prod-kafka-bootstrap:9093", "certificates": []any{authority}},
	}}
}

func setStrimziStatus(t *testing.T, o *unstructured.Unstructured, status map[string]any) {
	t.Helper()
	old := get(t, o).DeepCopy()
	o.Object["status"] = status
	if err := shared.client.Status().Patch(t.Context(), o, client.MergeFrom(old)); err != nil {
		t.Fatal(err)
	}
}

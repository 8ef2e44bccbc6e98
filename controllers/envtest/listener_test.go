package envtest

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// shows is what pods show in a handshake, by host:port. Others cannot be
// dialled.
type shows struct {
	mu sync.Mutex
	by map[string]tls.Certificate
}

func (s *shows) set(t *testing.T, address, certificate, key string) {
	t.Helper()
	pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.by[address] = pair
}

func (s *shows) dial(_ context.Context, _, address string) (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	pair, ok := s.by[address]
	if !ok {
		return nil, fmt.Errorf("dial tcp: lookup %s: no such host", address)
	}
	ours, theirs := net.Pipe()
	go func() { // Ends when the caller closes its side.
		defer theirs.Close()
		_ = tls.Server(theirs, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}).Handshake()
	}()
	return ours, nil
}

// TestCertificateOnDemand plays cert-manager: its kind is missing, it comes, it
// issues a certificate, it renews it. Pods are told from the certificate that
// they show.
func TestCertificateOnDemand(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	shared.routes.add("main."+ns+".svc:8081", newFakeRegistry())
	reg := managed(ns, "main")
	reg.Spec.Listener = &v1alpha1.RegistryListenerSpec{ListenerSpec: v1alpha1.ListenerSpec{TLS: &v1alpha1.ListenerTLS{
		CertManager: &v1alpha1.CertManagerSource{IssuerRef: v1alpha1.IssuerRef{Name: "internal", Kind: new("ClusterIssuer")}, DNSNames: []v1alpha1.HostName{"registry.example.org"}},
	}}}
	create(t, reg)
	reg = awaitRegistry(t, reg, "Deployed", metav1.ConditionFalse, v1alpha1.ReasonFeatureUnsupported)
	hasMessage(t, reg.Status.Conditions, "Deployed", "spec.listener.tls.certManager", "cert-manager.io/v1")
	uninstall := install(t, "testdata/certmanager.yaml")
	reg = awaitRegistry(t, reg, "Deployed", metav1.ConditionFalse, v1alpha1.ReasonCertificatePending)
	kind := schema.GroupVersionKind{Group: "cert-manager.io", Version: "v1", Kind: "Certificate"}
	asked := get(t, ofKind(kind, reg))
	names, _, _ := unstructured.NestedStringSlice(asked.Object, "spec", "dnsNames")
	wanted := fmt.Sprintf("[main main.%[1]s main.%[1]s.svc *.main-nodes.%[1]s.svc registry.example.org]", ns)
	secretName, _, _ := unstructured.NestedString(asked.Object, "spec", "secretName")
	if !metav1.IsControlledBy(asked, reg) || fmt.Sprint(names) != wanted || secretName != "main-tls" {
		t.Errorf("%v %s", names, secretName)
	}

	first, firstKey := authority(t, "first")
	issued := secret(ns, "main-tls", map[string]string{"tls.crt": first, "tls.key": firstKey, "ca.crt": first})
	create(t, issued)
	pods := []string{"main-0.main-nodes." + ns + ".svc:8081", "main-1.main-nodes." + ns + ".svc:8081"}
	setStatus(t, ns, "main", 2)
	awaitRegistry(t, reg, "CertificateCurrent", metav1.ConditionUnknown, v1alpha1.ReasonConnectionFailed)
	for _, address := range pods {
		shared.shows.set(t, address, first, firstKey)
	}
	reg = awaitRegistry(t, reg, "CertificateCurrent", metav1.ConditionTrue, v1alpha1.ReasonCurrent)
	was := reg.Status.Certificate
	if was == nil || was.Secret != "main-tls" || was.ServedSerial == "" || was.NotAfter == nil {
		t.Fatalf("certificate %+v", was)
	}

	second, secondKey := authority(t, "second")
	change(t, issued, func(s *corev1.Secret) {
		s.Data["tls.crt"], s.Data["tls.key"], s.Data["ca.crt"] = []byte(second), []byte(secondKey), []byte(second)
	})
	reg = awaitRegistry(t, reg, "CertificateCurrent", metav1.ConditionFalse, v1alpha1.ReasonReloadPending)
	hasMessage(t, reg.Status.Conditions, "CertificateCurrent", "main-0", "main-1", was.ServedSerial)
	shared.shows.set(t, pods[0], second, secondKey)
	await(t, reg, &v1alpha1.SchemaRegistryList{}, func(r *v1alpha1.SchemaRegistry, _ bool) string {
		c := meta.FindStatusCondition(r.Status.Conditions, "CertificateCurrent")
		if c.Status != metav1.ConditionFalse || strings.Contains(c.Message, "main-0") || !strings.Contains(c.Message, "main-1") {
			return "main-1 alone: " + c.Message
		}
		if r.Status.Certificate.ServedSerial != was.ServedSerial {
			return "the serial that all pods showed"
		}
		return ""
	})
	awaitRegistry(t, reg, "Ready", metav1.ConditionTrue, "") // A reload is no outage.
	shared.shows.set(t, pods[1], second, secondKey)
	reg = awaitRegistry(t, reg, "CertificateCurrent", metav1.ConditionTrue, v1alpha1.ReasonCurrent)
	if reg.Status.Certificate.ServedSerial == was.ServedSerial {
		t.Error("the serial is still that of the old certificate")
	}

	// The Secret stays, as cert-manager leaves it; the Certificate goes.
	change(t, reg, func(r *v1alpha1.SchemaRegistry) {
		r.Spec.Listener.TLS = &v1alpha1.ListenerTLS{SecretName: "main-tls"}
	})
	gone(t, asked, listOf(kind))
	change(t, reg, func(r *v1alpha1.SchemaRegistry) { r.Spec.Listener = nil })
	reg = await(t, get(t, reg), &v1alpha1.SchemaRegistryList{}, func(r *v1alpha1.SchemaRegistry, _ bool) string {
		if r.Status.ObservedGeneration != r.Generation || r.Status.Certificate != nil {
			return "a status without a certificate"
		}
		return ""
	})
	if meta.FindStatusCondition(reg.Status.Conditions, "CertificateCurrent") != nil {
		t.Error("a condition of a certificate that there is not")
	}
	uninstall()
}

// TestClientCertificates: pods ask clients for certificates by authorities that
// have signed their own too, and tell when they have not.
func TestClientCertificates(t *testing.T) {
	t.Parallel()
	ns := namespace(t)
	p := proxy(ns, "rest")
	p.Spec.Listener = &v1alpha1.ListenerSpec{TLS: &v1alpha1.ListenerTLS{
		SecretName: "rest-tls", ClientCertificates: &v1alpha1.ClientCertificates{CA: &v1alpha1.SecretKeyRef{Name: "clients"}},
	}}
	own, key := authority(t, "own")
	clients, _ := authority(t, "clients")
	trusted := secret(ns, "clients", map[string]string{"ca.crt": clients})
	create(t, secret(ns, "rest-tls", map[string]string{"tls.crt": own, "tls.key": key, "ca.crt": own}), trusted, p)
	p = awaitProxy(t, p, "Deployed", metav1.ConditionFalse, v1alpha1.ReasonSecretInvalid)
	hasMessage(t, p.Status.Conditions, "Deployed", "spec.listener.tls.clientCertificates.ca", "rest-tls", "clients")
	change(t, trusted, func(s *corev1.Secret) { s.Data["ca.crt"] = []byte(clients + own) })
	setStatus(t, ns, "rest", 1)
	awaitProxy(t, p, "Ready", metav1.ConditionTrue, "")
	text := templateOf(t, ns, "rest")
	for _, want := range []string{
		`"name":"KARAPACE_SERVER_TLS_CLIENT_AUTH","value":"optional"`, `"name":"KARAPACE_SERVER_TLS_CAFILE","value":"/etc/plastron/listener/ca.crt"`,
		`"secret":{"name":"clients"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	shared.shows.set(t, "rest-0.rest-nodes."+ns+".svc:8082", own, key)
	awaitProxy(t, p, "CertificateCurrent", metav1.ConditionTrue, v1alpha1.ReasonCurrent)
}

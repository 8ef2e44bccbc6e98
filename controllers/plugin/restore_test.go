package plugin

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/runtime/app"
	"github.com/plastron-dev/plastron/runtime/backup"
	"github.com/plastron-dev/plastron/runtime/config"
	"github.com/plastron-dev/plastron/runtime/kafka"
)

// restoredRegistry restores a backup into a new Kafka, as `plastron backup
// restore` does, and runs a registry on it.
func restoredRegistry(t *testing.T, file string) string {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	settings := backup.Settings{
		Kafka: kafka.Options{Bootstrap: cluster.ListenAddrs(), MetadataMinAge: 50 * time.Millisecond}, Topic: "_schemas", Replication: 1,
	}
	if err := backup.Restore(t.Context(), settings, backup.RestoreOptions{Location: file}); err != nil {
		t.Fatalf("restoring: %v", err)
	}

	loaded, _, err := config.Load(config.Input{Role: config.RoleRegistry, Environ: []string{
		"KARAPACE_LOG_LEVEL=ERROR", "KARAPACE_PORT=0", "KARAPACE_ADVERTISED_HOSTNAME=127.0.0.1",
		"KARAPACE_BOOTSTRAP_URI=" + strings.Join(cluster.ListenAddrs(), ","),
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan app.Endpoints, 1), make(chan error, 1)
	go func() {
		ended <- app.RunRegistry(ctx, app.Options{
			Config: loaded, Version: "test", Log: os.Stderr, OnReady: func(e app.Endpoints) { ready <- e },
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case e := <-ready:
		return e.Registry
	case err := <-ended:
		ended <- nil
		t.Fatalf("the registry did not start: %v", err)
		return ""
	}
}

// wayTo dials one address whatever name is asked for.
type wayTo struct {
	address string
	asked   *string
}

func (w wayTo) Dial(_ context.Context, r *v1alpha1.SchemaRegistry) (Dial, func(), error) {
	*w.asked = r.Name
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", w.address)
	}, func() { *w.asked += " closed" }, nil
}

// TestManagedRegistryIsReachedByItsName reaches a registry with a certificate
// for its Service through a dialled connection, and shows it the credentials
// that its object names.
func TestManagedRegistryIsReachedByItsName(t *testing.T) {
	t.Parallel()
	f := func(certifiedName, want string) {
		t.Helper()
		authority, pair := certificate(t, certifiedName)
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if user, password, _ := r.BasicAuth(); user != "operator" || password != "secret" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			_, _ = io.WriteString(w, `["from-inside"]`)
		}))
		server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		t.Cleanup(server.Close)
		r := &v1alpha1.SchemaRegistry{
			ObjectMeta: metav1.ObjectMeta{Namespace: team, Name: "main"},
			Spec: v1alpha1.SchemaRegistrySpec{
				Type:     v1alpha1.Managed,
				Listener: &v1alpha1.RegistryListenerSpec{ListenerSpec: v1alpha1.ListenerSpec{TLS: &v1alpha1.ListenerTLS{SecretName: "tls"}}},
				Operator: &v1alpha1.OperatorAccess{Auth: &v1alpha1.HTTPAuth{Basic: &v1alpha1.BasicAuth{SecretRef: v1alpha1.SecretName{Name: "operator"}}}},
			},
		}
		p, out := newPlugin(t, r,
			&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: team, Name: "tls"}, Data: map[string][]byte{"ca.crt": authority}},
			&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: team, Name: "operator"}, Data: map[string][]byte{"username": []byte("operator"), "password": []byte("secret")}})
		var asked string
		p.Dialer = wayTo{server.Listener.Addr().String(), &asked}

		err := p.Orphans(t.Context(), OrphansOptions{Names: true})
		said := out.String()
		if err != nil {
			said = err.Error()
		}
		wantText(t, said, want)
		if asked != "main closed" {
			t.Errorf("the dialer: %q", asked)
		}
	}

	f("main.team.svc", "from-inside")
	f("other.team.svc", "certificate is valid for other.team.svc, not main.team.svc")
}

// certificate returns a certificate for a name that signs itself, as PEM and
// with its key.
func certificate(t *testing.T, name string) ([]byte, tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{name}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/plastron-dev/plastron/runtime/config"
)

// selfSigned writes a certificate for 127.0.0.1 that is its own authority.
func selfSigned(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "EC PRIVATE KEY", keyDER)
}

// TestTLS runs two registry nodes and a proxy that demand client
// certificates, so that forwarding has to show one too.
func TestTLS(t *testing.T) {
	t.Parallel()
	cert, key := selfSigned(t)
	b := broker(t)
	common := []string{
		"KARAPACE_BOOTSTRAP_URI=" + b.Addr(), "KARAPACE_ADVERTISED_PROTOCOL=https",
		"KARAPACE_SERVER_TLS_CERTFILE=" + cert, "KARAPACE_SERVER_TLS_KEYFILE=" + key,
		"KARAPACE_SERVER_TLS_CAFILE=" + cert, "KARAPACE_SERVER_TLS_CLIENT_AUTH=required",
		"KARAPACE_WAITING_TIME_BEFORE_ACTING_AS_MASTER_MS=0",
	}
	primary := background(t, RunAll, settings(t, config.RoleAll, common...))
	follower := background(t, RunRegistry, settings(t, config.RoleRegistry, append(common, "KARAPACE_MASTER_ELIGIBILITY=false")...))

	pool, err := authorities("test", cert)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{pair}}}
	client := &http.Client{Transport: transport}
	answer, err := client.Post(follower.Registry+"/subjects/s/versions", "application/json", strings.NewReader(`{"schema":"\"int\""}`))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatal("forwarding between nodes with client certificates:", answer.Status)
	}
	// The proxy in the same process needs no certificate for its registry.
	answer, err = client.Get(primary.REST + "/topics")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()

	stranger := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool}}}
	if answer, err := stranger.Get(primary.Registry + "/"); err == nil {
		answer.Body.Close()
		t.Fatal("served without a client certificate")
	}
}

package httpserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// identity is a certificate that is its own authority.
type identity struct{ cert, key []byte }

func newIdentity(t *testing.T, name string) identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"example.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return identity{
		cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		key:  pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: private}),
	}
}

func put(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestTLSReload replaces server certificate and client authorities under a
// running server.
func TestTLSReload(t *testing.T) {
	t.Parallel()
	first, second, ann, bob := newIdentity(t, "first"), newIdentity(t, "second"), newIdentity(t, "ann"), newIdentity(t, "bob")
	dir := t.TempDir()
	files := TLSFiles{Cert: filepath.Join(dir, "c"), Key: filepath.Join(dir, "k"), CA: filepath.Join(dir, "a"), ClientAuth: "required"}
	put(t, files.Cert, first.cert)
	put(t, files.Key, first.key)
	put(t, files.CA, ann.cert)
	reloading, err := NewTLS(files)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS, server.EnableHTTP2 = reloading.Config(), true
	server.StartTLS()
	t.Cleanup(server.Close)
	sessions := tls.NewLRUClientSessionCache(10)
	f := func(step string, trusted, client identity, want bool) {
		t.Helper()
		pair, err := tls.X509KeyPair(client.cert, client.key)
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(trusted.cert)
		transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{
			RootCAs: roots, Certificates: []tls.Certificate{pair}, ServerName: "example.com", ClientSessionCache: sessions,
		}}
		defer transport.CloseIdleConnections()
		answer, err := (&http.Client{Transport: transport}).Get(server.URL)
		if (err == nil) != want {
			t.Fatalf("%s: %v", step, err)
		}
		if err == nil {
			answer.Body.Close()
			if answer.ProtoMajor != 2 {
				t.Fatalf("%s: %s", step, answer.Proto)
			}
		}
	}

	f("at first", first, ann, true)
	f("a stranger", first, bob, false)
	put(t, files.Cert, second.cert)
	reloading.reload()
	f("half replaced", first, ann, true)
	put(t, files.Key, second.key)
	reloading.reload()
	f("replaced", second, ann, true)
	f("the old one is gone", first, ann, false)
	put(t, files.CA, bob.cert)
	reloading.reload()
	f("authority removed", second, ann, false)
	f("authority added", second, bob, true)
	put(t, files.CA, []byte("nothing"))
	reloading.reload()
	f("broken authorities", second, bob, true)
}

func TestBrokenTLSFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	one := newIdentity(t, "one")
	cert, key := filepath.Join(dir, "c"), filepath.Join(dir, "k")
	put(t, cert, one.cert)
	put(t, key, one.key)
	f := func(want string, files TLSFiles) {
		t.Helper()
		if _, err := NewTLS(files); err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("%v; want %q", err, want)
		}
	}

	f("server_tls_certfile", TLSFiles{Cert: "/none", Key: key})
	f("server_tls_keyfile", TLSFiles{Cert: cert, Key: "/none"})
	f("server_tls_cafile", TLSFiles{Cert: cert, Key: key, CA: key})
	f("not one of none, optional, required", TLSFiles{Cert: cert, Key: key, ClientAuth: "maybe"})
}

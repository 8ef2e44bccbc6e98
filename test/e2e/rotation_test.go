//go:build e2e

package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"
)

// rotationStory runs a registry with users and a certificate, changes both
// Secrets, and finds the new certificate and the new password in force in the
// same pod, with the operator still let in.
func rotationStory(t *testing.T, k *kubectl) {
	authority := newAuthority(t)
	secrets := func(serial int64, password string) {
		certificate, key := authority.issue(t, serial, "secured.default.svc", "*.secured-nodes.default.svc", "localhost")
		k.apply(t, secret("e2e-tls", map[string]string{"tls.crt": certificate, "tls.key": key, "ca.crt": authority.pem}))
		k.apply(t, secret("e2e-users", map[string]string{"auth.json": fmt.Sprintf(
			`{"users": [%s], "permissions": [{"username": "operator", "operation": "Write", "resource": ".*"}]}`, hashed(t, k, "operator", password))}))
		k.apply(t, secret("e2e-operator", map[string]string{"username": "operator", "password": password}))
	}
	secrets(1001, "first-password")
	k.apply(t, `
apiVersion: plastron.dev/v1alpha1
kind: SchemaRegistry
metadata: {name: secured}
spec:
  replicas: 1
  kafka: {bootstrap: {servers: ["kafka.default.svc:9092"]}}
  topic: {name: _schemas_secured, replicationFactor: 1}
  election: {groupID: e2e-secured}
  listener:
    tls: {secretName: e2e-tls}
    authentication: {basic: {usersSecretRef: {name: e2e-users}}}
  operator: {auth: {basic: {secretRef: {name: e2e-operator}}}}
`)
	k.awaitCondition(t, "schemaregistry", "secured", "Ready", "True", 2*time.Minute)
	pod := k.get(t, "pod", "secured-0").Metadata.UID
	reach := func() string {
		return strings.Replace(k.forward(t, "pod/secured-0", registryPort), "http://127.0.0.1", "https://localhost", 1)
	}
	url := reach()
	if serial, status := authority.ask(t.Context(), url, "first-password"); serial != 1001 || status != http.StatusOK {
		t.Fatalf("before: serial %d, status %d", serial, status)
	}

	start := time.Now()
	secrets(1002, "second-password")
	await(t, "the new certificate and the new password", 4*time.Minute, func() string {
		serial, status := authority.ask(t.Context(), url, "second-password")
		if status == 0 {
			url = reach() // kubectl gives up when one connection is reset.
		}
		_, old := authority.ask(t.Context(), url, "first-password")
		if serial != 1002 || status != http.StatusOK || old != http.StatusUnauthorized {
			return fmt.Sprintf("serial %d, status %d, with the old password %d", serial, status, old)
		}
		return ""
	})
	t.Logf("in force %s after the Secrets changed", time.Since(start).Round(time.Second))
	if now := k.get(t, "pod", "secured-0").Metadata.UID; now != pod {
		t.Error("the pod was replaced")
	}
	k.apply(t, strings.Replace(subjectManifest("e2e-secured", "e2e-secured", accountV1, ""), "registryRef: {name: registry}", "registryRef: {name: secured}", 1))
	k.awaitCondition(t, "subject", "e2e-secured", "Ready", "True", 2*time.Minute)
	k.run(t, "delete", "subject/e2e-secured", "schemaregistry/secured", "secret/e2e-tls", "secret/e2e-users", "secret/e2e-operator")
}

func secret(name string, data map[string]string) string {
	text := "apiVersion: v1\nkind: Secret\nmetadata: {name: " + name + "}\ndata:\n"
	for key, value := range data {
		text += "  " + key + ": " + base64.StdEncoding.EncodeToString([]byte(value)) + "\n"
	}
	return text
}

// hashed is the entry of a user; a pod of the registry has the program that
// makes it.
func hashed(t *testing.T, k *kubectl, user, password string) string {
	t.Helper()
	return k.run(t, "exec", registryName+"-0", "--", "/plastron", "mkpasswd", "-u", user, password)
}

// authority signs certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pem         string
	trusted     *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{key: key, pem: block("CERTIFICATE", der), trusted: x509.NewCertPool()}
	if a.certificate, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.trusted.AddCert(a.certificate)
	return a
}

// issue returns a certificate and its key, as PEM.
func (a *authority) issue(t *testing.T, serial int64, names ...string) (certificate, key string) {
	t.Helper()
	made, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), DNSNames: names, KeyUsage: x509.KeyUsageDigitalSignature,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &made.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(made)
	if err != nil {
		t.Fatal(err)
	}
	return block("CERTIFICATE", der), block("PRIVATE KEY", raw)
}

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// ask opens a connection and returns the serial of the certificate that it was
// shown and the status of the answer; 0 for none.
func (a *authority) ask(ctx context.Context, url, password string) (serial int64, status int) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/subjects", nil)
	if err != nil {
		return 0, 0
	}
	req.SetBasicAuth("operator", password)
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: a.trusted, MinVersion: tls.VersionTLS12}}
	res, err := transport.RoundTrip(req)
	if err != nil {
		return 0, 0
	}
	defer res.Body.Close()
	return res.TLS.PeerCertificates[0].SerialNumber.Int64(), res.StatusCode
}

package kafka

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// authority makes certificates for one test.
type authority struct {
	t    *testing.T
	dir  string
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir()}
	a.key = a.newKey()
	a.cert = a.issue(&x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ca"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}, a.key, nil)
	a.write("ca.crt", "CERTIFICATE", a.cert.Raw)
	return a
}

func (a *authority) newKey() *ecdsa.PrivateKey {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	return key
}

func (a *authority) issue(template *x509.Certificate, key *ecdsa.PrivateKey, parent *x509.Certificate) *x509.Certificate {
	a.t.Helper()
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return cert
}

// leaf issues a certificate with the serial number and DNS name and writes it
// as name.crt and name.key.
func (a *authority) leaf(name string, serial int64, hosts ...string) tls.Certificate {
	a.t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	key := a.newKey()
	cert := a.issue(template, key, a.cert)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	a.write(name+".crt", "CERTIFICATE", cert.Raw)
	a.write(name+".key", "PRIVATE KEY", der)
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}
}

func (a *authority) revoke(file string, serials ...int64) {
	a.t.Helper()
	list := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: time.Now(), NextUpdate: time.Now().Add(time.Hour)}
	for _, serial := range serials {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries,
			x509.RevocationListEntry{SerialNumber: big.NewInt(serial), RevocationTime: time.Now()})
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, a.cert, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	a.write(file, "X509 CRL", der)
}

func (a *authority) write(file, kind string, der []byte) {
	a.t.Helper()
	if err := os.WriteFile(a.file(file), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

func (a *authority) file(name string) string { return filepath.Join(a.dir, name) }

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

func broker(t *testing.T, opts ...kfake.Opt) string {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c.ListenAddrs()[0]
}

// ping connects with s and returns the error.
func ping(t *testing.T, addr string, s Security) error {
	t.Helper()
	client, err := NewClient(Options{Bootstrap: []string{addr}, Security: s, DialTimeout: 2 * time.Second}, kgo.RequestRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return client.Ping(ctx)
}

func TestSASL(t *testing.T) {
	t.Parallel()
	addr := broker(t, kfake.EnableSASL(),
		kfake.Superuser("PLAIN", "p", "p-pw"), kfake.Superuser("SCRAM-SHA-256", "s256", "s-pw"), kfake.Superuser("SCRAM-SHA-512", "s512", "s-pw"))
	f := func(s Security, want Class, remedy string) {
		t.Helper()
		err := ping(t, addr, s)
		if Classify(err) != want || !strings.Contains(Explain(err), remedy) {
			t.Errorf("%v: %v is %s, explained as %q; want %s with %q", s, err, Classify(err), Explain(err), want, remedy)
		}
		if err != nil && strings.Contains(Explain(err), "-pw") {
			t.Errorf("a password is in %q", Explain(err))
		}
	}
	const protocol = ProtocolSASLPlaintext
	f(Security{Protocol: protocol, Username: "p", Password: "p-pw"}, None, "")
	f(Security{Protocol: protocol, Mechanism: MechanismPlain, Username: "p", Password: "p-pw"}, None, "")
	f(Security{Protocol: protocol, Mechanism: MechanismScram256, Username: "s256", Password: "s-pw"}, None, "")
	f(Security{Protocol: protocol, Mechanism: MechanismScram512, Username: "s512", Password: "s-pw"}, None, "")
	// kfake hangs up where Kafka answers SASL_AUTHENTICATION_FAILED; that is in TestClassify.
	f(Security{Protocol: protocol, Username: "p", Password: "wrong-pw"}, Unreachable, "")
	f(Security{Protocol: protocol, Mechanism: MechanismOAuthBearer, Token: "x"}, Authentication, "sasl_mechanism")
	f(Security{}, Authentication, "SASL_PLAINTEXT")
}

func TestTLS(t *testing.T) {
	t.Parallel()
	a, other := newAuthority(t), newAuthority(t)
	addr := broker(t, kfake.TLS(&tls.Config{Certificates: []tls.Certificate{a.leaf("broker", 7, "127.0.0.1")}}))
	elsewhere := broker(t, kfake.TLS(&tls.Config{Certificates: []tls.Certificate{a.leaf("elsewhere", 8, "kafka.example")}}))
	mutual := broker(t, kfake.TLS(&tls.Config{
		Certificates: []tls.Certificate{a.leaf("mutual", 9, "127.0.0.1")}, ClientCAs: a.pool(), ClientAuth: tls.RequireAndVerifyClientCert,
	}))
	plaintext := hangUp(t)
	a.leaf("client", 10)
	a.revoke("revoked.crl", 7, 8)
	a.revoke("empty.crl")
	other.revoke("foreign.crl", 7)

	f := func(addr string, s Security, want Class, remedy string) {
		t.Helper()
		s.Protocol = ProtocolSSL
		err := ping(t, addr, s)
		if Classify(err) != want || !strings.Contains(Explain(err), remedy) {
			t.Errorf("%v is %s, explained as %q; want %s with %q", err, Classify(err), Explain(err), want, remedy)
		}
	}
	ca := a.file("ca.crt")
	f(addr, Security{CAFile: ca}, None, "")
	f(addr, Security{CAFile: ca, Ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256"}, None, "")
	f(addr, Security{}, Unreachable, "ssl_cafile")
	f(addr, Security{CAFile: other.file("ca.crt")}, Unreachable, "ssl_cafile")
	f(plaintext, Security{CAFile: ca}, Unreachable, "PLAINTEXT")
	// The host name.
	f(elsewhere, Security{CAFile: ca}, Unreachable, "ssl_check_hostname")
	f(elsewhere, Security{CAFile: ca, SkipHostnameCheck: true}, None, "")
	f(elsewhere, Security{CAFile: other.file("ca.crt"), SkipHostnameCheck: true}, Unreachable, "ssl_cafile")
	// Revocation.
	f(addr, Security{CAFile: ca, CRLFile: a.file("empty.crl")}, None, "")
	f(addr, Security{CAFile: ca, CRLFile: a.file("revoked.crl")}, Unreachable, "revoked")
	f(elsewhere, Security{CAFile: ca, CRLFile: a.file("revoked.crl"), SkipHostnameCheck: true}, Unreachable, "revoked")
	f(addr, Security{CAFile: ca, CRLFile: other.file("foreign.crl")}, None, "")
	// Client certificates.
	f(mutual, Security{CAFile: ca, CertFile: a.file("client.crt"), KeyFile: a.file("client.key")}, None, "")
	f(mutual, Security{CAFile: ca}, Authentication, "ssl_certfile")

	err := ping(t, addr, Security{})
	if Classify(err) != Unreachable || !strings.Contains(Explain(err), "SSL or SASL_SSL") {
		t.Errorf("plaintext to a TLS port: %v is %s, explained as %q", err, Classify(err), Explain(err))
	}
}

// hangUp is what Kafka's plaintext listener does to a TLS handshake; kfake
// would wait for the rest of a very long request.
func hangUp(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 512))
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = ln.Close()
		<-done
	})
	return ln.Addr().String()
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	_ = ln.Close()
	err = ping(t, addr, Security{})
	if Classify(err) != Unreachable || !strings.Contains(Explain(err), "bootstrap_uri") {
		t.Errorf("%v is %s, explained as %q", err, Classify(err), Explain(err))
	}
}

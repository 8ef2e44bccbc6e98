package webhook

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"slices"
	"time"
)

// Keys of the Secret. The first three are those of the type kubernetes.io/tls
// with an authority.
const (
	keyAuthorities  = "ca.crt" // Newest first; all of them are trusted.
	keyCertificate  = "tls.crt"
	keyPrivate      = "tls.key"
	keyAuthorityKey = "ca.key" // Of the newest authority.
)

const (
	authorityLife   = 365 * 24 * time.Hour
	certificateLife = 90 * 24 * time.Hour
	// skew is by how much clocks of API servers may be behind ours.
	skew = 5 * time.Minute
)

// pair is a certificate with its key.
type pair struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// keyring is what the Secret holds.
type keyring struct {
	// authorities are trusted, newest first, and signer is the key of the
	// first one.
	authorities []*x509.Certificate
	signer      crypto.Signer
	serving     pair
}

// newAuthority makes an authority that signs certificates from now on.
func newAuthority(now time.Time) (pair, error) {
	serial, err := serialNumber()
	if err != nil {
		return pair{}, err
	}
	return sign(pair{}, &x509.Certificate{
		SerialNumber: serial,
		// The name tells two authorities of one installation apart.
		Subject:   pkix.Name{CommonName: fmt.Sprintf("plastron webhook authority %x", serial.Bytes()[:4])},
		NotBefore: now.Add(-skew), NotAfter: now.Add(authorityLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	})
}

// newCertificate makes a certificate for a server that is reached under hosts.
func newCertificate(by pair, hosts []string, now time.Time) (pair, error) {
	serial, err := serialNumber()
	if err != nil {
		return pair{}, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "plastron webhook"},
		NotBefore:    now.Add(-skew), NotAfter: now.Add(certificateLife),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
			continue
		}
		template.DNSNames = append(template.DNSNames, h)
	}
	return sign(by, template)
}

func serialNumber() (*big.Int, error) {
	raw := make([]byte, 16)
	if _, err := rand.Read(raw); err != nil {
		return nil, fmt.Errorf("drawing a serial number: %w", err)
	}
	raw[0] |= 1 // Never zero, whose bytes would be none (RFC 5280, 4.1.2.2).
	raw[0] &= 0x7f
	return new(big.Int).SetBytes(raw), nil
}

// sign makes a key for the template and has it signed by an authority, or by
// itself when by is empty.
func sign(by pair, template *x509.Certificate) (pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return pair{}, fmt.Errorf("making a key: %w", err)
	}
	if by.certificate == nil {
		by = pair{template, key}
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, by.certificate, key.Public(), by.key)
	if err != nil {
		return pair{}, fmt.Errorf("signing a certificate: %w", err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		return pair{}, fmt.Errorf("reading the certificate that was just signed: %w", err)
	}
	return pair{certificate, key}, nil
}

// parseKeyring reads the data of the Secret.
func parseKeyring(data map[string][]byte) (*keyring, error) {
	var k keyring
	var err error
	if k.authorities, err = parseCertificates(keyAuthorities, data[keyAuthorities]); err != nil {
		return nil, err
	}
	if k.signer, err = parseKey(keyAuthorityKey, data[keyAuthorityKey]); err != nil {
		return nil, err
	}
	leaf, err := parseCertificates(keyCertificate, data[keyCertificate])
	if err != nil {
		return nil, err
	}
	k.serving.certificate = leaf[0]
	if k.serving.key, err = parseKey(keyPrivate, data[keyPrivate]); err != nil {
		return nil, err
	}
	if !belongs(k.authorities[0], k.signer) || !belongs(k.serving.certificate, k.serving.key) {
		return nil, errors.New("a key does not belong to its certificate")
	}
	return &k, nil
}

func belongs(c *x509.Certificate, key crypto.Signer) bool {
	public, ok := c.PublicKey.(*ecdsa.PublicKey)
	return ok && public.Equal(key.Public())
}

func parseCertificates(name string, text []byte) ([]*x509.Certificate, error) {
	var all []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("reading %s: there is no certificate (PEM) in it", name)
	}
	return all, nil
}

// parseKey never tells what the text is: it is secret.
func parseKey(name string, text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("reading %s: there is no key (PEM) in it", name)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("reading %s: it is no key in PKCS #8", name)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("reading %s: the key cannot sign", name)
	}
	return signer, nil
}

// data is the keyring as the Secret holds it.
func (k *keyring) data() (map[string][]byte, error) {
	out := map[string][]byte{keyAuthorities: encode(k.authorities...), keyCertificate: encode(k.serving.certificate)}
	for name, key := range map[string]crypto.Signer{keyAuthorityKey: k.signer, keyPrivate: k.serving.key} {
		raw, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return nil, fmt.Errorf("encoding %s: %w", name, err)
		}
		out[name] = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})
	}
	return out, nil
}

func encode(certificates ...*x509.Certificate) []byte {
	var out bytes.Buffer
	for _, c := range certificates {
		out.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	return out.Bytes()
}

// coversAll reports whether the certificate is for all of the hosts.
func coversAll(c *x509.Certificate, hosts []string) bool {
	return !slices.ContainsFunc(hosts, func(h string) bool { return c.VerifyHostname(h) != nil })
}

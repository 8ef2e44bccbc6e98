package kafka

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"
)

// tlsConfig builds the client side of TLS from PEM files, without the name of
// the broker.
func (s Security) tlsConfig() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.CAFile != "" {
		pool, err := certPool("ssl_cafile", s.CAFile)
		if err != nil {
			return nil, err
		}
		config.RootCAs = pool
	}
	if (s.CertFile == "") != (s.KeyFile == "") {
		return nil, errors.New("ssl_certfile and ssl_keyfile go together: set both or none")
	}
	if s.CertFile != "" {
		cert, err := loadKeyPair(s.CertFile, s.KeyFile, s.KeyPassword)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{cert}
	}
	if s.Ciphers != "" {
		suites, err := cipherSuites(s.Ciphers)
		if err != nil {
			return nil, err
		}
		config.CipherSuites = suites
	}
	return config, s.addChecks(config)
}

// addChecks adds the two checks that crypto/tls does not offer as settings: a
// chain without a host name, and revocation of the broker's own certificate.
func (s Security) addChecks(config *tls.Config) error {
	var revoked *x509.RevocationList
	if s.CRLFile != "" {
		list, err := loadCRL(s.CRLFile)
		if err != nil {
			return err
		}
		revoked = list
	}
	if !s.SkipHostnameCheck && revoked == nil {
		return nil
	}
	// crypto/tls can only skip the whole verification, so the chain is built
	// again below; nothing is accepted that it would refuse for another reason
	// than the name.
	skip := s.SkipHostnameCheck
	config.InsecureSkipVerify = skip // VerifyConnection below verifies the chain.
	roots := config.RootCAs
	config.VerifyConnection = func(state tls.ConnectionState) error {
		chains := state.VerifiedChains
		if skip {
			var err error
			if chains, err = verifyChain(state.PeerCertificates, roots); err != nil {
				return err
			}
		}
		return checkRevoked(chains, revoked)
	}
	return nil
}

func verifyChain(peer []*x509.Certificate, roots *x509.CertPool) ([][]*x509.Certificate, error) {
	if len(peer) == 0 {
		return nil, errors.New("tls: the broker sent no certificate")
	}
	opts := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
	for _, cert := range peer[1:] {
		opts.Intermediates.AddCert(cert)
	}
	chains, err := peer[0].Verify(opts)
	if err != nil {
		return nil, fmt.Errorf("tls: failed to verify certificate: %w", err)
	}
	return chains, nil
}

// checkRevoked refuses a leaf that the list names, if the list was signed by
// the issuer of that leaf.
func checkRevoked(chains [][]*x509.Certificate, list *x509.RevocationList) error {
	if list == nil {
		return nil
	}
	for _, chain := range chains {
		if len(chain) < 2 || list.CheckSignatureFrom(chain[1]) != nil {
			continue
		}
		for _, entry := range list.RevokedCertificateEntries {
			if entry.SerialNumber.Cmp(chain[0].SerialNumber) == 0 {
				return fmt.Errorf("tls: the broker's certificate %s is revoked", chain[0].SerialNumber)
			}
		}
	}
	return nil
}

func certPool(key, file string) (*x509.CertPool, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", key, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(raw) {
		return nil, fmt.Errorf("%s %s holds no PEM certificate", key, file)
	}
	return pool, nil
}

func loadCRL(file string) (*x509.RevocationList, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading ssl_crlfile: %w", err)
	}
	if block, _ := pem.Decode(raw); block != nil {
		raw = block.Bytes
	}
	list, err := x509.ParseRevocationList(raw)
	if err != nil {
		return nil, fmt.Errorf("reading ssl_crlfile %s: %w", file, err)
	}
	return list, nil
}

// cipherSuites maps OpenSSL's names to Go's suites. Go offers only secure
// ones, so names it does not know are dropped as long as one is left.
func cipherSuites(list string) ([]uint16, error) {
	known := map[string]uint16{}
	for _, suite := range tls.CipherSuites() {
		known[openSSLName(suite.Name)] = suite.ID
		known[suite.Name] = suite.ID
	}
	var out []uint16
	for _, name := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(":, ", r) }) {
		if id, ok := known[name]; ok {
			out = append(out, id)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("ssl_ciphers %q names no cipher suite that is supported, for instance ECDHE-RSA-AES128-GCM-SHA256", list)
	}
	return out, nil
}

// openSSLName turns TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 into
// ECDHE-RSA-AES128-GCM-SHA256.
func openSSLName(name string) string {
	name = strings.TrimPrefix(name, "TLS_")
	name = strings.NewReplacer("_WITH_", "-", "AES_128", "AES128", "AES_256", "AES256", "_", "-").Replace(name)
	return strings.NewReplacer("CHACHA20-POLY1305-SHA256", "CHACHA20-POLY1305", "-CBC-SHA", "-SHA").Replace(name)
}

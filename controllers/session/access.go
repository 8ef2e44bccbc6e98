package session

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"slices"

	"github.com/plastron-dev/plastron/runtime/client"
)

// Access is what the operator shows a registry, and whom it trusts there. The
// zero value is an open registry with a certificate that the image trusts.
type Access struct {
	// Username and Password for Basic authentication (RFC 7617), or Token for
	// a bearer token (RFC 6750).
	Username, Password, Token string
	// Authorities (PEM) that sign the registry's certificate, empty for those
	// of the image.
	Authorities string
	// Certificate of the operator, nil for none.
	Certificate *tls.Certificate
}

// equal reports whether both open the same doors.
func (a Access) equal(b Access) bool {
	same := a.Username == b.Username && a.Password == b.Password && a.Token == b.Token && a.Authorities == b.Authorities
	if !same || a.Certificate == nil || b.Certificate == nil {
		return same && a.Certificate == b.Certificate
	}
	return slices.EqualFunc(a.Certificate.Certificate, b.Certificate.Certificate, slices.Equal)
}

// auth adds the credentials to each request; nil for none.
func (a Access) auth() client.Authorizer {
	switch {
	case a.Token != "":
		return client.Bearer(func() (string, error) { return a.Token, nil })
	case a.Username != "":
		return client.Basic(a.Username, a.Password)
	default:
		return nil
	}
}

// transport returns a transport of its own for access with certificates, nil
// for all other.
func (a Access) transport() (*http.Transport, error) {
	if a.Authorities == "" && a.Certificate == nil {
		return nil, nil
	}
	t := client.NewTransport()
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if a.Authorities != "" {
		t.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !t.TLSClientConfig.RootCAs.AppendCertsFromPEM([]byte(a.Authorities)) {
			return nil, errors.New("reading the authorities of the registry: there is no certificate (PEM) in them")
		}
	}
	if a.Certificate != nil {
		t.TLSClientConfig.Certificates = []tls.Certificate{*a.Certificate}
	}
	return t, nil
}

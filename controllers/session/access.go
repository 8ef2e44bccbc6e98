package session

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/grant"
)

// Access is what the operator shows a registry, and whom it trusts there. The
// zero value is an open registry with a certificate that the image trusts.
type Access struct {
	// Username and Password for Basic authentication (RFC 7617), or Token for
	// a bearer token (RFC 6750).
	Username, Password, Token string
	// OAuth gets tokens in their place; the zero value is none.
	OAuth OAuth
	// Authorities (PEM) that sign the registry's certificate, empty for those
	// of the image.
	Authorities string
	// Certificate of the operator, nil for none.
	Certificate *tls.Certificate
}

// OAuth is a client of an issuer of tokens.
type OAuth struct {
	Endpoint, ClientID, Secret, Scope string
	// Authorities (PEM) of the issuer, empty for those of the image.
	Authorities string
	// LogicalCluster and IdentityPool are headers of Confluent Cloud, empty for
	// none.
	LogicalCluster, IdentityPool string
}

// authorizer gets the tokens and shows them.
func (o OAuth) authorizer() client.Authorizer {
	c := grant.Config{
		Endpoint: o.Endpoint, ClientID: o.ClientID, Scope: o.Scope, Clock: time.Now,
		Name: "the token endpoint", Hint: "clientID, clientSecretFrom and scope",
		Secret: func() (string, error) { return o.Secret, nil },
	}
	if o.Authorities != "" {
		c.TLS = func() (*tls.Config, error) { return trusting(o.Authorities, "the issuer") }
	}
	tokens := grant.New(c)
	return client.AuthorizerFunc(func(r *http.Request) error {
		token, err := tokens.Get(r.Context())
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Bearer "+token)
		if o.LogicalCluster != "" {
			r.Header.Set("target-sr-cluster", o.LogicalCluster)
		}
		if o.IdentityPool != "" {
			r.Header.Set("Confluent-Identity-Pool-Id", o.IdentityPool)
		}
		return nil
	})
}

// trusting returns settings that trust authorities and no others; whose they are
// is for the error. Empty ones are those of the image.
func trusting(authorities, whose string) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if authorities == "" {
		return config, nil
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM([]byte(authorities)) {
		return nil, fmt.Errorf("reading the authorities of %s: there is no certificate (PEM) in them", whose)
	}
	return config, nil
}

// equal reports whether both open the same doors.
func (a Access) equal(b Access) bool {
	same := a.Username == b.Username && a.Password == b.Password && a.Token == b.Token && a.Authorities == b.Authorities && a.OAuth == b.OAuth
	if !same || a.Certificate == nil || b.Certificate == nil {
		return same && a.Certificate == b.Certificate
	}
	return slices.EqualFunc(a.Certificate.Certificate, b.Certificate.Certificate, slices.Equal)
}

// auth adds the credentials to each request; nil for none.
func (a Access) auth() client.Authorizer {
	switch {
	case a.OAuth != (OAuth{}):
		return a.OAuth.authorizer()
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
	config, err := trusting(a.Authorities, "the registry")
	if err != nil {
		return nil, err
	}
	t := client.NewTransport()
	t.TLSClientConfig = config
	if a.Certificate != nil {
		t.TLSClientConfig.Certificates = []tls.Certificate{*a.Certificate}
	}
	return t, nil
}

package app

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"strings"

	"github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/config"
	"github.com/plastron-dev/plastron/runtime/internal/filepoll"
)

// maxCredential bounds a file that holds a password or a token.
const maxCredential = 64 << 10

// registryAuth are the proxy's own credentials for the registry, nil for none.
// Files are read for each request, of which there are few: what the registry
// says of a schema is remembered. So a rotated credential needs no restart.
func registryAuth(c config.REST) client.Authorizer {
	switch {
	case c.RegistryTokenFile != "":
		return client.Bearer(func() (string, error) { return readCredential("registry_token_file", c.RegistryTokenFile) })
	case c.RegistryPasswordFile != "":
		return client.AuthorizerFunc(func(r *http.Request) error {
			password, err := readCredential("registry_password_file", c.RegistryPasswordFile)
			if err != nil {
				return err
			}
			return client.Basic(c.RegistryUser, password).Authorize(r)
		})
	case c.RegistryUser != "":
		return client.Basic(c.RegistryUser, string(c.RegistryPassword))
	default:
		return nil
	}
}

func readCredential(key, path string) (string, error) {
	text, err := filepoll.Read(path, maxCredential)
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", key, err)
	}
	credential := strings.TrimSpace(string(text))
	if credential == "" {
		return "", fmt.Errorf("reading %s: %s is empty", key, path)
	}
	return credential, nil
}

// registryTransport trusts the authorities of a PEM file, or the system's, and
// shows the proxy's certificate where it has one.
func registryTransport(c config.REST) (*http.Transport, error) {
	transport := client.NewTransport()
	if c.RegistryCA == "" && c.RegistryCert == "" {
		return transport, nil
	}
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if c.RegistryCA != "" {
		pool, err := authorities("registry_ca", c.RegistryCA)
		if err != nil {
			return nil, err
		}
		transport.TLSClientConfig.RootCAs = pool
	}
	if c.RegistryCert == "" {
		return transport, nil
	}
	load := func() (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(c.RegistryCert, c.RegistryKey)
		if err != nil {
			return nil, fmt.Errorf("reading registry_certfile and registry_keyfile: %w", err)
		}
		return &pair, nil
	}
	if _, err := load(); err != nil {
		return nil, err
	}
	// Read again at every handshake: certificates are rotated under a running
	// process.
	transport.TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return load() }
	return transport, nil
}

package httpserver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"

	"github.com/plastron-dev/plastron/runtime/internal/filepoll"
)

// maxPEM bounds a certificate, key or authority file in bytes.
const maxPEM = 1 << 20

// TLSFiles are the PEM files behind a listener.
type TLSFiles struct {
	// Cert and Key belong together. CA holds the authorities for client
	// certificates; empty for none.
	Cert, Key, CA string
	// ClientAuth is none, optional or required; empty means none.
	ClientAuth string
	// Interval is how often the files are looked at; default 5 s.
	Interval time.Duration
	// Logger hears of files taken over, and of files that could not be.
	Logger logr.Logger
}

// TLS serves the files as they are now: what is replaced under the running
// process counts for connections made from then on, also client certificates
// of authorities that were removed.
type TLS struct {
	files   TLSFiles
	watched *filepoll.Files
	current atomic.Pointer[tls.Config]
}

// NewTLS reads the files; broken ones are an error.
func NewTLS(files TLSFiles) (*TLS, error) {
	t := &TLS{files: files, watched: filepoll.New(maxPEM, files.Cert, files.Key, files.CA)}
	return t, t.load()
}

// Config is what Config.TLS of a server takes. It asks for the current files
// at each handshake.
func (t *TLS) Config() *tls.Config {
	c := t.current.Load().Clone()
	c.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return t.current.Load(), nil }
	return c
}

// Run takes over changed files until ctx ends. It returns nil. A pair whose
// halves do not belong together, as it is between two writes, is tried again
// at the next change.
func (t *TLS) Run(ctx context.Context) error {
	t.watched.Run(ctx, t.files.Interval, t.reload)
	return nil
}

func (t *TLS) reload() {
	if err := t.load(); err != nil {
		t.files.Logger.Error(err, "Certificate files are broken, those read before stay in use", "path", t.files.Cert)
		return
	}
	t.files.Logger.Info("Certificate files taken over", "path", t.files.Cert)
}

func (t *TLS) load() error {
	cert, err := filepoll.Read(t.files.Cert, maxPEM)
	if err != nil {
		return fmt.Errorf("reading server_tls_certfile: %w", err)
	}
	key, err := filepoll.Read(t.files.Key, maxPEM)
	if err != nil {
		return fmt.Errorf("reading server_tls_keyfile: %w", err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return fmt.Errorf("reading server_tls_certfile and server_tls_keyfile: %w", err)
	}
	// The list of protocols has to stand here: net/http completes only the
	// configuration that it was given, not the one of a single handshake.
	c := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2", "http/1.1"}}
	if err := t.clients(c); err != nil {
		return err
	}
	t.current.Store(c)
	return nil
}

// clients sets what is asked of clients. Sessions are not resumed then: a
// resumed one would not be checked against authorities that were replaced.
func (t *TLS) clients(c *tls.Config) error {
	switch t.files.ClientAuth {
	case "", "none":
	case "optional":
		c.ClientAuth, c.SessionTicketsDisabled = tls.VerifyClientCertIfGiven, true
	case "required":
		c.ClientAuth, c.SessionTicketsDisabled = tls.RequireAndVerifyClientCert, true
	default:
		return fmt.Errorf("server_tls_client_auth %q is not one of none, optional, required", t.files.ClientAuth)
	}
	if t.files.CA == "" {
		return nil
	}
	text, err := filepoll.Read(t.files.CA, maxPEM)
	if err != nil {
		return fmt.Errorf("reading server_tls_cafile: %w", err)
	}
	c.ClientCAs = x509.NewCertPool()
	if !c.ClientCAs.AppendCertsFromPEM(text) {
		return fmt.Errorf("server_tls_cafile %q holds no PEM certificate", t.files.CA)
	}
	return nil
}

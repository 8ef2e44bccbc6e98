package forward

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"sync/atomic"
	"time"
)

// newTransport makes the client side of node to node connections. It follows
// no redirects (RoundTrip never does), uses no proxy (nodes are neighbours),
// and asks for no compression, since bytes are passed on as they are.
func newTransport(cfg Config) (*http.Transport, error) {
	config, err := tlsConfig(cfg)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: cfg.ConnectTimeout}
	return &http.Transport{
		DialContext:         dialer.DialContext,
		TLSHandshakeTimeout: cfg.ConnectTimeout,
		TLSClientConfig:     config,
		DisableCompression:  true,
		MaxIdleConnsPerHost: 32,
		IdleConnTimeout:     30 * time.Second,
	}, nil
}

func tlsConfig(cfg Config) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if cfg.CAFile != "" {
		raw, err := os.ReadFile(cfg.CAFile)
		if err != nil {
			return nil, fmt.Errorf("reading server_tls_cafile: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(raw) {
			return nil, fmt.Errorf("server_tls_cafile %s holds no PEM certificate", cfg.CAFile)
		}
	}
	if (cfg.CertFile == "") != (cfg.KeyFile == "") {
		return nil, errors.New("server_tls_certfile and server_tls_keyfile go together: set both or none")
	}
	if cfg.CertFile == "" {
		return config, nil
	}
	load := func() (*tls.Certificate, error) {
		cert, err := tls.LoadX509KeyPair(cfg.CertFile, cfg.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("reading server_tls_certfile %s and server_tls_keyfile %s: %w", cfg.CertFile, cfg.KeyFile, err)
		}
		return &cert, nil
	}
	if _, err := load(); err != nil {
		return nil, err
	}
	// Read again at every handshake, which is rare: certificates are rotated
	// under a running process.
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return load() }
	return config, nil
}

// reached follows the connections of one exchange: true while its last attempt
// has one, TLS handshake included, so that something may have been sent. The
// transport makes a second attempt by itself, when a connection that it kept
// turns out to be dead; it does so only when nothing was written to that one,
// or for a method that may be repeated (RFC 9110, 9.2.2). So the last counts.
type reached struct{ atomic.Bool }

// trace adds the observation to ctx.
func (r *reached) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { r.Store(false) },
		GotConn: func(httptrace.GotConnInfo) { r.Store(true) },
	})
}

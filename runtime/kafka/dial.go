package kafka

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/go-logr/logr"

	"github.com/plastron-dev/plastron/runtime/internal/filepoll"
)

// tlsDialer makes TLS connections with the certificates that the files hold at
// that moment, so that replaced ones need no restart.
type tlsDialer struct {
	security Security
	timeout  time.Duration
	log      logr.Logger

	mu    sync.Mutex
	files *filepoll.Files
	// good is what the files held when they were last in order. Certificate
	// and key are two files and cannot be replaced at once, so that there are
	// moments at which they do not fit.
	good *tls.Config
}

// maxPEM bounds each of the files; bundles of authorities are the largest.
const maxPEM = 4 << 20

// newTLSDialer reads the files once, so that what is wrong with them is told
// at the start.
func newTLSDialer(s Security, timeout time.Duration, log logr.Logger) (*tlsDialer, error) {
	// The files are remembered before they are read: a change in between is
	// one that the next connection sees.
	files := filepoll.New(maxPEM, s.CAFile, s.CertFile, s.KeyFile, s.CRLFile)
	config, err := s.tlsConfig()
	if err != nil {
		return nil, err
	}
	return &tlsDialer{security: s, timeout: timeout, log: log, files: files, good: config}, nil
}

func (d *tlsDialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	server, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("dialing %s: %w", address, err)
	}
	config := d.config().Clone()
	config.ServerName = server
	dialer := &tls.Dialer{NetDialer: &net.Dialer{Timeout: d.timeout}, Config: config}
	return dialer.DialContext(ctx, network, address)
}

// config is what the files hold now, or what they held when they were last in
// order. They are only taken apart after a change: a key may be encrypted in a
// way that is slow on purpose.
func (d *tlsDialer) config() *tls.Config {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.files.Changed() {
		return d.good
	}
	config, err := d.security.tlsConfig()
	if err != nil {
		d.log.Info("Files for TLS to Kafka are not in order, going on with what they held before", "cause", err.Error())
		return d.good
	}
	d.good = config
	return config
}

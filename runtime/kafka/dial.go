package kafka

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/go-logr/logr"
)

// tlsDialer makes TLS connections with the certificates that the files hold at
// that moment, so that replaced ones need no restart.
type tlsDialer struct {
	security Security
	timeout  time.Duration
	log      logr.Logger

	mu sync.Mutex
	// good is what the files held when they were last in order. Certificate
	// and key are two files and cannot be replaced at once, so that there are
	// moments at which they do not fit.
	good *tls.Config
	told string // told is the last complaint, so that it is not repeated
}

// newTLSDialer reads the files once, so that what is wrong with them is told
// at the start.
func newTLSDialer(s Security, timeout time.Duration, log logr.Logger) (*tlsDialer, error) {
	config, err := s.tlsConfig()
	if err != nil {
		return nil, err
	}
	return &tlsDialer{security: s, timeout: timeout, log: log, good: config}, nil
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
// order.
func (d *tlsDialer) config() *tls.Config {
	config, err := d.security.tlsConfig()
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		if text := err.Error(); text != d.told {
			d.told = text
			d.log.Info("Files for TLS to Kafka are not in order, going on with what they held before", "cause", text)
		}
		return d.good
	}
	d.good, d.told = config, ""
	return config
}

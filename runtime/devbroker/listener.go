package devbroker

import (
	"net"
	"strconv"
)

// advertised is the address that clients are told; kfake splits String into
// host and port for Metadata, FindCoordinator and every answer that names a
// broker.
type advertised string

func (a advertised) Network() string { return "tcp" }
func (a advertised) String() string  { return string(a) }

// listener accepts on one address and claims to be another.
type listener struct {
	net.Listener
	claim advertised
}

// Addr is what kfake puts into its answers.
func (l *listener) Addr() net.Addr { return l.claim }

// listen binds host:port and advertises the given host and port; a zero
// advertised port is the bound one. It returns the bound address as well.
func listen(cfg Config) (*listener, string, error) {
	ln, err := net.Listen("tcp", net.JoinHostPort(cfg.Host, strconv.Itoa(cfg.Port)))
	if err != nil {
		return nil, "", err
	}
	bound := ln.Addr().String()
	_, port, err := net.SplitHostPort(bound)
	if err != nil {
		_ = ln.Close()
		return nil, "", err
	}
	if cfg.AdvertisedPort != 0 {
		port = strconv.Itoa(cfg.AdvertisedPort)
	}
	return &listener{Listener: ln, claim: advertised(net.JoinHostPort(cfg.advertisedHost(), port))}, bound, nil
}

// advertisedHost is the configured name, else the bind address, else a name
// for it: nobody can connect to a wildcard address.
func (c Config) advertisedHost() string {
	if c.AdvertisedHost != "" {
		return c.AdvertisedHost
	}
	if ip := net.ParseIP(c.Host); c.Host == "" || ip != nil && ip.IsUnspecified() {
		return "localhost"
	}
	return c.Host
}

package httpserver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/go-logr/logr"
)

// Config is what a Server needs. The zero value of a duration or of a limit
// stands for the default named in its comment.
type Config struct {
	// Name appears in log lines and errors: "registry", "rest".
	Name string
	// Listener is served when given; otherwise Address is listened on.
	Listener net.Listener
	// Address is host:port; an empty host means all addresses, port 0 any
	// free port.
	Address string
	// TLS, when given, has to carry a certificate or GetCertificate; the
	// server then speaks HTTPS, HTTP/2 included.
	TLS *tls.Config
	// ReadHeaderTimeout bounds the header of a request; default 5 s.
	ReadHeaderTimeout time.Duration
	// ReadTimeout bounds header and body together; default 60 s.
	ReadTimeout time.Duration
	// WriteTimeout bounds the time from the end of the header to the end of
	// the answer; default 120 s, negative for none (streams).
	WriteTimeout time.Duration
	// IdleTimeout ends idle keep-alive connections; default 60 s.
	IdleTimeout time.Duration
	// MaxHeaderBytes bounds request line and header together; default 64 KiB,
	// which leaves room for subjects of some 8 KiB in percent-encoding.
	MaxHeaderBytes int
	// MaxConnections bounds how many connections are open at once; further
	// ones wait. Default 0, no bound but that of the operating system.
	MaxConnections int
	// OnDrain is called first when the server is asked to end: it makes the
	// health check fail, so that load balancers turn away.
	OnDrain func()
	// DrainDelay is how long requests are still accepted after OnDrain;
	// default 0. During it every answer closes its connection.
	DrainDelay time.Duration
	// DrainTimeout bounds the wait for running requests after that; default
	// 10 s. What still runs then has its context cancelled and its connection
	// closed.
	DrainTimeout time.Duration
	// Logger hears when the server starts and ends, and, at V(1), what
	// net/http has to say about single connections.
	Logger logr.Logger
}

func (c *Config) setDefaults() {
	duration := func(d *time.Duration, def time.Duration) {
		if *d == 0 {
			*d = def
		}
	}
	duration(&c.ReadHeaderTimeout, 5*time.Second)
	duration(&c.ReadTimeout, 60*time.Second)
	duration(&c.WriteTimeout, 120*time.Second)
	duration(&c.IdleTimeout, 60*time.Second)
	duration(&c.DrainTimeout, 10*time.Second)
	if c.WriteTimeout < 0 {
		c.WriteTimeout = 0
	}
	if c.MaxHeaderBytes == 0 {
		c.MaxHeaderBytes = 64 << 10
	}
}

// Server serves one handler on one listener. Listen binds, Run serves.
type Server struct {
	config   Config
	listener net.Listener
	http     *http.Server
}

// New returns a server for the handler. It neither binds nor starts anything.
func New(config Config, handler http.Handler) *Server {
	config.setDefaults()
	s := &Server{config: config, listener: config.Listener}
	s.http = &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: config.ReadHeaderTimeout,
		ReadTimeout:       config.ReadTimeout,
		WriteTimeout:      config.WriteTimeout,
		IdleTimeout:       config.IdleTimeout,
		MaxHeaderBytes:    config.MaxHeaderBytes,
		TLSConfig:         config.TLS,
		ErrorLog:          connectionLog(config.Logger),
	}
	return s
}

// Listen binds the address, so that a caller knows that the port is taken
// before it goes on, and can ask for Addr. Run calls it when nobody did.
func (s *Server) Listen(ctx context.Context) error {
	if s.listener != nil {
		return nil
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", s.config.Address)
	if err != nil {
		return fmt.Errorf("listening for the %s API on %s: %w", s.config.Name, s.config.Address, err)
	}
	s.listener = listener
	return nil
}

// Addr is the bound address, nil before Listen.
func (s *Server) Addr() net.Addr {
	if s.listener == nil {
		return nil
	}
	return s.listener.Addr()
}

// Run serves until ctx ends, then drains: OnDrain, DrainDelay, no new
// connections, up to DrainTimeout for running requests. It returns nil after
// an orderly end and the reason otherwise.
//
// Requests do not inherit the end of ctx: they may finish while the server
// drains.
func (s *Server) Run(ctx context.Context) error {
	if err := s.Listen(ctx); err != nil {
		return err
	}
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	s.http.BaseContext = func(net.Listener) context.Context { return base }

	served := make(chan error, 1)
	go func() { served <- s.serve(limit(s.listener, s.config.MaxConnections)) }()
	s.config.Logger.Info("Serving", "api", s.config.Name, "address", s.listener.Addr().String(), "tls", s.config.TLS != nil)

	select {
	case err := <-served:
		return fmt.Errorf("serving the %s API on %s: %w", s.config.Name, s.listener.Addr(), err)
	case <-ctx.Done():
	}
	err := s.drain(base)
	cancel()
	<-served
	return err
}

func (s *Server) serve(listener net.Listener) error {
	if s.config.TLS != nil {
		return s.http.ServeTLS(listener, "", "")
	}
	return s.http.Serve(listener)
}

// drain ends the server; base carries the running requests.
func (s *Server) drain(base context.Context) error {
	s.http.SetKeepAlivesEnabled(false)
	if s.config.OnDrain != nil {
		s.config.OnDrain()
	}
	if s.config.DrainDelay > 0 {
		delay := time.NewTimer(s.config.DrainDelay)
		<-delay.C
	}
	bounded, cancel := context.WithTimeout(base, s.config.DrainTimeout)
	defer cancel()
	err := s.http.Shutdown(bounded)
	if errors.Is(err, context.DeadlineExceeded) {
		s.config.Logger.Info("Closing connections whose requests did not end in time", "api", s.config.Name, "drainTimeout", s.config.DrainTimeout.String())
		err = s.http.Close()
	}
	if err != nil {
		return fmt.Errorf("ending the %s API: %w", s.config.Name, err)
	}
	return nil
}

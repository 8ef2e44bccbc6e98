package app

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/plastron-dev/plastron/runtime/auth"
	"github.com/plastron-dev/plastron/runtime/config"
	"github.com/plastron-dev/plastron/runtime/httpserver"
)

// frontend is the HTTP side of a node. The address is bound before anything
// else is made, so that the port is known that others are told; what connects
// meanwhile waits in the queue of the operating system.
type frontend struct {
	*process
	config *config.Config
	// handler has all routes; it is set before the server runs.
	handler http.Handler
	// auth is asked before the metrics are shown, nil for nobody.
	auth *auth.Auth
	// deadline is the chain's Timeout, errorType its media type of errors.
	deadline  func(*http.Request) time.Duration
	errorType string
	// longReads is set when answers may take longer than any write time-out.
	longReads bool

	chain    http.Handler // chain is what the server serves
	server   *httpserver.Server
	tls      *httpserver.TLS // nil for plain HTTP
	draining atomic.Bool
	stop     chan struct{} // closed to drain
	done     chan struct{} // closed when the server has ended
}

func newFrontend(p *process, c *config.Config) *frontend {
	return &frontend{process: p, config: c, stop: make(chan struct{}), done: make(chan struct{})}
}

// drainTimeout bounds the wait for requests that are still running.
const drainTimeout = 10 * time.Second

// bind binds the address.
func (f *frontend) bind(name string) part {
	return part{name: name + " address", open: func(ctx context.Context) error {
		server := httpserver.Config{
			Name: name, Address: f.config.Address(), OnDrain: func() { f.draining.Store(true) },
			DrainTimeout: drainTimeout, MaxConnections: f.config.Listener.MaxConnections, Logger: f.log,
		}
		if f.longReads {
			server.WriteTimeout = -1
		}
		if l := f.config.Listener; l.TLSCert != "" {
			var err error
			f.tls, err = httpserver.NewTLS(httpserver.TLSFiles{
				Cert: l.TLSCert, Key: l.TLSKey, CA: l.TLSClientCA, ClientAuth: l.TLSClientAuth, Logger: f.log.WithName(name),
			})
			if err != nil {
				return err
			}
			server.TLS = f.tls.Config()
		}
		chain := httpserver.Chain{
			Observer: f.observer(), Timeout: f.deadline, ErrorType: f.errorType,
			Logger: f.log.WithName(name), Clock: f.clock, Memory: int64(f.config.Listener.Memory),
		}
		f.chain = f.outside.tracing.Handler(chain.Wrap(cors(f.config.Listener).Wrap(http.HandlerFunc(f.serve))))
		f.server = httpserver.New(server, f.chain)
		return f.server.Listen(ctx)
	}}
}

// cors says which pages may call the API. It comes before authentication:
// preflights carry no credentials.
func cors(l config.Listener) httpserver.CORS {
	list := func(text string) []string {
		return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
	}
	return httpserver.CORS{Origins: list(l.AllowOrigin), Methods: list(l.AllowMethods), Headers: list(l.AllowHeaders)}
}

// listen serves until traffic has ended.
func (f *frontend) listen(name string) part {
	return part{
		name: name + " listener",
		run: func(ctx context.Context) error {
			defer close(f.done)
			serving, cancel := context.WithCancel(ctx)
			defer cancel()
			var g errgroup.Group
			g.Go(func() error {
				select {
				case <-f.stop:
					cancel()
				case <-serving.Done():
				}
				return nil
			})
			if f.tls != nil {
				g.Go(func() error { return f.tls.Run(serving) })
			}
			g.Go(func() error {
				defer cancel()
				return f.server.Run(serving)
			})
			return g.Wait()
		},
		within: drainTimeout + 2*time.Second,
	}
}

// traffic waits until the node can serve data, and drains requests before the
// parts behind the routes end.
func (f *frontend) traffic(name string, ready func(context.Context) error) part {
	return part{
		name:  name + " traffic",
		ready: ready,
		close: func(ctx context.Context) error {
			f.draining.Store(true)
			close(f.stop)
			select {
			case <-f.done:
				return nil
			case <-ctx.Done():
				return fmt.Errorf("requests are still running: %w", ctx.Err())
			}
		},
		within: drainTimeout + 2*time.Second,
	}
}

// serve is the first to see a request.
func (f *frontend) serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/metrics" {
		httpserver.SetRoute(w, "/metrics")
		metrics := f.metrics.Handler()
		if f.auth != nil {
			metrics = f.auth.Middleware(metrics)
		}
		metrics.ServeHTTP(w, r)
		return
	}
	f.handler.ServeHTTP(w, r)
}

// port is the bound port.
func (f *frontend) port() int {
	if f.server != nil {
		if address, isTCP := f.server.Addr().(*net.TCPAddr); isTCP {
			return address.Port
		}
	}
	return f.config.Listener.Port
}

// advertisedPort is the port that others use.
func (f *frontend) advertisedPort() int {
	if f.config.Advertised.Port != 0 {
		return f.config.Advertised.Port
	}
	return f.port()
}

// advertisedURL is the URL that others use.
func (f *frontend) advertisedURL() string {
	c := *f.config
	c.Advertised.Port = f.advertisedPort()
	return c.AdvertisedURL(f.hostname)
}

// url reaches the node from this machine.
func (f *frontend) url() string {
	c := *f.config
	c.Listener.Port = f.port()
	return localURL(&c)
}

// authorities reads the PEM file that the key names.
func authorities(key, path string) (*x509.CertPool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", key, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s %s holds no PEM certificate", key, strconv.Quote(path))
	}
	return pool, nil
}

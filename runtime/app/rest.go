package app

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/config"
	"github.com/plastron-dev/plastron/runtime/forward"
	"github.com/plastron-dev/plastron/runtime/kafka"
	"github.com/plastron-dev/plastron/runtime/rest"
	"github.com/plastron-dev/plastron/runtime/resthttp"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// restNode is a REST proxy.
type restNode struct {
	*frontend
	// registry is the registry of the same process, nil when the configuration
	// names another one.
	registry *registryNode

	// service uses the proxy's own credentials, identities those of each
	// request; one of them is nil.
	service    *rest.Service
	identities *rest.Identities[http.Handler]
	transport  http.RoundTripper // transport leads to the registry
	peers      *forward.Peers    // peers is nil when the configuration names none
}

func newRESTNode(p *process, c *config.Config) *restNode {
	n := &restNode{frontend: newFrontend(p, c)}
	n.longReads = true
	return n
}

// RunREST runs a REST proxy until ctx ends.
func RunREST(ctx context.Context, o Options) error {
	p, err := newProcess(o)
	if err != nil {
		return err
	}
	n := newRESTNode(p, o.Config)
	parts := append(n.parts(), part{name: "rest", open: func(context.Context) error {
		return p.ready(o, Endpoints{REST: n.url()})
	}})
	return p.run(ctx, parts)
}

// parts are the proxy with a listener of its own.
func (n *restNode) parts() []part {
	return []part{n.bind("rest"), n.servicePart(), n.listen("rest"), n.traffic("rest", nil)}
}

// servicePart makes and runs the service and its routes.
func (n *restNode) servicePart() part {
	return part{
		name: "rest service",
		open: func(context.Context) error {
			options, err := n.kafkaOptions(n.config)
			if err != nil {
				return err
			}
			if err := n.openTransport(); err != nil {
				return err
			}
			if n.config.REST.Authorization {
				return n.passThrough(options)
			}
			return n.asItself(options)
		},
		run: func(ctx context.Context) error {
			if n.identities != nil {
				return n.identities.Run(ctx)
			}
			return n.service.Run(ctx)
		},
		close: func(context.Context) error {
			if n.identities != nil {
				n.identities.Close()
			}
			if n.service != nil {
				n.service.Close()
			}
			if n.peers != nil {
				n.peers.Close()
			}
			if t, isNetwork := n.transport.(*http.Transport); isNetwork {
				t.CloseIdleConnections()
			}
			return nil
		},
		within: 10 * time.Second,
	}
}

// asItself makes the proxy use its own credentials for everybody.
func (n *restNode) asItself(options kafka.Options) error {
	registry, err := n.newRegistryClient(registryAuth(n.config.REST))
	if err != nil {
		return err
	}
	n.service, err = rest.New(rest.Deps{
		NewClient: func(extra ...kgo.Opt) (*kgo.Client, error) {
			return kafka.NewClient(options, append(n.produceSpans(), extra...)...)
		},
		Registry: registry, Settings: restSettings(n.config), Clock: n.clock, Logger: n.log.WithName("rest"),
	})
	if err != nil {
		return err
	}
	d, err := n.routeDeps()
	if err != nil {
		return err
	}
	d.Service = n.service
	n.handler = resthttp.New(d)
	return nil
}

// routeDeps are the routes' but for the service.
func (n *restNode) routeDeps() (resthttp.Deps, error) {
	base := n.config.REST.BaseURI
	if base == "" {
		base = n.advertisedURL()
	}
	d := resthttp.Deps{
		BaseURI: base, TrustForwarded: n.config.REST.TrustForwarded, Origins: n.config.REST.Origins,
		MaxBody: maxBody(n.config), Flavour: schema.Flavour(n.config.Registry.Flavour),
		Rate:  resthttp.NewRate(n.config.REST.Producer.RecordRate, n.config.REST.Producer.ByteRate, n.clock),
		Allow: n.config.REST.AllowedRoutes, Block: n.config.REST.BlockedRoutes, Version: n.version, Clock: n.clock,
	}
	if unknown := resthttp.UnknownRoutes(append(slices.Clone(d.Allow), d.Block...)); len(unknown) > 0 {
		return d, fmt.Errorf("reading rest_api_allowlist and rest_api_blocklist: no route has the name %q, nor one that begins with it", unknown[0])
	}
	if err := n.findPeers(); err != nil {
		return d, err
	}
	if n.peers != nil {
		d.Peers = n.peers
	}
	return d, nil
}

// findPeers makes the way to the other replicas, if there are any.
func (n *restNode) findPeers() error {
	if n.config.REST.Peers == "" {
		return nil
	}
	addresses, err := forward.ParseAddresses(n.config.REST.Peers, n.config.Advertised.Scheme, nil, n.clock)
	if err != nil {
		return fmt.Errorf("reading rest_peers: %w", err)
	}
	l := n.config.Listener
	n.peers, err = forward.NewPeers(forward.Config{
		UserAgent: "plastron/" + n.version, CAFile: l.TLSClientCA, CertFile: l.TLSCert, KeyFile: l.TLSKey,
		PassRequest: n.outside.tracing.Headers(), PassResponse: resthttp.ForwardedHeaders(),
	}, n.advertisedURL(), addresses)
	return err
}

// newRegistryClient is the way to the registry: within the process, or to where
// the configuration says.
func (n *restNode) newRegistryClient(auth client.Authorizer) (*client.Client, error) {
	c := n.config.REST
	settings := client.Config{
		URLs: []string{n.config.RegistryURL()}, UserAgent: "plastron/" + n.version,
		CachedIDs: max(client.DefaultCachedIDs, c.ClientCache), Auth: auth,
	}
	if n.registry != nil {
		settings.URLs = []string{n.registry.url()}
	}
	settings.Transport = n.outside.tracing.Transport(n.transport)
	registry, err := client.New(settings)
	if err != nil {
		return nil, fmt.Errorf("finding the registry by registry_scheme, registry_host and registry_port: %w", err)
	}
	return registry, nil
}

// openTransport makes the way that all clients of the registry share.
func (n *restNode) openTransport() error {
	if n.registry != nil {
		n.transport = inProcess{handler: func() http.Handler { return n.registry.chain }}
		return nil
	}
	transport, err := registryTransport(n.config.REST)
	if err != nil {
		return err // An interface that holds a nil pointer is not nil.
	}
	n.transport = transport
	return nil
}

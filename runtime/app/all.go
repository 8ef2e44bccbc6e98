package app

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/plastron-dev/plastron/runtime/config"
	"github.com/plastron-dev/plastron/runtime/registryhttp"
)

// RunAll runs the parts that the configuration names, in one process and on
// one port, as Karapace 4 does.
func RunAll(ctx context.Context, o Options) error {
	switch {
	case !o.Config.REST.Enabled:
		return RunRegistry(ctx, o)
	case !o.Config.Registry.Enabled:
		return RunREST(ctx, o)
	}
	p, err := newProcess(o)
	if err != nil {
		return err
	}
	registry, rest := newRegistryNode(p, o.Config), newRESTNode(p, o.Config)
	if err := p.observeState(registry.state); err != nil {
		return err
	}
	// The proxy has no listener of its own: it borrows the registry's.
	rest.frontend = registry.frontend
	if o.Config.Source("registry_host") == config.Default {
		rest.registry = registry
	}
	registry.longReads = true
	write := registryhttp.Deadline(writeDeadline)
	registry.deadline = func(r *http.Request) time.Duration {
		if isREST(r.URL.Path) {
			return 0
		}
		return write(r)
	}

	parts := []part{registry.bind("all"), registry.electionClient(), registry.build()}
	parts = append(parts, rest.sharing(registry), registry.listen("all"))
	parts = append(parts, registry.work()...)
	parts = append(parts, part{name: "all", open: func(context.Context) error {
		return p.ready(o, Endpoints{Registry: registry.url(), REST: registry.url()})
	}})
	return p.run(ctx, parts)
}

// sharing is the service of the proxy with its routes beside the registry's.
func (n *restNode) sharing(registry *registryNode) part {
	p := n.servicePart()
	open := p.open
	p.open = func(ctx context.Context) error {
		registryRoutes := registry.handler
		if err := open(ctx); err != nil {
			return err
		}
		restRoutes := n.handler
		registry.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if isREST(r.URL.Path) {
				restRoutes.ServeHTTP(w, r)
				return
			}
			registryRoutes.ServeHTTP(w, r)
		})
		return nil
	}
	return p
}

// isREST reports whether a path is the proxy's. The two surfaces have no path
// in common but those that say how the process is, which are the registry's.
func isREST(path string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch first {
	case "topics", "brokers", "consumers", "v3", "kafka":
		return true
	default:
		return false
	}
}

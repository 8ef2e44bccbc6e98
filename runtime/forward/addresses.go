package forward

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// domainPrefix begins a domain in place of a list of URLs.
const domainPrefix = "srv://"

// domainAge is how long the answer of the name service is believed.
const domainAge = 5 * time.Second

// ParseAddresses reads where the nodes are: base URLs separated by commas, or
// srv:// and the domain of a headless Service, whose SRV records (RFC 2782) of
// the port "http" name the nodes. scheme is that of the nodes of a domain; a
// nil resolver is the system's. An error says which entry is wrong.
func ParseAddresses(text, scheme string, resolver Resolver, clock func() time.Time) (Addresses, error) {
	if domain, found := strings.CutPrefix(strings.TrimSpace(text), domainPrefix); found {
		if domain == "" || strings.ContainsAny(domain, "/:, ") {
			return nil, fmt.Errorf("%q is not srv:// and the domain of a Service", text)
		}
		if resolver == nil {
			resolver = net.DefaultResolver
		}
		return (&domainNodes{domain: domain, scheme: scheme, resolver: resolver, clock: clock}).get, nil
	}
	var nodes []string
	for _, entry := range strings.Split(text, ",") {
		entry = strings.TrimRight(strings.TrimSpace(entry), "/")
		if entry == "" {
			continue
		}
		u, err := url.Parse(entry)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Path != "" || u.RawQuery != "" || u.User != nil {
			return nil, fmt.Errorf("%q is not the address of a node: write http://host:port", entry)
		}
		nodes = append(nodes, entry)
	}
	return func(context.Context) ([]string, error) { return nodes, nil }, nil
}

// Resolver is the part of net.Resolver that finds nodes.
type Resolver interface {
	LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
}

// domainNodes are the nodes of a domain.
type domainNodes struct {
	domain, scheme string
	resolver       Resolver
	clock          func() time.Time

	mu    sync.Mutex
	nodes []string
	asked time.Time
}

func (d *domainNodes) get(ctx context.Context) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.nodes != nil && d.clock().Sub(d.asked) < domainAge {
		return d.nodes, nil
	}
	_, records, err := d.resolver.LookupSRV(ctx, "http", "tcp", d.domain)
	if err != nil {
		return nil, fmt.Errorf("looking up the nodes of %s: %w", d.domain, err)
	}
	nodes := make([]string, 0, len(records))
	for _, r := range records {
		// The target ends with the domain of the cluster, which certificates
		// need not hold: a node is called by its first label and our domain.
		host, _, _ := strings.Cut(r.Target, ".")
		nodes = append(nodes, d.scheme+"://"+net.JoinHostPort(host+"."+d.domain, strconv.Itoa(int(r.Port))))
	}
	slices.Sort(nodes)
	d.nodes, d.asked = nodes, d.clock()
	return nodes, nil
}

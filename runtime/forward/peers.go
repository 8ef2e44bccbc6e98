package forward

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Peers are nodes of which each owns some things that live in its memory, such
// as the consumers of a REST proxy. Any of them finds the owner of a thing by
// asking all, and hands requests for it over. A Peers is safe for concurrent
// use.
//
// What a node is asked is a HEAD of the thing's path, with the mark of a
// forwarded request and the credentials of the client: any 2xx means that it
// owns the thing.
type Peers struct {
	cfg       Config
	self      string
	addresses Addresses
	transport *http.Transport

	mu sync.Mutex
	// owners remembers where things were found. It is only a hint: a node that
	// does not own the thing any more says so.
	owners map[ownerKey]string
}

// Addresses returns the base URLs of the nodes, http://host:port; the node
// itself may be among them.
type Addresses func(ctx context.Context) ([]string, error)

// maxOwners bounds what is remembered; beyond it the memory begins anew.
const maxOwners = 10_000

// askTimeout bounds the question whether a node owns something, which it
// answers from memory. A node that does not answer in time counts as gone.
const askTimeout = 2 * time.Second

// NewPeers makes the peers of the node at self. Of cfg it uses the bounds and
// files of a connection and the names of headers; cfg.Timeout bounds a whole
// exchange, answer included, and 0 is an hour.
func NewPeers(cfg Config, self string, addresses Addresses) (*Peers, error) {
	cfg.ConnectTimeout = or(cfg.ConnectTimeout, askTimeout)
	cfg.Timeout = or(cfg.Timeout, time.Hour)
	if cfg.UserAgent == "" {
		cfg.UserAgent = "plastron"
	}
	transport, err := newTransport(cfg)
	if err != nil {
		return nil, err
	}
	return &Peers{cfg: cfg, self: strings.TrimRight(self, "/"), addresses: addresses, transport: transport, owners: map[ownerKey]string{}}, nil
}

// Close drops idle connections.
func (p *Peers) Close() { p.transport.CloseIdleConnections() }

// Has reports whether another node owns the thing at path.
func (p *Peers) Has(r *http.Request, path string) bool { return p.find(r, path) != "" }

// Relay has the owner of the thing at path serve r, with body in place of that
// of r, and passes the answer on while it comes. It returns false, and has
// written nothing, when no other node owns the thing, or when r was forwarded
// already. An error means that the owner was asked and gave no answer, and
// nothing was written either; an answer that breaks off breaks off for the
// client as well.
func (p *Peers) Relay(w http.ResponseWriter, r *http.Request, body []byte, path string) (served bool, err error) {
	if Forwarded(r) {
		return false, nil
	}
	key := p.key(r, path)
	if owner := p.remembered(key); owner != "" {
		err := p.relay(w, r, body, owner)
		if !nothingHappened(err) {
			return err == nil, err
		}
		p.forget(key)
	}
	owner := p.find(r, path)
	if owner == "" {
		return false, nil
	}
	if err = p.relay(w, r, body, owner); nothingHappened(err) {
		p.forget(key)
		return false, nil // It has gone this moment.
	}
	return err == nil, err
}

// nothingHappened reports whether a node did not begin to serve a request.
func nothingHappened(err error) bool {
	return errors.Is(err, ErrUnreachable) || errors.Is(err, ErrRefused)
}

// find asks all nodes at once. The first that owns the thing is remembered.
func (p *Peers) find(r *http.Request, path string) string {
	ctx, cancel := context.WithTimeout(r.Context(), askTimeout)
	defer cancel()
	nodes, err := p.addresses(ctx)
	if err != nil {
		return "" // Nobody is known, so nobody can own it.
	}
	nodes = slices.DeleteFunc(slices.Clone(nodes), func(node string) bool { return strings.TrimRight(node, "/") == p.self })
	answers := make(chan string, len(nodes))
	for _, node := range nodes {
		go func() {
			if !p.owns(ctx, r, node, path) {
				node = ""
			}
			answers <- node
		}()
	}
	owner := ""
	for range nodes {
		if node := <-answers; node != "" && owner == "" {
			owner = node
			cancel() // The others need not answer any more; they are waited for.
		}
	}
	if owner != "" {
		p.remember(p.key(r, path), owner)
	}
	return owner
}

func (p *Peers) owns(ctx context.Context, r *http.Request, node, path string) bool {
	ask, err := http.NewRequestWithContext(ctx, http.MethodHead, strings.TrimRight(node, "/")+path, nil)
	if err != nil {
		return false
	}
	p.setHeaders(ask, r)
	resp, err := p.transport.RoundTrip(ask)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode/100 == 2
}

func (p *Peers) relay(w http.ResponseWriter, r *http.Request, body []byte, node string) error {
	ctx, cancel := context.WithTimeout(r.Context(), p.cfg.Timeout)
	defer cancel()
	target, err := targetURL(r, node)
	if err != nil {
		return fmt.Errorf("forwarding to %s: %w: %w", node, ErrUnreachable, err)
	}
	var ownerReached reached
	out, err := http.NewRequestWithContext(ownerReached.trace(ctx), r.Method, "/", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("forwarding to %s: %w: %w", node, ErrUnreachable, err)
	}
	out.URL, out.Host = target, target.Host
	p.setHeaders(out, r)
	resp, err := p.transport.RoundTrip(out)
	if err != nil {
		kind := ErrUnknownOutcome
		if !ownerReached.Load() {
			kind = ErrUnreachable
		}
		return fmt.Errorf("forwarding to %s: %w: %w", node, kind, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.Header.Get(refusalMark) != "" {
		return fmt.Errorf("forwarding to %s: %w", node, ErrRefused)
	}
	copyHeaders(w.Header(), resp.Header, responseHeaders(), p.cfg.PassResponse)
	if resp.ContentLength >= 0 {
		copyHeaders(w.Header(), resp.Header, []string{"Content-Length"})
	}
	w.WriteHeader(resp.StatusCode)
	if _, err := io.Copy(flushing{w}, resp.Body); err != nil && r.Context().Err() == nil {
		// The status is out. Ending here would make half an answer look whole.
		panic(http.ErrAbortHandler)
	}
	return nil
}

func (p *Peers) setHeaders(out, r *http.Request) {
	copyHeaders(out.Header, r.Header, requestHeaders(), p.cfg.PassRequest)
	out.Header.Set("User-Agent", p.cfg.UserAgent)
	out.Header.Set(markHeader, markValue)
}

// ownerKey names a thing: a hash of its path and of who asks, since everybody
// has things of their own, and credentials are not kept.
type ownerKey [sha256.Size]byte

func (p *Peers) key(r *http.Request, path string) ownerKey {
	return sha256.Sum256([]byte(r.Header.Get("Authorization") + "\n" + path))
}

func (p *Peers) remembered(key ownerKey) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.owners[key]
}

func (p *Peers) remember(key ownerKey, node string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.owners) >= maxOwners {
		clear(p.owners)
	}
	p.owners[key] = node
}

func (p *Peers) forget(key ownerKey) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.owners, key)
}

// flushing sends each piece of an answer on at once.
type flushing struct{ w http.ResponseWriter }

func (f flushing) Write(b []byte) (int, error) {
	n, err := f.w.Write(b)
	if err != nil {
		return n, err
	}
	if err := http.NewResponseController(f.w).Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return n, err
	}
	return n, nil
}

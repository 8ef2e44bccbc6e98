package forward

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Config bounds and secures the way to the primary. The zero value of each
// field is usable.
type Config struct {
	// ConnectTimeout bounds one connection attempt; 0 is 2 s.
	ConnectTimeout time.Duration
	// Timeout bounds one request to the primary, answer included; 0 is 60 s.
	Timeout time.Duration
	// Wait bounds how long a request waits for a primary to appear; 0 is 15 s,
	// which covers the session time-out of a primary that was killed. A nearer
	// deadline of the request's context wins.
	Wait time.Duration
	// ForwardedWait bounds how long a request that another node has forwarded
	// waits for this node to become primary; 0 is 2 s. Then it is sent back to
	// that node, which may know better.
	ForwardedWait time.Duration
	// MaxAnswer bounds the bytes of an answer; 0 is 16 MiB.
	MaxAnswer int64
	// UserAgent is sent to the primary; empty is "plastron".
	UserAgent string
	// CAFile holds the PEM certificates to trust; empty is the system's store.
	// CertFile and KeyFile are shown as client certificate, both or none: the
	// node's own server certificate, for clusters that demand client
	// certificates.
	CAFile, CertFile, KeyFile string
	// Secure refuses a primary that is not reached by https: a node that serves
	// nothing else hands no credentials over in the clear, whatever a member of
	// the group says of itself.
	Secure bool
	// PassRequest and PassResponse name headers to let through beyond the
	// built-in ones.
	PassRequest, PassResponse []string
}

// Role is what forward must know of the election.
type Role interface {
	// Primary returns self if this node may serve the request itself, else the
	// base URL of the primary, or "" if there is none at the moment.
	Primary() (url string, self bool)
	// Changed is closed when the answer of Primary may have become another.
	Changed() <-chan struct{}
}

// Forwarder hands requests over. It is safe for concurrent use.
type Forwarder struct {
	cfg       Config
	role      Role
	transport http.RoundTripper
	// traced: transport reports its connections through httptrace, so it is
	// known whether anything was sent.
	traced bool
}

// New makes a Forwarder. A nil transport is one made from cfg, whose TLS files
// are read now.
func New(cfg Config, role Role, transport http.RoundTripper) (*Forwarder, error) {
	cfg.ConnectTimeout = or(cfg.ConnectTimeout, 2*time.Second)
	cfg.Timeout = or(cfg.Timeout, time.Minute)
	cfg.Wait = or(cfg.Wait, 15*time.Second)
	cfg.ForwardedWait = or(cfg.ForwardedWait, 2*time.Second)
	if cfg.MaxAnswer <= 0 {
		cfg.MaxAnswer = 16 << 20
	}
	if cfg.UserAgent == "" {
		cfg.UserAgent = "plastron"
	}
	if transport == nil {
		made, err := newTransport(cfg)
		if err != nil {
			return nil, err
		}
		transport = made
	}
	_, traced := transport.(*http.Transport)
	return &Forwarder{cfg: cfg, role: role, transport: transport, traced: traced}, nil
}

// Close drops idle connections.
func (f *Forwarder) Close() {
	if t, ok := f.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// Await returns as soon as it is known who serves a write: self, or the URL of
// another node. It ends with ErrNoPrimary at the deadline of ctx or after
// Config.Wait.
func (f *Forwarder) Await(ctx context.Context) (primary string, self bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, f.cfg.Wait)
	defer cancel()
	for {
		// The channel must be taken before the role is read:
		//
		//	T1 we read the role: nobody is primary
		//	T2 the role changes and wakes those who wait
		//	T1 takes the channel, which the next change will close
		//
		// and T1 would sleep beside a primary.
		changed := f.role.Changed()
		if primary, self = f.role.Primary(); self || primary != "" {
			return primary, self, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return "", false, ErrNoPrimary
		}
	}
}

// Do finds out who serves r and has it served, unless that is this node: then
// it returns true and has written nothing, and the caller serves r itself.
// body is what was read from r. On an error nothing was written either.
//
// A forwarded request waits for this node to become primary, and ends with
// ErrLoop if another node does.
func (f *Forwarder) Do(w http.ResponseWriter, r *http.Request, body []byte) (self bool, err error) {
	limit := f.cfg.Wait
	if Forwarded(r) {
		limit = min(limit, f.cfg.ForwardedWait)
	}
	ctx, cancel := context.WithTimeout(r.Context(), limit)
	defer cancel()
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		changed := f.role.Changed()
		primary, self, err := f.Await(ctx)
		if err != nil || self {
			return self, err
		}
		if Forwarded(r) {
			return false, ErrLoop
		}
		err = f.Forward(w, r, body, primary)
		if !errors.Is(err, ErrUnreachable) && !errors.Is(err, ErrRefused) {
			return false, err
		}
		// Nothing has happened there. A primary that was killed is named until
		// its session ends, and one that just handed over until we are told.
		if !sleep(ctx, pause, changed) {
			return false, err
		}
	}
}

// Forward sends r with body to the node at primary and passes its answer on.
// It returns ErrUnreachable, ErrRefused or ErrUnknownOutcome (wrapped) if
// there is no answer to pass on, and then has written nothing.
func (f *Forwarder) Forward(w http.ResponseWriter, r *http.Request, body []byte, primary string) error {
	ctx, cancel := context.WithTimeout(r.Context(), f.cfg.Timeout)
	defer cancel()
	defer f.abandon(ctx, cancel, primary)()
	out, err := f.request(ctx, r, body, primary)
	if err != nil {
		return err
	}
	var primaryReached reached
	resp, err := f.transport.RoundTrip(out.WithContext(primaryReached.trace(ctx)))
	if err != nil {
		kind := ErrUnknownOutcome
		if f.traced && !primaryReached.Load() {
			kind = ErrUnreachable // Nothing was sent.
		}
		return fmt.Errorf("forwarding to %s: %w: %w", primary, kind, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.Header.Get(refusalMark) != "" {
		return fmt.Errorf("forwarding to %s: %w", primary, ErrRefused)
	}
	answer, err := io.ReadAll(io.LimitReader(resp.Body, f.cfg.MaxAnswer+1))
	if err != nil {
		return fmt.Errorf("reading the answer of %s: %w: %w", primary, ErrUnknownOutcome, err)
	}
	if int64(len(answer)) > f.cfg.MaxAnswer {
		return fmt.Errorf("reading the answer of %s: %w: it is longer than %d bytes", primary, ErrUnknownOutcome, f.cfg.MaxAnswer)
	}
	copyHeaders(w.Header(), resp.Header, responseHeaders(), f.cfg.PassResponse)
	w.WriteHeader(resp.StatusCode)
	_, _ = w.Write(answer) // The client is gone; nobody is left to tell.
	return nil
}

// abandonAfter is how long an answer is waited for when another node is primary.
const abandonAfter = time.Second

// abandon cancels a request to a node soon after another one has become
// primary: a node that is paused would answer when it wakes up. The returned
// function ends the watch.
func (f *Forwarder) abandon(ctx context.Context, cancel context.CancelFunc, primary string) (stop func()) {
	watched, end := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			changed := f.role.Changed()
			if url, self := f.role.Primary(); self || url != "" && url != primary {
				if sleep(watched, abandonAfter, nil) {
					cancel()
				}
				return
			}
			select {
			case <-changed:
			case <-watched.Done():
				return
			}
		}
	}()
	return func() {
		end()
		<-done
	}
}

// request builds the request to the primary: same method, path, query and
// body, and the headers of the allow-list.
func (f *Forwarder) request(ctx context.Context, r *http.Request, body []byte, primary string) (*http.Request, error) {
	target, err := targetURL(r, primary)
	if err == nil && f.cfg.Secure && target.Scheme != "https" {
		err = errors.New("this node is reached by https, and the primary says that it is not; the nodes of a group have to agree on advertised_protocol")
	}
	if err != nil {
		return nil, fmt.Errorf("forwarding to %s: %w: %w", primary, ErrUnreachable, err)
	}
	out, err := http.NewRequestWithContext(ctx, r.Method, "/", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("forwarding to %s: %w: %w", primary, ErrUnreachable, err)
	}
	out.URL, out.Host = target, target.Host
	copyHeaders(out.Header, r.Header, requestHeaders(), f.cfg.PassRequest)
	out.Header.Set("User-Agent", f.cfg.UserAgent)
	out.Header.Set(markHeader, markValue)
	return out, nil
}

// targetURL joins the primary's address with path and query as they came over
// the wire: a subject "a/b" is "a%2Fb" there, and decoding it would make it
// another resource.
func targetURL(r *http.Request, primary string) (*url.URL, error) {
	base, err := url.Parse(primary)
	if err != nil {
		return nil, err
	}
	if base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, fmt.Errorf("address %q is not of the form http://host:port", primary)
	}
	raw := r.RequestURI
	if raw == "" || !strings.HasPrefix(raw, "/") {
		raw = r.URL.RequestURI()
	}
	// ParseRequestURI takes the whole text as path and query, so that a path
	// such as //host/x cannot turn into another host.
	target, err := url.ParseRequestURI(raw)
	if err != nil {
		return nil, err
	}
	return &url.URL{
		Scheme: base.Scheme, Host: base.Host,
		Path: target.Path, RawPath: target.RawPath, RawQuery: target.RawQuery, ForceQuery: target.ForceQuery,
	}, nil
}

// sleep waits for d, or less if the role changes; false means that the
// request's time is up.
func sleep(ctx context.Context, d time.Duration, changed <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-changed:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

func or(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

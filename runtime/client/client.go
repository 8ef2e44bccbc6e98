package client

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// MediaType is the content type of requests and the first choice for answers
// (registry contract 1.1).
const MediaType = "application/vnd.schemaregistry.v1+json"

// The bounds that an unset field of Config gets.
const (
	DefaultTimeout     = 10 * time.Second
	DefaultMaxAnswer   = 16 << 20
	DefaultCachedIDs   = 1000
	DefaultCachedBytes = 32 << 20
)

// Config says which registry, and within which bounds.
type Config struct {
	// URLs are the base addresses of one registry, at least one:
	// http://registry:8081, a path in front of the API is kept. The first that
	// answers is used until it fails.
	URLs []string
	// Transport performs the requests; nil means NewTransport(). Set it to add
	// TLS settings or to count connections. The client never closes it.
	Transport http.RoundTripper
	// Auth adds credentials to every request; nil means none.
	Auth Authorizer
	// Timeout bounds one call, all addresses together; 0 means DefaultTimeout.
	Timeout time.Duration
	// MaxAnswer bounds the bytes of one answer; 0 means DefaultMaxAnswer.
	MaxAnswer int64
	// CachedIDs and CachedBytes bound the cache of schemas by id: how many,
	// and how many bytes of text; 0 means the defaults.
	CachedIDs, CachedBytes int
	// UserAgent is sent when it is not empty.
	UserAgent string
}

// Client talks to one registry. It is safe for concurrent use, starts no
// goroutine of its own and needs no closing.
type Client struct {
	config    Config
	bases     []*url.URL
	http      *http.Client
	preferred atomic.Uint32 // index into bases of the address that answered last
	schemas   *schemaCache
}

// New checks the configuration and returns a client. It opens no connection.
func New(c Config) (*Client, error) {
	if len(c.URLs) == 0 {
		return nil, errors.New("no registry address: at least one URL such as http://registry:8081 is needed")
	}
	bases := make([]*url.URL, 0, len(c.URLs))
	for _, raw := range c.URLs {
		base, err := parseBase(raw)
		if err != nil {
			return nil, err
		}
		bases = append(bases, base)
	}

	c.Timeout = orDefault(c.Timeout, DefaultTimeout)
	c.MaxAnswer = orDefault(c.MaxAnswer, DefaultMaxAnswer)
	c.CachedIDs = orDefault(c.CachedIDs, DefaultCachedIDs)
	c.CachedBytes = orDefault(c.CachedBytes, DefaultCachedBytes)
	if c.Transport == nil {
		c.Transport = NewTransport()
	}
	return &Client{
		config:  c,
		bases:   bases,
		http:    &http.Client{Transport: c.Transport, CheckRedirect: refuseRedirect},
		schemas: newSchemaCache(c.CachedIDs, c.CachedBytes),
	}, nil
}

// NewTransport returns an HTTP transport with limits that suit a registry: few
// connections that are kept, short dial and handshake, bounded headers.
func NewTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 3 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           64,
		MaxIdleConnsPerHost:    32,
		MaxConnsPerHost:        64,
		IdleConnTimeout:        60 * time.Second,
		TLSHandshakeTimeout:    5 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

func parseBase(raw string) (*url.URL, error) {
	base, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("registry address: %w", redactURL(err))
	}
	if (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" {
		return nil, fmt.Errorf("registry address %q: want http://host:port or https://host:port", base.Redacted())
	}
	if base.User != nil {
		return nil, fmt.Errorf("registry address %q: credentials belong into the configuration, not into the address", base.Redacted())
	}
	base.Path = strings.TrimRight(base.Path, "/")
	base.RawPath, base.RawQuery, base.Fragment = "", "", ""
	return base, nil
}

// redactURL drops the address from a parse error, because it may carry a
// password.
func redactURL(err error) error {
	if parse, ok := errors.AsType[*url.Error](err); ok {
		return parse.Err
	}
	return err
}

func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func orDefault[T int | int64 | time.Duration](v, def T) T {
	if v <= 0 {
		return def
	}
	return v
}

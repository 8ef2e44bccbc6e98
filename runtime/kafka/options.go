package kafka

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Defaults of Options. A paused broker costs ProduceTimeout + RequestTimeout
// on the connection it was asked on; franz-go's own defaults make that 20 s.
const (
	DefaultDialTimeout    = 3 * time.Second
	DefaultRequestTimeout = 5 * time.Second
	DefaultProduceTimeout = 3 * time.Second
	DefaultIdleTimeout    = 15 * time.Second
	DefaultMetadataMaxAge = 60 * time.Second
	DefaultMetadataMinAge = 250 * time.Millisecond
)

// Options say how to reach a Kafka cluster. The zero value of a duration is
// its default.
type Options struct {
	// Bootstrap lists brokers as host:port; ParseBootstrap reads the
	// comma-separated form of the configuration key bootstrap_uri.
	Bootstrap []string
	// ClientID is the client id, and the prefix of member ids in groups.
	ClientID string
	// Security says how to prove who we are and whom we talk to.
	Security Security

	// DialTimeout bounds one connection attempt, TLS handshake included.
	DialTimeout time.Duration
	// RequestTimeout bounds a request beyond the time that the request itself
	// grants to the broker.
	RequestTimeout time.Duration
	// ProduceTimeout is what a produce request grants to the broker.
	ProduceTimeout time.Duration
	// IdleTimeout closes connections that were not used for so long.
	IdleTimeout time.Duration
	// MetadataMaxAge and MetadataMinAge bound how often metadata is refreshed;
	// the minimum also paces retries after a leader moved.
	MetadataMaxAge time.Duration
	MetadataMinAge time.Duration

	// Logger receives the client's own messages; the zero value drops them.
	Logger logr.Logger
}

// ParseBootstrap splits a comma-separated list of brokers. Spaces and empty
// entries are ignored, a listener prefix such as PLAINTEXT:// is dropped, and
// a missing port is 9092. The error names the entry that is wrong.
func ParseBootstrap(list string) ([]string, error) {
	var out []string
	for _, entry := range strings.Split(list, ",") {
		entry = strings.TrimSpace(entry)
		if entry == "" {
			continue
		}
		addr, err := parseBroker(entry)
		if err != nil {
			return nil, err
		}
		out = append(out, addr)
	}
	if len(out) == 0 {
		return nil, errors.New(`bootstrap list is empty: give at least one broker as "host:port"`)
	}
	return out, nil
}

func parseBroker(entry string) (string, error) {
	addr := entry
	if _, rest, found := strings.Cut(entry, "://"); found {
		addr = rest
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		// No port: try again with Kafka's own; a bare IPv6 address fails both times.
		host, port, err = net.SplitHostPort(addr + ":9092")
	}
	if err != nil || host == "" || strings.ContainsAny(host, "/@ ") {
		return "", fmt.Errorf("bootstrap entry %q is not a broker address: write host:port, with IPv6 in brackets", entry)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return "", fmt.Errorf("bootstrap entry %q has port %q: allowed are 1 to 65535", entry, port)
	}
	return net.JoinHostPort(host, port), nil
}

// Opts translates o to options for kgo.NewClient. It reads the TLS files, so
// its errors name the file and key that are wrong.
func (o Options) Opts() ([]kgo.Opt, error) {
	if len(o.Bootstrap) == 0 {
		return nil, errors.New("no bootstrap broker is configured")
	}
	opts := []kgo.Opt{
		kgo.SeedBrokers(o.Bootstrap...),
		kgo.RequestTimeoutOverhead(or(o.RequestTimeout, DefaultRequestTimeout)),
		kgo.ProduceRequestTimeout(or(o.ProduceTimeout, DefaultProduceTimeout)),
		kgo.ConnIdleTimeout(or(o.IdleTimeout, DefaultIdleTimeout)),
		kgo.DisableClientMetrics(),
		kgo.SoftwareNameAndVersion("plastron", "1"),
	}
	if o.ClientID != "" {
		opts = append(opts, kgo.ClientID(o.ClientID))
	}
	if o.Logger.GetSink() != nil {
		opts = append(opts, kgo.WithLogger(clientLogger{o.Logger}))
	}
	// kgo refuses a minimum above the maximum; the smaller of the two wins,
	// so that a short metadata_max_age_ms keeps its meaning.
	maxAge := or(o.MetadataMaxAge, DefaultMetadataMaxAge)
	minAge := min(or(o.MetadataMinAge, DefaultMetadataMinAge), maxAge)
	opts = append(opts, kgo.MetadataMaxAge(maxAge), kgo.MetadataMinAge(minAge))

	security, err := o.Security.opts(or(o.DialTimeout, DefaultDialTimeout), o.Logger)
	if err != nil {
		return nil, err
	}
	return append(opts, security...), nil
}

// NewClient makes a client from o; extra options come last and win. The
// client connects on first use, so a wrong address is not an error here.
func NewClient(o Options, extra ...kgo.Opt) (*kgo.Client, error) {
	opts, err := o.Opts()
	if err != nil {
		return nil, err
	}
	client, err := kgo.NewClient(append(opts, extra...)...)
	if err != nil {
		return nil, fmt.Errorf("making a Kafka client: %w", err)
	}
	return client, nil
}

func or(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

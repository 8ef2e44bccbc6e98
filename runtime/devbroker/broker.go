package devbroker

import (
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"github.com/twmb/franz-go/pkg/kfake"
)

// DefaultCompactEvery is how often compacted topics are compacted.
const DefaultCompactEvery = 10 * time.Minute

// Config says where the broker listens and what it keeps.
type Config struct {
	// Dir keeps topics, groups and producer ids across restarts, also after
	// kill -9. It is created if needed. Empty keeps everything in memory.
	Dir string
	// Host is the address to bind, 127.0.0.1 if empty; Port 0 takes a free one.
	Host string
	Port int
	// AdvertisedHost and AdvertisedPort are what clients are told to connect
	// to; empty and 0 are the bound ones. A wildcard Host advertises localhost.
	AdvertisedHost string
	AdvertisedPort int
	// Partitions is how many partitions a topic gets that was created without
	// a number; 0 is 1.
	Partitions int
	// NoAutoCreate stops clients from creating topics by using them.
	NoAutoCreate bool
	// MinSessionTimeout is the shortest session time-out that groups may ask
	// for; 0 is Kafka's 6 s.
	MinSessionTimeout time.Duration
	// CompactEvery is how often compacted topics are compacted; 0 is
	// DefaultCompactEvery.
	CompactEvery time.Duration
	// Logger receives what the broker has to say; the zero value drops it.
	Logger logr.Logger
}

// Broker is one running broker.
type Broker struct {
	cluster *kfake.Cluster
	log     logr.Logger
	unlock  func()
	bound   string
	claim   string

	stop    chan struct{}
	stopped sync.WaitGroup
	once    sync.Once
}

// Start opens the data directory, listens and serves until Close. Errors name
// what is in the way: a port in use, a directory in use or unreadable.
func Start(cfg Config) (*Broker, error) {
	if cfg.Host == "" {
		cfg.Host = "127.0.0.1"
	}
	unlock, err := lockDir(cfg.Dir)
	if err != nil {
		return nil, err
	}
	ln, bound, err := listen(cfg)
	if err != nil {
		unlock()
		return nil, fmt.Errorf("starting the development broker: %w", err)
	}
	cluster, err := kfake.NewCluster(cfg.opts(ln)...)
	if err != nil {
		_ = ln.Close()
		unlock()
		return nil, fmt.Errorf("starting the development broker with data directory %q: %w", cfg.Dir, err)
	}
	b := &Broker{
		cluster: cluster, log: cfg.Logger, unlock: unlock, bound: bound, claim: string(ln.claim), stop: make(chan struct{}),
	}
	if !cfg.NoAutoCreate {
		b.autoCreate(int32(cfg.partitions()))
	}
	b.stopped.Add(1)
	go b.compact(cfg.compactEvery())
	return b, nil
}

// Addr is the bound address as host:port, with the port that was chosen.
func (b *Broker) Addr() string { return b.bound }

// Advertised is the address that clients are told, as host:port.
func (b *Broker) Advertised() string { return b.claim }

// Cluster gives tests the fake cluster itself, to inject faults.
func (b *Broker) Cluster() *kfake.Cluster { return b.cluster }

// Close stops listening, writes what is in memory and lets go of the data
// directory. It is safe to call more than once.
func (b *Broker) Close() {
	b.once.Do(func() {
		close(b.stop)
		b.stopped.Wait()
		b.cluster.Close()
		b.unlock()
	})
}

// compact does what a real broker's cleaner does. kfake has a ticker of its
// own, but it is started by the creation of a compacted topic, so after a
// restart from a data directory nothing would ever be compacted.
func (b *Broker) compact(every time.Duration) {
	defer b.stopped.Done()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-b.stop:
			return
		case <-ticker.C:
			b.cluster.Compact()
		}
	}
}

func (c Config) compactEvery() time.Duration {
	if c.CompactEvery <= 0 {
		return DefaultCompactEvery
	}
	return c.CompactEvery
}

func (c Config) partitions() int { return max(c.Partitions, 1) }

func (c Config) opts(ln *listener) []kfake.Opt {
	opts := []kfake.Opt{
		kfake.NumBrokers(1),
		kfake.ClusterID("plastron-dev"),
		kfake.DefaultNumPartitions(c.partitions()),
		kfake.ListenFn(func(string, string) (net.Listener, error) { return ln, nil }),
	}
	if c.Logger.GetSink() != nil {
		opts = append(opts, kfake.WithLogger(brokerLogger{c.Logger}))
	}
	if c.Dir != "" {
		opts = append(opts, kfake.DataDir(c.Dir))
	}
	if c.MinSessionTimeout > 0 {
		opts = append(opts, kfake.GroupMinSessionTimeout(c.MinSessionTimeout))
	}
	return opts
}

// brokerLogger puts kfake's messages on logr: errors at V(0), the rest, which
// is one line per request, at V(4).
type brokerLogger struct{ log logr.Logger }

// Logf prints one message of kfake.
func (l brokerLogger) Logf(level kfake.LogLevel, format string, args ...any) {
	if level == kfake.LogLevelError {
		l.log.Info("Development broker reports an error", "detail", fmt.Sprintf(format, args...))
		return
	}
	if log := l.log.V(4); log.Enabled() {
		log.Info("Development broker", "detail", fmt.Sprintf(format, args...))
	}
}

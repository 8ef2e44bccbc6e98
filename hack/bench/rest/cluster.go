package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/hack/bench/measure"
	"github.com/plastron-dev/plastron/hack/bench/traffic"
)

// cluster is a broker, a registry and a proxy.
type cluster struct {
	processes []*measure.Process
	proxy     *measure.Process // one of them, nil when somebody else's is measured
	target    *traffic.Target
	address   string // of the proxy
	kafka     string // brokers, separated by commas
}

// reach is a proxy that runs already.
func reach(ctx context.Context, base, brokers string) (*cluster, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" || u.Port() == "" || strings.Trim(u.Path, "/") != "" || u.User != nil {
		return nil, fmt.Errorf("-url is %q, want http://HOST:PORT", base)
	}
	target, err := traffic.ParseTarget(base)
	if err != nil {
		return nil, err
	}
	c := &cluster{target: target.Accepting("*/*"), address: u.Host, kafka: brokers}
	return c, errors.Join(c.createTopics(ctx), traffic.Await(ctx, c.target, "/brokers", "brokers"))
}

// startCluster starts a registry and a proxy, and a broker unless some are
// named.
func startCluster(ctx context.Context, binary, brokers string) (*cluster, error) {
	c := &cluster{}
	addresses := make([]string, 3)
	for i := range addresses {
		var err error
		if addresses[i], err = traffic.FreeAddress(); err != nil {
			return nil, err
		}
	}
	c.kafka, c.address = addresses[0], addresses[2]
	if brokers != "" {
		c.kafka = brokers
	} else if err := c.start(nil, binary, "dev", "broker", "--listen", c.kafka); err != nil {
		return nil, err
	}
	_, registryPort, err := net.SplitHostPort(addresses[1])
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(c.address)
	if err != nil {
		return nil, err
	}
	proxy, err := traffic.ParseTarget("http://" + c.address)
	if err != nil {
		return nil, err
	}
	c.target = proxy.Accepting("*/*")
	registry, err := traffic.ParseTarget("http://" + addresses[1])
	if err != nil {
		return nil, err
	}
	common := []string{
		"KARAPACE_BOOTSTRAP_URI=" + c.kafka, "KARAPACE_HOST=127.0.0.1", "KARAPACE_ADVERTISED_HOSTNAME=127.0.0.1", "KARAPACE_LOG_LEVEL=WARNING",
		"KARAPACE_WAITING_TIME_BEFORE_ACTING_AS_MASTER_MS=0", "KARAPACE_REGISTRY_HOST=127.0.0.1", "KARAPACE_REGISTRY_PORT=" + registryPort,
	}
	err = errors.Join(
		c.createTopics(ctx),
		c.start(append(common, "KARAPACE_PORT="+registryPort), binary, "registry"),
		traffic.Await(ctx, registry, "/master_available", "true"),
		c.start(append(common, "KARAPACE_PORT="+port), binary, "rest"),
		traffic.Await(ctx, c.target, "/brokers", "brokers"),
	)
	if err != nil {
		return nil, errors.Join(err, c.stop())
	}
	c.proxy = c.processes[len(c.processes)-1]
	return c, nil
}

func (c *cluster) start(environ []string, binary string, args ...string) error {
	p, err := measure.Start(environ, binary, args...)
	if err == nil {
		c.processes = append(c.processes, p)
	}
	return err
}

func (c *cluster) stop() (err error) {
	for i := range c.processes {
		err = errors.Join(err, c.processes[len(c.processes)-1-i].Stop())
	}
	return err
}

// topics are those of the measurements.
func topics() []string { return []string{"json", "avro", "protobuf", "many", "stream"} }

func (c *cluster) createTopics(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(c.kafka, ",")...), kgo.DisableClientMetrics())
	if err != nil {
		return fmt.Errorf("making the client that creates topics: %w", err)
	}
	defer client.Close()
	for client.Ping(ctx) != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("waiting for the broker: %w", ctx.Err())
		}
	}
	made, err := kadm.NewClient(client).CreateTopics(ctx, 1, 1, nil, topics()...)
	for _, topic := range made {
		if !errors.Is(topic.Err, kerr.TopicAlreadyExists) { // of a run before, on real brokers
			err = errors.Join(err, topic.Err)
		}
	}
	return err
}

// working runs work and returns how long the proxy was busy meanwhile, in
// seconds.
func (c *cluster) working(work func() error) (float64, error) {
	if c.proxy == nil {
		return 0, work()
	}
	before, err := c.proxy.Processor()
	if err != nil {
		return 0, err
	}
	if err := work(); err != nil {
		return 0, err
	}
	after, err := c.proxy.Processor()
	return (after - before).Seconds(), err
}

// each says how long the proxy was busy with one of n records.
func (c *cluster) each(seconds float64, n int) string {
	if c.proxy == nil {
		return ""
	}
	return fmt.Sprintf("%.1f µs of the proxy's processors per record", seconds*1e6/float64(n))
}

// post sends one request and returns its answer.
func (c *cluster) post(ctx context.Context, path, contentType, body string) (string, error) {
	answer, err := traffic.Ask(ctx, c.target, c.target.AppendPostOf(nil, path, contentType, []byte(body)))
	return string(answer), err
}

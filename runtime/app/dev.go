package app

import (
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/plastron-dev/plastron/runtime/config"
	"github.com/plastron-dev/plastron/runtime/devbroker"
	"github.com/plastron-dev/plastron/runtime/kafka"
)

// DevOptions is what a development server is made from.
type DevOptions struct {
	Options
	// Data is the directory for topics; empty keeps them in memory.
	Data string
	// KafkaPort, RegistryPort and RESTPort are ports on 127.0.0.1; 0 takes a
	// free one.
	KafkaPort, RegistryPort, RESTPort int
	// Topics are created when they are not there: NAME or NAME:PARTITIONS.
	Topics []string
	// Output is where the banner goes.
	Output io.Writer
}

// DefaultData is where a user's development topics are kept, empty when the
// environment names no place.
func DefaultData(environ []string) string {
	dir, err := config.DataDir(environ)
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "plastron")
}

const loopback = "127.0.0.1"

// RunDev runs broker, registry and REST proxy in one process until ctx ends.
func RunDev(ctx context.Context, o DevOptions) error {
	d, err := newDevServer(o)
	if err != nil {
		return err
	}
	parts := append(d.parts(), part{name: "banner", open: func(context.Context) error {
		e := Endpoints{Registry: d.registry.url(), REST: d.rest.url(), Kafka: d.broker.broker.Advertised()}
		printBanner(o, e, d.clock().Sub(d.started))
		return d.ready(o.Options, e)
	}})
	return d.run(ctx, parts)
}

// devServer is broker, registry and proxy in one process.
type devServer struct {
	*process
	broker   *brokerPart
	registry *registryNode
	rest     *restNode
}

func newDevServer(o DevOptions) (*devServer, error) {
	p, err := newProcess(o.Options)
	if err != nil {
		return nil, err
	}
	topics, err := parseTopics(o.Topics)
	if err != nil {
		return nil, err
	}
	// The broker is in the same process; a topic that was just made has not to
	// wait until somebody asks again.
	p.metadataMinAge = 10 * time.Millisecond
	registryConfig, restConfig := devConfig(*o.Config, o.RegistryPort), devConfig(*o.Config, o.RESTPort)
	d := &devServer{
		process:  p,
		broker:   &brokerPart{process: p, config: devbroker.Config{Dir: o.Data, Host: loopback, Port: o.KafkaPort}, topics: topics},
		registry: newRegistryNode(p, registryConfig),
		rest:     newRESTNode(p, restConfig),
	}
	d.broker.started = func(address string) {
		registryConfig.Kafka.Bootstrap, restConfig.Kafka.Bootstrap = address, address
	}
	d.rest.registry = d.registry
	return d, p.observeState(d.registry.state)
}

// devConfig is the configuration of one part: everything on this machine, and
// nothing that could lead to another broker.
func devConfig(c config.Config, port int) *config.Config {
	c.Listener.Host, c.Listener.Port = loopback, port
	c.Listener.TLSCert, c.Listener.TLSKey, c.Listener.TLSClientCA, c.Listener.TLSClientAuth = "", "", "", ""
	c.Advertised = config.Advertised{Host: loopback, Scheme: "http"}
	c.Kafka = config.Kafka{
		ClientID: c.Kafka.ClientID, Protocol: kafka.ProtocolPlaintext,
		MetadataMaxAge: c.Kafka.MetadataMaxAge, SessionTimeout: c.Kafka.SessionTimeout, MaxIdle: c.Kafka.MaxIdle,
	}
	// Nobody else can be writing to a broker that has just started in here.
	c.Registry.Wait, c.Registry.Eligible = 0, true
	return &c
}

// parts are everything up to the moment when writes are taken.
func (d *devServer) parts() []part {
	parts := []part{d.broker.part()}
	parts = append(parts, d.registry.parts()...)
	parts = append(parts, d.rest.parts()...)
	return append(parts, part{name: "writes", ready: d.registry.awaitPrimary})
}

func printBanner(o DevOptions, e Endpoints, took time.Duration) {
	data := o.Data
	if data == "" {
		data = "in memory, gone at the end"
	}
	fmt.Fprintf(o.Output, `plastron dev %s
  For development only: the embedded broker keeps one copy of the data and asks nobody who they are.

  registry    %s
  REST proxy  %s
  Kafka       %s
  data        %s
  topics      %s

ready in %d ms; Ctrl-C ends it
`, o.Version, e.Registry, e.REST, e.Kafka, data, strings.Join(o.Topics, ", "), took.Milliseconds())
}

// brokerPart is the embedded broker as a part of a process.
type brokerPart struct {
	*process
	config  devbroker.Config
	topics  []topic
	broker  *devbroker.Broker
	started func(address string)
}

func (b *brokerPart) part() part {
	return part{
		name:   "broker",
		within: 10 * time.Second,
		open: func(context.Context) error {
			b.config.Logger = b.log.V(1).WithName("broker")
			var err error
			b.broker, err = devbroker.Start(b.config)
			if err == nil && b.started != nil {
				b.started(b.broker.Advertised())
			}
			return err
		},
		ready: func(ctx context.Context) error {
			c := *b.process.config
			c.Kafka = config.Kafka{Bootstrap: b.broker.Addr(), ClientID: "plastron-dev", Protocol: kafka.ProtocolPlaintext}
			options, err := b.kafkaOptions(&c)
			if err != nil {
				return err
			}
			return createTopics(ctx, options, b.topics)
		},
		close: func(context.Context) error { b.broker.Close(); return nil },
	}
}

// BrokerOptions is what an embedded broker without anything else is made from.
type BrokerOptions struct {
	Options
	// Listen and Advertise are host:port; an empty Advertise is the address
	// listened on.
	Listen, Advertise string
	Data              string
	Topics            []string
	Output            io.Writer
}

// RunBroker runs only the embedded broker until ctx ends.
func RunBroker(ctx context.Context, o BrokerOptions) error {
	p, err := newProcess(o.Options)
	if err != nil {
		return err
	}
	topics, err := parseTopics(o.Topics)
	if err != nil {
		return err
	}
	b := &brokerPart{process: p, topics: topics, config: devbroker.Config{Dir: o.Data}}
	if b.config.Host, b.config.Port, err = splitAddress("listen", o.Listen); err != nil {
		return err
	}
	if o.Advertise != "" {
		if b.config.AdvertisedHost, b.config.AdvertisedPort, err = splitAddress("advertise", o.Advertise); err != nil {
			return err
		}
	}
	return p.run(ctx, []part{b.part(), {name: "banner", open: func(context.Context) error {
		fmt.Fprintf(o.Output, "plastron dev broker %s: for development only\n  listens on %s, advertises %s\n",
			o.Version, b.broker.Addr(), b.broker.Advertised())
		return p.ready(o.Options, Endpoints{Kafka: b.broker.Advertised()})
	}}})
}

func splitAddress(flag, address string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, fmt.Errorf("--%s %q is not host:port", flag, address)
	}
	port, err = strconv.Atoi(text)
	if err != nil || port < 0 || port > 65535 {
		return "", 0, fmt.Errorf("--%s %q has no port between 0 and 65535", flag, address)
	}
	return host, port, nil
}

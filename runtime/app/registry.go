package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/config"
	"github.com/plastron-dev/plastron/runtime/election"
	"github.com/plastron-dev/plastron/runtime/forward"
	"github.com/plastron-dev/plastron/runtime/kafka"
	"github.com/plastron-dev/plastron/runtime/registry"
	"github.com/plastron-dev/plastron/runtime/registryhttp"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/schemalog"
	"github.com/plastron-dev/plastron/runtime/store"
)

// registryNode is one node of a schema registry.
type registryNode struct {
	*frontend
	store     *store.Store
	owner     string // names this process in the log, differently at every start
	schemas   *schemalog.Log
	appends   *inFlight
	client    *kgo.Client
	election  *election.Election
	service   *registry.Registry
	forwarder *forward.Forwarder

	counted   counted
	startup   startup
	clusterID clusterID
}

func newRegistryNode(p *process, c *config.Config) *registryNode {
	n := &registryNode{frontend: newFrontend(p, c), store: store.NewNaming(naming(c.Registry)), owner: rand.Text()}
	n.deadline, n.errorType = registryhttp.Deadline(writeDeadline), registryhttp.MediaType
	return n
}

// naming says how names of subjects are read.
func naming(r config.Registry) schema.Naming {
	if r.Contexts {
		return schema.WithContexts
	}
	return schema.PlainNames
}

// writeDeadline bounds a write, waiting for a primary included (registry
// contract 16).
const writeDeadline = 60 * time.Second

// RunRegistry runs one node of a registry until ctx ends.
func RunRegistry(ctx context.Context, o Options) error {
	p, err := newProcess(o)
	if err != nil {
		return err
	}
	n := newRegistryNode(p, o.Config)
	if err := p.observeState(n.state); err != nil {
		return err
	}
	parts := append(n.parts(), part{name: "registry", open: func(context.Context) error {
		return p.ready(o, Endpoints{Registry: n.url()})
	}})
	return p.run(ctx, parts)
}

// parts are the registry with a listener of its own. It serves before the
// topic is read, so that probes are answered; and the election is last, so that
// it ends first and another node takes the writes while this one still answers.
func (n *registryNode) parts() []part {
	parts := []part{n.bind("registry"), n.electionClient(), n.build(), n.listen("registry")}
	return append(parts, n.work()...)
}

// work is what runs behind the routes.
func (n *registryNode) work() []part {
	return []part{
		{name: "auth file", run: func(ctx context.Context) error { return n.auth.Run(ctx) }},
		{name: "schemas topic", run: func(ctx context.Context) error { return n.schemas.Run(ctx) }, within: 10 * time.Second},
		{name: "writer", run: func(ctx context.Context) error { return n.service.Run(ctx) }, within: 25 * time.Second},
		n.traffic("registry", n.replayed),
		{name: "memory", run: func(ctx context.Context) error { keepMemoryLow(ctx); return nil }},
		{name: "cluster id", run: func(ctx context.Context) error {
			n.learnCluster(ctx)
			<-ctx.Done()
			return nil
		}},
		{name: "election", run: func(ctx context.Context) error { return n.election.Run(ctx) }, within: 10 * time.Second},
	}
}

// electionClient makes the Kafka client of the election.
func (n *registryNode) electionClient() part {
	return part{name: "election client", open: func(context.Context) error {
		options, err := n.kafkaOptions(n.config)
		if err != nil {
			return err
		}
		n.client, err = kafka.NewClient(options, election.ClientOpts(config.Milliseconds(n.config.Kafka.SessionTimeout))...)
		return err
	}, close: func(context.Context) error { n.client.Close(); return nil }}
}

// build makes what the routes need, from the topic upwards. It starts nothing.
func (n *registryNode) build() part {
	return part{name: "registry service", open: func(context.Context) error {
		options, err := n.kafkaOptions(n.config)
		if err != nil {
			return err
		}
		clientOptions, err := options.Opts()
		if err != nil {
			return err
		}
		r, limits := n.config.Registry, schemaLimits(n.config)
		n.schemas = schemalog.New(schemalog.Config{
			Topic: r.Topic, Reader: clientOptions, Writer: clientOptions, ReplicationFactor: int16(r.Replication), Strict: r.Strict,
			Headers: n.headers(), Owner: n.owner, Generation: n.generation, Now: n.clock, Logger: n.log.WithName("log"),
		}, observedStore{n.store, n.metrics})
		n.appends = &inFlight{log: observedLog{n.schemas, n.metrics, n.outside.tracing, r.Topic}}
		if n.auth, err = n.newAuth(n.config.Registry); err != nil {
			return err
		}
		if n.election, err = n.newElection(options.Security.Principal()); err != nil {
			return err
		}
		n.service = registry.New(registry.Deps{
			Log:       n.appends,
			LogErrors: registry.LogErrors{TooLarge: schemalog.ErrTooLarge, NotReady: schemalog.ErrNotReady},
			Views:     n.store, Role: n.election, Owner: n.owner, Late: n.store.Late(),
			Flavour: schema.Flavour(r.Flavour), DefaultLevel: schema.Level(r.Compatibility), ModesFixed: !r.ModeMutability,
			Limits: &limits, Conflicts: n.metrics.Conflict, Logger: n.log.WithName("registry"),
		})
		l := n.config.Listener
		n.forwarder, err = forward.New(forward.Config{
			Secure: n.config.Advertised.Scheme == "https", UserAgent: "plastron/" + n.version, CAFile: l.TLSClientCA, CertFile: l.TLSCert, KeyFile: l.TLSKey,
			PassRequest: n.outside.tracing.Headers(), PassResponse: []string{registryhttp.OffsetHeader},
		}, n.election, nil)
		if err != nil {
			return err
		}
		n.handler = n.auth.Middleware(n.routes())
		return nil
	}, close: func(context.Context) error { n.forwarder.Close(); return nil }}
}

// headers tell people who look at the topic who wrote a record; no reader
// needs them.
func (n *registryNode) headers() []kgo.RecordHeader {
	return []kgo.RecordHeader{
		{Key: "X-Registry-Version", Value: []byte("plastron-" + n.version)},
		{Key: "X-Origin-Host", Value: []byte(n.advertisedURL())},
	}
}

// generation is the election group's, for the terms of epochs.
func (n *registryNode) generation() int32 { return n.election.State().Generation }

func (n *registryNode) newElection(principal string) (*election.Election, error) {
	strategy, err := election.ParseStrategy(n.config.Registry.Strategy)
	if err != nil {
		return nil, err
	}
	return election.New(election.Config{
		GroupID: n.config.Registry.GroupID, Identity: identity(n.config, n.hostname, n.version, n.advertisedPort()),
		Strategy: strategy, Sticky: n.config.Registry.Sticky, Session: config.Milliseconds(n.config.Kafka.SessionTimeout),
		Waiting: config.Milliseconds(n.config.Registry.Wait), Release: n.appends.release, Principal: principal,
	}, n.client, n.appends.Barrier, n.log.WithName("election"), n.clock)
}

// replayed returns when the topic was read to its end.
func (n *registryNode) replayed(ctx context.Context) error {
	if err := n.schemas.AwaitWritable(ctx); err != nil {
		return err
	}
	n.startup.set(n.clock().Sub(n.started))
	return nil
}

// awaitPrimary returns when this node may write.
func (n *registryNode) awaitPrimary(ctx context.Context) error {
	for {
		changed := n.election.Changed()
		if n.election.MayWrite() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("becoming primary: %w", ctx.Err())
		}
	}
}

package peer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Product is whose rules a peer follows.
type Product string

// The products.
const (
	Karapace  Product = "karapace"
	Confluent Product = "confluent"
)

// Config says where a peer lives.
type Config struct {
	Product Product
	Brokers []string
	// Topic and Group are the ones of the registry.
	Topic, Group string
	// Host and Port are what other nodes and clients reach it by.
	Host string
	Port int
	// Session is the session time-out in the group; Waiting is how long a
	// Karapace waits before it acts as primary.
	Session, Waiting time.Duration
}

// Peer is one node. Make it with New and run it with Run.
type Peer struct {
	cfg     Config
	product Product
	member  *kgo.Client // in the group
	reader  *kgo.Client
	writer  *kgo.Client
	http    *http.Client

	writing sync.Mutex // one write at a time

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced when anything below changes
	state    state
	primary  bool
	url      string // the primary's; empty if there is none
	told     int    // counts assignments
	isChosen bool
	faults   []string
}

// New makes a peer and its topic, if there is none.
func New(ctx context.Context, cfg Config) (*Peer, error) {
	p := &Peer{cfg: cfg, product: cfg.Product, changed: make(chan struct{}), state: newState(cfg.Product)}
	p.http = &http.Client{Transport: &http.Transport{}}
	common := []kgo.Opt{
		kgo.SeedBrokers(cfg.Brokers...), kgo.ClientID("sr-1"), kgo.DisableClientMetrics(),
		kgo.MetadataMinAge(20 * time.Millisecond), kgo.RecordPartitioner(kgo.ManualPartitioner()),
	}
	var err error
	if p.writer, err = kgo.NewClient(append(common, kgo.DefaultProduceTopic(cfg.Topic))...); err != nil {
		return nil, err
	}
	compact := "compact"
	_, err = kadm.NewClient(p.writer).CreateTopic(ctx, 1, -1, map[string]*string{"cleanup.policy": &compact}, cfg.Topic)
	if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
		return nil, fmt.Errorf("making the topic: %w", err)
	}
	start := map[string]map[int32]kgo.Offset{cfg.Topic: {0: kgo.NewOffset().AtStart()}}
	if p.reader, err = kgo.NewClient(append(common, kgo.ConsumePartitions(start), kgo.FetchMaxWait(100*time.Millisecond))...); err != nil {
		return nil, err
	}
	p.member, err = kgo.NewClient(append(common, kgo.ConsumerGroup(cfg.Group), kgo.GroupProtocol("sr"), kgo.Balancers(balancer{p}),
		kgo.ConsumeTopics(cfg.Topic), kgo.SessionTimeout(cfg.Session), kgo.HeartbeatInterval(cfg.Session/10), kgo.RebalanceTimeout(max(cfg.Session, 5*time.Second)),
		kgo.DisableAutoCommit())...)
	return p, err
}

// Run reads, takes part in the election, and leaves the group when ctx ends.
func (p *Peer) Run(ctx context.Context) error {
	var group sync.WaitGroup
	group.Go(func() { p.read(ctx) })
	group.Go(func() { p.lead(ctx) })
	group.Go(func() {
		for ctx.Err() == nil { // Nothing is assigned; the group wants to be polled.
			p.member.PollFetches(ctx)
		}
	})
	group.Wait()
	p.member.Close() // Leaves the group.
	p.reader.Close()
	p.writer.Close()
	p.http.CloseIdleConnections()
	return nil
}

// Faults are the things that would have broken the product, or lost data in
// it: assignments without what it needs, records that it cannot read.
func (p *Peer) Faults() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Concat(p.faults, p.state.faults)
}

// Canonical reports whether the peer writes keys in the order that all
// registries agree on.
func (p *Peer) Canonical() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.state.deprecated
}

// Primary reports whether the peer may write, and the URL of the node that may.
func (p *Peer) Primary() (me bool, url string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.primary, p.url
}

func (p *Peer) identity() identity {
	return identity{Host: p.cfg.Host, Port: p.cfg.Port, Eligibility: true, Scheme: "http", Version: 1}
}

func (p *Peer) fault(format string, args ...any) {
	p.change(func() { p.faults = append(p.faults, fmt.Sprintf(format, args...)) })
}

// change changes what mu protects and wakes everybody who waits for it.
func (p *Peer) change(do func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	do()
	close(p.changed)
	p.changed = make(chan struct{})
}

// await returns when the condition, called with mu held, is true.
func (p *Peer) await(ctx context.Context, condition func() bool) error {
	for {
		p.mu.Lock()
		ok, changed := condition(), p.changed
		p.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// assigned notes an assignment, or that there is none because a new one is
// being made.
func (p *Peer) assigned(a assignment, made bool) {
	chosen := p.isMe(a)
	switch {
	case !made || p.product == Confluent:
	case a.Identity == nil:
		p.fault("an assignment without master_identity ends the coordination of a Karapace")
	}
	if made && p.product == Confluent && a.Identity != nil && !a.Identity.Eligibility {
		p.fault("an ineligible leader is an exception in a Confluent node")
	}
	p.change(func() {
		p.told++
		p.isChosen = chosen
		p.primary = p.primary && chosen
		p.url = ""
		if a.Identity != nil && a.Identity.Eligibility {
			p.url = a.Identity.url()
		}
	})
}

// lead does what a product does between being chosen and being primary.
func (p *Peer) lead(ctx context.Context) {
	for {
		told := 0
		if p.await(ctx, func() bool { told = p.told; return p.isChosen && !p.primary }) != nil {
			return
		}
		if err := p.promote(ctx); err != nil && ctx.Err() == nil {
			p.fault("becoming primary: %v", err)
		}
		p.change(func() { p.primary = p.isChosen && (p.product == Karapace || p.told == told) })
	}
}

func (p *Peer) promote(ctx context.Context) error {
	if p.product == Confluent {
		return p.append(ctx, key{Type: "NOOP"}, nil)
	}
	timer := time.NewTimer(p.cfg.Waiting)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	return p.CatchUp(ctx)
}

// CatchUp returns when the peer has read what the topic holds now.
func (p *Peer) CatchUp(ctx context.Context) error {
	ends, err := kadm.NewClient(p.writer).ListEndOffsets(ctx, p.cfg.Topic)
	if err != nil {
		return err
	}
	end, _ := ends.Lookup(p.cfg.Topic, 0)
	return p.await(ctx, func() bool { return p.state.next >= end.Offset })
}

func (p *Peer) read(ctx context.Context) {
	for ctx.Err() == nil {
		fetches := p.reader.PollFetches(ctx)
		p.change(func() { fetches.EachRecord(p.state.apply) })
		// A Confluent leader takes back what gives a known id to another text.
		p.mu.Lock()
		conflicts := p.state.takeConflicts()
		leads := p.primary && p.product == Confluent
		p.mu.Unlock()
		for _, k := range conflicts {
			if leads {
				p.produce(ctx, k, nil)
			}
		}
	}
}

package faults

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/plastron-dev/plastron/runtime/app"
	"github.com/plastron-dev/plastron/runtime/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	topic = "_schemas"
	// session is the session time-out of the nodes: short, so that tests are,
	// and long enough for a busy machine.
	session = 1500 * time.Millisecond
	// patience bounds everything that a test waits for.
	patience = 30 * time.Second
)

// cluster is Kafka with some nodes of a registry.
type cluster struct {
	t     *testing.T
	ctx   context.Context
	kafka *kfake.Cluster
	wires *network
	admin *kadm.Client

	mu       sync.Mutex
	nodes    []*node
	launched int
}

// newCluster starts three brokers and as many nodes as wanted, for a time.
func newCluster(t *testing.T, nodes int, within time.Duration) *cluster {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	t.Cleanup(cancel)
	c := &cluster{t: t, ctx: ctx, wires: newNetwork()}
	var err error
	c.kafka, err = kfake.NewCluster(kfake.NumBrokers(3), kfake.ListenFn(c.wires.listen), kfake.GroupMinSessionTimeout(100*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kafka.Close)
	client, err := kgo.NewClient(c.kafkaOpts()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	c.admin = kadm.NewClient(client)
	for i := range nodes {
		c.start(fmt.Sprintf("n%d", i+1))
	}
	return c
}

func (c *cluster) kafkaOpts() []kgo.Opt {
	return []kgo.Opt{
		kgo.SeedBrokers(c.kafka.ListenAddrs()...), kgo.ClientID("test"), kgo.DisableClientMetrics(),
		kgo.MetadataMinAge(20 * time.Millisecond), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.DefaultProduceTopic(topic),
	}
}

// node is one process of the registry.
type node struct {
	*link
	*front
	name  string
	clock *clock
	log   *logBuffer
	http  *http.Client

	// down ends when the node is killed: what it answers from then on is lost.
	down   context.Context
	kill   context.CancelFunc
	end    context.CancelFunc // SIGTERM
	ended  chan struct{}
	failed error
}

// start starts a node and returns when it has read the topic.
func (c *cluster) start(name string, environ ...string) *node {
	c.t.Helper()
	n, ready := c.launch(name, environ...)
	select {
	case <-ready:
	case <-n.ended:
		c.t.Fatalf("%s did not start: %v\n%s", name, n.failed, n.log)
	case <-time.After(patience):
		c.t.Fatalf("%s did not start in time\n%s", name, n.log)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	// A process that is started again takes the place of the one before.
	c.nodes = slices.DeleteFunc(c.nodes, func(old *node) bool { return old.name == name })
	c.nodes = append(c.nodes, n)
	return n
}

// all returns the nodes.
func (c *cluster) all() []*node {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.nodes)
}

func (c *cluster) launch(name string, environ ...string) (*node, <-chan struct{}) {
	c.t.Helper()
	front, err := newFront()
	if err != nil {
		c.t.Fatal(err)
	}
	c.mu.Lock()
	c.launched++
	clientID := fmt.Sprintf("%s-%d", name, c.launched)
	c.mu.Unlock()
	n := &node{link: c.wires.link(clientID), front: front, name: name, clock: &clock{}, log: &logBuffer{}, ended: make(chan struct{})}
	environ = append([]string{
		"KARAPACE_BOOTSTRAP_URI=" + strings.Join(c.kafka.ListenAddrs(), ","), "KARAPACE_CLIENT_ID=" + clientID,
		"KARAPACE_PORT=0", "KARAPACE_ADVERTISED_HOSTNAME=127.0.0.1", "KARAPACE_ADVERTISED_PORT=" + front.port(), "KARAPACE_LOG_LEVEL=INFO",
		fmt.Sprintf("KARAPACE_SESSION_TIMEOUT_MS=%d", session.Milliseconds()),
		"KARAPACE_WAITING_TIME_BEFORE_ACTING_AS_MASTER_MS=0",
	}, environ...)
	settings, _, err := config.Load(config.Input{Role: config.RoleRegistry, Environ: environ})
	if err != nil {
		c.t.Fatal(err)
	}
	n.http = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	n.down, n.kill = context.WithCancel(context.Background())
	running, end := context.WithCancel(context.Background())
	n.end = end
	ready := make(chan struct{})
	go func() {
		defer close(n.ended)
		n.failed = app.RunRegistry(running, app.Options{
			Config: settings, Version: "test", Log: n.log, Clock: n.clock.now, MetadataMinAge: 20 * time.Millisecond,
			OnReady: func(e app.Endpoints) { front.behind(e.Registry); close(ready) },
		})
	}()
	c.t.Cleanup(func() {
		n.thaw()
		n.mend() // Without Kafka, ending takes as long as the time-outs of requests.
		end()
		<-n.ended
		n.vanish()
		front.group.Wait()
		if c.t.Failed() {
			c.t.Logf("log of %s:\n%s", n.name, n.log)
		}
	})
	return n, ready
}

// crash is kill -9: nothing that the node sends reaches anybody any more.
func (n *node) crash() {
	n.sever()
	n.vanish()
	n.end()
}

// stop is SIGTERM, and returns when the process has ended.
func (n *node) stop() error {
	n.end()
	<-n.ended
	n.vanish()
	return n.failed
}

// vanish takes the address of the node away.
func (n *node) vanish() {
	n.kill()
	n.close()
	n.http.CloseIdleConnections()
}

func (n *node) alive() bool { return n.down.Err() == nil }

// primary returns the node that may write, as soon as all nodes that are alive
// agree on it.
func (c *cluster) primary() *node {
	c.t.Helper()
	var found *node
	c.eventually("primary that all agree on", func() bool {
		generation := int32(0)
		found = nil
		for _, n := range c.others(nil) {
			s := n.status()
			if !s.Joined || s.URL == "" || generation != 0 && s.Generation != generation {
				return false
			}
			if generation = s.Generation; s.Primary {
				found = n
			}
		}
		return found != nil
	})
	return found
}

// status is what a node says about itself.
type status struct {
	Primary    bool   `json:"schema_registry_is_primary"`
	URL        string `json:"schema_registry_primary_url"`
	Joined     bool   `json:"schema_registry_coordinator_running"`
	Generation int32  `json:"schema_registry_coordinator_generation_id"`
}

func (n *node) status() status {
	var health struct {
		Status status `json:"status"`
	}
	_ = n.get("/_health", &health) // Without an answer it is nothing.
	return health.Status
}

func (n *node) isPrimary() bool { return n.status().Primary }

// successor returns the node that has taken over from old.
func (c *cluster) successor(old *node) *node {
	c.t.Helper()
	var found *node
	c.eventually("another primary", func() bool {
		for _, n := range c.others(old) {
			if n.isPrimary() {
				found = n
			}
		}
		return found != nil
	})
	return found
}

// others returns the nodes that are alive and not n.
func (c *cluster) others(n *node) (out []*node) {
	for _, o := range c.all() {
		if o != n && o.alive() {
			out = append(out, o)
		}
	}
	return out
}

// eventually polls for what nobody signals across processes.
func (c *cluster) eventually(what string, condition func() bool) {
	c.t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(patience)
	for !condition() {
		select {
		case <-ticker.C:
		case <-deadline:
			c.t.Fatalf("no %s within %s", what, patience)
		}
	}
}

// pause lets time pass in which a fault lasts.
func (c *cluster) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.ctx.Done():
	}
}

// clock is the clock of a process: it can jump, and stand still.
type clock struct {
	offset  atomic.Int64
	stopped atomic.Pointer[time.Time]
}

func (c *clock) now() time.Time {
	if at := c.stopped.Load(); at != nil {
		return *at
	}
	now := time.Now()
	if offset := c.offset.Load(); offset != 0 {
		// A jump of the wall clock that the process takes for true: without the
		// monotonic part, there is nothing else to go by.
		return now.Round(0).Add(time.Duration(offset))
	}
	return now
}

func (c *clock) jump(d time.Duration) { c.offset.Add(int64(d)) }
func (c *clock) stand()               { now := c.now(); c.stopped.Store(&now) }
func (c *clock) run()                 { c.stopped.Store(nil) }

// logBuffer keeps the last lines of a node.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.buf.Len() > 64<<10 {
		b.buf.Next(b.buf.Len() / 2)
	}
	return b.buf.Write(p)
}

// String returns what is left.
func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func (b *logBuffer) contains(text string) bool { return strings.Contains(b.String(), text) }

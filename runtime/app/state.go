package app

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/plastron-dev/plastron/runtime/registryhttp"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
	"github.com/plastron-dev/plastron/runtime/telemetry"
)

// silence is how long Kafka may be away before a node that still serves reads
// calls itself unhealthy. It is longer than Karapace's 10 s: every node loses
// Kafka at the same time, and what they know does not change without it.
const silence = 30 * time.Second

func (n *registryNode) routes() http.Handler {
	return registryhttp.New(registryhttp.Deps{
		Registry: n.service, Forward: n.handover(), Status: n.status, Ready: n.schemas.Ready, UI: n.config.Registry.UI,
		Extended: extended(n.config.Registry.ExtendedFields), MaxBody: int64(n.config.Listener.MaxBody), Version: n.version, GroupID: n.config.Registry.GroupID,
		AwaitOffset: n.store.Await, Grown: n.store.Changed, LogID: n.logID, Draining: n.stop, Permissions: n.permissions(), ClusterID: n.clusterID.get, Logger: n.log.WithName("registry"),
	})
}

// logID names the topic in all nodes; one without an id is this process's own.
func (n *registryNode) logID() string {
	if id := n.schemas.Status().TopicID; id != "" {
		return id
	}
	return n.owner
}

// extended says who gets the fields that only Confluent has.
func extended(key string) registryhttp.Extended {
	if key == "always" {
		return registryhttp.ExtendedAlways
	}
	return registryhttp.ExtendedOnRequest
}

// handover is the forwarder, with a span when there are any.
func (n *registryNode) handover() registryhttp.Forwarder {
	if n.outside.tracing == nil {
		return n.forwarder
	}
	return observedForwarder{n.forwarder, n.outside.tracing}
}

// status is what the health check tells.
func (n *registryNode) status() registryhttp.Status {
	log, role := n.schemas.Status(), n.election.State()
	s := registryhttp.Status{
		Healthy: log.LastError == "" || n.clock().Sub(log.Contact) < silence,
		Ready:   log.Ready, Offset: log.Applied, EndOffset: log.End - 1,
		Primary: role.Primary, Eligible: n.config.Registry.Eligible, PrimaryURL: role.PrimaryURL,
		Coordinating: role.Joined, Generation: role.Generation, Draining: n.draining.Load(),
		StartupSeconds: n.startup.seconds(),
	}
	for _, problem := range []string{log.TopicProblem, log.LastError, role.Problem} {
		if problem != "" {
			s.Problem = problem
			break
		}
	}
	return s
}

// state is what the metrics tell.
func (n *registryNode) state() telemetry.State {
	if n.schemas == nil {
		return telemetry.State{}
	}
	log, role := n.schemas.Status(), n.election.State()
	s := n.counted.of(n.store.View())
	s.AppliedOffset, s.LastOffset = log.Applied, log.End-1
	s.Ready, s.Primary, s.Generation = log.Ready, role.Primary, int64(role.Generation)
	s.TopicOK = log.TopicProblem == ""
	return s
}

// counted counts what is in a view, once per view.
type counted struct {
	mu   sync.Mutex
	view *store.View
	last telemetry.State
}

func (c *counted) of(v *store.View) telemetry.State {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v == c.view {
		return c.last
	}
	s := telemetry.State{Schemas: v.Schemas(), Skipped: map[string]int64{}}
	for _, subject := range v.Subjects() {
		s.Subjects++
		countVersions(&s, v, subject)
	}
	for reason, count := range v.Problems() {
		s.Skipped[string(reason)] = count
	}
	c.view, c.last = v, s
	return s
}

func countVersions(s *telemetry.State, v *store.View, subject schema.Subject) {
	for _, e := range v.Entries(subject) {
		if e.Deleted {
			s.DeletedVersions++
		} else {
			s.LiveVersions++
		}
	}
}

// startup remembers how long the replay took.
type startup struct{ nanoseconds atomic.Int64 }

func (s *startup) set(d time.Duration) { s.nanoseconds.Store(int64(d)) }
func (s *startup) seconds() float64    { return time.Duration(s.nanoseconds.Load()).Seconds() }

// clusterID is the id of the Kafka cluster, once it is known.
type clusterID struct{ id atomic.Pointer[string] }

func (c *clusterID) get() string {
	if id := c.id.Load(); id != nil {
		return *id
	}
	return ""
}

// learnCluster asks Kafka for its id. It is part of an answer that no client
// needs, so a failure is only noted.
func (n *registryNode) learnCluster(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	metadata, err := kadm.NewClient(n.client).BrokerMetadata(ctx)
	if err != nil {
		n.log.V(1).Info("Kafka does not tell its cluster id", "reason", err.Error())
		return
	}
	n.clusterID.id.Store(&metadata.Cluster)
}

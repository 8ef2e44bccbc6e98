package rest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Registry is what the service needs of a schema registry; *client.Client is
// one. ByID and Version may answer from a cache.
type Registry interface {
	Register(ctx context.Context, subject schema.Subject, s schema.Schema) (schema.ID, error)
	ByID(ctx context.Context, id schema.ID) (schema.Schema, error)
	ByGUID(ctx context.Context, guid schema.GUID) (schema.Schema, error)
	Version(ctx context.Context, subject schema.Subject, version schema.Version) (client.Registered, error)
	Uses(ctx context.Context, id schema.ID) ([]client.Use, error)
}

// NewClient makes a Kafka client from the process's options (addresses,
// security, timeouts) and the given ones, which win.
type NewClient func(extra ...kgo.Opt) (*kgo.Client, error)

// Deps is what a Service is made of.
type Deps struct {
	NewClient NewClient
	// Registry is nil when there is none: formats with schemas are refused.
	Registry Registry
	Settings Settings
	// Memory is shared with other services, of which each may have half; nil
	// for a service that has all that the settings allow.
	Memory *Memory
	// Clock is for ages and idle times; nil means time.Now.
	Clock  func() time.Time
	Logger logr.Logger
}

// Service is the REST proxy without HTTP. It is safe for concurrent use.
type Service struct {
	settings  Settings
	newClient NewClient
	clock     func() time.Time
	logger    logr.Logger
	cluster   *cluster
	rules     *rulebook
	schemas   *schemas
	choices   *choices
	consumers *consumers
	partition partitioner
	memory    *Memory
	buffer    *buffer // of memory
	failures  failures

	closeOnce sync.Once
}

// New checks the settings and returns a service. It starts nothing; the first
// request that needs Kafka connects.
func New(d Deps) (*Service, error) {
	if d.NewClient == nil {
		return nil, errors.New("no way to make a Kafka client")
	}
	if err := d.Settings.check(); err != nil {
		return nil, fmt.Errorf("settings of the REST proxy: %w", err)
	}
	if d.Clock == nil {
		d.Clock = time.Now
	}
	memory := NewMemory(d.Settings)
	if d.Memory != nil {
		memory = d.Memory.half()
	}
	s := &Service{
		settings:  d.Settings,
		newClient: d.NewClient,
		clock:     d.Clock,
		logger:    d.Logger,
		schemas:   newSchemas(d.Registry, d.Settings, d.Clock),
		partition: partitionerOf(d.Settings.Partitioner),
		memory:    memory,
		buffer:    memory.waiting,
	}
	s.choices = newChoices(s.schemas, d.Settings, d.Clock)
	s.cluster = newCluster(d.NewClient, d.Settings, d.Clock)
	s.rules = newRulebook(s.cluster, d.Settings, d.Clock)
	s.consumers = newConsumers(s)
	return s, nil
}

// Run commits for consumers that want it and removes idle ones, until ctx
// ends; then it closes the service and returns nil.
func (s *Service) Run(ctx context.Context) error {
	defer s.Close()
	ticker := time.NewTicker(s.tick())
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			s.consumers.tend(ctx)
		}
	}
}

// tick is a fifth of the shortest interval that Run looks after, at most a
// second.
func (s *Service) tick() time.Duration {
	shortest := s.settings.CommitInterval
	if idle := s.settings.IdleTimeout; idle > 0 {
		shortest = min(shortest, idle)
	}
	return max(min(shortest/5, time.Second), 10*time.Millisecond)
}

// Close ends all consumers, committing for those that want it and leaving
// their groups, and closes the clients. Later calls of the service fail with
// Closed or Unavailable.
func (s *Service) Close() {
	s.closeOnce.Do(func() {
		s.consumers.closeAll()
		s.cluster.close()
	})
}

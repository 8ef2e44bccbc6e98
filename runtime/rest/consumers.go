package rest

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// ConsumerID names a consumer instance.
type ConsumerID struct{ Group, Instance string }

// ConsumerConfig is what a consumer is created with.
type ConsumerConfig struct {
	// Name is the instance; empty for one that the service invents.
	Name   string
	Format Format
	// FromLatest starts at the end where nothing was committed, else at the
	// beginning.
	FromLatest bool
	AutoCommit bool
	// FetchMinBytes is what a read waits for; less than 1 counts as 1.
	FetchMinBytes int
	// RequestTimeout is how long a read waits when it does not say.
	RequestTimeout time.Duration
}

// ConsumerDefaults is the configuration of a consumer that was created without
// saying anything.
func (s *Service) ConsumerDefaults() ConsumerConfig {
	return ConsumerConfig{
		Format:         Binary,
		AutoCommit:     s.settings.AutoCommit,
		FetchMinBytes:  s.settings.FetchMinBytes,
		RequestTimeout: s.settings.RequestTimeout,
	}
}

// consumers are all instances of this process.
type consumers struct {
	service *Service

	mu     sync.Mutex
	all    map[ConsumerID]*Consumer
	closed bool
}

func newConsumers(s *Service) *consumers {
	return &consumers{service: s, all: map[ConsumerID]*Consumer{}}
}

// Consumer returns an instance, and notes that it was used. Kind:
// UnknownConsumer.
func (s *Service) Consumer(id ConsumerID) (*Consumer, error) {
	s.consumers.mu.Lock()
	c := s.consumers.all[id]
	s.consumers.mu.Unlock()
	if c == nil {
		return nil, unknownConsumer(id)
	}
	c.touch()
	return c, nil
}

func unknownConsumer(id ConsumerID) *Error {
	return fail(UnknownConsumer, "Consumer for ('%s', '%s') not found", id.Group, id.Instance)
}

// HasConsumer reports whether an instance exists, without using it.
func (s *Service) HasConsumer(id ConsumerID) bool {
	s.consumers.mu.Lock()
	defer s.consumers.mu.Unlock()
	return s.consumers.all[id] != nil
}

// consumerExists is the error for a name that is taken.
func consumerExists(name string) *Error {
	return fail(ConsumerExists, "Consumer %s already exists", name)
}

// CreateConsumer makes an instance. Nothing is joined or read yet; only that
// Kafka answers is checked. Kinds: ConsumerExists, TooManyConsumers,
// Unavailable.
func (s *Service) CreateConsumer(ctx context.Context, group string, config ConsumerConfig) (*Consumer, error) {
	if config.Name == "" {
		config.Name = newInstance()
	}
	id := ConsumerID{Group: strings.Trim(group, "/"), Instance: config.Name}
	if s.HasConsumer(id) {
		return nil, consumerExists(config.Name)
	}
	brokers, err := s.Brokers(ctx)
	if err != nil {
		return nil, err
	}
	c := newConsumer(s, id, config)
	c.brokers = len(brokers)
	return s.consumers.add(c)
}

func (cs *consumers) add(c *Consumer) (*Consumer, error) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	switch {
	case cs.closed:
		return nil, closed()
	case cs.all[c.ID] != nil:
		return nil, consumerExists(c.ID.Instance)
	case !cs.service.memory.consumers.take():
		return nil, fail(TooManyConsumers, "There are %d consumers, and no more may be created: delete those that are not used", len(cs.all))
	}
	cs.all[c.ID] = c
	return c, nil
}

// DeleteConsumer ends an instance: it commits when the instance does so by
// itself, and leaves the group. Kind: UnknownConsumer.
func (s *Service) DeleteConsumer(ctx context.Context, id ConsumerID) error {
	c := s.consumers.remove(id, nil)
	if c == nil {
		return unknownConsumer(id)
	}
	c.close(ctx)
	return nil
}

// remove takes an instance out; when only is given, that one and not another
// of the same name.
func (cs *consumers) remove(id ConsumerID, only *Consumer) *Consumer {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	c := cs.all[id]
	if c == nil || (only != nil && c != only) {
		return nil
	}
	delete(cs.all, id)
	cs.service.memory.consumers.add(-1)
	return c
}

func (cs *consumers) list() []*Consumer {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	out := make([]*Consumer, 0, len(cs.all))
	for _, c := range cs.all {
		out = append(out, c)
	}
	return out
}

// parallel is how many consumers are looked after at the same time.
const parallel = 16

// tend commits for the consumers that want it, and removes those that nobody
// used for too long.
func (cs *consumers) tend(ctx context.Context) {
	var group errgroup.Group
	group.SetLimit(parallel)
	for _, c := range cs.list() {
		if c.idle() {
			if cs.remove(c.ID, c) != nil {
				cs.service.logger.V(1).Info("Removing idle consumer", "group", c.ID.Group, "instance", c.ID.Instance)
				group.Go(func() error { c.close(ctx); return nil })
			}
			continue
		}
		c.drainMember()
		if c.commitIsDue() {
			group.Go(func() error { c.autoCommit(ctx); return nil })
		}
	}
	_ = group.Wait()
}

func (cs *consumers) closeAll() {
	cs.mu.Lock()
	cs.closed = true
	cs.mu.Unlock()
	var group errgroup.Group
	group.SetLimit(parallel)
	for _, c := range cs.list() {
		cs.remove(c.ID, c)
		group.Go(func() error { c.close(context.Background()); return nil })
	}
	_ = group.Wait()
}

// newInstance invents a name: a random UUID (RFC 9562, version 4).
func newInstance() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

package rest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// TopicPartition names a partition.
type TopicPartition struct {
	Topic     string
	Partition int32
}

func comparePartitions(a, b TopicPartition) int {
	if c := strings.Compare(a.Topic, b.Topic); c != 0 {
		return c
	}
	return int(a.Partition) - int(b.Partition)
}

// Consumer is one instance. Its calls take turns: a long read makes a commit
// of the same instance wait.
type Consumer struct {
	// ID names the instance.
	ID ConsumerID
	// Config is what it was created with.
	Config ConsumerConfig

	service *Service
	// turn holds a token while a call works on the instance.
	turn chan struct{}
	// commits holds a token while positions are picked and committed, so that
	// an older pick never overtakes a newer one. The callback for revoked
	// partitions goes without: the group cannot move on until it returns, and
	// a commit that waits for the group may hold the token.
	commits chan struct{}
	// handing holds a token while records are handed out, or partitions given
	// up, see onRevoked.
	handing chan struct{}
	// gone is closed when the instance is deleted.
	gone chan struct{}

	// mu guards what the group's callbacks change while a call has its turn.
	// It is held for short steps only, never while waiting for Kafka. The
	// member must not be closed under it: closing waits for callbacks.
	mu sync.Mutex

	lastUsed   time.Time
	lastCommit time.Time
	closed     bool
	topics     []string // explicit subscription
	pattern    string   // or pattern subscription
	assigned   bool     // or assignment by hand
	member     *kgo.Client
	isMember   bool  // the group has accepted member
	memberErr  error // why the group does not work, for the next read
	fetcher    *kgo.Client
	parts      map[TopicPartition]*part
	generation uint64
	changed    chan struct{} // closed and replaced when parts change
	held       []*kgo.Record // taken from Kafka, not handed out yet, in order
	heldBytes  int
	handed     int // weight of what a read has given to its sink
	accounted  int // what account has counted
	ahead      int // reserved for fetcher
	brokers    int // there were, when the instance was created
}

// part is the state of one partition that the instance reads.
type part struct {
	// since is the generation in which the position was last set. Records
	// that were polled before are from another position.
	since uint64
	// fetched is the offset after the last record that was polled, and high
	// the end of the partition as of then; both -1 when unknown.
	fetched, high int64
	// read is the offset after the last record of reads that succeeded, -1 when
	// there is none, epoch its leader epoch, committed what is committed of it.
	read, committed int64
	epoch           int32
}

func newConsumer(s *Service, id ConsumerID, config ConsumerConfig) *Consumer {
	config.FetchMinBytes = max(config.FetchMinBytes, 1)
	return &Consumer{
		ID:         id,
		Config:     config,
		service:    s,
		turn:       make(chan struct{}, 1),
		commits:    make(chan struct{}, 1),
		handing:    make(chan struct{}, 1),
		gone:       make(chan struct{}),
		lastUsed:   s.clock(),
		lastCommit: s.clock(),
		parts:      map[TopicPartition]*part{},
		changed:    make(chan struct{}),
	}
}

// acquire waits for the turn of a call and returns what ends it.
func (c *Consumer) acquire(ctx context.Context) (release func(), err error) {
	select {
	case c.turn <- struct{}{}:
	case <-c.gone:
		return nil, unknownConsumer(c.ID)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case <-c.gone:
		<-c.turn
		return nil, unknownConsumer(c.ID)
	default:
	}
	return func() {
		c.touch()
		<-c.turn
	}, nil
}

func (c *Consumer) touch() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastUsed = c.service.clock()
}

// idle reports whether nobody has used the instance for too long. One that is
// in use at this moment is not idle.
func (c *Consumer) idle() bool {
	timeout := c.service.settings.IdleTimeout
	if timeout <= 0 || len(c.turn) > 0 {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.service.clock().Sub(c.lastUsed) >= timeout
}

// close ends the instance. A read that is under way ends at once:
//
//	T1 reads, and waits for records with the turn in its hand
//	T2 deletes the instance: it closes gone and the fetcher, which wakes T1
//	T1 gives the turn back
//	T2 takes the turn, commits what T1 handed out, and leaves the group
func (c *Consumer) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.service.settings.KafkaTimeout)
	defer cancel()
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return
	}
	c.closed = true
	close(c.gone)
	fetcher := c.dropFetcher()
	c.mu.Unlock()
	if fetcher != nil {
		fetcher.Close()
	}
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
	}
	c.stop(ctx)
}

// stop commits for those that want it and closes both clients, which leaves
// the group. Subscription and assignment stay as they are noted.
func (c *Consumer) stop(ctx context.Context) {
	if c.Config.AutoCommit {
		c.autoCommit(ctx)
	}
	c.mu.Lock()
	member, fetcher := c.member, c.dropFetcher()
	c.member, c.isMember, c.memberErr = nil, false, nil
	c.mu.Unlock()
	if member != nil {
		leave, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.service.settings.KafkaTimeout)
		defer cancel()
		_ = member.LeaveGroupContext(leave) // otherwise the session times out
		member.Close()
	}
	if fetcher != nil {
		fetcher.Close()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.parts = map[TopicPartition]*part{}
	c.held, c.heldBytes = nil, 0
	c.account()
	c.notify()
}

// dropFetcher takes the client that reads out, for the caller to close it.
// Called with mu held.
func (c *Consumer) dropFetcher() *kgo.Client {
	fetcher := c.fetcher
	c.service.memory.ahead.add(-c.ahead)
	c.fetcher, c.ahead = nil, 0
	return fetcher
}

// notify wakes a read that waits for partitions. Called with mu held.
func (c *Consumer) notify() {
	c.generation++
	close(c.changed)
	c.changed = make(chan struct{})
}

// partitions returns what the instance reads, sorted. Called with mu held.
func (c *Consumer) partitions() []TopicPartition {
	return slices.SortedFunc(maps.Keys(c.parts), comparePartitions)
}

// forget drops held records of some partitions. Called with mu held.
func (c *Consumer) forget(gone func(TopicPartition) bool) {
	c.held = slices.DeleteFunc(c.held, func(r *kgo.Record) bool {
		drop := gone(TopicPartition{r.Topic, r.Partition})
		if drop {
			c.heldBytes -= sizeOf(r)
		}
		return drop
	})
	c.account()
}

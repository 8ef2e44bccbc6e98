package feed

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	registry "github.com/plastron-dev/plastron/runtime/client"
)

// Sessions hands out the client of a registry.
type Sessions interface {
	For(ctx context.Context, r *v1alpha1.SchemaRegistry) (*registry.Client, error)
}

// Config is what followers need. All fields are required.
type Config struct {
	// Reader reads from the caches.
	Reader   client.Reader
	Sessions Sessions
	Clock    func() time.Time
	// Poll is how often a registry without a feed is listed, and Retry when one
	// that failed is asked again, at first.
	Poll, Retry time.Duration
}

// Feeds follows registries. A nil *Feeds follows none and asks them for
// everything.
type Feeds struct {
	config Config

	mu        sync.Mutex
	followers map[string]*follower // by namespace/name of the SchemaRegistry
	waiting   []*follower          // not running yet
	arrived   chan struct{}        // has a token when somebody waits
	queue     workqueue.TypedRateLimitingInterface[reconcile.Request]
}

// New returns feeds that follow nothing before Start.
func New(c Config) *Feeds {
	return &Feeds{config: c, followers: map[string]*follower{}, arrived: make(chan struct{}, 1)}
}

// Wake takes the queue that Subjects are woken by. It is a source.Func.
func (f *Feeds) Wake(_ context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
	if f == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.queue = queue
	return nil
}

// NeedLeaderElection says that only the leader follows registries.
func (f *Feeds) NeedLeaderElection() bool { return true }

// Start follows the registries that are asked for until ctx ends. It is a
// manager.Runnable.
func (f *Feeds) Start(ctx context.Context) error {
	var g errgroup.Group
	for {
		for _, one := range f.take() {
			g.Go(func() error {
				one.run(ctx)
				f.drop(one)
				return nil
			})
		}
		select {
		case <-f.arrived:
		case <-ctx.Done():
			return g.Wait()
		}
	}
}

func (f *Feeds) take() []*follower {
	f.mu.Lock()
	defer f.mu.Unlock()
	waiting := f.waiting
	f.waiting = nil
	return waiting
}

func (f *Feeds) drop(one *follower) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.followers[one.key] == one {
		delete(f.followers, one.key)
	}
}

// patience is how long a reconciliation waits for the first answer of a
// registry, so that an operator that starts does not ask for each Subject.
const patience = 5 * time.Second

// For returns the registry as a reconciliation sees it. c is its client.
func (f *Feeds) For(ctx context.Context, r *v1alpha1.SchemaRegistry, c *registry.Client) *Registry {
	if f == nil {
		return &Registry{Client: c}
	}
	one := f.follower(client.ObjectKeyFromObject(r))
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-one.looked:
	case <-timer.C:
	case <-ctx.Done():
	}
	if !one.follows(c) {
		return &Registry{Client: c}
	}
	return &Registry{Client: c, known: one.known, disputed: one.disputed}
}

// follower returns the follower of a registry, and has Start run a new one.
func (f *Feeds) follower(name client.ObjectKey) *follower {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := name.String()
	if one, ok := f.followers[key]; ok {
		return one
	}
	one := newFollower(f, name)
	f.followers[key] = one
	f.waiting = append(f.waiting, one)
	select {
	case f.arrived <- struct{}{}:
	default:
	}
	return one
}

// Recheck says when a Subject that is as it should be looks again although
// nothing happened: rarely where changes are told, and otherwise so that all
// Subjects together are no burden. key is namespace/name of the registry and
// poll the shortest time.
func (f *Feeds) Recheck(key string, poll time.Duration) time.Duration {
	if f == nil {
		return poll
	}
	f.mu.Lock()
	one := f.followers[key]
	f.mu.Unlock()
	if one == nil {
		return poll
	}
	return one.recheck(poll)
}

// wake has Subjects reconciled, after a time.
func (f *Feeds) wake(after time.Duration, requests ...reconcile.Request) {
	f.mu.Lock()
	queue := f.queue
	f.mu.Unlock()
	if queue == nil {
		return
	}
	for _, r := range requests {
		queue.AddAfter(r, after)
	}
}

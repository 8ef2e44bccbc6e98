package election

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/testr"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// The session is short so that a takeover after a kill is seen within the
// limit of two seconds for one test.
const (
	testSession   = 600 * time.Millisecond
	testHeartbeat = 50 * time.Millisecond
	testMargin    = 150 * time.Millisecond
)

func cluster(t *testing.T, opts ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	opts = append([]kfake.Opt{kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(100 * time.Millisecond)}, opts...)
	c, err := kfake.NewCluster(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// node is one member under test.
type node struct {
	t *testing.T
	*Election
	client   *kgo.Client
	barriers atomic.Int32
	releases atomic.Int32
	cancel   context.CancelFunc
	ended    chan struct{}
}

type change func(*Config)

func startNode(t *testing.T, c *kfake.Cluster, host string, changes ...change) *node {
	t.Helper()
	n := newNode(t, c, host, time.Now, changes...)
	n.run()
	return n
}

func newNode(t *testing.T, c *kfake.Cluster, host string, clock func() time.Time, changes ...change) *node {
	t.Helper()
	client, err := kgo.NewClient(append(ClientOpts(testSession), kgo.SeedBrokers(c.ListenAddrs()...), kgo.ClientID(host),
		kgo.MetadataMinAge(50*time.Millisecond), kgo.DisableClientMetrics())...)
	if err != nil {
		t.Fatal(err)
	}
	n := &node{t: t, client: client, ended: make(chan struct{})}
	cfg := Config{
		GroupID:  "schema-registry",
		Identity: Identity{Scheme: "http", Host: host, Port: 8081, Eligible: true, Version: "plastron-test"},
		Session:  testSession, Heartbeat: testHeartbeat, Margin: testMargin, Waiting: 500 * time.Millisecond,
		Release: func(context.Context) error { n.releases.Add(1); return nil },
	}
	for _, change := range changes {
		change(&cfg)
	}
	onPromote := func(context.Context) error { n.barriers.Add(1); return nil }
	n.Election, err = New(cfg, client, onPromote, testr.NewWithOptions(t, testr.Options{Verbosity: 1}).WithName(host), clock)
	if err != nil {
		t.Fatal(err)
	}
	// A test that logs after its end panics; Run is always waited for.
	t.Cleanup(client.Close)
	return n
}

func (n *node) run() {
	ctx, cancel := context.WithCancel(context.Background())
	n.cancel = cancel
	go func() {
		defer close(n.ended)
		_ = n.Run(ctx)
	}()
	n.t.Cleanup(n.stop)
}

// stop leaves the group as a clean stop does.
func (n *node) stop() {
	n.cancel()
	<-n.ended
}

// kill ends the node without leaving the group, as kill -9 does.
func (n *node) kill() {
	n.client.Close()
	n.stop()
}

// await waits until the state is as wanted and returns how long that took.
func (n *node) await(what string, want func(State) bool) time.Duration {
	n.t.Helper()
	started := time.Now()
	deadline := time.After(15 * time.Second)
	for {
		changed := n.Changed()
		if want(n.State()) {
			return time.Since(started)
		}
		select {
		case <-changed:
		case <-deadline:
			n.t.Fatalf("%s: not %s within 15 s; state %+v", n.cfg.Identity.Host, what, n.State())
		}
	}
}

func (n *node) awaitPrimary() time.Duration {
	n.t.Helper()
	return n.await("primary", func(s State) bool { return s.Primary })
}

func (n *node) awaitFollower(url string) time.Duration {
	n.t.Helper()
	return n.await("follower of "+url, func(s State) bool { return !s.Primary && s.PrimaryURL == url })
}

func TestLowestURLWins(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	b := startNode(t, c, "b")
	b.awaitPrimary()
	a := startNode(t, c, "a")
	a.awaitPrimary()
	b.awaitFollower("http://a:8081")
	d := startNode(t, c, "d")
	d.awaitFollower("http://a:8081")
	a.awaitPrimary()
	if b.MayWrite() || d.MayWrite() {
		t.Error("a follower may write")
	}
	if b.releases.Load() == 0 {
		t.Error("the role was given up without waiting for appends in flight")
	}
}

func TestHighestURLWins(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	highest := func(cfg *Config) { cfg.Strategy = Highest }
	a := startNode(t, c, "a", highest)
	a.awaitPrimary()
	b := startNode(t, c, "b", highest)
	b.awaitPrimary()
	a.awaitFollower("http://b:8081")
}

func TestNobodyEligible(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	ineligible := func(cfg *Config) { cfg.Identity.Eligible = false }
	a := startNode(t, c, "a", ineligible)
	a.await("member without a primary", func(s State) bool { return s.Joined && s.PrimaryURL == "" })
	b := startNode(t, c, "b")
	b.awaitPrimary()
	a.awaitFollower("http://b:8081")
}

// The only member of a new group, and a hand-over between our own nodes, need
// no waiting time; the tests set it to an hour.
func TestHandOverOnLeaveIsImmediate(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	hour := func(cfg *Config) { cfg.Waiting = time.Hour }
	a := startNode(t, c, "a", hour)
	t.Logf("first member is primary after %s", a.awaitPrimary())
	b := startNode(t, c, "b", hour)
	b.awaitFollower("http://a:8081")
	a.awaitPrimary()

	started := time.Now()
	a.stop()
	b.awaitPrimary()
	t.Logf("survivor is primary %s after a clean stop", time.Since(started))
	if b.barriers.Load() != 1 {
		t.Errorf("%d barriers; want 1", b.barriers.Load())
	}
	// Whom the stopped node still serves is passed on.
	if url, self := a.Primary(); url != "http://b:8081" || self {
		t.Errorf("the stopped node names %q as primary, itself %v", url, self)
	}
}

func TestStoppedFollowerStillKnowsThePrimary(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	a, b := startNode(t, c, "a"), startNode(t, c, "b")
	b.awaitFollower("http://a:8081")
	a.awaitPrimary()
	b.stop()
	if url, self := b.Primary(); url != "http://a:8081" || self {
		t.Errorf("the stopped node names %q as primary, itself %v", url, self)
	}
	a.stop()
	if url, self := a.Primary(); url != "" || self {
		t.Errorf("the last node names %q as primary, itself %v", url, self)
	}
}

func TestKilledPrimaryIsReplacedAfterItsSession(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	hour := func(cfg *Config) { cfg.Waiting = time.Hour }
	a := startNode(t, c, "a", hour)
	a.awaitPrimary()
	b := startNode(t, c, "b", hour)
	b.awaitFollower("http://a:8081")
	a.awaitPrimary()

	started := time.Now()
	a.kill()
	b.awaitPrimary()
	took := time.Since(started)
	t.Logf("survivor is primary %s after a kill, session %s", took, testSession)
	if took < testSession-2*testHeartbeat {
		t.Errorf("took over after %s, before the session of the killed node can have ended", took)
	}
}

// The primary returns: its URL wins, so the role moves back, at once.
func TestRoleReturnsToRestartedNode(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	hour := func(cfg *Config) { cfg.Waiting = time.Hour }
	a := startNode(t, c, "a", hour)
	a.awaitPrimary()
	b := startNode(t, c, "b", hour)
	b.awaitFollower("http://a:8081")
	a.stop()
	b.awaitPrimary()
	again := startNode(t, c, "a", hour)
	t.Logf("restarted node is primary after %s", again.awaitPrimary())
	b.awaitFollower("http://a:8081")
}

// A node that kept the role through a rebalance runs no second barrier.
func TestRoleKeptThroughRebalanceNeedsNoBarrier(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	a := startNode(t, c, "a", func(cfg *Config) { cfg.Waiting = time.Hour })
	a.awaitPrimary()
	before := a.State().Generation
	b := startNode(t, c, "b")
	b.awaitFollower("http://a:8081")
	a.await("primary of a later generation", func(s State) bool { return s.Primary && s.Generation > before })
	if got := a.barriers.Load(); got != 1 {
		t.Errorf("%d barriers; want 1", got)
	}
}

// A foreign predecessor promises nothing, so the waiting time applies.
func TestForeignPredecessorMeansWaiting(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	foreign := joinForeign(t, c, karapaceMember("a"), karapaceAssign)
	b := startNode(t, c, "b", func(cfg *Config) { cfg.Waiting = 700 * time.Millisecond })
	b.awaitFollower("http://a:8081")
	started := time.Now()
	foreign.leave()
	b.awaitPrimary()
	if took := time.Since(started); took < 700*time.Millisecond {
		t.Errorf("primary %s after a foreign primary left; the waiting time is 700 ms", took)
	}
}

func TestWaitingTimeZeroNeverWaits(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	foreign := joinForeign(t, c, karapaceMember("a"), karapaceAssign)
	b := startNode(t, c, "b", func(cfg *Config) { cfg.Waiting = 0 })
	b.awaitFollower("http://a:8081")
	foreign.leave()
	if took := b.awaitPrimary(); took > 500*time.Millisecond {
		t.Errorf("primary after %s; want at once", took)
	}
}

// The heartbeats of the primary are lost on the way, as when its broker is cut
// off: it must stop before the coordinator elects another node.
func TestPausedPrimaryMayNotWrite(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	a := startNode(t, c, "a")
	a.awaitPrimary()
	b := startNode(t, c, "b")
	b.awaitFollower("http://a:8081")
	a.awaitPrimary()

	paused := a.State().MemberID
	var overlap atomic.Bool
	c.ControlKey(int16(kmsg.Heartbeat), func(req kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		// Swallowed: no answer ever comes.
		return nil, nil, req.(*kmsg.HeartbeatRequest).MemberID == paused
	})
	b.await("chosen", func(s State) bool {
		chosen := s.Chosen
		if chosen && a.MayWrite() {
			overlap.Store(true)
		}
		return chosen
	})
	if overlap.Load() {
		t.Error("the paused primary may still write when another node is chosen")
	}
	b.awaitPrimary()
}

// The same with the process stopped: its clock jumps when it wakes up, and the
// first thing it does is to write.
func TestWokenPrimaryMayNotWrite(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	var ahead atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	a := newNode(t, c, "a", clock)
	a.run()
	a.awaitPrimary()
	if !a.MayWrite() || a.LeaseLeft() <= 0 {
		t.Fatal("a primary may not write")
	}
	ahead.Store(int64(testSession - testMargin))
	if a.MayWrite() || a.State().Primary {
		t.Error("a primary may write after its lease")
	}
	if _, self := a.Primary(); self {
		t.Error("a primary without a lease serves writes")
	}
}

// A primary that could not end its appends says so, and its successor waits.
func TestUndrainedHandOverMeansWaiting(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	b := startNode(t, c, "b", func(cfg *Config) {
		cfg.Release = func(context.Context) error { return errors.New("append in flight") }
	})
	b.awaitPrimary()
	a := startNode(t, c, "a", func(cfg *Config) { cfg.Waiting = 700 * time.Millisecond })
	a.await("chosen", func(s State) bool { return s.Chosen })
	if took := a.awaitPrimary(); took < 600*time.Millisecond {
		t.Errorf("primary after %s although the last one has appends in flight", took)
	}
}

// It does not leave the group either, since leaving is a promise.
func TestUndrainedNodeLetsItsSessionRunOut(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	a := startNode(t, c, "a", func(cfg *Config) {
		cfg.Release = func(context.Context) error { return errors.New("append in flight") }
	})
	a.awaitPrimary()
	a.stop()
	if g := c.GroupInfo("schema-registry"); g == nil || len(g.Members) != 1 {
		t.Errorf("left the group: %+v", g)
	}
}

// A failing barrier keeps the node from writing, and is tried again.
func TestNoRoleWithoutBarrier(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	a := newNode(t, c, "a", time.Now)
	release := make(chan struct{})
	a.onPromote = func(context.Context) error {
		if a.barriers.Add(1) < 3 {
			return errors.New("no leader for the topic")
		}
		<-release
		return nil
	}
	a.run()
	a.await("told about the barrier", func(s State) bool { return s.Problem != "" })
	if a.MayWrite() {
		t.Error("may write without a barrier")
	}
	close(release)
	a.awaitPrimary()
}

func TestEveryErrorOfAHeartbeatIsSurvived(t *testing.T) {
	t.Parallel()
	for _, code := range []*kerr.Error{
		kerr.NotCoordinator, kerr.CoordinatorNotAvailable, kerr.CoordinatorLoadInProgress,
		kerr.UnknownMemberID, kerr.IllegalGeneration, kerr.RebalanceInProgress, kerr.UnknownServerError,
	} {
		t.Run(code.Message, func(t *testing.T) {
			t.Parallel()
			c := cluster(t)
			a := startNode(t, c, "a", func(cfg *Config) { cfg.Waiting = 0 })
			a.awaitPrimary()
			awaitFault(t, c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Err: code, Count: 1}))
			a.awaitPrimary()
		})
	}
}

func TestErrorsWhileJoiningAreSurvived(t *testing.T) {
	t.Parallel()
	for _, key := range []kmsg.Key{kmsg.FindCoordinator, kmsg.JoinGroup, kmsg.SyncGroup} {
		t.Run(key.Name(), func(t *testing.T) {
			t.Parallel()
			c := cluster(t)
			a := startNode(t, c, "a", func(cfg *Config) { cfg.Waiting = 0 })
			a.awaitPrimary()
			refused := c.Fault(kfake.Fault{Keys: []kmsg.Key{key}, Err: kerr.CoordinatorNotAvailable, Count: 1})
			// What makes the node rejoin must also make it look for the coordinator.
			c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Err: kerr.NotCoordinator, Count: 1})
			c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Err: kerr.UnknownMemberID, Count: 1})
			awaitFault(t, refused)
			a.awaitPrimary()
		})
	}
}

func awaitFault(t *testing.T, fault *kfake.FaultHandle) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := fault.Wait(ctx, 1); err != nil {
		t.Fatalf("the fault was never hit: %v", err)
	}
}

// An assignment that nobody can read ends neither the loop nor the membership.
func TestMalformedAssignmentIsSurvived(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	garbage := func([]kmsg.JoinGroupResponseMember) map[string][]byte {
		return map[string][]byte{}
	}
	foreign := joinForeign(t, c, []byte(`{"host":"a"}`), garbage)
	b := startNode(t, c, "b", func(cfg *Config) { cfg.Waiting = 0 })
	b.await("member without a primary", func(s State) bool { return s.Joined && s.PrimaryURL == "" })
	foreign.leave()
	b.awaitPrimary()
}

// TestNodeWithoutAPrimaryJoinsAnew has the first answer to SyncGroup name a
// member that does not exist, and nothing else ever happen in the group.
func TestNodeWithoutAPrimaryJoinsAnew(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	first := true
	c.ControlKey(int16(kmsg.SyncGroup), func(req kmsg.Request) (kmsg.Response, error, bool) {
		if !first {
			return nil, nil, false
		}
		first = false
		for i := range req.(*kmsg.SyncGroupRequest).GroupAssignment {
			req.(*kmsg.SyncGroupRequest).GroupAssignment[i].MemberAssignment = []byte(`{"error":0,"master":"a ghost","version":1}`)
		}
		return nil, nil, false
	})
	a := startNode(t, c, "a", func(cfg *Config) { cfg.Waiting = 0 })
	a.await("member without a primary", func(s State) bool { return s.Joined && s.PrimaryURL == "" })
	if took := a.awaitPrimary(); took < testSession {
		t.Errorf("joined anew after %s already", took)
	}
}

func TestMissingGroupRightIsSaidOnce(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.JoinGroup}, Err: kerr.GroupAuthorizationFailed, Count: 2})
	log := &recorder{}
	a := newNode(t, c, "a", time.Now)
	a.cfg.Principal = "User:alice"
	a.log = logr.New(log)
	a.problems = newProblems(a.log, time.Now)
	a.run()
	a.await("told about the right", func(s State) bool { return s.Problem != "" })
	if a.State().Joined {
		t.Error("joined without the right")
	}
	a.awaitPrimary()
	if got := log.count("No access to the election group, grant Describe and Read on it"); got != 1 {
		t.Errorf("said %d times; want once", got)
	}
	if !slices.Contains(log.pairs(), "User:alice") {
		t.Error("the message does not name the principal")
	}
}

func TestStopWhileJoining(t *testing.T) {
	t.Parallel()
	c := cluster(t)
	// The foreign member never rejoins, so the join of ours blocks.
	joinForeign(t, c, karapaceMember("a"), karapaceAssign).freeze()
	b := startNode(t, c, "b")
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if _, err := c.WaitGroupInfo(ctx, "schema-registry", func(g *kfake.GroupInfo) bool { return g != nil && len(g.Members) > 1 }); err != nil {
		t.Fatal(err)
	}
	b.stop()
}

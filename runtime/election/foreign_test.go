package election

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// A foreign member speaks the bytes of another product. It uses the requests
// of group.go, which are the same for all, and brings its own metadata and its
// own way to assign.
type foreign struct {
	t      *testing.T
	group  *group
	cancel context.CancelFunc
	done   chan struct{}
	frozen atomic.Bool

	mu   sync.Mutex
	last []byte // its newest assignment
	seen chan struct{}
}

type assigner func([]kmsg.JoinGroupResponseMember) map[string][]byte

func joinForeign(t *testing.T, c *kfake.Cluster, meta []byte, assign assigner) *foreign {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.ClientID("sr-1"),
		kgo.MetadataMinAge(50*time.Millisecond), kgo.DisableClientMetrics())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	cfg := Config{GroupID: "schema-registry", Session: testSession}.withDefaults()
	ctx, cancel := context.WithCancel(context.Background())
	f := &foreign{t: t, group: newGroup(client, &cfg), cancel: cancel, done: make(chan struct{}), seen: make(chan struct{}, 1)}
	joined := make(chan struct{})
	var once sync.Once
	go func() {
		defer close(f.done)
		for ctx.Err() == nil {
			f.generation(ctx, meta, assign, func() { once.Do(func() { close(joined) }) })
		}
		if !f.frozen.Load() {
			_ = f.group.leave(context.Background())
		}
	}()
	t.Cleanup(f.leave)
	select {
	case <-joined:
	case <-time.After(10 * time.Second):
		t.Fatal("the foreign member did not join")
	}
	return f
}

func (f *foreign) generation(ctx context.Context, meta []byte, assign assigner, joined func()) {
	j, err := f.group.join(ctx, meta)
	if err != nil {
		return
	}
	var assignments map[string][]byte
	if j.leader {
		assignments = assign(j.members)
	}
	raw, err := f.group.sync(ctx, assignments)
	if err != nil {
		return
	}
	f.mu.Lock()
	f.last = raw
	f.mu.Unlock()
	select {
	case f.seen <- struct{}{}:
	default:
	}
	joined()
	tick := time.NewTicker(testHeartbeat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := f.group.heartbeat(ctx); err != nil {
			if f.frozen.Load() && errors.Is(err, kerr.RebalanceInProgress) {
				continue
			}
			return
		}
	}
}

// leave is a clean stop; safe to call again.
func (f *foreign) leave() {
	f.cancel()
	<-f.done
}

// freeze keeps the member alive without ever rejoining.
func (f *foreign) freeze() { f.frozen.Store(true) }

// awaitAssignment waits until the member was assigned something that contains
// every one of the texts.
func (f *foreign) awaitAssignment(texts ...string) {
	f.t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		f.mu.Lock()
		last := string(f.last)
		f.mu.Unlock()
		if !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(last, text) }) {
			return
		}
		select {
		case <-f.seen:
		case <-deadline:
			f.t.Fatalf("assignment %s; want it to contain %q", last, texts)
		}
	}
}

func karapaceMember(host string) []byte {
	return fmt.Appendf(nil, `{"version": 2, "karapace_version": "6.2.0", "host": %q, "port": 8081, "scheme": "http", "master_eligibility": true}`, host)
}

func confluentMember(host string) []byte {
	return fmt.Appendf(nil, `{"host":%q,"port":8081,"master_eligibility":true,"scheme":"http","version":1}`, host)
}

// karapaceAssign names the lowest host and rebuilds the identity with its own
// version fields.
func karapaceAssign(members []kmsg.JoinGroupResponseMember) map[string][]byte {
	id, host := lowest(members)
	return everybody(members, fmt.Appendf(nil, `{"master":%q,"master_identity":{"version":2,"karapace_version":"6.2.0",`+
		`"host":%q,"port":8081,"scheme":"http","master_eligibility":true},"error":0}`, id, host))
}

// confluentAssign names the lowest host and drops fields it does not know.
func confluentAssign(members []kmsg.JoinGroupResponseMember) map[string][]byte {
	id, host := lowest(members)
	return everybody(members, fmt.Appendf(nil, `{"error":0,"master":%q,"master_identity":{"host":%q,"port":8081,`+
		`"master_eligibility":true,"scheme":"http","version":1},"version":1}`, id, host))
}

func lowest(members []kmsg.JoinGroupResponseMember) (id, host string) {
	for _, m := range members {
		parsed, _ := parseMember(m.MemberID, m.ProtocolMetadata)
		if host == "" || parsed.Host < host {
			id, host = m.MemberID, parsed.Host
		}
	}
	return id, host
}

func everybody(members []kmsg.JoinGroupResponseMember, raw []byte) map[string][]byte {
	out := map[string][]byte{}
	for _, m := range members {
		out[m.MemberID] = raw
	}
	return out
}

func TestForeignAssignorChoosesOurs(t *testing.T) {
	t.Parallel()
	f := func(meta []byte, assign assigner) {
		t.Helper()
		c := cluster(t)
		foreign := joinForeign(t, c, meta, assign)
		a := startNode(t, c, "a", func(cfg *Config) { cfg.Waiting = 50 * time.Millisecond })
		a.awaitPrimary()
		foreign.awaitAssignment(`"host":"a"`)
	}
	f(karapaceMember("k"), karapaceAssign)
	f(confluentMember("k"), confluentAssign)
}

func TestOursFollowsForeignPrimary(t *testing.T) {
	t.Parallel()
	f := func(meta []byte, assign assigner) {
		t.Helper()
		c := cluster(t)
		foreign := joinForeign(t, c, meta, assign)
		z := startNode(t, c, "z")
		z.awaitFollower("http://k:8081")
		_ = foreign
	}
	f(karapaceMember("k"), karapaceAssign)
	f(confluentMember("k"), confluentAssign)
}

// Ours is the assignor: the chosen foreign member gets its own metadata back,
// which is how a Confluent node recognises itself.
func TestOursAssignsForeignPrimary(t *testing.T) {
	t.Parallel()
	f := func(meta []byte, identity string) {
		t.Helper()
		c := cluster(t)
		z := startNode(t, c, "z")
		z.awaitPrimary()
		foreign := joinForeign(t, c, meta, karapaceAssign)
		foreign.awaitAssignment(`"error":0`, `"master_identity":`+identity, `"version":1`)
		z.awaitFollower("http://k:8081")
	}
	f(confluentMember("k"), string(confluentMember("k")))
	f(karapaceMember("k"), `{"version":2,"karapace_version":"6.2.0","host":"k","port":8081,"scheme":"http","master_eligibility":true}`)
}

// recorder is a log sink that keeps what was logged.
type recorder struct {
	mu       sync.Mutex
	messages []string
	values   []string
}

func (*recorder) Init(logr.RuntimeInfo)               {}
func (*recorder) Enabled(int) bool                    { return true }
func (r *recorder) WithValues(...any) logr.LogSink    { return r }
func (r *recorder) WithName(string) logr.LogSink      { return r }
func (r *recorder) Info(_ int, msg string, kv ...any) { r.add(msg, kv) }
func (r *recorder) Error(_ error, msg string, kv ...any) {
	r.add(msg, kv)
}

func (r *recorder) add(msg string, kv []any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.messages = append(r.messages, msg)
	for _, v := range kv {
		r.values = append(r.values, fmt.Sprint(v))
	}
}

func (r *recorder) count(msg string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, m := range r.messages {
		if m == msg {
			n++
		}
	}
	return n
}

func (r *recorder) pairs() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.values)
}

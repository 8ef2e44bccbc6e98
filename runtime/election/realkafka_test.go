//go:build realkafka

package election

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr/testr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// TestHandOverOnRealKafka measures what kfake cannot show: how long writes are
// missed when the coordinator is a real one. The bounds are the product's
// promise (a clean stop: nobody waits; a kill: the session and one second) plus
// what a busy machine may take.
func TestHandOverOnRealKafka(t *testing.T) {
	const session = 6 * time.Second // The least that a broker allows by default.
	bootstrap := os.Getenv("PLASTRON_TEST_KAFKA")
	if bootstrap == "" {
		t.Fatal("PLASTRON_TEST_KAFKA names no cluster: host:port")
	}
	group := fmt.Sprintf("sr-hand-over-%d", time.Now().UnixNano())
	start := func(host string) *node { return startOnKafka(t, strings.Split(bootstrap, ","), group, host, session) }

	a := start("a")
	t.Logf("the first node is primary after %s", a.awaitPrimary())
	b := start("b")
	b.awaitFollower("http://a:8081")
	a.awaitPrimary()

	a.stop()
	took := b.awaitPrimary()
	t.Logf("clean stop: the survivor is primary after %s", took)
	if took > 3*time.Second {
		t.Errorf("a clean stop took %s", took)
	}

	a = start("a")
	a.awaitPrimary()
	b.awaitFollower("http://a:8081")
	a.kill()
	took = b.awaitPrimary()
	t.Logf("kill: the survivor is primary after %s", took)
	if took > session+2*time.Second {
		t.Errorf("a kill took %s with a session of %s", took, session)
	}
}

func startOnKafka(t *testing.T, bootstrap []string, group, host string, session time.Duration) *node {
	t.Helper()
	client, err := kgo.NewClient(append(ClientOpts(session), kgo.SeedBrokers(bootstrap...), kgo.ClientID(host),
		kgo.MetadataMinAge(250*time.Millisecond), kgo.DisableClientMetrics())...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	n := &node{t: t, client: client, ended: make(chan struct{})}
	n.Election, err = New(Config{
		GroupID: group, Identity: Identity{Scheme: "http", Host: host, Port: 8081, Eligible: true, Version: "plastron-test"},
		Session: session, Waiting: 5 * time.Second, Release: func(context.Context) error { return nil },
	}, client, func(context.Context) error { return nil }, testr.New(t).WithName(host), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	n.run()
	t.Cleanup(n.stop)
	return n
}

//go:build realkafka

package realkafka

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/app"
	"github.com/plastron-dev/plastron/runtime/config"
	"github.com/plastron-dev/plastron/runtime/testkit"
)

func TestMain(m *testing.M) { testkit.VerifyNoLeaks(m) }

// TestConformance runs registry and proxy in one process and on one port, as
// "plastron all" does, and a second registry that cannot become primary.
func TestConformance(t *testing.T) {
	brokers := os.Getenv("PLASTRON_TEST_KAFKA")
	if brokers == "" {
		t.Fatal("PLASTRON_TEST_KAFKA names no brokers")
	}
	run := fmt.Sprintf("r%d", time.Now().UnixNano())
	createTopics(t, brokers)
	settings := []string{
		"KARAPACE_BOOTSTRAP_URI=" + brokers, "KARAPACE_TOPIC_NAME=_schemas_" + run, "KARAPACE_GROUP_ID=sr-" + run,
		"KARAPACE_ADVERTISED_HOSTNAME=127.0.0.1", "KARAPACE_LOG_LEVEL=ERROR",
	}
	main, url := start(t, app.RunAll, append(settings, "KARAPACE_PORT=0"))
	follower, followerURL := start(t, app.RunRegistry, append(settings, "KARAPACE_PORT=0", "KARAPACE_MASTER_ELIGIBILITY=false"))
	defer func() {
		if err := errors.Join(follower.stop(), main.stop()); err != nil {
			t.Error(err)
		}
	}()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	target := testkit.Target{
		Registry: url, REST: url, Follower: followerURL, Client: &http.Client{Transport: transport, Timeout: time.Minute},
		Restart: func(context.Context) error {
			if err := main.stop(); err != nil {
				return err
			}
			main, _ = start(t, app.RunAll, append(settings, "KARAPACE_PORT="+port(t, url)))
			return nil
		},
	}
	scripts, err := testkit.Load("../conformance")
	if err != nil {
		t.Fatal(err)
	}
	for i, script := range scripts {
		target.Unique = fmt.Sprintf("%sx%d", run, i)
		report, err := testkit.Run(t.Context(), script, target)
		for _, line := range report.Skipped {
			t.Log("skipped", line)
		}
		if err != nil {
			t.Errorf("after %d requests: %v", report.Requests, err)
		}
	}
}

func createTopics(t *testing.T, brokers string) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(brokers), kgo.DisableClientMetrics())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, topic := range testkit.Topics() {
		_, err := kadm.NewClient(client).CreateTopic(t.Context(), 1, 1, nil, topic)
		if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
			t.Fatal(err)
		}
	}
}

// process is a process inside the test.
type process struct {
	cancel context.CancelFunc
	ended  chan error
}

// start runs a process and returns its URL when it takes writes.
func start(t *testing.T, run func(context.Context, app.Options) error, environ []string) (*process, string) {
	t.Helper()
	loaded, _, err := config.Load(config.Input{Role: config.RoleAll, Environ: environ})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &process{cancel: cancel, ended: make(chan error, 1)}
	ready := make(chan app.Endpoints, 1)
	go func() {
		p.ended <- run(ctx, app.Options{Config: loaded, Version: "test", Log: os.Stderr, OnReady: func(e app.Endpoints) { ready <- e }})
	}()
	select {
	case e := <-ready:
		return p, e.Registry
	case err := <-p.ended:
		t.Fatalf("a process did not start: %v", err)
		return nil, ""
	}
}

func (p *process) stop() error {
	p.cancel()
	return <-p.ended
}

func port(t *testing.T, base string) string {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	return u.Port()
}

package conformance

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"strconv"
	"testing"

	"github.com/plastron-dev/plastron/runtime/app"
	"github.com/plastron-dev/plastron/runtime/config"
	"github.com/plastron-dev/plastron/runtime/testkit"
)

func TestInProcessAsKarapace(t *testing.T) {
	t.Parallel()
	inProcess(t, "karapace")
}

func TestInProcessAsConfluent(t *testing.T) {
	t.Parallel()
	inProcess(t, "confluent")
}

// inProcess runs broker, registry and proxy, and a second node that cannot
// become primary, inside the test.
func inProcess(t *testing.T, flavour string) {
	t.Helper()
	dir := t.TempDir()
	main, endpoints := start(t, func(ctx context.Context, ready func(app.Endpoints)) error {
		return dev(ctx, t, flavour, dir, app.Endpoints{}, ready)
	})
	follower, followerEndpoints := start(t, func(ctx context.Context, ready func(app.Endpoints)) error {
		return app.RunRegistry(ctx, options(t, ready, "KARAPACE_PORT=0", "KARAPACE_ADVERTISED_HOSTNAME=127.0.0.1",
			"KARAPACE_API_FLAVOR="+flavour, "KARAPACE_MASTER_ELIGIBILITY=false", "KARAPACE_BOOTSTRAP_URI="+endpoints.Kafka))
	})
	defer func() {
		if err := errors.Join(follower.stop(), main.stop()); err != nil {
			t.Error(err)
		}
	}()
	runAll(t, testkit.Target{
		Registry: endpoints.Registry, REST: endpoints.REST, Follower: followerEndpoints.Registry,
		Flavour: flavour, LogKeys: logKeys(endpoints.Kafka),
		Restart: func(context.Context) error {
			if err := main.stop(); err != nil {
				return err
			}
			main, _ = start(t, func(ctx context.Context, ready func(app.Endpoints)) error {
				return dev(ctx, t, flavour, dir, endpoints, ready)
			})
			return nil
		},
	})
}

// dev runs "plastron dev" with the ports of earlier, or any when there is no
// earlier.
func dev(ctx context.Context, t *testing.T, flavour, dir string, earlier app.Endpoints, ready func(app.Endpoints)) error {
	return app.RunDev(ctx, app.DevOptions{
		Options: options(t, ready, "KARAPACE_API_FLAVOR="+flavour), Data: dir, Topics: testkit.Topics(), Output: io.Discard,
		KafkaPort: port(earlier.Kafka), RegistryPort: port(earlier.Registry), RESTPort: port(earlier.REST),
	})
}

// port is the port of a URL or of host:port, 0 for none.
func port(address string) int {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		address = u.Host
	}
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

func options(t *testing.T, ready func(app.Endpoints), environ ...string) app.Options {
	t.Helper()
	loaded, _, err := config.Load(config.Input{Role: config.RoleAll, Environ: append(environ, "KARAPACE_LOG_LEVEL=ERROR")})
	if err != nil {
		t.Error(err)
	}
	return app.Options{Config: loaded, Version: "test", Log: os.Stderr, OnReady: ready}
}

// started is a process inside the test.
type started struct {
	cancel context.CancelFunc
	ended  chan error
}

// start runs a process and returns when it is ready.
func start(t *testing.T, run func(ctx context.Context, ready func(app.Endpoints)) error) (*started, app.Endpoints) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &started{cancel: cancel, ended: make(chan error, 1)}
	ready := make(chan app.Endpoints, 1)
	go func() { s.ended <- run(ctx, func(e app.Endpoints) { ready <- e }) }()
	select {
	case e := <-ready:
		return s, e
	case err := <-s.ended:
		t.Fatalf("a process did not start: %v", err)
		return nil, app.Endpoints{}
	}
}

func (s *started) stop() error {
	s.cancel()
	return <-s.ended
}

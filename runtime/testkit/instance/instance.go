// Package instance runs a whole plastron inside a test: broker, registry and
// REST proxy, as "plastron dev" does. Tests of what talks to one use it; it is
// apart from testkit, which the tests of package app use themselves.
package instance

import (
	"context"
	"io"
	"os"
	"testing"

	"github.com/plastron-dev/plastron/runtime/app"
	"github.com/plastron-dev/plastron/runtime/config"
)

// Start returns where it serves, as soon as it does. It ends with the test,
// which fails when that is not in good order.
func Start(t testing.TB) app.Endpoints {
	t.Helper()
	loaded, _, err := config.Load(config.Input{Role: config.RoleAll, Environ: []string{"KARAPACE_LOG_LEVEL=ERROR"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan app.Endpoints, 1), make(chan error, 1)
	go func() {
		ended <- app.RunDev(ctx, app.DevOptions{Output: io.Discard, Options: app.Options{
			Config: loaded, Version: "test", Log: os.Stderr, OnReady: func(e app.Endpoints) { ready <- e },
		}})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case e := <-ready:
		return e
	case err := <-ended:
		ended <- nil
		t.Fatalf("the registry did not start: %v", err)
		return app.Endpoints{}
	}
}

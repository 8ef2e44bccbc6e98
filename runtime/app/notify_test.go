package app

import (
	"bytes"
	"context"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/plastron-dev/plastron/runtime/config"
)

// manager is the socket of a service manager.
func manager(t *testing.T) (path string, next func() string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "notify")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return path, func() string {
		t.Helper()
		buf := make([]byte, 256)
		if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		n, err := c.Read(buf)
		if err != nil {
			t.Fatal("the service manager hears nothing: ", err)
		}
		return string(buf[:n])
	}
}

func TestAServiceManagerIsToldWhenARegistryServesAndWhenItEnds(t *testing.T) {
	t.Parallel()
	socket, next := manager(t)
	o := Options{Config: settings(t, config.RoleRegistry, "KARAPACE_BOOTSTRAP_URI="+broker(t).Addr(), "KARAPACE_WAITING_TIME_BEFORE_ACTING_AS_MASTER_MS=0"), Log: io.Discard}
	o.NotifySocket = socket
	served := make(chan struct{})
	o.OnReady = func(Endpoints) { close(served) }
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- RunRegistry(ctx, o) }()

	if got := next(); got != notifyReady {
		t.Fatalf("%q", got)
	}
	<-served
	cancel()
	if got := next(); got != notifyStopping {
		t.Fatalf("%q", got)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestARegistryThatDoesNotServeYetIsNotReady(t *testing.T) {
	t.Parallel()
	socket, next := manager(t)
	// Nobody listens there, so the topic is never read.
	o := Options{Config: settings(t, config.RoleRegistry, "KARAPACE_BOOTSTRAP_URI=127.0.0.1:1"), Log: io.Discard}
	o.NotifySocket = socket
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := RunRegistry(ctx, o); err != nil {
		t.Fatal(err)
	}
	if got := next(); got != notifyStopping {
		t.Fatalf("%q before the topic was read", got)
	}
}

func TestAServiceManagerThatIsNotThereStopsNothing(t *testing.T) {
	t.Parallel()
	f := func(socket, says string) {
		t.Helper()
		var out bytes.Buffer
		o := Options{Config: settings(t, config.RoleRegistry, "KARAPACE_BOOTSTRAP_URI=127.0.0.1:1"), Log: io.Discard}
		o.NotifySocket, o.Log = socket, &out
		p, err := newProcess(o)
		if err != nil {
			t.Fatal(err)
		}
		p.tellManager(notifyReady)
		if got := out.String(); says == "" && got != "" || !strings.Contains(got, says) {
			t.Fatalf("%q: %s", socket, got)
		}
	}

	f("", "")
	f(filepath.Join(t.TempDir(), "nothing"), "telling the service manager")
	f("vsock:2:1", "neither a path nor an abstract name")
}

package httpserver

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, config Config, handler http.Handler) (base string, stop context.CancelFunc, done chan error) {
	t.Helper()
	config.Name, config.Address = "test", "127.0.0.1:0"
	server := New(config, handler)
	if err := server.Listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done = make(chan error, 1)
	go func() { done <- server.Run(ctx) }()
	return "http://" + server.Addr().String(), cancel, done
}

func newClient(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func get(ctx context.Context, client *http.Client, url string) (int, string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, string(body), err
}

func TestServerDrains(t *testing.T) {
	t.Parallel()
	entered, release, draining := make(chan struct{}), make(chan struct{}), make(chan struct{})
	base, stop, done := start(t, Config{OnDrain: func() { close(draining) }}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-release
		if r.Context().Err() != nil {
			t.Error("the request lost its context while the server drained")
		}
		io.WriteString(w, "complete")
	}))
	answers := make(chan string, 1)
	client := newClient(t)
	go func() {
		_, body, err := get(t.Context(), client, base)
		if err != nil {
			body = err.Error()
		}
		answers <- body
	}()

	<-entered
	stop()
	<-draining // Health fails before anything else happens.
	close(release)
	if body := <-answers; body != "complete" {
		t.Fatalf("running request: %s", body)
	}
	if err := <-done; err != nil {
		t.Fatalf("Run: %v", err)
	}
	if _, _, err := get(t.Context(), client, base); err == nil {
		t.Fatal("the listener is still open")
	}
}

func TestServerDrainHasADeadline(t *testing.T) {
	t.Parallel()
	entered, ended := make(chan struct{}), make(chan struct{})
	base, stop, done := start(t, Config{DrainTimeout: time.Millisecond}, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done() // Never ends by itself.
		close(ended)
	}))
	client := newClient(t)
	go get(t.Context(), client, base)

	<-entered
	stop()
	if err := <-done; err != nil {
		t.Fatalf("Run: %v", err)
	}
	<-ended
}

func TestServerReportsATakenAddress(t *testing.T) {
	t.Parallel()
	var config net.ListenConfig
	taken, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	err = New(Config{Name: "registry", Address: taken.Addr().String()}, http.NotFoundHandler()).Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "listening for the registry API on "+taken.Addr().String()) {
		t.Fatalf("Run: %v", err)
	}
}

package app

import (
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/config"
	"github.com/plastron-dev/plastron/runtime/devbroker"
)

// settings loads a configuration from variables as a process would.
func settings(t *testing.T, role config.Role, environ ...string) *config.Config {
	t.Helper()
	environ = append(environ, "KARAPACE_PORT=0", "KARAPACE_ADVERTISED_HOSTNAME=127.0.0.1", "KARAPACE_LOG_LEVEL=ERROR")
	c, _, err := config.Load(config.Input{Role: role, Environ: environ})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// broker starts an embedded broker for the test.
func broker(t *testing.T) *devbroker.Broker {
	t.Helper()
	b, err := devbroker.Start(devbroker.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// background runs a process until the test ends and returns where it serves.
func background(t *testing.T, run func(context.Context, Options) error, c *config.Config) Endpoints {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready := make(chan Endpoints, 1)
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, Options{Config: c, Version: "test", Log: os.Stderr, OnReady: func(e Endpoints) { ready <- e }})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the process ended with %v", err)
		}
	})
	select {
	case e := <-ready:
		return e
	case err := <-ended:
		ended <- nil
		t.Fatalf("the process did not start: %v", err)
		return Endpoints{}
	}
}

// ask returns status and body.
func ask(t *testing.T, method, url, body, contentType string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	answer, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestRESTProcess(t *testing.T) {
	t.Parallel()
	b := broker(t)
	c := settings(t, config.RoleREST, "KARAPACE_BOOTSTRAP_URI="+b.Addr())
	options, err := (&process{log: quiet}).kafkaOptions(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := createTopics(t.Context(), options, []topic{{"t", 2}}); err != nil {
		t.Fatal(err)
	}
	e := background(t, RunREST, c)
	status, text := ask(t, "POST", e.REST+"/topics/t/partitions/1", `{"records":[{"value":1}]}`, "application/vnd.kafka.json.v2+json")
	if status != 200 || !strings.Contains(text, `{"partition":1,"offset":0}`) && !strings.Contains(text, `{"offset":0,"partition":1}`) {
		t.Fatal(status, text)
	}
	if status, text := ask(t, "GET", e.REST+"/_health", "", ""); status != 200 {
		t.Fatal(status, text)
	}
	if status, text := ask(t, "GET", e.REST+"/metrics", "", ""); status != 200 || !strings.Contains(text, `path="/topics/{topic}/partitions/{partition}"`) {
		t.Fatal(status, text)
	}
	if err := Healthcheck(t.Context(), e.REST+"/_health", drainTimeout); err != nil {
		t.Fatal(err)
	}
	if err := Healthcheck(t.Context(), e.REST+"/nothing", drainTimeout); err == nil {
		t.Fatal("404 is healthy")
	}
}

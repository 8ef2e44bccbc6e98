package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/config"
)

// await asks until the answer contains the text, within the deadline of tests.
func await(t *testing.T, url, text string) string {
	t.Helper()
	last := ""
	err := poll(t.Context(), func() bool {
		_, last = ask(t, "GET", url, "", "")
		return strings.Contains(last, text)
	})
	if err != nil {
		t.Fatalf("%s never said %q, last %s", url, text, last)
	}
	return last
}

func TestAllOnOnePort(t *testing.T) {
	t.Parallel()
	b := broker(t)
	c := settings(t, config.RoleAll, "KARAPACE_BOOTSTRAP_URI="+b.Addr(), "KARAPACE_WAITING_TIME_BEFORE_ACTING_AS_MASTER_MS=0")
	options, err := (&process{log: quiet}).kafkaOptions(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := createTopics(t.Context(), options, []topic{{"t", 1}}); err != nil {
		t.Fatal(err)
	}
	e := background(t, RunAll, c)
	if e.Registry != e.REST {
		t.Fatalf("two addresses: %+v", e)
	}
	await(t, e.Registry+"/master_available", "true")
	status, text := ask(t, "POST", e.REST+"/topics/t", `{"value_schema":"\"int\"","records":[{"value":1}]}`, "application/vnd.kafka.avro.v2+json")
	if status != 200 || !strings.Contains(text, `"value_schema_id":1`) {
		t.Fatal(status, text)
	}
	if status, text := ask(t, "GET", e.Registry+"/subjects", "", ""); status != 200 || text != `["t-value"]` {
		t.Fatal(status, text)
	}
	status, text = ask(t, "GET", e.Registry+"/metrics", "", "")
	for _, line := range []string{`karapace_schema_reader_subjects{app="Karapace"} 1`, `karapace_is_primary{app="Karapace"} 1`, `karapace_topic_policy_ok{app="Karapace"} 1`} {
		if status != 200 || !strings.Contains(text, "\n"+line) {
			t.Errorf("no line %s", line)
		}
	}
}

func TestPartsThatAreOff(t *testing.T) {
	t.Parallel()
	b := broker(t)
	f := func(variable string, registry, rest bool) {
		t.Helper()
		e := background(t, RunAll, settings(t, config.RoleAll, "KARAPACE_BOOTSTRAP_URI="+b.Addr(), variable))
		if (e.Registry != "") != registry || (e.REST != "") != rest {
			t.Errorf("%s: %+v", variable, e)
		}
	}

	f("KARAPACE_REST=false", true, false)
	f("KARAPACE_REGISTRY=0", false, true)
}

// TestWithoutKafka starts a node whose broker is not there: probes are
// answered, nothing else is, and the node ends when it is asked to.
func TestWithoutKafka(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	c := settings(t, config.RoleRegistry, "KARAPACE_BOOTSTRAP_URI="+freeAddress(t))
	c.Listener.Port = port
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- RunRegistry(ctx, Options{Config: c, Version: "test", Log: testWriter{t}}) }()
	base := fmt.Sprintf("http://127.0.0.1:%d", port)
	if err := poll(t.Context(), func() bool { return reachable(base) }); err != nil {
		t.Fatal(err)
	}
	if status, text := ask(t, "GET", base+"/", "", ""); status != 200 {
		t.Error("liveness:", status, text)
	}
	if status, text := ask(t, "GET", base+"/_health?ready=true", "", ""); status != 503 || !json.Valid([]byte(text)) {
		t.Error("readiness:", status, text)
	}
	if status, text := ask(t, "GET", base+"/master_available", "", ""); status != 200 || text != `{"master_available":false}` {
		t.Error("primary:", status, text)
	}
	if status, text := ask(t, "GET", base+"/subjects", "", ""); status < 500 {
		t.Error("data from nowhere:", status, text)
	}
	await(t, base+"/_health", "bootstrap_uri")
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestTopicWithTwoPartitionsIsRefused(t *testing.T) {
	t.Parallel()
	b := broker(t)
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := kadm.NewClient(client).CreateTopic(t.Context(), 2, 1, nil, "_schemas"); err != nil {
		t.Fatal(err)
	}
	err = RunRegistry(t.Context(), Options{Config: settings(t, config.RoleRegistry, "KARAPACE_BOOTSTRAP_URI="+b.Addr()), Version: "test", Log: testWriter{t}})
	if err == nil || !strings.Contains(err.Error(), "partition") {
		t.Fatal(err)
	}
}

func TestWrongAddressIsTold(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	c := settings(t, config.RoleREST)
	c.Listener.Port = taken.Addr().(*net.TCPAddr).Port
	err = RunREST(t.Context(), Options{Config: c, Version: "test", Log: testWriter{t}})
	if err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Fatal(err)
	}
}

func TestParseTopics(t *testing.T) {
	t.Parallel()
	got, err := parseTopics([]string{"a", "b:3"})
	if err != nil || len(got) != 2 || got[0] != (topic{"a", 1}) || got[1] != (topic{"b", 3}) {
		t.Fatal(got, err)
	}
	for _, text := range []string{"", ":1", "a:0", "a:x", "a:1001"} {
		if _, err := parseTopics([]string{text}); err == nil {
			t.Errorf("%q accepted", text)
		}
	}
}

// testWriter sends log lines to the test.
type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func freePort(t *testing.T) int {
	t.Helper()
	address, err := net.ResolveTCPAddr("tcp", freeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	return address.Port
}

func reachable(base string) bool {
	transport := &http.Transport{DisableKeepAlives: true}
	answer, err := (&http.Client{Transport: transport, Timeout: time.Second}).Get(base + "/")
	if err != nil {
		return false
	}
	answer.Body.Close()
	return true
}

// poll asks another process until the answer is yes.
func poll(ctx context.Context, done func() bool) error {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for !done() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

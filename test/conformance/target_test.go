package conformance

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/testkit"
)

func TestMain(m *testing.M) { testkit.VerifyNoLeaks(m) }

// runAll runs every script against the target.
func runAll(t *testing.T, target testkit.Target) {
	t.Helper()
	scripts, err := testkit.Load(".")
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	target.Client = &http.Client{Transport: transport, Timeout: time.Minute}
	for i, script := range scripts {
		target.Unique = fmt.Sprintf("r%d", i)
		begin := time.Now()
		report, err := testkit.Run(t.Context(), script, target)
		for _, line := range report.Skipped {
			t.Log("skipped", line)
		}
		if err != nil {
			t.Errorf("after %d requests: %v", report.Requests, err)
			continue
		}
		t.Logf("%s: %d requests in %v", script.Name, report.Requests, time.Since(begin).Round(time.Millisecond))
	}
}

// logKeys reads the keys of all records in the schemas topic of a broker.
func logKeys(broker string) func(context.Context) ([][]byte, error) {
	return func(ctx context.Context) ([][]byte, error) {
		const topic = "_schemas"
		client, err := kgo.NewClient(kgo.SeedBrokers(broker), kgo.ConsumeTopics(topic),
			kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.DisableClientMetrics())
		if err != nil {
			return nil, err
		}
		defer client.Close()
		ends, err := kadm.NewClient(client).ListEndOffsets(ctx, topic)
		if err != nil {
			return nil, err
		}
		end, _ := ends.Lookup(topic, 0)
		var keys [][]byte
		for next := int64(0); next < end.Offset; {
			fetches := client.PollFetches(ctx)
			if err := fetches.Err(); err != nil {
				return nil, err
			}
			fetches.EachRecord(func(r *kgo.Record) {
				keys = append(keys, r.Key)
				next = r.Offset + 1
			})
		}
		return keys, nil
	}
}

// TestURL runs the scripts against what PLASTRON_CONFORMANCE_REGISTRY and
// _REST name; without them there is nothing to do.
func TestURL(t *testing.T) {
	registry, rest := os.Getenv("PLASTRON_CONFORMANCE_REGISTRY"), os.Getenv("PLASTRON_CONFORMANCE_REST")
	if registry == "" && rest == "" {
		return
	}
	runAll(t, testkit.Target{Registry: registry, REST: rest})
}

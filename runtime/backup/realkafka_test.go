//go:build realkafka

package backup

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/kafka"
)

// TestRoundTripOnRealKafka shows what kfake cannot: that a broker takes old
// times and stored settings, and that its trailing transaction marker does not
// stall a backup.
func TestRoundTripOnRealKafka(t *testing.T) {
	bootstrap := os.Getenv("PLASTRON_TEST_KAFKA")
	if bootstrap == "" {
		t.Fatal("PLASTRON_TEST_KAFKA names no cluster: host:port")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	s := Settings{
		Kafka: kafka.Options{Bootstrap: strings.Split(bootstrap, ",")},
		Topic: fmt.Sprintf("backup-%d", time.Now().UnixNano()), Version: "test",
	}
	client, err := kafka.NewClient(s.Kafka)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	f := &fixture{t: t, ctx: ctx, client: client, admin: kadm.NewClient(client), dir: t.TempDir(), kafka: s.Kafka}
	f.create(s.Topic, 1, map[string]string{"cleanup.policy": "compact", "max.message.bytes": "2000000"})
	want := history(3000)
	f.produce(s.Topic, want...)
	abort(t, ctx, s)

	for _, v3 := range []bool{true, false} {
		location := f.path(fmt.Sprint("b", v3))
		if err := Get(ctx, s, GetOptions{Location: location, V3: v3, Replication: 1, PollTimeout: 10 * time.Second}); err != nil {
			t.Fatal(err)
		}
		f.drop(s.Topic)
		restoreSoon(t, ctx, s, location)
		got := f.dump(s.Topic)
		if v3 {
			f.equal(numbered(want), got)
		}
		if len(got) != len(want) {
			t.Fatalf("%d records; want %d", len(got), len(want))
		}
	}
	f.drop(s.Topic)
}

// restoreSoon restores once the broker has forgotten the topic that was
// deleted, which takes it a moment.
func restoreSoon(t *testing.T, ctx context.Context, s Settings, location string) {
	t.Helper()
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := Restore(ctx, s, RestoreOptions{Location: location})
		if err == nil {
			return
		}
		if !strings.Contains(err.Error(), "already exists") && !strings.Contains(err.Error(), "is not empty") {
			t.Fatal(err)
		}
		select {
		case <-ctx.Done():
			t.Fatal(err)
		case <-ticker.C:
		}
	}
}

// abort leaves a record that does not count and a marker at the end.
func abort(t *testing.T, ctx context.Context, s Settings) {
	t.Helper()
	client, err := kafka.NewClient(s.Kafka, kgo.TransactionalID(s.Topic), kgo.DefaultProduceTopic(s.Topic))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	if err := client.ProduceSync(ctx, kgo.KeySliceRecord([]byte("k"), []byte("aborted"))).FirstErr(); err != nil {
		t.Fatal(err)
	}
	if err := client.EndTransaction(ctx, kgo.TryAbort); err != nil {
		t.Fatal(err)
	}
}

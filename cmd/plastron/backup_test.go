package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/devbroker"
)

// tool runs Karapace's command line and returns output and exit code.
func tool(ctx context.Context, args ...string) (stdout, stderr string, code int) {
	var out, log bytes.Buffer
	root := newRoot()
	root.SetOut(&out)
	root.SetErr(&log)
	root.SetArgs(arguments(append([]string{"/usr/bin/karapace_schema_backup"}, args...)))
	err := root.ExecuteContext(ctx)
	if err == nil {
		return out.String(), log.String(), 0
	}
	log.WriteString(err.Error())
	return out.String(), log.String(), exitCode(err)
}

func TestBackupAsKarapacesTool(t *testing.T) {
	t.Parallel()
	broker, err := devbroker.Start(devbroker.Config{NoAutoCreate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(broker.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(broker.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	admin := kadm.NewClient(client)
	dir := t.TempDir()
	config := filepath.Join(dir, "karapace.config.json")
	text, err := json.Marshal(map[string]any{"bootstrap_uri": broker.Addr(), "topic_name": "_schemas", "replication_factor": 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, text, 0o600); err != nil {
		t.Fatal(err)
	}
	v2, v3 := filepath.Join(dir, "v2"), filepath.Join(dir, "v3")
	f := func(code int, want string, args ...string) {
		t.Helper()
		stdout, stderr, got := tool(t.Context(), args...)
		if got != code || !strings.Contains(stdout+stderr, want) {
			t.Fatalf("%v: exit code %d; want %d with %q\n%s\n%s", args, got, code, want, stdout, stderr)
		}
	}

	f(1, "topic _schemas does not exist", "get", "--config", config, "--location", v2)
	if _, err := admin.CreateTopic(t.Context(), 1, 1, nil, "_schemas"); err != nil {
		t.Fatal(err)
	}
	record := &kgo.Record{Topic: "_schemas", Key: []byte(`{"keytype":"CONFIG","subject":null,"magic":0}`), Value: []byte(`{"compatibilityLevel":"FULL"}`)}
	if err := client.ProduceSync(t.Context(), record).FirstErr(); err != nil {
		t.Fatal(err)
	}
	f(0, "Backed up", "get", "--config", config, "--location", v2)
	f(1, "Target file exists and overwriting is not enabled.", "get", "--config", config, "--location", v2)
	f(0, "Backed up", "get", "--config", config, "--location", v2, "--overwrite", "--poll-timeout", "PT10S", "--skip-topic-creation", "--verbose")
	f(0, "/V2\n7B22", "get", "--config", config)
	f(0, "/V2\n", "export-anonymized-avro-schemas", "--config", config, "--location", "-")
	f(0, "Backed up", "get", "--config", config, "--location", v3, "--use-format-v3", "--replication-factor", "1")
	f(1, "Backup format version 3 does not support writing to stdout.", "get", "--config", config, "--use-format-v3", "--replication-factor", "1")
	f(0, "is intact", "verify", "--location", v3, "--level", "record")
	f(1, "Only backups using format V3 can be verified, found V2.", "verify", "--location", v2, "--level", "file")
	f(0, `"version": 3`, "inspect", "--location", v3)
	f(0, `"version": 2`, "inspect", "--location", v2)
	f(1, "Topic to restore '_schemas' already exists", "restore", "--config", config, "--location", v3)
	f(1, "the topic is not empty", "restore", "--config", config, "--location", v2)
	f(1, "Cannot restore backups from stdin", "restore", "--config", config)
	if _, err := admin.DeleteTopic(t.Context(), "_schemas"); err != nil {
		t.Fatal(err)
	}
	f(0, "Restored", "restore", "--config", config, "--location", v2)

	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, log, code := tool(cancelled, "get", "--config", config, "--location", filepath.Join(dir, "c")); code != 2 {
		t.Fatal(code, log)
	}
}

func TestBackupWrongUse(t *testing.T) {
	f := func(want string, args ...string) {
		t.Helper()
		_, stderr, code := tool(t.Context(), args...)
		if code != 2 || !strings.Contains(stderr, want) {
			t.Fatalf("%v: exit code %d, %s; want %q", args, code, stderr, want)
		}
	}
	t.Setenv("KARAPACE_BOOTSTRAP_URI", "")
	os.Unsetenv("KARAPACE_BOOTSTRAP_URI")

	f("backup takes a command")
	f("unknown command", "gat")
	f("unknown flag", "get", "--lokation", "x")
	f("unknown command", "get", "x")
	f("--config is required", "get")
	f("--config is required", "restore", "--location", "x")
	f("--replication-factor is required", "get", "--config", "x", "--use-format-v3")
	f("Poll timeout must be at least one second, got: 0:00:00.500000", "get", "--config", "x", "--poll-timeout", "PT0.5S")
	f("--level is required", "verify", "--location", "x")
	f("must be file or record", "verify", "--location", "x", "--level", "deep")
	f("exclude each other", "restore", "--config", "x", "--append", "--resume")
	f("must be 1 to 32767", "restore", "--config", "x", "--override-replication-factor", "0")
}

func TestPollTimeout(t *testing.T) {
	t.Parallel()
	f := func(text string, want time.Duration, wrong string) {
		t.Helper()
		got, err := parsePollTimeout(text)
		if got != want || (err == nil) != (wrong == "") || err != nil && !strings.Contains(err.Error(), wrong) {
			t.Fatalf("%s: %s, %v", text, got, err)
		}
	}

	f("PT1M", time.Minute, "")
	f("PT1S", time.Second, "")
	f("P1DT2H3M4.5S", 26*time.Hour+3*time.Minute+4500*time.Millisecond, "")
	f("P1W", 7*24*time.Hour, "")
	f("90s", 90*time.Second, "")
	f("PT0.5S", 0, "Poll timeout must be at least one second, got: 0:00:00.500000")
	f("-5s", 0, "at least one second")
	f("P365D", 0, "Poll timeout must be less than one year, got: 365 days, 0:00:00")
	f("P99999999999999W", 0, "less than one year")
	f("PT", 0, "is not an ISO 8601 duration")
	f("P", 0, "is not an ISO 8601 duration")
	f("soon", 0, "is not an ISO 8601 duration")
}

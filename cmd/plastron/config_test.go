package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// command runs the program inside the test.
func command(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errors bytes.Buffer
	root := newRoot()
	root.SetOut(&out)
	root.SetErr(&errors)
	root.SetArgs(args)
	err = root.ExecuteContext(t.Context())
	return out.String(), errors.String(), err
}

func configFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "c.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConfigPrint(t *testing.T) {
	t.Setenv("KARAPACE_PORT", "9000")
	file := configFile(t, `{"port": 1, "registry_user": "u", "registry_password": "s3cret", "group_id": "g"}`)
	out, _, err := command(t, "config", "print", file)
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]string{}
	for line := range strings.Lines(out) {
		key, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		lines[key] = strings.Join(strings.Fields(rest), " ")
	}
	for key, want := range map[string]string{
		"port": "9000 environment variable KARAPACE_PORT", "group_id": "g file " + file, "topic_name": "_schemas default",
		"registry_password": "**** file " + file, "advertised_port": "- default", "registry_ca": "- default",
	} {
		if lines[key] != want {
			t.Errorf("%s: %q; want %q", key, lines[key], want)
		}
	}
	out, _, err = command(t, "config", "print", "--config", file, "--output", "json")
	if err != nil {
		t.Fatal(err)
	}
	var settings []struct{ Key, Value, Source string }
	if err := json.Unmarshal([]byte(out), &settings); err != nil || len(settings) < 80 {
		t.Fatal(err, len(settings))
	}
	if strings.Contains(out, "s3cret") {
		t.Fatal(out)
	}
}

func TestConfigPrintForARole(t *testing.T) {
	t.Setenv("KARAPACE_REGISTRY_PORT", "9000")
	out, _, err := command(t, "config", "print", "--for", "registry")
	if err != nil || !strings.Contains(out, "environment variable KARAPACE_REGISTRY_PORT") {
		t.Fatal(out, err)
	}
	if _, _, err = command(t, "config", "print", "--for", "nobody"); err == nil || !strings.Contains(err.Error(), "all, registry, rest") {
		t.Fatal(err)
	}
}

func TestConfigCheck(t *testing.T) {
	t.Parallel()
	broken := configFile(t, "not PEM")
	f := func(file string, code int, want ...string) {
		t.Helper()
		out, _, err := command(t, "config", "check", "--config", configFile(t, file))
		if got := map[bool]int{true: 0, false: exitCode(err)}[err == nil]; got != code {
			t.Errorf("%s: exit code %d; want %d", file, got, code)
		}
		for _, text := range want {
			if !strings.Contains(out, text) {
				t.Errorf("%s: no %q in %s", file, text, out)
			}
		}
		if strings.Contains(out, "s3cret") {
			t.Errorf("%s: a secret is in %s", file, out)
		}
	}

	f(`{}`, 0, "the configuration is in order\n")
	f(`{"topic_nam": "x", "producer_count": 7}`, 0, "warning: Unknown configuration key ignored: topic_nam: did you mean topic_name? (from file ",
		"info: Configuration key without effect: producer_count: one producer sends for all requests", "in order")
	f(`{"port": "many", "compatibility": "UP", "topic_nam": "x"}`, 1, `error: port = "many" is not an integer`, `error: compatibility = "UP" is not one of`,
		"did you mean topic_name?")
	// What is in files is looked at too, all of it.
	f(`{"security_protocol": "SSL", "ssl_cafile": "`+broken+`", "registry_authfile": "`+broken+`", "server_tls_certfile": "`+broken+`", "server_tls_keyfile": "`+broken+`"}`, 1,
		"error: ssl_cafile "+broken+" holds no PEM certificate", "auth file", "server_tls_certfile")
	f(`{"sasl_plain_password": "s3cret", "security_protocol": "SASL_SSL", "rest_base_uri": "http://u:s3cret@"}`, 1, "sasl_plain_username", "rest_base_uri")
	f(`{"registry_ca": "`+broken+`", "sasl_oauth_cafile": "`+broken+`", "server_tls_cafile": "`+broken+`", "sentry": {"dsn": "https://s3cret@h/1", "sample_rate": 7}}`, 1,
		"registry_ca", "sasl_oauth_cafile", "server_tls_cafile", "sample_rate")
	f(`[]`, 1, "is not one JSON object")

	out, _, err := command(t, "config", "check", "--config", configFile(t, `{"port": "many", "producer_count": 7}`), "--output", "json")
	if empty, _, err := command(t, "config", "check", "--config", configFile(t, `{}`), "--output", "json"); err != nil || strings.Contains(empty, "null") {
		t.Error(empty, err)
	}
	var found findings
	if jsonErr := json.Unmarshal([]byte(out), &found); jsonErr != nil || err == nil || found.Valid || len(found.Problems) != 1 || len(found.Notes) != 1 {
		t.Fatal(out, err, jsonErr)
	}
}

func TestConfigDocs(t *testing.T) {
	t.Parallel()
	out, _, err := command(t, "config", "docs")
	want, readErr := os.ReadFile("../../docs/configuration.md")
	if err != nil || readErr != nil || out != string(want) {
		t.Fatal("not docs/configuration.md:", err, readErr)
	}
}

func TestConfigFromConfluent(t *testing.T) {
	t.Parallel()
	properties := configFile(t, "listeners=http://0.0.0.0:8081\nkafkastore.bootstrap.servers=PLAINTEXT://k:9092\nleader.election.delay=true\n")
	out, left, err := command(t, "config", "from-confluent", properties)
	if err != nil || !strings.Contains(out, `"bootstrap_uri": "k:9092"`) || !strings.HasPrefix(left, "not translated: leader.election.delay: ") {
		t.Fatal(out, left, err)
	}
	made := filepath.Join(t.TempDir(), "plastron.json")
	if _, _, err := command(t, "config", "from-confluent", properties, "--out", made); err != nil {
		t.Fatal(err)
	}
	if out, _, err := command(t, "config", "check", made); err != nil {
		t.Fatal(out, err)
	}
	if _, _, err := command(t, "config", "from-confluent", properties, "--out", made); err == nil {
		t.Fatal("a file was overwritten")
	}
	info, err := os.Stat(made)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info, err)
	}
}

package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/config"
)

// TestPasswordOfTheConfigurationFile changes the file under a process.
func TestPasswordOfTheConfigurationFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "c.json")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	load := func(environ ...string) *config.Config {
		t.Helper()
		c, _, err := config.Load(config.Input{Role: config.RoleRegistry, Path: path, Environ: environ})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	write(`{"sasl_plain_username": "u", "sasl_plain_password": "one-pw"}`)
	var out bytes.Buffer
	p, err := newProcess(Options{Config: load(), Version: "test", Log: &out})
	if err != nil {
		t.Fatal(err)
	}
	ask := p.credentials(p.config)
	f := func(user, password string) {
		t.Helper()
		gotUser, gotPassword, err := ask()
		if err != nil || gotUser != user || gotPassword != password {
			t.Fatalf("%s %s %v; want %s %s", gotUser, gotPassword, err, user, password)
		}
	}

	f("u", "one-pw")
	write(`{"sasl_plain_username": "v", "sasl_plain_password": "two-pw"}`)
	f("v", "two-pw")
	write(`{"sasl_plain_username": "v", "sasl_plain_password": "three-pw", "port": "many"}`)
	f("u", "one-pw")
	f("u", "one-pw")
	if text := out.String(); strings.Count(text, "not in order") != 1 || strings.Contains(text, "-pw") {
		t.Error(text)
	}

	write(`{}`)
	if p.credentials(load("KARAPACE_SASL_PLAIN_PASSWORD=x")) != nil {
		t.Error("a password of the environment cannot change")
	}
}

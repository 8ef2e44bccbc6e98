package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

func TestCalledAsKarapace(t *testing.T) {
	t.Parallel()
	f := func(argv, want string) {
		t.Helper()
		if got := strings.Join(arguments(strings.Fields(argv)), " "); got != want {
			t.Fatalf("%s: %q; want %q", argv, got, want)
		}
	}

	f("/usr/bin/karapace conf.json", "all --config conf.json")
	f("karapace", "all")
	f("karapace --version", "version")
	f("karapace --config conf.json", "all --config conf.json")
	f("plastron rest --config conf.json", "rest --config conf.json")
	f("plastron", "")
}

func TestEveryCommandShowsAnExample(t *testing.T) {
	t.Parallel()
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		var out bytes.Buffer
		root := newRoot()
		root.SetOut(&out)
		root.SetArgs(append(strings.Fields(c.CommandPath())[1:], "--help"))
		if err := root.Execute(); err != nil {
			t.Errorf("%s --help: %v", c.CommandPath(), err)
		}
		if c.Short == "" || !strings.Contains(out.String(), "Examples:\n  plastron") && !strings.Contains(out.String(), "Examples:\n  KARAPACE_") {
			t.Errorf("%s has no example", c.CommandPath())
		}
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit(newRoot())
}

func TestWrongUse(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.json")
	if err := os.WriteFile(file, []byte(`{"port": "many", "sasl_plain_password": 12}`), 0o600); err != nil {
		t.Fatal(err)
	}
	f := func(want string, args ...string) {
		t.Helper()
		err := run(t.Context(), append([]string{"plastron"}, args...))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("%v: %v; want %q", args, err, want)
		}
	}

	f(`port = "many" is not an integer (from file `+file+`)`, "registry", "--config", file)
	f(`port = "many"`, "all", file)
	f("no such file or directory", "rest", "--config", file+".gone")
	f("unknown command", "registri")
	f("unknown flag", "dev", "--prot", "1")
	f("accepts at most 1 arg", "registry", file, file)
	f("is not host:port", "dev", "broker", "--listen", "nine")
	f(`topic "a:b" is not NAME`, "dev", "--topic", "a:b", "--data", "")
	f("connection refused", "healthcheck", "--url", "http://127.0.0.1:1/_health")
	t.Setenv("KARAPACE_COMPATIBILITY", "UP")
	f("(from environment variable KARAPACE_COMPATIBILITY)", "registry")
}

func TestVersion(t *testing.T) {
	t.Parallel()
	root := newRoot()
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetArgs([]string{"version"})
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	if got := strings.Fields(out.String()); cmp.Diff([]string{"plastron", version}, got[:2]) != "" {
		t.Fatal(out.String())
	}
}

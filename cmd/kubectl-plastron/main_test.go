package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/plugin"
)

// TestEveryCommandHasAnExample reads the help of each command.
func TestEveryCommandHasAnExample(t *testing.T) {
	t.Parallel()
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if !strings.Contains(c.Example, "kubectl plastron ") || c.Short == "" {
			t.Errorf("%s: example %q, short %q", c.CommandPath(), c.Example, c.Short)
		}
		args := append(strings.Fields(c.CommandPath())[2:], "--help")
		var out bytes.Buffer
		if code := run(t.Context(), args, nil, &out, &out); code != 0 || !strings.Contains(out.String(), c.Example) {
			t.Errorf("%v: %d\n%s", args, code, &out)
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(newRoot())
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	nowhere := filepath.Join(dir, "kubeconfig")
	saved := filepath.Join(dir, "saved.json")
	if err := os.WriteFile(saved, []byte("[\n]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := func(want int, said string, args ...string) {
		t.Helper()
		var out bytes.Buffer
		if code := run(t.Context(), args, strings.NewReader(""), &out, &out); code != want || !strings.Contains(out.String(), said) {
			t.Errorf("%v: %d, want %d and %q\n%s", args, code, want, said, &out)
		}
	}

	f(0, version, "--version")
	f(0, "0 subjects, 0 versions", "backup", "inspect", saved)
	f(exitFailed, "unknown command", "nonsense")
	f(exitFailed, "reading how to reach Kubernetes", "status", "--kubeconfig", nowhere)
	f(exitFailed, "name Subjects or files, not both", "diff", "a", "-f", dir)
	f(exitFailed, "reading manifests", "diff", "-f", nowhere)
	f(exitFailed, "name subjects, or give --all", "adopt")
	f(exitFailed, "name subjects, or give --all", "adopt", "a", "--all")
	f(exitFailed, "no such file", "backup", "inspect", nowhere)
}

func TestManifestsAreReadFromEverywhere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"a.yaml": "one", "sub/b.yml": "two", "sub/README.md": "three", "c.txt": "four"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f := func(want string, paths ...string) {
		t.Helper()
		got, err := readManifests(paths, strings.NewReader("input"))
		if err != nil || strings.Join(strings.Fields(string(got)), " ") != want {
			t.Errorf("%v: %q %v, want %q", paths, got, err, want)
		}
	}

	f("--- one --- two", dir)
	f("--- four --- input", filepath.Join(dir, "c.txt"), "-")
}

func TestFolderOfAnExport(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new")
	var out bytes.Buffer
	if err := writeFolder(dir, []plugin.File{{Name: "a.yaml", Text: []byte("a: 1\n")}}, &out); err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile(filepath.Join(dir, "kustomization.yaml"))
	if err != nil || !strings.Contains(string(list), "- a.yaml") || !strings.Contains(out.String(), "1 Subjects in ") {
		t.Errorf("%s %v %s", list, err, &out)
	}
}

// TestFailedBackupLeavesNoFile writes a backup that fails, and one over a file.
func TestFailedBackupLeavesNoFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "backup.json")
	broken := errors.New("broken")
	if err := withOutput(path, nil, func(io.Writer) error { return broken }); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Fatal("a broken backup was kept")
	}
	whole := func(w io.Writer) error { _, err := io.WriteString(w, "whole"); return err }
	if err := withOutput(path, nil, whole); err != nil {
		t.Fatal(err)
	}
	if err := withOutput(path, nil, whole); !os.IsExist(err) {
		t.Errorf("a file was written over: %v", err)
	}
}

// TestTunnel plays kubectl: a program of that name that says where it listens.
func TestTunnel(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	dir := t.TempDir()
	play := func(script string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "kubectl"), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	r := &v1alpha1.SchemaRegistry{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "main"}}
	way := tunnel{access: &access{kubeconfig: "K", context: "C"}, stderr: io.Discard}

	play(`echo "$@" > "` + dir + `/args"
echo "Forwarding from ` + listener.Addr().String() + ` -> 8081"
echo "Handling connection"
exec sleep 600`)
	dial, end, err := way.Dial(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := dial(t.Context(), "tcp", "main.team.svc:8081")
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	start := time.Now()
	end()
	if took := time.Since(start); took > time.Minute {
		t.Errorf("kubectl was waited for %s", took)
	}
	args, err := os.ReadFile(filepath.Join(dir, "args"))
	if want := "port-forward --address=127.0.0.1 --namespace=team --kubeconfig=K --context=C service/main :8081\n"; err != nil || string(args) != want {
		t.Errorf("%q %v, want %q", args, err, want)
	}

	play("exit 1")
	if _, _, err := way.Dial(t.Context(), r); err == nil || !strings.Contains(err.Error(), "kubectl port-forward ended") {
		t.Errorf("kubectl that fails: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, _, err := way.Dial(t.Context(), r); err == nil || !strings.Contains(err.Error(), "--direct") {
		t.Errorf("no kubectl: %v", err)
	}
}

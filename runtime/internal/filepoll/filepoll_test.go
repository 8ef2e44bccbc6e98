package filepoll

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestChanged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("file", "one")
	files := New(100, path, "")
	f := func(what string, want bool) {
		t.Helper()
		if got := files.Changed(); got != want {
			t.Fatalf("%s: changed %v; want %v", what, got, want)
		}
	}

	f("nothing", false)
	write("file", "two") // The same length, perhaps the same second.
	f("other content", true)
	f("nothing again", false)
	write("next", "three")
	if err := os.Rename(filepath.Join(dir, "next"), path); err != nil {
		t.Fatal(err)
	}
	f("renamed over", true)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	f("gone", true)
	f("still gone", false)
	write("file", "three")
	f("back", true)
}

func TestRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := Read(path, 5); err != nil || string(text) != "12345" {
		t.Fatal(string(text), err)
	}
	if _, err := Read(path, 4); err == nil {
		t.Fatal("read more than the limit")
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	files := New(100, path)
	ctx, cancel := context.WithCancel(t.Context())
	if err := os.WriteFile(path, []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	calls := 0
	files.Run(ctx, time.Millisecond, func() { calls++; cancel() })
	if calls != 1 {
		t.Fatal("called", calls, "times")
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const root = "../.."

// TestPagesAreCurrent compares docs/kinds with what the types say now.
func TestPagesAreCurrent(t *testing.T) {
	t.Parallel()
	files, err := documents(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		have, err := os.ReadFile(filepath.Join(root, folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(have), string(want)); diff != "" {
			t.Errorf("%s is not current; run `go run ./hack/kinddocs`: %s", name, diff)
		}
	}
	pages, err := filepath.Glob(filepath.Join(root, folder, "*.md"))
	if err != nil || len(pages) != len(files) {
		t.Errorf("%d pages, %d kinds, %v", len(pages), len(files), err)
	}
}

// TestPagesSayEverything looks for parts that a generator can lose.
func TestPagesSayEverything(t *testing.T) {
	t.Parallel()
	files, err := documents(root)
	if err != nil {
		t.Fatal(err)
	}
	f := func(page string, parts ...string) {
		t.Helper()
		for _, p := range parts {
			if !strings.Contains(string(files[page]), p) {
				t.Errorf("%s does not say %q", page, p)
			}
		}
	}

	f("subject.md", "| `spec.registryRef` | object | **Required.**", "one of `Retain`, `SoftDelete`, `HardDelete`", "| `spec.references[].subjectRef` |",
		"set schema or schemaFrom, not both", "| `status.schemaID` |", "| `InSync` |", "kind: Subject", "short name `subj`")
	f("schemaregistry.md", "| `spec.kafka.bootstrap.servers` | list of string |", "default `2`", "type is immutable", "| `PrimaryElected` |", "| *Topic* |")
	f("restproxy.md", "| `spec.schemaRegistry` |", "| `RegistryResolved` |", "| `spec.template.affinity` | as in a pod |")
	for name, text := range files {
		if strings.Contains(string(text), "|  |\n") || strings.Contains(string(text), "| object |  |") {
			t.Logf("%s has fields without a comment", name)
		}
	}
}

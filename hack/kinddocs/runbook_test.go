package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// TestRunbookHasEveryReason looks for each reason of a condition and each
// event in docs/runbook-conditions.md, and for those in it that are no more.
func TestRunbookHasEveryReason(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "docs/runbook-conditions.md"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := readConditions(filepath.Join(root, "api/v1alpha1/conditions.go"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, c := range all {
		known[c.value] = true
		isReason := strings.HasPrefix(c.name, "Reason") || strings.HasPrefix(c.name, "Event")
		if isReason && !strings.Contains(string(text), "`"+c.value+"`") {
			t.Errorf("docs/runbook-conditions.md does not say what to do about %s: add a row (%s)", c.value, c.doc)
		}
	}
	for line := range strings.Lines(string(text)) {
		if name, _, ok := strings.Cut(strings.TrimPrefix(line, "| `"), "` | "); ok && strings.HasPrefix(line, "| `") && !strings.Contains(name, ",") && !known[name] {
			t.Errorf("docs/runbook-conditions.md explains %s, which is no reason", name)
		}
	}
}

// TestRunbookHasEveryAlert looks for a section for each alert, and for the
// address of that section in the alert.
func TestRunbookHasEveryAlert(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "docs/runbook.md"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, "config/monitoring/*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var rules struct {
			Groups []struct {
				Rules []struct {
					Alert       string            `json:"alert"`
					Annotations map[string]string `json:"annotations"`
				} `json:"rules"`
			} `json:"groups"`
		}
		if err := yaml.Unmarshal(raw, &rules); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, g := range rules.Groups {
			for _, r := range g.Rules {
				if r.Alert != "" && !strings.Contains(string(text), "\n## "+r.Alert+"\n") {
					t.Errorf("docs/runbook.md has no section %s", r.Alert)
				}
				if r.Alert != "" && !strings.HasSuffix(r.Annotations["runbook_url"], "docs/runbook.md#"+strings.ToLower(r.Alert)) {
					t.Errorf("%s: runbook_url is %q", r.Alert, r.Annotations["runbook_url"])
				}
			}
		}
	}
}

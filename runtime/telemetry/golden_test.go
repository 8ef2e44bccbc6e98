package telemetry

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the list of metrics")

// everyMetric is a line for each metric that the process itself declares, with
// its type and the labels beside those of the configuration.
func everyMetric(t *testing.T) map[string]string {
	t.Helper()
	m, err := NewMetrics(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.ObserveState(func() State { return State{Skipped: map[string]int64{"r": 1}} }); err != nil {
		t.Fatal(err)
	}
	m.RequestStarted("GET")
	m.RequestDone(Request{Method: "GET", Route: "/", Status: 200})
	m.RecordsProcessed("CANONICAL", 1)
	m.Fault("panic", "registry")
	m.UnknownOutcome()
	m.Conflict()
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]string{}
	for _, f := range families {
		name := f.GetName()
		if strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_") {
			continue
		}
		labels := map[string]bool{}
		for _, one := range f.GetMetric() {
			for _, l := range one.GetLabel() {
				labels[l.GetName()] = true
			}
		}
		lines[name] = strings.TrimSpace(fmt.Sprintf("%s %s %s", name, strings.ToLower(f.GetType().String()), strings.Join(slices.Sorted(maps.Keys(labels)), ",")))
	}
	return lines
}

// TestMetricsAreThoseOfTheList holds names, types and labels to a list:
// dashboards and alerts of other people depend on them.
func TestMetricsAreThoseOfTheList(t *testing.T) {
	t.Parallel()
	const path = "testdata/metrics.txt"
	lines := everyMetric(t)
	var got strings.Builder
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		got.WriteString(lines[name] + "\n")
	}
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Error(diff)
	}
	text, err := os.ReadFile("../../docs/observability.md")
	if err != nil {
		t.Fatal(err)
	}
	for name := range lines {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("%s is not in docs/observability.md", name)
		}
	}
}

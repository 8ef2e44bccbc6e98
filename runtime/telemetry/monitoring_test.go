package telemetry

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// rules is a file of alert rules.
type rules struct {
	Groups []struct {
		Rules []struct {
			Alert, Expr string
			Labels      map[string]string
			Annotations map[string]string
		}
	}
}

func alerts(t *testing.T) rules {
	t.Helper()
	text, err := os.ReadFile("../../config/monitoring/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var r rules
	if err := yaml.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

var (
	quotedText  = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	selector    = regexp.MustCompile(`([a-zA-Z_:][a-zA-Z0-9_:]*)\{([^}]*)\}`)
	grouping    = regexp.MustCompile(`\b(?:by|without|on|ignoring)\s*\(([^)]*)\)`)
	window      = regexp.MustCompile(`\[[^\]]*\]`)
	word        = regexp.MustCompile(`[a-zA-Z_:][a-zA-Z0-9_:]*(\s*\()?`)
	labelMatch  = regexp.MustCompile(`([a-zA-Z_]+)\s*(?:=~|!~|!=|=)`)
	ownLabels   = []string{"namespace", "job", "instance", "le"}
	promKeyword = []string{"and", "or", "unless", "sum", "max", "min", "topk", "bool"}
)

// mistakes finds names of metrics and labels in an expression that the process
// does not have.
func mistakes(expr string, known map[string]string) (found []string) {
	tell := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	labelsOf := func(name string) (labels []string, ok bool) {
		if strings.HasPrefix(name, "process_") || strings.HasPrefix(name, "go_") {
			return nil, true
		}
		base, suffix := name, ""
		for _, s := range []string{"_bucket", "_sum", "_count"} {
			if trimmed, has := strings.CutSuffix(name, s); has && known[trimmed] != "" {
				base, suffix = trimmed, s
			}
		}
		f := append(strings.Split(known[base], " "), "", "")
		distribution := f[1] == "histogram" || f[1] == "summary"
		return strings.Split(f[2], ","), known[base] != "" && distribution == (suffix != "") && (suffix != "_bucket" || f[1] == "histogram")
	}
	expr = quotedText.ReplaceAllString(expr, `""`)
	var all []string
	used := slices.Clone(ownLabels)
	for _, m := range selector.FindAllStringSubmatch(expr, -1) {
		labels, _ := labelsOf(m[1])
		for _, l := range labelMatch.FindAllStringSubmatch(m[2], -1) {
			if !slices.Contains(labels, l[1]) && !slices.Contains(ownLabels, l[1]) {
				tell("%s has no label %s", m[1], l[1])
			}
		}
	}
	groups := grouping.FindAllStringSubmatch(expr, -1)
	expr = grouping.ReplaceAllString(window.ReplaceAllString(selector.ReplaceAllString(expr, "$1"), ""), "")
	for _, name := range word.FindAllString(expr, -1) {
		if strings.HasSuffix(name, "(") || slices.Contains(promKeyword, name) {
			continue
		}
		labels, ok := labelsOf(name)
		if !ok {
			tell("there is no metric %s", name)
		}
		used, all = append(used, labels...), append(all, name)
	}
	if len(all) == 0 {
		tell("no metric in it")
	}
	for _, g := range groups {
		for l := range strings.SplitSeq(g[1], ",") {
			if l = strings.TrimSpace(l); !slices.Contains(used, l) {
				tell("grouped by %s, which none of %v has", l, all)
			}
		}
	}
	return found
}

// TestAlertsUseMetricsThatExist reads every rule, and looks for its section in
// the runbook.
func TestAlertsUseMetricsThatExist(t *testing.T) {
	t.Parallel()
	known := everyMetric(t)
	runbook, err := os.ReadFile("../../docs/runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, g := range alerts(t).Groups {
		for _, r := range g.Rules {
			count++
			for _, m := range mistakes(r.Expr, known) {
				t.Errorf("%s: %s", r.Alert, m)
			}
			if !strings.Contains(string(runbook), "\n## "+r.Alert+"\n") {
				t.Errorf("%s has no section in docs/runbook.md", r.Alert)
			}
			if !strings.HasSuffix(r.Annotations["runbook_url"], "/docs/runbook.md#"+strings.ToLower(r.Alert)) {
				t.Errorf("%s: runbook_url %q", r.Alert, r.Annotations["runbook_url"])
			}
			if r.Annotations["summary"] == "" || r.Annotations["description"] == "" || r.Labels["severity"] == "" {
				t.Errorf("%s says too little", r.Alert)
			}
		}
	}
	for section := range strings.SplitSeq(string(runbook), "\n## ") {
		name, _, _ := strings.Cut(section, "\n")
		if strings.HasPrefix(name, "Registry") && !strings.Contains(name, " ") && !strings.Contains(text(t, "../../config/monitoring/alerts.yaml"), "alert: "+name+"\n") {
			t.Errorf("docs/runbook.md has a section for %s, which is no alert", name)
		}
	}
	if count < 10 {
		t.Errorf("%d alerts were looked at", count)
	}
}

func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestDashboardUsesMetricsThatExist(t *testing.T) {
	t.Parallel()
	var d struct {
		Title  string
		Panels []struct {
			ID      int
			Type    string
			Title   string
			GridPos struct{ H, W, X, Y int }
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(text(t, "../../config/monitoring/dashboard.json")), &d); err != nil {
		t.Fatal(err)
	}
	known := everyMetric(t)
	shown := ""
	ids := map[int]bool{}
	for _, p := range d.Panels {
		if ids[p.ID] || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("%s: its id or its place is taken", p.Title)
		}
		ids[p.ID] = true
		if (len(p.Targets) == 0) != (p.Type == "row") {
			t.Errorf("%s shows nothing", p.Title)
		}
		for _, target := range p.Targets {
			for _, m := range mistakes(target.Expr, known) {
				t.Errorf("%s: %s", p.Title, m)
			}
			shown += target.Expr + "\n"
		}
	}
	// Everything that the registry tells of itself is to be seen somewhere; the
	// names without karapace_ are the same counts again.
	for name := range known {
		if strings.HasPrefix(name, "karapace_") && !strings.Contains(shown, name) {
			t.Errorf("no panel shows %s", name)
		}
	}
}

// TestMistakesAreFound tries the check itself.
func TestMistakesAreFound(t *testing.T) {
	t.Parallel()
	known := map[string]string{"a_total": "a_total counter x", "h": "h histogram x"}
	f := func(expr, want string) {
		t.Helper()
		if got := strings.Join(mistakes(expr, known), "; "); got != want {
			t.Errorf("%s: %q; want %q", expr, got, want)
		}
	}

	f(`sum by (x) (rate(a_total{x=~"b_total"}[5m])) > 0`, "")
	f(`histogram_quantile(0.9, sum by (le) (rate(h_bucket[5m])))`, "")
	f(`rate(b_total[5m])`, "there is no metric b_total")
	f(`rate(a_total{y="1"}[5m])`, "a_total has no label y")
	f(`sum by (y) (a_total)`, "grouped by y, which none of [a_total] has")
	f(`h > 1`, "there is no metric h")
	f(`a_total_bucket`, "there is no metric a_total_bucket")
	f(`1`, "no metric in it")
}

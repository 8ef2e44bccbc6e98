package rules

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/plastron-dev/plastron/"

// rule says which of our packages the packages at path may import. A trailing
// "/..." covers everything below. The first rule that matches a package wins;
// a package that no rule matches fails the test.
type rule struct {
	path string
	ours []string
}

// directions is the whole import graph that we allow ourselves. Standard
// library packages are free unless forbidden below.
func directions() []rule {
	return []rule{
		{"api/...", nil},
		{"runtime/schema", nil},
		{"runtime/internal/...", nil},
		{"runtime/format", []string{"runtime/schema", "runtime/internal/...", "runtime/format/..."}},
		{"runtime/format/...", []string{"runtime/schema", "runtime/internal/...", "runtime/format/..."}},
		{"runtime/compat", []string{"runtime/schema", "runtime/format", "runtime/format/..."}},
		{"runtime/schemacli", []string{"runtime/schema", "runtime/format", "runtime/compat", "runtime/internal/..."}},
		{"runtime/serde", []string{"runtime/schema", "runtime/format", "runtime/format/...", "runtime/internal/..."}},
		{"runtime/record", []string{"runtime/schema", "runtime/internal/..."}},
		{"runtime/store", []string{"runtime/schema", "runtime/record", "runtime/internal/..."}},
		{"runtime/schemalog", []string{"runtime/record", "runtime/kafka", "runtime/schema"}},
		{"runtime/backup", []string{"runtime/record", "runtime/kafka", "runtime/schema", "runtime/internal/..."}},
		{"runtime/kafka", []string{"runtime/grant", "runtime/telemetry", "runtime/internal/..."}},
		{"runtime/election", []string{"runtime/kafka", "runtime/telemetry"}},
		{"runtime/forward", []string{"runtime/telemetry", "runtime/internal/..."}},
		{"runtime/grant", nil},
		{"runtime/client", []string{"runtime/schema", "runtime/telemetry", "runtime/internal/..."}},
		{"runtime/registry", []string{
			"runtime/schema", "runtime/format", "runtime/compat", "runtime/record", "runtime/store",
		}},
		{"runtime/registryui", nil},
		{"runtime/apidoc", nil},
		{"runtime/registryhttp", []string{
			"runtime/registryui", "runtime/apidoc",
			"runtime/schema", "runtime/compat", "runtime/registry", "runtime/store", "runtime/forward", "runtime/httpserver", "runtime/auth",
			"runtime/internal/...",
		}},
		{"runtime/rest", []string{
			"runtime/schema", "runtime/format", "runtime/serde", "runtime/kafka", "runtime/client", "runtime/internal/...",
		}},
		{"runtime/resthttp", []string{"runtime/schema", "runtime/rest", "runtime/forward", "runtime/httpserver", "runtime/apidoc", "runtime/internal/..."}},
		{"runtime/httpserver", []string{"runtime/telemetry", "runtime/internal/..."}},
		{"runtime/auth", []string{"runtime/schema", "runtime/telemetry", "runtime/internal/..."}},
		{"runtime/config", nil},
		{"runtime/telemetry", nil},
		{"runtime/devbroker", []string{"runtime/telemetry"}},
		{"runtime/testkit/...", []string{"runtime/..."}},
		{"runtime/app", []string{"runtime/..."}},
		{"cmd/plastron", []string{"runtime/schemacli", "runtime/app", "runtime/auth", "runtime/backup", "runtime/config"}},
		{"cmd/manager", []string{"controllers/manager"}},
		{"cmd/kubectl-plastron", []string{"controllers/plugin", "api/..."}},
		{"controllers/verdict", []string{"api/...", "runtime/schema"}},
		{"controllers/condition", []string{"api/..."}},
		{"controllers/index", []string{"api/..."}},
		{"config/monitoring", nil},
		{"controllers/build", []string{"api/...", "config/monitoring", "runtime/schema", "runtime/config"}},
		{"controllers/admission", []string{"api/...", "controllers/verdict", "runtime/schema", "runtime/format", "runtime/compat", "runtime/config"}},
		{"controllers/apply", []string{"api/...", "controllers/build"}},
		{"controllers/session", []string{"api/...", "runtime/client", "runtime/grant", "runtime/schema"}},
		{"controllers/feed", []string{"api/...", "controllers/index", "controllers/session", "runtime/client", "runtime/schema"}},
		{"controllers/credentials", []string{"api/...", "controllers/build", "controllers/session"}},
		{"controllers/plugin", []string{"api/...", "controllers/credentials", "controllers/session", "runtime/client", "runtime/record", "runtime/schema"}},
		{"controllers/webhook", []string{"api/...", "controllers/admission", "controllers/verdict"}},
		{"controllers/manager", []string{"api/...", "controllers/...", "runtime/client"}},
		{"controllers/...", []string{
			"api/...", "controllers/verdict", "controllers/build", "controllers/apply", "controllers/condition",
			"controllers/index", "controllers/session", "controllers/feed", "controllers/admission", "controllers/credentials", "runtime/client", "runtime/schema",
		}},
		{"hack/bench/operator", []string{"hack/bench/traffic", "hack/bench/measure", "runtime/...", "api/..."}},
		{"hack/bench/rest", []string{"hack/bench/traffic", "hack/bench/measure"}},
		{"hack/bench/...", []string{"hack/bench/traffic", "hack/bench/measure", "runtime/..."}},
		{"hack/...", []string{"runtime/...", "api/..."}},
		{"test/...", []string{"runtime/...", "api/..."}},
	}
}

// gate restricts a package of the outside world to the places that may know
// about it.
type gate struct {
	imported string
	allowed  []string
	why      string
}

func gates() []gate {
	return []gate{
		{"k8s.io/", []string{"api/...", "controllers/...", "cmd/manager", "cmd/kubectl-plastron", "test/e2e", "hack/..."}, "the data plane has no Kubernetes code"},
		{"sigs.k8s.io/", []string{"api/...", "controllers/...", "cmd/manager", "cmd/kubectl-plastron", "test/e2e", "hack/..."}, "the data plane has no Kubernetes code"},
		{"github.com/hamba/avro", nil, "archived with unfixed advisories: an oracle in tests on trusted input, nothing else"},
		{"github.com/twmb/avro", nil, "an oracle in tests; the registry and the proxy have their own model and codec"},
		{"github.com/santhosh-tekuri/jsonschema", nil, "an oracle in tests; what clients send needs a validator that can be stopped"},
		{"go.yaml.in/yaml", []string{"runtime/schemacli"}, "manifests are read by the command line alone"},
		{"github.com/gorilla/mux", []string{"runtime/registryhttp", "runtime/resthttp"}, "routes live in *http/routes.go"},
		{"github.com/prometheus/", []string{"runtime/telemetry"}, "every metric is declared once"},
		{"go.opentelemetry.io/", []string{"runtime/telemetry"}, "what leaves the process is decided in one place"},
		{"github.com/getsentry/", []string{"runtime/telemetry"}, "what leaves the process is decided in one place"},
		{"github.com/spf13/cobra", []string{"cmd/plastron", "cmd/kubectl-plastron"}, "command lines are parsed in cmd"},
		{"github.com/twmb/franz-go", []string{
			"runtime/kafka", "runtime/schemalog", "runtime/backup", "runtime/election", "runtime/rest", "runtime/devbroker", "runtime/testkit/...",
			"runtime/app", "test/...", "hack/...",
		}, "Kafka is spoken in few places"},
		{"net/http", []string{
			"runtime/httpserver", "runtime/apidoc", "runtime/registryhttp", "runtime/resthttp", "runtime/client", "runtime/forward",
			"runtime/auth", "runtime/kafka", "runtime/grant", "runtime/telemetry", "runtime/app", "runtime/testkit/...", "cmd/plastron", "controllers/manager", "controllers/session", "controllers/feed",
			"test/...", "hack/...",
		}, "services and formats neither serve nor fetch"},
	}
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func TestImportDirections(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "list", "-json=ImportPath,Imports", "./...") {
		from := strings.TrimPrefix(p.ImportPath, module)
		r := ruleFor(from)
		if r == nil {
			t.Errorf("%s is in no rule: add it to directions() with what it may import", from)
			continue
		}
		for _, imported := range p.Imports {
			if to, ours := strings.CutPrefix(imported, module); ours && !matchesAny(to, r.ours) {
				t.Errorf("%s imports %s; allowed are %v", from, to, r.ours)
			}
			for _, g := range gates() {
				if strings.HasPrefix(imported, g.imported) && !matchesAny(from, g.allowed) {
					t.Errorf("%s imports %s: %s", from, imported, g.why)
				}
			}
		}
	}
}

func TestDataPlaneHasNoKubernetesCode(t *testing.T) {
	t.Parallel()
	out, err := goCommand("list", "-deps", "./cmd/plastron")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out) {
		if strings.Contains(line, "k8s.io/") || strings.Contains(line, "hamba/avro") {
			t.Errorf("cmd/plastron depends on %s", strings.TrimSpace(line))
		}
	}
}

func ruleFor(path string) *rule {
	for _, r := range directions() {
		if matches(path, r.path) {
			return &r
		}
	}
	return nil
}

func matchesAny(path string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(path, p) })
}

func matches(path, pattern string) bool {
	below, subtree := strings.CutSuffix(pattern, "/...")
	if !subtree {
		return path == pattern
	}
	return path == below || strings.HasPrefix(path, below+"/")
}

func list(t *testing.T, args ...string) []goPackage {
	t.Helper()
	out, err := goCommand(args...)
	if err != nil {
		t.Fatal(err)
	}
	var all []goPackage
	for d := json.NewDecoder(strings.NewReader(out)); ; {
		var p goPackage
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func goCommand(args ...string) (string, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return "", errors.New("go " + strings.Join(args, " ") + ": " + string(exit.Stderr))
	}
	return string(out), err
}

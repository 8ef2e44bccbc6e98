package gitops

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
	"sigs.k8s.io/yaml"
)

const argocd = "../../config/argocd/"

// condition is one of a test's object.
type condition struct{ typ, status, reason, message string }

func object(generation, observed int64, conditions ...condition) map[string]any {
	o := map[string]any{
		"apiVersion": "plastron.dev/v1alpha1", "kind": "Subject",
		"metadata": map[string]any{"name": "orders", "namespace": "team", "generation": generation},
	}
	if observed == 0 && len(conditions) == 0 {
		return o
	}
	var list []any
	for _, c := range conditions {
		list = append(list, map[string]any{"type": c.typ, "status": c.status, "reason": c.reason, "message": c.message})
	}
	o["status"] = map[string]any{"observedGeneration": observed, "conditions": list}
	return o
}

// TestHealth holds what Argo CD and Flux say of the same objects against each
// other and against what is meant.
func TestHealth(t *testing.T) {
	t.Parallel()
	f := func(o map[string]any, argo, said string, flux status.Status) {
		t.Helper()
		health, message := argoHealth(t, o)
		if health != argo || !strings.Contains(message, said) {
			t.Errorf("Argo CD: %s %q, want %s %q: %v", health, message, argo, said, o)
		}
		result, err := status.Compute(&unstructured.Unstructured{Object: o})
		if err != nil {
			t.Fatal(err)
		}
		if result.Status != flux {
			t.Errorf("Flux: %s %q, want %s: %v", result.Status, result.Message, flux, o)
		}
	}
	ready := condition{"Ready", "True", "Synced", "registered as version 2"}
	inSync := condition{"InSync", "False", "NewerVersionInRegistry", "version 3 is newer"}
	reconciling := condition{"Reconciling", "True", "Progressing", "waiting"}
	refused := condition{"Ready", "False", "Incompatible", "amount has no default"}

	f(object(2, 2, ready), "Healthy", "registered as version 2", status.CurrentStatus)
	f(object(2, 2, ready, inSync), "Healthy", "", status.CurrentStatus)
	f(object(3, 2, ready), "Progressing", "newest change", status.InProgressStatus)
	f(object(2, 2, condition{"Ready", "False", "RollingOut", "1 of 2 pods"}, reconciling), "Progressing", "1 of 2 pods", status.InProgressStatus)
	f(object(2, 2, condition{"Ready", "Unknown", "RegistryUnreachable", "no answer"}, reconciling), "Progressing", "no answer", status.InProgressStatus)
	f(object(2, 2, refused, condition{"Stalled", "True", "Incompatible", "amount has no default"}), "Degraded", "Incompatible: amount", status.FailedStatus)
	f(object(3, 2, refused, condition{"Stalled", "True", "Incompatible", "amount has no default"}), "Progressing", "", status.InProgressStatus)
	f(object(3, 2, ready, condition{"Paused", "True", "Paused", "plastron.dev/pause-reconciliation is set"}), "Suspended", "pause-reconciliation", status.InProgressStatus)
	f(object(2, 2, ready, condition{"Stalled", "False", "", ""}, condition{"Paused", "False", "", ""}), "Healthy", "", status.CurrentStatus)
	f(object(1, 0), "Progressing", "not looked at it", status.CurrentStatus) // Flux waits for a status only where there is a generation to compare.
}

// TestObjectsOfTheOperator looks at objects as the operator wrote them on a
// cluster; the name of each file says what both are to make of it.
func TestObjectsOfTheOperator(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) < 6 {
		t.Fatalf("%v %v", files, err)
	}
	want := map[string]struct {
		argo string
		flux status.Status
	}{
		"healthy": {"Healthy", status.CurrentStatus}, "progressing": {"Progressing", status.InProgressStatus},
		"degraded": {"Degraded", status.FailedStatus}, "suspended": {"Suspended", status.CurrentStatus},
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text, err := yaml.YAMLToJSON(raw)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		o := &unstructured.Unstructured{}
		if err := o.UnmarshalJSON(text); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		_, meant, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".yaml"), "-")
		health, message := argoHealth(t, o.Object)
		result, err := status.Compute(o)
		if err != nil {
			t.Fatal(err)
		}
		if health != want[meant].argo || result.Status != want[meant].flux {
			t.Errorf("%s: Argo CD %s (%s), Flux %s (%s)", file, health, message, result.Status, result.Message)
		}
	}
}

// TestConfigMapHasTheScript compares the patch for Argo CD with the script.
func TestConfigMapHasTheScript(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile(argocd + "health.lua")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(argocd + "argocd-cm.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		Data map[string]string `json:"data"`
	}
	if err := yaml.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"SchemaRegistry", "Subject", "RestProxy"} {
		if m.Data["resource.customizations.health.plastron.dev_"+kind] != string(script) {
			t.Errorf("%s: the script in argocd-cm.yaml is not that of health.lua", kind)
		}
	}
	if len(m.Data) != 3 {
		t.Errorf("%d entries", len(m.Data))
	}
}

// argoHealth runs the script as Argo CD does: the object is the global obj, the
// table that is returned has status and message, and no library is open that
// reaches outside.
func argoHealth(t *testing.T, o map[string]any) (health, message string) {
	t.Helper()
	l := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer l.Close()
	lua.OpenBase(l)
	lua.OpenTable(l)
	lua.OpenString(l)
	l.SetTop(0)
	l.SetGlobal("obj", toLua(l, o))
	if err := l.DoFile(argocd + "health.lua"); err != nil {
		t.Fatal(err)
	}
	answer, ok := l.Get(-1).(*lua.LTable)
	if !ok {
		t.Fatalf("the script returned %v", l.Get(-1))
	}
	return lua.LVAsString(answer.RawGetString("status")), lua.LVAsString(answer.RawGetString("message"))
}

func toLua(l *lua.LState, v any) lua.LValue {
	switch v := v.(type) {
	case map[string]any:
		t := l.NewTable()
		for key, value := range v {
			t.RawSetString(key, toLua(l, value))
		}
		return t
	case []any:
		t := l.NewTable()
		for _, value := range v {
			t.Append(toLua(l, value))
		}
		return t
	case string:
		return lua.LString(v)
	case bool:
		return lua.LBool(v)
	case int64:
		return lua.LNumber(v)
	case float64:
		return lua.LNumber(v)
	default:
		return lua.LNil
	}
}

// TestGuide reads the manifests of the guide, and looks for files that it names.
func TestGuide(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../docs/gitops.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(raw), "```yaml\n")[1:]
	kinds := map[string]bool{}
	for _, b := range blocks {
		text, _, _ := strings.Cut(b, "```")
		var o struct {
			APIVersion, Kind string
			Spec             map[string]any
		}
		if err := yaml.UnmarshalStrict([]byte(text), &o); err != nil && !strings.Contains(err.Error(), "unknown field \"metadata\"") {
			t.Errorf("%s: %v", text, err)
		}
		kinds[o.Kind] = true
	}
	if !kinds["Application"] || !kinds["Kustomization"] {
		t.Errorf("the guide has %v", kinds)
	}
	for _, file := range []string{"config/argocd/argocd-cm.yaml", "config/argocd/health.lua", "test/e2e/testdata/gitops"} {
		if _, err := os.Stat("../../" + file); err != nil || !strings.Contains(string(raw), file) {
			t.Errorf("%s: %v", file, err)
		}
	}
}

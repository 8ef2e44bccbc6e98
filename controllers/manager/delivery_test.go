package manager

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

var update = flag.Bool("update", false, "write the generated parts of the chart")

const (
	crds  = "../../config/crd/"
	roles = "../../config/rbac/"
	chart = "../../charts/plastron/"
)

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func readYAML(t *testing.T, path string, out any) {
	t.Helper()
	if err := yaml.UnmarshalStrict(readFile(t, path), out); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// TestChartCopies compares what the chart copies from config with its source.
func TestChartCopies(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"files/rules.yaml":                 rulesOf(t, documents(t, roles+"role.yaml")[0]),
		"files/leader_election_rules.yaml": rulesOf(t, documents(t, roles+"leader_election.yaml")[0]),
		"files/aggregated.yaml":            aggregated(t),
		"files/webhooks.yaml":              webhooks(t),
	}
	paths, err := filepath.Glob(crds + "plastron.dev_*.yaml")
	if err != nil || len(paths) != 3 {
		t.Fatalf("CRDs: %v %v", paths, err)
	}
	for _, p := range paths {
		name := strings.TrimPrefix(filepath.Base(p), "plastron.dev_")
		want["templates/crd_"+name] = chartCRD(string(readFile(t, p)))
	}
	for name, text := range want {
		if *update {
			if err := os.WriteFile(chart+name, []byte(text), 0o644); err != nil { // a source file
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(text, string(readFile(t, chart+name))); diff != "" {
			t.Errorf("%s is not a copy of config; run `go generate ./controllers/manager`: %s", name, diff)
		}
	}
}

// chartCRD makes a template of a CRD: one that can be left out, and that stays
// when the release is uninstalled.
func chartCRD(text string) string {
	const keep = "  annotations:\n    helm.sh/resource-policy: keep\n"
	text = strings.TrimPrefix(text, "---\n")
	text = strings.ReplaceAll(text, "{{", `{{ "{{" }}`)
	text = strings.Replace(text, "  annotations:\n", keep, 1)
	return "{{- if .Values.crds.install }}\n" + text + "{{- end }}\n"
}

type role struct {
	Metadata struct {
		Name   string            `json:"name"`
		Labels map[string]string `json:"labels"`
	} `json:"metadata"`
	Rules []rbacv1.PolicyRule `json:"rules"`
}

func documents(t *testing.T, path string) []role {
	t.Helper()
	var all []role
	for _, doc := range bytes.Split(readFile(t, path), []byte("\n---\n")) {
		var r role
		if err := yaml.Unmarshal(doc, &r); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all = append(all, r)
	}
	return all
}

func rulesOf(t *testing.T, r role) string {
	t.Helper()
	return marshal(t, map[string]any{"rules": r.Rules})
}

func aggregated(t *testing.T) string {
	t.Helper()
	all := map[string]any{}
	for _, r := range documents(t, roles+"aggregated.yaml") {
		all[strings.TrimPrefix(r.Metadata.Name, "plastron-")] = map[string]any{"labels": r.Metadata.Labels, "rules": r.Rules}
	}
	return marshal(t, all)
}

// webhooks are those of the configuration; the chart gives them other names,
// policies and namespaces.
func webhooks(t *testing.T) string {
	t.Helper()
	var c admissionv1.ValidatingWebhookConfiguration
	readYAML(t, "../../config/webhook/configuration.yaml", &c)
	return marshal(t, map[string]any{"webhooks": c.Webhooks})
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	text, err := yaml.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestRoleIsNarrow keeps wildcards out of the role, and rights over Secrets but
// to look at them.
func TestRoleIsNarrow(t *testing.T) {
	t.Parallel()
	for _, rule := range documents(t, roles+"role.yaml")[0].Rules {
		for _, s := range slices.Concat(rule.APIGroups, rule.Resources, rule.Verbs) {
			if s == "*" {
				t.Errorf("a wildcard in %+v", rule)
			}
		}
		if slices.Contains(rule.Resources, "secrets") && !slices.Equal(rule.Verbs, []string{"get", "list", "watch"}) {
			t.Errorf("nothing writes Secrets: %+v", rule)
		}
	}
}

// TestProjectListsTheKinds compares PROJECT and the CRDs with the scheme.
func TestProjectListsTheKinds(t *testing.T) {
	t.Parallel()
	var project struct {
		Resources []struct{ Kind, Version, Domain, Group string } `json:"resources"`
	}
	if err := yaml.Unmarshal(readFile(t, "../../PROJECT"), &project); err != nil {
		t.Fatal(err)
	}
	inProject := map[string]bool{}
	for _, r := range project.Resources {
		if r.Domain != v1alpha1.GroupName || r.Version != v1alpha1.GroupVersion().Version {
			t.Errorf("PROJECT: %+v", r)
		}
		inProject[r.Kind] = true
	}

	scheme, err := Scheme()
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	for kind := range scheme.KnownTypes(v1alpha1.GroupVersion()) {
		if scheme.KnownTypes(v1alpha1.GroupVersion())[kind+"List"] != nil {
			kinds[kind] = true
		}
	}
	if diff := cmp.Diff(kinds, inProject); diff != "" {
		t.Errorf("PROJECT: %s", diff)
	}
}

// TestCRDs looks at what generated CRDs must not lose.
func TestCRDs(t *testing.T) {
	t.Parallel()
	f := func(file, short string, scale bool, columns ...string) {
		t.Helper()
		var crd apiextensionsv1.CustomResourceDefinition
		readYAML(t, crds+"plastron.dev_"+file+".yaml", &crd)
		// The last-applied annotation of kubectl holds 256 KiB.
		if size := len(readFile(t, crds+"plastron.dev_"+file+".yaml")); size > 200<<10 {
			t.Errorf("%s has %d bytes, at most 200 KiB", file, size)
		}
		v := crd.Spec.Versions[0]
		if !slices.Equal(crd.Spec.Names.ShortNames, []string{short}) || !slices.Equal(crd.Spec.Names.Categories, []string{"plastron"}) {
			t.Errorf("%s: names %+v", file, crd.Spec.Names)
		}
		if v.Subresources.Status == nil || (v.Subresources.Scale != nil) != scale {
			t.Errorf("%s: subresources %+v", file, v.Subresources)
		}
		var got []string
		for _, c := range v.AdditionalPrinterColumns {
			if c.Priority == 0 {
				got = append(got, c.Name)
			}
		}
		if diff := cmp.Diff(columns, got); diff != "" {
			t.Errorf("%s: columns %s", file, diff)
		}
	}

	f("schemaregistries", "sreg", true, "Type", "Replicas", "Ready", "Primary", "Subjects", "OutOfSync", "Version", "Age")
	f("subjects", "subj", false, "Subject", "Registry", "Type", "ID", "Version", "Latest", "Ready", "InSync", "Age")
	f("restproxies", "rproxy", true, "Replicas", "Ready", "Registry", "URL", "Age")
}

// TestSamplesAreStrict reads each sample into its type: no unknown fields.
func TestSamplesAreStrict(t *testing.T) {
	t.Parallel()
	var k struct {
		Resources []string `json:"resources"`
	}
	if err := yaml.Unmarshal(readFile(t, "../../config/samples/kustomization.yaml"), &k); err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, file := range k.Resources {
		for _, doc := range bytes.Split(readFile(t, "../../config/samples/"+file), []byte("\n---\n")) {
			into := newOf(t, string(doc))
			if into == nil {
				continue
			}
			found[strings.TrimPrefix(fmt.Sprintf("%T", into), "*v1alpha1.")]++
			if err := yaml.UnmarshalStrict(doc, into); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
	want := map[string]int{v1alpha1.KindSchemaRegistry: 1, v1alpha1.KindSubject: 5, v1alpha1.KindRestProxy: 1}
	if !maps.Equal(found, want) {
		t.Error(fmt.Sprint("samples: ", found))
	}
}

// TestDocumentation reads each manifest of docs/operator.md into its type and
// looks for every condition.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	text := string(readFile(t, "../../docs/operator.md"))
	blocks := strings.Split(text, "```yaml\n")[1:]
	if len(blocks) < 4 {
		t.Fatalf("%d manifests", len(blocks))
	}
	for _, b := range blocks {
		doc, _, _ := strings.Cut(b, "```")
		into := newOf(t, doc)
		if err := yaml.UnmarshalStrict([]byte(doc), into); err != nil {
			t.Errorf("%s\n%v", doc, err)
		}
	}
	source := string(readFile(t, "../../api/v1alpha1/conditions.go"))
	for line := range strings.Lines(source) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), " = ")
		if ok && strings.HasPrefix(name, "Condition") && !strings.Contains(text, "`"+strings.Trim(value, `"`)+"`") {
			t.Errorf("docs/operator.md does not explain condition %s", value)
		}
	}
}

func newOf(t *testing.T, doc string) any {
	t.Helper()
	var kind struct {
		Kind string `json:"kind"`
	}
	if err := yaml.Unmarshal([]byte(doc), &kind); err != nil {
		t.Fatal(err)
	}
	switch kind.Kind {
	case v1alpha1.KindSchemaRegistry:
		return &v1alpha1.SchemaRegistry{}
	case v1alpha1.KindSubject:
		return &v1alpha1.Subject{}
	case v1alpha1.KindRestProxy:
		return &v1alpha1.RestProxy{}
	default:
		return nil
	}
}

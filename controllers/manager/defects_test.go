package manager

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// The tests named TestDefect are of the list in docs/features-operator.md:
// what operators of others get wrong.

func crdsOf(t *testing.T) map[string]apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	all := map[string]apiextensionsv1.CustomResourceDefinition{}
	for _, name := range []string{"schemaregistries", "subjects", "restproxies"} {
		var crd apiextensionsv1.CustomResourceDefinition
		readYAML(t, crds+"plastron.dev_"+name+".yaml", &crd)
		all[name] = crd
	}
	return all
}

// walk visits the schema of each field.
func walk(path string, s *apiextensionsv1.JSONSchemaProps, visit func(path string, s *apiextensionsv1.JSONSchemaProps)) {
	visit(path, s)
	for name := range s.Properties {
		p := s.Properties[name]
		walk(path+"."+name, &p, visit)
	}
	if s.Items != nil && s.Items.Schema != nil {
		walk(path+"[]", s.Items.Schema, visit)
	}
}

// TestDefect05NoPolicyIsDefaulted: a default is written to the stored object
// and can never be taken back, and a level that is always there can never be
// inherited.
func TestDefect05NoPolicyIsDefaulted(t *testing.T) {
	t.Parallel()
	var defaulted []string
	for name, crd := range crdsOf(t) {
		walk(name, crd.Spec.Versions[0].Schema.OpenAPIV3Schema, func(path string, s *apiextensionsv1.JSONSchemaProps) {
			// Kubernetes' own types bring theirs.
			if s.Default != nil && !strings.Contains(path, ".template.") && !strings.Contains(path, ".pullSecrets[]") {
				defaulted = append(defaulted, path)
			}
		})
	}
	slices.Sort(defaulted)
	// Discriminators, and what /scale has to find.
	want := []string{"restproxies.spec.replicas", "schemaregistries.spec.replicas", "schemaregistries.spec.type", "subjects.spec.schemaType"}
	if !slices.Equal(defaulted, want) {
		t.Errorf("defaults in the CRDs: %v, want %v", defaulted, want)
	}
}

// TestDefect07ShortNamesAreFree: none is one of Kubernetes' own.
func TestDefect07ShortNamesAreFree(t *testing.T) {
	t.Parallel()
	taken := strings.Fields("sc po svc sts rs rc ds deploy cm ns no pv pvc sa ing netpol pdb hpa cj ev ep quota limits csr crd crds pc")
	for name, crd := range crdsOf(t) {
		for _, short := range crd.Spec.Names.ShortNames {
			if slices.Contains(taken, short) {
				t.Errorf("%s: the short name %s is taken", name, short)
			}
		}
	}
}

// TestDefect10NoRegistryRulesInTheCRD: which types may have references differs
// between registries, so no rule speaks of it.
func TestDefect10NoRegistryRulesInTheCRD(t *testing.T) {
	t.Parallel()
	rules := 0
	walk("", crdsOf(t)["subjects"].Spec.Versions[0].Schema.OpenAPIV3Schema, func(path string, s *apiextensionsv1.JSONSchemaProps) {
		for _, r := range s.XValidations {
			rules++
			if strings.Contains(r.Rule, "schemaType") {
				t.Errorf("%s: %s", path, r.Rule)
			}
		}
	})
	if rules == 0 {
		t.Error("no rules were found")
	}
}

// TestDefect12ReasonsAreStorable: the API server refuses a status with a
// reason that is not a CamelCase word.
func TestDefect12ReasonsAreStorable(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../api/v1alpha1/conditions.go")
	if err != nil {
		t.Fatal(err)
	}
	constants := regexp.MustCompile(`(?m)^\t(?:Reason|Condition|Event)\w+\s+= "(.*)"$`).FindAllStringSubmatch(string(text), -1)
	if len(constants) < 60 {
		t.Fatalf("%d constants were found", len(constants))
	}
	allowed := regexp.MustCompile(`^[A-Z][A-Za-z]+$`)
	for _, c := range constants {
		if !allowed.MatchString(c[1]) {
			t.Errorf("%q is no reason", c[1])
		}
	}
}

// TestDefect14ImmutableOptionalFields: a rule on an optional field does not run
// when the field is added or removed, so those rules stand on the parent and
// say what absent means.
func TestDefect14ImmutableOptionalFields(t *testing.T) {
	t.Parallel()
	for name, crd := range crdsOf(t) {
		walk(name, crd.Spec.Versions[0].Schema.OpenAPIV3Schema, func(path string, s *apiextensionsv1.JSONSchemaProps) {
			for _, r := range s.XValidations {
				if strings.TrimSpace(r.Rule) == "self == oldSelf" && !required(&crd, path) {
					t.Errorf("%s is optional and can be removed and set anew: %s", path, r.Rule)
				}
			}
		})
	}
}

// required reports whether each field on the way to path is.
func required(crd *apiextensionsv1.CustomResourceDefinition, path string) bool {
	at := crd.Spec.Versions[0].Schema.OpenAPIV3Schema
	for _, field := range strings.Split(path, ".")[1:] {
		if !slices.Contains(at.Required, field) {
			return false
		}
		next := at.Properties[field]
		at = &next
	}
	return true
}

// TestFeaturesNameTheirTests looks for each test that the list of features
// names.
func TestFeaturesNameTheirTests(t *testing.T) {
	t.Parallel()
	named := 0
	for line := range strings.Lines(string(readFile(t, "../../docs/features-operator.md"))) {
		pkg := ""
		for _, m := range regexp.MustCompile("`(?:([a-z0-9/]+): )?(Test[A-Za-z0-9]+)`").FindAllStringSubmatch(line, -1) {
			if strings.HasPrefix(m[2], "TestX") {
				continue
			}
			if m[1] != "" {
				pkg = m[1]
			}
			named++
			if !hasTest(t, pkg, m[2]) {
				t.Errorf("there is no test %s in %s: %s", m[2], pkg, line)
			}
		}
	}
	if named < 40 {
		t.Errorf("%d tests are named", named)
	}
}

func hasTest(t *testing.T, pkg, name string) bool {
	t.Helper()
	pattern := "../" + pkg + "/*_test.go"
	switch {
	case pkg == "e2e":
		pattern = "../../test/e2e/*_test.go"
	case strings.Contains(pkg, "/"): // A package outside of controllers.
		pattern = "../../" + pkg + "/*_test.go"
	}
	paths, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paths {
		if strings.Contains(string(readFile(t, p)), "func "+name+"(t *testing.T)") {
			return true
		}
	}
	return false
}

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"
)

// TestBundle checks what OLM refuses a bundle for, and that nothing of config/
// is missing in it.
func TestBundle(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	if err := run("../..", out, "1.2.3"); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(out, "manifests/plastron.clusterserviceversion.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var csv struct {
		Metadata struct {
			Name        string
			Annotations map[string]string
		}
		Spec struct {
			Version      string
			InstallModes []struct {
				Type      string
				Supported bool
			}
			CustomResourceDefinitions struct {
				Owned []struct{ Name, Kind, Version string }
			}
			Install struct {
				Spec struct {
					ClusterPermissions []struct {
						ServiceAccountName string
						Rules              []rbacv1.PolicyRule
					}
					Deployments []struct{ Name string }
				}
			}
		}
	}
	if err := yaml.Unmarshal(raw, &csv); err != nil {
		t.Fatal(err)
	}
	if csv.Metadata.Name != "plastron.v1.2.3" || csv.Spec.Version != "1.2.3" || len(csv.Spec.InstallModes) != 4 || len(csv.Spec.Install.Spec.Deployments) != 1 {
		t.Errorf("%+v", csv)
	}
	for _, want := range []string{"ghcr.io/plastron-dev/manager:1.2.3", "--workload-image=ghcr.io/plastron-dev/plastron:1.2.3"} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(string(raw), ":dev") {
		t.Error("an image of no version")
	}
	for _, crd := range csv.Spec.CustomResourceDefinitions.Owned {
		plural, _, _ := strings.Cut(crd.Name, ".")
		if _, err := os.Stat(filepath.Join(out, "manifests/plastron.dev_"+plural+".yaml")); err != nil {
			t.Error(err)
		}
	}
	if len(csv.Spec.CustomResourceDefinitions.Owned) != 3 {
		t.Errorf("%+v", csv.Spec.CustomResourceDefinitions.Owned)
	}
	rules, err := rulesOf("../..", "config/rbac/role.yaml")
	if err != nil {
		t.Fatal(err)
	}
	given := csv.Spec.Install.Spec.ClusterPermissions[0].Rules
	if len(rules) == 0 || len(given) != len(rules) || !slices.Equal(given[0].Verbs, rules[0].Verbs) {
		t.Errorf("rights: %d rules, config/rbac has %d", len(given), len(rules))
	}
	var examples []struct{ Kind string }
	if err := json.Unmarshal([]byte(csv.Metadata.Annotations["alm-examples"]), &examples); err != nil || len(examples) != 3 {
		t.Errorf("examples: %v %v", examples, err)
	}
	for _, name := range []string{"metadata/annotations.yaml", "bundle.Dockerfile"} {
		if text, err := os.ReadFile(filepath.Join(out, name)); err != nil || !strings.Contains(string(text), "package.v1") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

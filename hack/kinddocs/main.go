// Command kinddocs writes docs/kinds: a page for each kind with its fields, rules,
// columns and conditions. Fields come from the CRDs in config/crd, which come
// from the types in api/v1alpha1; conditions and reasons come from
// api/v1alpha1/conditions.go; examples are those of config/samples. Run it from
// the root of the repository, after the CRDs were written:
//
//	go run ./hack/kinddocs
//
// Files: main.go, schema.go (fields and rules of a CRD), conditions.go.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

const folder = "docs/kinds"

// page says what belongs to a kind beside its CRD.
type page struct {
	crd, sample, scope string
	// without are conditions of the scope that the other kind has.
	without []string
}

func pages() []page {
	return []page{
		{"schemaregistries", "schemaregistry.yaml", "workload", []string{"RegistryResolved"}},
		{"subjects", "subject_orders_enriched.yaml", "subject", nil},
		{"restproxies", "restproxy.yaml", "workload", []string{"Reachable", "PrimaryElected", "CaughtUp", "RepairsSuspended"}},
	}
}

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "kinddocs:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	files, err := documents(root)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(root, folder, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// documents returns the pages by file name.
func documents(root string) (map[string][]byte, error) {
	conditions, err := readConditions(filepath.Join(root, "api/v1alpha1/conditions.go"))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, p := range pages() {
		text, err := os.ReadFile(filepath.Join(root, "config/crd/plastron.dev_"+p.crd+".yaml"))
		if err != nil {
			return nil, err
		}
		var crd apiextensionsv1.CustomResourceDefinition
		if err := yaml.UnmarshalStrict(text, &crd); err != nil {
			return nil, fmt.Errorf("reading the CRD of %s: %w", p.crd, err)
		}
		sample, err := os.ReadFile(filepath.Join(root, "config/samples", p.sample))
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		write(&b, &crd, string(sample), conditions.of(p))
		files[strings.ToLower(crd.Spec.Names.Kind)+".md"] = b.Bytes()
	}
	return files, nil
}

func write(b *bytes.Buffer, crd *apiextensionsv1.CustomResourceDefinition, sample string, conditions []constant) {
	names, version := crd.Spec.Names, crd.Spec.Versions[0]
	root := version.Schema.OpenAPIV3Schema
	fmt.Fprintf(b, "# %s\n\n<!-- Written by hack/kinddocs; change the comments in api/v1alpha1 instead. -->\n\n", names.Kind)
	fmt.Fprintf(b, "%s\n\n`apiVersion: %s/%s`, short name `%s`; `kubectl explain %s.spec` says the same.\n", paragraph(root.Description),
		crd.Spec.Group, version.Name, strings.Join(names.ShortNames, "`, `"), names.Singular)
	fmt.Fprintf(b, "How the operator treats it stands in [operator.md](../operator.md), what to do about its conditions in\n"+
		"[runbook-conditions.md](../runbook-conditions.md).\n\n```yaml\n%s```\n", sample)

	fmt.Fprintf(b, "\n## Spec\n\nFields without \"required\" may be left out: what is absent is not managed, or has the default that is named.\n\n")
	spec := root.Properties["spec"]
	writeFields(b, "spec", &spec)
	if rules := rulesOf("", root); len(rules) > 0 {
		fmt.Fprintf(b, "\n## Rules\n\nWhat the API server refuses beyond types and patterns:\n\n")
		for _, r := range rules {
			fmt.Fprintf(b, "- %s\n", r)
		}
	}
	fmt.Fprintf(b, "\n## Status\n\n")
	status := root.Properties["status"]
	writeFields(b, "status", &status)

	fmt.Fprintf(b, "\n## Columns\n\n`kubectl get %s` prints, those in italics with `-o wide`:\n\n| column | from |\n|---|---|\n", names.Plural)
	for _, c := range version.AdditionalPrinterColumns {
		name := c.Name
		if c.Priority > 0 {
			name = "*" + name + "*"
		}
		fmt.Fprintf(b, "| %s | `%s` |\n", name, strings.ReplaceAll(c.JSONPath, "|", "\\|"))
	}
	fmt.Fprintf(b, "\n## Conditions\n\n| type | meaning |\n|---|---|\n")
	for _, c := range conditions {
		fmt.Fprintf(b, "| `%s` | %s |\n", c.value, cell(c.doc))
	}
}

// paragraph joins the lines of a comment.
func paragraph(s string) string { return strings.Join(strings.Fields(s), " ") }

// cell is a text inside a table.
func cell(s string) string {
	s = strings.ReplaceAll(paragraph(s), "|", "\\|")
	return strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(s)
}

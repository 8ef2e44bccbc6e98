package envtest

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// TestFeatureSamples applies the samples that need more than the test cluster
// of the end-to-end tests has, and waits until the operator accepts each.
func TestFeatureSamples(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("../../config/samples/features/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%v %v", paths, err)
	}
	for _, path := range paths {
		ns := namespace(t)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, doc := range bytes.Split(text, []byte("\n---\n")) {
			applySample(t, ns, path, doc)
		}
	}
}

func applySample(t *testing.T, ns, path string, doc []byte) {
	t.Helper()
	o := &unstructured.Unstructured{}
	if err := yaml.UnmarshalStrict(doc, &o.Object); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	o.SetNamespace(ns)
	if err := shared.client.Create(t.Context(), o, client.FieldValidation("Strict")); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	named := metav1.ObjectMeta{Namespace: ns, Name: o.GetName()}
	switch o.GetKind() {
	case v1alpha1.KindSchemaRegistry:
		awaitRegistry(t, &v1alpha1.SchemaRegistry{ObjectMeta: named}, "Accepted", metav1.ConditionTrue, "")
	case v1alpha1.KindRestProxy:
		awaitProxy(t, &v1alpha1.RestProxy{ObjectMeta: named}, "Accepted", metav1.ConditionTrue, "")
	case v1alpha1.KindSubject:
		awaitSubject(t, &v1alpha1.Subject{ObjectMeta: named}, "Accepted", metav1.ConditionTrue, "")
	}
}

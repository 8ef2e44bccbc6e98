package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// TestManifestsInDocumentsAreStrict reads every manifest of our kinds in docs/
// into its type: no field that does not exist.
func TestManifestsInDocumentsAreStrict(t *testing.T) {
	t.Parallel()
	found := map[string]int{}
	err := filepath.WalkDir(filepath.Join(root, "docs"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".md") {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, block := range strings.Split(string(raw), "```yaml\n")[1:] {
			text, _, _ := strings.Cut(block, "```")
			for _, doc := range strings.Split("\n"+text, "\n---") {
				if into := typeOf(doc); into != nil {
					found[path]++
					if err := yaml.UnmarshalStrict([]byte(doc), into); err != nil {
						t.Errorf("%s: %v\n%s", path, err, doc)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 5 {
		t.Errorf("manifests in %d documents", len(found))
	}
}

// typeOf returns an empty object of a manifest's kind, nil when it is not ours.
func typeOf(doc string) any {
	var kind struct{ APIVersion, Kind string }
	if yaml.Unmarshal([]byte(doc), &kind) != nil || kind.APIVersion != v1alpha1.GroupVersion().String() {
		return nil
	}
	return map[string]any{
		v1alpha1.KindSchemaRegistry: &v1alpha1.SchemaRegistry{}, v1alpha1.KindSubject: &v1alpha1.Subject{}, v1alpha1.KindRestProxy: &v1alpha1.RestProxy{},
	}[kind.Kind]
}

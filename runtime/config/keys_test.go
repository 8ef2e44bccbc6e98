package config

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestEveryKeyOfKarapaceIsThere compares the table with the list of Karapace's
// keys: none is missing, types are the same, and a default differs only where
// the list says why.
func TestEveryKeyOfKarapaceIsThere(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/karapace-keys.tsv")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := append(strings.Split(strings.TrimRight(line, "\n"), "\t"), "", "", "", "")
		name, kind, def := f[0], Kind(f[1]), f[2]
		listed[name] = true
		if f[3] != "" {
			if f[4] == "" {
				t.Errorf("%s: the list says not why the default differs", name)
			}
			if def = f[3]; def == "unset" {
				def = ""
			}
		}
		i := slices.IndexFunc(Keys(), func(k Key) bool { return k.Name == name })
		if i < 0 {
			t.Errorf("%s is missing", name)
			continue
		}
		if k := Keys()[i]; k.Kind != kind || k.Default != def {
			t.Errorf("%s is %s with default %q; want %s with %q", name, k.Kind, k.Default, kind, def)
		}
	}
	for _, k := range Keys() {
		if !listed[k.Name] && !strings.HasSuffix(k.Doc, "Plastron's own key.") {
			t.Errorf("%s is not Karapace's and its text does not say so", k.Name)
		}
	}
}

package config

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzLoad feeds a file and one variable: whatever they hold, Load returns,
// and without an error the result keeps the bounds of the table.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(`{"port": 8081, "tags": {"a": 1}}`), "KARAPACE_PORT", "9")
	f.Add([]byte(`{"telemetry": {"otel_endpoint_url": null}, "port": 1e999}`), "KARAPACE_TAGS", `{"a":[]}`)
	f.Add([]byte(`{"port": "١"}`), "karapace_host", "")
	f.Add([]byte(`[[[[`), "KARAPACE_SENTRY", "{")
	f.Fuzz(func(t *testing.T, file []byte, name, text string) {
		path := filepath.Join(t.TempDir(), "c.json")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		c, _, err := Load(Input{Role: RoleAll, Path: path, Environ: []string{name + "=" + text}})
		if err != nil {
			return
		}
		for _, k := range Keys() {
			if k.bind == nil || k.Max == 0 || c.Source(k.Name) == Default {
				continue
			}
			if n, isInt := k.bind(c).(*int); isInt && (*n < k.Min || *n > k.Max) {
				t.Fatalf("%s = %d is outside %d to %d", k.Name, *n, k.Min, k.Max)
			}
		}
	})
}

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

// TestEveryKeyRefusesABadValue sets each key to something that it cannot be,
// from the file and from the environment: the message names key, value and
// source.
func TestEveryKeyRefusesABadValue(t *testing.T) {
	t.Parallel()
	tried := 0
	for _, k := range Keys() {
		bad := ""
		switch {
		case k.Kind == Integer, k.Kind == Boolean, len(k.Values) > 0:
			bad = "neither-nor"
		case k.Kind == Object, k.Kind == List:
			bad = "7"
		case k.Kind == File && k.Effect == Honoured:
			bad = "/does/not/exist"
		default:
			continue
		}
		tried++
		for _, in := range []Input{
			{Role: RoleAll, Path: write(t, "c.json", `{"`+k.Name+`": "`+bad+`"}`)},
			{Role: RoleAll, Environ: []string{k.Env() + "=" + bad}},
		} {
			_, _, err := Load(in)
			want, from := bad, "environment variable "+k.Env()
			if k.Secret {
				want = Mask
			}
			if in.Path != "" {
				from = in.Path
			}
			if err == nil || !strings.Contains(err.Error(), k.Name) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), from) {
				t.Errorf("%s = %s from %s: %v", k.Name, bad, from, err)
			}
		}
	}
	if tried < 60 {
		t.Errorf("%d keys were tried", tried)
	}
}

// TestEveryFileIsTaken sets each key that names a file to one that is there.
func TestEveryFileIsTaken(t *testing.T) {
	t.Parallel()
	here := write(t, "file", "x")
	for _, k := range Keys() {
		if k.Kind != File || k.Effect != Honoured {
			continue
		}
		environ := []string{k.Env() + "=" + here}
		for cert, key := range map[string]string{"ssl_certfile": "ssl_keyfile", "server_tls_certfile": "server_tls_keyfile", "registry_certfile": "registry_keyfile"} {
			if k.Name == cert || k.Name == key {
				environ = []string{Prefix + strings.ToUpper(cert) + "=" + here, Prefix + strings.ToUpper(key) + "=" + here}
			}
		}
		if k.Name == "registry_password_file" {
			environ = append(environ, Prefix+"REGISTRY_USER=u")
		}
		if got := setting(t, load(t, RoleAll, "", environ...), k.Name); got != here {
			t.Errorf("%s = %q", k.Name, got)
		}
	}
}

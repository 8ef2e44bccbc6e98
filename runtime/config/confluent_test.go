package config

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write golden files")

// TestFromConfluent compares both translations, what is left included, with
// golden files, and loads them.
func TestFromConfluent(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"schema-registry", "kafka-rest"} {
		path := filepath.Join("testdata", "confluent", name)
		text, err := os.ReadFile(path + ".properties")
		if err != nil {
			t.Fatal(err)
		}
		got, err := FromConfluent(text)
		if err != nil {
			t.Fatal(err)
		}
		shown, err := json.MarshalIndent(got, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile(path+".golden", append(shown, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path + ".golden")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(shown)+"\n"); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if left := len(got.Left); left == 0 {
			t.Errorf("%s: nothing is left, so nothing was compared", name)
		}
		// Every value is one that the key takes, and no key is unknown; files
		// that exist elsewhere only are left out.
		for _, key := range []string{"ssl_cafile"} {
			delete(got.Keys, key)
		}
		file, err := got.File()
		if err != nil {
			t.Fatal(err)
		}
		c, notes, err := Load(Input{Role: RoleAll, Path: write(t, "c.json", string(file))})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range notes {
			t.Errorf("%s: %+v", name, n)
		}
		if c.Registry.Enabled == c.REST.Enabled {
			t.Errorf("%s: registry %v, proxy %v", name, c.Registry.Enabled, c.REST.Enabled)
		}
	}
}

func TestProperties(t *testing.T) {
	t.Parallel()
	f := func(text string, want map[string]string) {
		t.Helper()
		got, err := parseProperties(text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q: %s", text, diff)
		}
	}

	f("a=1\r\nb:2\nc 3\n\td\t=\t4 \n", map[string]string{"a": "1", "b": "2", "c": "3", "d": "4 "})
	f("# c\n! c\n\n  # a=1\n", map[string]string{})
	f("a=1\\\n  2\\\n\t3", map[string]string{"a": "123"})
	f("a=1\\\\\nb=2", map[string]string{"a": `1\`, "b": "2"})
	f(`a\ b\=c=\u00e9\t\ud83d\ude00\q`, map[string]string{"a b=c": "é\t😀q"})
	f("a\na==1", map[string]string{"a": "=1"})
	f("a=b\\", map[string]string{"a": "b"})

	for _, text := range []string{`a=\u12`, `a=\uzzzz`} {
		if _, err := parseProperties(text); err == nil {
			t.Errorf("%q accepted", text)
		}
	}
}

func FuzzFromConfluent(f *testing.F) {
	for _, name := range []string{"schema-registry", "kafka-rest"} {
		text, err := os.ReadFile(filepath.Join("testdata", "confluent", name+".properties"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("listeners=:\nbootstrap.servers=://,\\"))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := FromConfluent(text)
		if err != nil {
			return
		}
		file, err := got.File()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parseFile(file); err != nil {
			t.Fatal(err)
		}
	})
}

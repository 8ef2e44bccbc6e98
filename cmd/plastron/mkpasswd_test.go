package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/auth"
)

// mkpasswd runs the command under the name of Karapace's tool.
func mkpasswd(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	root := newRoot()
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetIn(strings.NewReader(stdin))
	root.SetArgs(arguments(append([]string{"/usr/bin/karapace_mkpasswd"}, args...)))
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestMkpasswdOutput(t *testing.T) {
	t.Parallel()
	f := func(want, stdin string, args ...string) {
		t.Helper()
		if d := cmp.Diff(want, mkpasswd(t, stdin, args...)); d != "" {
			t.Fatal(d)
		}
	}
	const sha256 = `    "algorithm": "sha256",
    "salt": "pepper-42",
    "password_hash": "HnTjmpPJziN359UDdWBc8wnCzZ2ssJBkyIX+wEEOvpQ="
}
`

	f("{\n"+sha256, "", "-a", "sha256", "s3cret!", "pepper-42")
	f("{\n    \"username\": \"ann\",\n"+sha256, "", "-u", "ann", "-a", "sha256", "s3cret!", "pepper-42")
	f("{\n"+sha256, "s3cret!\n", "-a", "sha256", "--stdin", "pepper-42")
}

// TestMkpasswdRoundTrip logs in with what the command printed.
func TestMkpasswdRoundTrip(t *testing.T) {
	t.Parallel()
	for _, algorithm := range auth.Algorithms() {
		printed := mkpasswd(t, "", "-u", "ann", "-a", string(algorithm), "pässword")
		var user json.RawMessage = []byte(printed)
		path := filepath.Join(t.TempDir(), "auth.json")
		if err := os.WriteFile(path, []byte(`{"users":[`+string(user)+`],"permissions":[]}`), 0o600); err != nil {
			t.Fatal(err)
		}
		a, err := auth.New(auth.Config{File: path})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, "/subjects", nil)
		r.SetBasicAuth("ann", "pässword")
		if _, err := a.Authenticate(r); err != nil {
			t.Fatalf("%s: %v", algorithm, err)
		}
		r.SetBasicAuth("ann", "password")
		if _, err := a.Authenticate(r); err == nil {
			t.Fatalf("%s: a wrong password was accepted", algorithm)
		}
	}
}

func TestMkpasswdWrongUse(t *testing.T) {
	t.Parallel()
	f := func(want string, args ...string) {
		t.Helper()
		err := run(t.Context(), append([]string{"plastron", "mkpasswd"}, args...))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("%v: %v; want %q", args, err, want)
		}
	}

	f("takes a password")
	f("takes a password", "a", "b", "c")
	f("not one of scrypt, sha1, sha256, sha512", "-a", "md5", "p")
	f("colon", "-u", "a:b", "p")
}

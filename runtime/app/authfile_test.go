package app

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/auth"
	"github.com/plastron-dev/plastron/runtime/config"
)

// TestAuthFile runs a registry with users of whom one may write everywhere and
// one may read the subjects of her team (registry contract 15.1).
func TestAuthFile(t *testing.T) {
	t.Parallel()
	users, permissions := []string{}, []string{
		`{"username":"root","operation":"Write","resource":".*"}`,
		`{"username":"ann","operation":"Read","resource":"Subject:team-"}`,
	}
	for _, name := range []string{"root", "ann"} {
		hash, err := auth.SHA512.Hash("secret-"+name, "salt")
		if err != nil {
			t.Fatal(err)
		}
		users = append(users, fmt.Sprintf(`{"username":%q,"algorithm":"sha512","salt":"salt","password_hash":%q}`,
			name, base64.StdEncoding.EncodeToString(hash)))
	}
	file := filepath.Join(t.TempDir(), "auth.json")
	text := `{"users":[` + strings.Join(users, ",") + `],"permissions":[` + strings.Join(permissions, ",") + `]}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	registry := background(t, RunRegistry, settings(t, config.RoleRegistry,
		"KARAPACE_BOOTSTRAP_URI="+broker(t).Addr(), "KARAPACE_WAITING_TIME_BEFORE_ACTING_AS_MASTER_MS=0",
		"KARAPACE_REGISTRY_AUTHFILE="+file)).Registry

	f := func(user, method, path, body string, status int, want string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, registry+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if user != "" {
			request.SetBasicAuth(user, "secret-"+user)
		}
		answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		got, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode != status || want != "" && string(got) != want {
			t.Errorf("%s %s %s: %d %s, want %d %s", user, method, path, answer.StatusCode, got, status, want)
		}
	}

	const schemaInt, schemaLong = `{"schema":"\"int\""}`, `{"schema":"\"long\""}`
	f("root", "POST", "/subjects/team-a/versions", schemaInt, 200, `{"id":1}`)
	f("root", "POST", "/subjects/other/versions", schemaLong, 200, `{"id":2}`)

	// Nobody, and somebody with the wrong password.
	f("", "GET", "/subjects", "", 401, "")
	f("eve", "GET", "/subjects", "", 401, "")
	f("", "GET", "/_health", "", 200, "")

	// What may not be read is left out, or looks as if it were not there.
	missing := `{"error_code":40401,"message":"Subject 'other' not found."}`
	f("ann", "GET", "/subjects", "", 200, `["team-a"]`)
	f("ann", "GET", "/subjects/team-a/versions", "", 200, `[1]`)
	f("ann", "GET", "/subjects/other/versions", "", 404, missing)
	f("ann", "GET", "/config/other", "", 404, missing)
	f("ann", "POST", "/subjects/other", schemaLong, 404, missing)
	f("ann", "POST", "/compatibility/subjects/other/versions/latest", schemaLong, 404, missing)
	f("ann", "GET", "/schemas/ids/1", "", 200, `{"schema":"\"int\""}`)
	f("ann", "GET", "/schemas/ids/2", "", 404, `{"error_code":40403,"message":"Schema not found"}`)
	f("ann", "GET", "/schemas/ids/2/versions", "", 200, `[]`)

	// Reading is not writing.
	f("ann", "POST", "/subjects/team-a/versions", schemaLong, 404, `{"error_code":40401,"message":"Subject 'team-a' not found."}`)
	f("ann", "DELETE", "/subjects/team-a", "", 404, `{"error_code":40401,"message":"Subject 'team-a' not found."}`)
	f("ann", "PUT", "/config/team-a", `{"compatibility":"NONE"}`, 404, `{"error_code":40401,"message":"Subject 'team-a' not found."}`)
	f("ann", "GET", "/config", "", 403, `{"error_code":403,"message":"Forbidden"}`)
	f("ann", "PUT", "/config", `{"compatibility":"NONE"}`, 403, `{"error_code":403,"message":"Forbidden"}`)
	f("root", "PUT", "/config", `{"compatibility":"NONE"}`, 200, `{"compatibility":"NONE"}`)
	f("root", "GET", "/schemas/ids/2", "", 200, `{"schema":"\"long\""}`)
	f("root", "GET", "/subjects/team-a/versions", "", 200, `[1]`)
}

package registryhttp

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/auth"
	"github.com/plastron-dev/plastron/runtime/registryui"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func withUI(d *Deps) { d.UI = true }

func TestThePageAndItsFiles(t *testing.T) {
	t.Parallel()
	n := newNode(t, &topic{}, schema.Karapace, withUI)
	files, err := registryui.Files()
	if err != nil {
		t.Fatal(err)
	}
	f := func(path, mediaType, body string) {
		t.Helper()
		w := n.ask("GET", path, "", "Accept: text/html")
		header := w.Header()
		if w.Code != 200 || w.Body.String() != body || header.Get("Content-Type") != mediaType {
			t.Fatalf("%s: %d %v", path, w.Code, header)
		}
		if header.Get("Content-Security-Policy") != registryui.Policy || header.Get("X-Content-Type-Options") != "nosniff" ||
			header.Get("Cache-Control") != "no-cache" || header.Get("Referrer-Policy") != "no-referrer" {
			t.Fatalf("%s: %v", path, header)
		}
		tag := header.Get("ETag")
		if again := n.ask("GET", path, "", "If-None-Match: "+tag); tag == "" || again.Code != 304 || again.Body.Len() != 0 || again.Header().Get("ETag") != tag {
			t.Fatalf("%s with %s: %d %v", path, tag, again.Code, again.Header())
		}
		if other := n.ask("GET", path, "", `If-None-Match: "of another version"`); other.Code != 200 {
			t.Fatalf("%s: %d", path, other.Code)
		}
	}

	f("/ui/", "text/html; charset=utf-8", string(files[registryui.Index].Body))
	for name, file := range files {
		f("/ui/"+name, file.MediaType, string(file.Body))
	}

	// Nothing is served but what the page has, and the envelope says so.
	for _, path := range []string{"/ui/nothing.js", "/ui/web", "/ui/..%2Fdoc.go", "/ui/%2E%2E", "/ui/main.js/", "/ui/web/main.js", "/ui/%zz"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path, r.URL.RawPath = path, path
		w := httptest.NewRecorder()
		n.ServeHTTP(w, r)
		if w.Code != 404 && w.Code != 400 || !strings.HasPrefix(w.Body.String(), `{"error_code":40`) {
			t.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE"} {
		if w := n.ask(method, "/ui", ""); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD, OPTIONS" {
			t.Fatalf("%s: %d %v", method, w.Code, w.Header())
		}
	}
}

func TestTheAddressOfThePageEndsWithASlashBehindAnyPrefix(t *testing.T) {
	t.Parallel()
	n := newNode(t, &topic{}, schema.Karapace, withUI)
	mux := http.NewServeMux()
	mux.Handle("/behind/a/proxy/", http.StripPrefix("/behind/a/proxy", n))
	mux.Handle("/", n)
	server := httptest.NewServer(mux)
	defer server.Close()
	f := func(method, from, to string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+from, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if response.StatusCode != 200 || response.Request.URL.Path != to || response.ContentLength < 1000 {
			t.Fatalf("%s %s: %d at %s, %d bytes", method, from, response.StatusCode, response.Request.URL, response.ContentLength)
		}
	}

	f("GET", "/ui", "/ui/")
	f("HEAD", "/ui", "/ui/")
	f("HEAD", "/ui/", "/ui/")
	f("GET", "/behind/a/proxy/ui", "/behind/a/proxy/ui/")
	f("HEAD", "/behind/a/proxy/ui/main.js", "/behind/a/proxy/ui/main.js")
}

func TestThePageCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	for _, path := range []string{"/ui", "/ui/", "/ui/main.js"} {
		s.do("GET", path, "", 404, `{"error_code":404,"message":"HTTP 404 Not Found"}`)
	}
	if body := s.n.ask("GET", "/openapi.json", "").Body.String(); strings.Contains(body, `"/ui`) {
		t.Fatal("the document describes what is not there")
	}
	on := newNode(t, &topic{}, schema.Karapace, withUI)
	want(t, on.ask("GET", "/openapi.json", "").Body.String(), `"/ui"`, `"/ui/{file}"`)
}

func TestThePageIsOpenAndItsDataIsNot(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "auth.json")
	if err := os.WriteFile(path, []byte(`{"users":[],"permissions":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := auth.New(auth.Config{File: path})
	if err != nil {
		t.Fatal(err)
	}
	n := newNode(t, &topic{}, schema.Karapace, withUI, func(d *Deps) { d.Permissions = a })
	guarded := a.Middleware(n)
	f := func(path string, status int) {
		t.Helper()
		w := httptest.NewRecorder()
		guarded.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != status {
			t.Fatalf("%s: %d, want %d", path, w.Code, status)
		}
		// What makes a browser ask for name and password.
		if challenge := w.Header().Get("WWW-Authenticate"); (status == 401) != strings.HasPrefix(challenge, "Basic realm=") {
			t.Fatalf("%s: %q", path, challenge)
		}
	}

	f("/docs", 200)
	f("/ui", 307)
	f("/ui/", 200)
	f("/ui/main.js", 200)
	f("/subjects", 401)
	f("/uinot", 401)
	f("/ui/../subjects", 404) // No file of the page, and never a subject list.
}

func TestWhereTheLevelComesFromIsInAHeader(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	f := func(target, origin string) {
		t.Helper()
		if w := s.n.ask("GET", target, ""); w.Code != 200 || w.Header().Get(OriginHeader) != origin {
			t.Fatalf("%s: %d %q, want %q", target, w.Code, w.Header().Get(OriginHeader), origin)
		}
	}

	f("/config", "default")
	f("/config/a?defaultToGlobal=true", "default")
	s.do("PUT", "/config", `{"compatibility":"FULL"}`, 200, `{"compatibility":"FULL"}`)
	f("/config", "global")
	f("/config/a?defaultToGlobal=true", "global")
	s.do("PUT", "/config/a", `{"compatibility":"NONE"}`, 200, `{"compatibility":"NONE"}`)
	f("/config/a?defaultToGlobal=true", "subject")
	f("/config/a", "") // What is set there comes from there.
	s.do("PUT", "/config/:.eu:", `{"compatibility":"NONE"}`, 200, `{"compatibility":"NONE"}`)
	f("/config/:.eu:b?defaultToGlobal=true", "context")
}

package httpserver

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestCORS(t *testing.T) {
	t.Parallel()
	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	f := func(c CORS, method, origin string, preflight bool, status int, allowed string) {
		t.Helper()
		r := httptest.NewRequest(method, "/subjects", nil)
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		if preflight {
			r.Header.Set("Access-Control-Request-Method", "PUT")
		}
		w := httptest.NewRecorder()
		c.Wrap(next).ServeHTTP(w, r)
		h := w.Header()
		if w.Code != status || h.Get("Access-Control-Allow-Origin") != allowed || h.Get("Access-Control-Allow-Credentials") != "" {
			t.Fatalf("%d %v; want %d, origin %q", w.Code, h, status, allowed)
		}
	}
	one := CORS{Origins: []string{"https://ui.test"}}

	f(CORS{}, "GET", "https://ui.test", false, http.StatusTeapot, "")
	f(CORS{}, "OPTIONS", "https://ui.test", true, http.StatusTeapot, "")
	f(one, "GET", "https://ui.test", false, http.StatusTeapot, "https://ui.test")
	f(one, "OPTIONS", "https://ui.test", true, http.StatusNoContent, "https://ui.test")
	f(one, "OPTIONS", "https://ui.test", false, http.StatusTeapot, "https://ui.test")
	f(one, "OPTIONS", "https://ui.test.evil.test", true, http.StatusTeapot, "")
	f(one, "GET", "", false, http.StatusTeapot, "")
	f(CORS{Origins: []string{"*"}}, "GET", "https://x.test", false, http.StatusTeapot, "*")
}

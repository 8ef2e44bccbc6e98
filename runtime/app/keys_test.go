package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestKeysReachTheRegistry asks a running registry for what keys switch on or
// off.
func TestKeysReachTheRegistry(t *testing.T) {
	t.Parallel()
	n := emptyNode(t, "KARAPACE_API_FLAVOR=confluent", "KARAPACE_MODE_MUTABILITY=false",
		"KARAPACE_ACCESS_CONTROL_ALLOW_ORIGIN=https://ui.test, https://other.test", "KARAPACE_ACCESS_CONTROL_ALLOW_METHODS=GET")
	always := emptyNode(t, "KARAPACE_EXTENDED_FIELDS=always")
	f := func(n *registryNode, method, target, body string, status int, want string, headers ...string) http.Header {
		t.Helper()
		r := httptest.NewRequest(method, target, newReader(body))
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		n.chain.ServeHTTP(w, r)
		if w.Code != status || !strings.Contains(w.Body.String(), want) {
			t.Fatalf("%s %s: %d %s; want %d %s", method, target, w.Code, w.Body, status, want)
		}
		return w.Header()
	}

	f(n, "GET", "/mode/none", "", 404, `"error_code":40409`) // Confluent's code.
	f(n, "PUT", "/mode", `{"mode":"READONLY"}`, 422, "Mode changes are not allowed")
	f(n, "DELETE", "/mode", "", 422, "Mode changes are not allowed")
	f(always, "PUT", "/mode", `{"mode":"READWRITE"}`, 200, "")
	f(always, "POST", "/subjects/s/versions", `{"schema":"\"int\""}`, 200, `"guid":`)
	f(always, "GET", "/config/none", "", 404, `"error_code":40401`) // The flavour is Karapace's all the same.

	plain := emptyNode(t, "KARAPACE_CONTEXTS_ENABLED=false")
	f(plain, "POST", "/subjects/s/versions", `{"schema":"\"int\""}`, 200, `{"id":1}`)
	f(plain, "POST", "/subjects/:.eu:s/versions", `{"schema":"\"long\""}`, 200, `{"id":2}`)
	f(always, "POST", "/subjects/:.eu:s/versions", `{"schema":"\"long\""}`, 200, `"id":1,`)

	header := f(n, "OPTIONS", "/subjects", "", 204, "", "Origin: https://other.test", "Access-Control-Request-Method: GET")
	if header.Get("Access-Control-Allow-Origin") != "https://other.test" || header.Get("Access-Control-Allow-Methods") != "GET" {
		t.Fatal(header)
	}
	header = f(always, "OPTIONS", "/subjects", "", 200, "", "Origin: https://other.test", "Access-Control-Request-Method: GET")
	if header.Get("Access-Control-Allow-Origin") != "" {
		t.Fatal("CORS is on without being asked for")
	}
}

func TestConnectionsAreCapped(t *testing.T) {
	t.Parallel()
	n := emptyNode(t, "KARAPACE_HTTP_MAX_CONNECTIONS=1")
	client := &http.Client{Transport: &http.Transport{}}
	first, err := client.Get(n.url() + "/subjects")
	if err != nil {
		t.Fatal(err)
	}
	// The first connection is still open, since its body is not read: the next
	// one waits for it.
	done := make(chan error, 1)
	go func() {
		second, err := client.Get(n.url() + "/subjects")
		if err == nil {
			second.Body.Close()
		}
		done <- err
	}()
	select {
	case <-done:
		t.Fatal("a second connection was served beside the first")
	case <-time.After(50 * time.Millisecond):
	}
	first.Body.Close()
	client.CloseIdleConnections()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	client.CloseIdleConnections()
}

package forward

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestHostileMembers: whoever may join the group says where it is. What it says
// leads to a host and a port, and never from https to a connection in the
// clear.
func TestHostileMembers(t *testing.T) {
	t.Parallel()
	plain := server(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s %s arrived in the clear", r.Method, r.URL) })
	f := func(cfg Config, primary, want string) {
		t.Helper()
		r := inbound("POST", "/subjects/a/versions", "")
		r.Header.Set("Authorization", "Basic c2VjcmV0")
		err := forwarder(t, cfg, newRole("", false)).Forward(httptest.NewRecorder(), r, nil, primary)
		if !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q", primary, err, want)
		}
		if strings.Contains(err.Error(), "c2VjcmV0") {
			t.Errorf("%q: the error holds credentials", primary)
		}
	}

	f(Config{Secure: true}, plain.URL, "advertised_protocol")
	for _, address := range []string{"", "http://", "file:///etc/passwd", "unix:///run/docker.sock", "gopher://h:1", "//h:1", "h:1", "http://[::1"} {
		f(Config{}, address, "")
		f(Config{Secure: true}, address, "")
	}
	tls := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a certificate of nobody was trusted") }))
	t.Cleanup(tls.Close)
	f(Config{Secure: true}, tls.URL, "certificate")
}

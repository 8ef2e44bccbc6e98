package app

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/plastron-dev/plastron/runtime/config"
)

// TestRegistryCredentials: what files hold is shown as it is now.
func TestRegistryCredentials(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "credential")
	f := func(c config.REST, content, want string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		auth := registryAuth(c)
		if auth == nil {
			if want != "" {
				t.Errorf("nothing is shown, want %s", want)
			}
			return
		}
		r := httptest.NewRequest(http.MethodGet, "/subjects", nil)
		if err := auth.Authorize(r); err != nil && want != "" {
			t.Error(err)
		} else if got := r.Header.Get("Authorization"); got != want {
			t.Errorf("%q (%v), want %q", got, err, want)
		}
	}

	f(config.REST{}, "", "")
	f(config.REST{RegistryUser: "u", RegistryPassword: "p"}, "", "Basic dTpw")
	file := config.REST{RegistryUser: "u", RegistryPasswordFile: path}
	f(file, "p\n", "Basic dTpw")
	f(file, "q", "Basic dTpx")
	f(file, " \n", "")
	f(config.REST{RegistryTokenFile: path}, "t1\n", "Bearer t1")
	f(config.REST{RegistryTokenFile: path}, "t2", "Bearer t2")
	f(config.REST{RegistryTokenFile: path + "-none"}, "", "")
}

// TestRegistryCertificate: a registry that asks for a certificate is shown the
// one that the files hold.
func TestRegistryCertificate(t *testing.T) {
	t.Parallel()
	certFile, keyFile := selfSigned(t)
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(pair.Leaf)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)

	f := func(c config.REST, ok bool) {
		t.Helper()
		transport, err := registryTransport(c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(transport.CloseIdleConnections)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := transport.RoundTrip(r)
		if (err == nil) != ok {
			t.Errorf("%+v: %v", c, err)
		}
		if err == nil {
			_ = answer.Body.Close()
		}
	}

	f(config.REST{RegistryCA: certFile, RegistryCert: certFile, RegistryKey: keyFile}, true)
	f(config.REST{RegistryCA: certFile}, false)
	f(config.REST{}, false)
	if _, err := registryTransport(config.REST{RegistryCert: certFile, RegistryKey: certFile}); err == nil {
		t.Error("a key that is none was taken")
	}
}

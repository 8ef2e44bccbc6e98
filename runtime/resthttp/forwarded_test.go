package resthttp

import (
	"net/http"
	"strings"
	"testing"
)

// Addresses that are handed out are those that a trusted proxy in front names;
// what is no address, and everything without that trust, is not looked at.
func TestForwardedAddresses(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	trusting := New(Deps{Service: p.service, BaseURI: "http://proxy:8082", TrustForwarded: true})
	doubting := p.handler
	f := func(want string, headers ...string) {
		t.Helper()
		for handler, begin := range map[http.Handler]string{trusting: want, doubting: "http://proxy:8082"} {
			p.handler = handler
			created := p.request(http.MethodPost, "/consumers/g", "", headers...)
			if created.Code != 200 || !strings.HasPrefix(created.Body.String(), `{"base_uri":"`+begin+`/consumers/g/instances/`) {
				t.Errorf("%q: %d %s, want %s", headers, created.Code, created.Body, begin)
			}
			clusters := p.request(http.MethodGet, "/v3/clusters", "", headers...)
			if !strings.Contains(clusters.Body.String(), `"self":"`+begin+`/v3/clusters"`) {
				t.Errorf("%q: %s, want %s", headers, clusters.Body, begin)
			}
		}
	}
	f("http://proxy:8082")
	f("https://h", "X-Forwarded-Proto", "https", "X-Forwarded-Host", "h")
	f("https://h:8443/rest", "X-Forwarded-Proto", "https, http", "X-Forwarded-Host", "h, inner", "X-Forwarded-Port", "8443", "X-Forwarded-Prefix", "/rest/")
	f("https://h", "X-Forwarded-Proto", "https", "X-Forwarded-Host", "h", "X-Forwarded-Port", "443")
	f("http://h:1", "X-Forwarded-Host", "h:1", "X-Forwarded-Port", "2")
	f("https://[::1]:7", "Forwarded", `for=1.2.3.4;Proto=https;host="[::1]:7", for=5.6.7.8;host=other`)
	f("http://proxy:8082", "X-Forwarded-Proto", "https")
	f("http://proxy:8082", "X-Forwarded-Proto", "gopher", "X-Forwarded-Host", "h")
	f("http://proxy:8082", "X-Forwarded-Host", "h/path")
	f("http://proxy:8082", "X-Forwarded-Host", "user@h")
	f("http://proxy:8082", "X-Forwarded-Host", "h\r\nX: y")
	f("http://proxy:8082", "X-Forwarded-Host", "h", "X-Forwarded-Port", "x")
	f("http://proxy:8082", "X-Forwarded-Host", "h", "X-Forwarded-Prefix", "/a?b#c")
	f("http://proxy:8082", "X-Forwarded-Host", "h", "X-Forwarded-Prefix", `/a"b`)
}

// With a list, only pages of its origins may read answers, whatever the route;
// each answer says so once.
func TestOriginsMayBeListed(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	p.handler = New(Deps{Service: p.service, BaseURI: "http://proxy:8082", Origins: []string{"https://a", "https://b"}})
	f := func(method, path, origin, want string) {
		t.Helper()
		w := p.request(method, path, "", "Origin", origin)
		got := w.Result().Header.Values("Access-Control-Allow-Origin")
		if strings.Join(got, " ") != want || len(got) > 1 || w.Header().Get("Vary") != "Origin" {
			t.Errorf("%s %s from %s: %q, want %q", method, path, origin, got, want)
		}
	}
	for _, path := range []string{"/topics", "/topics/none", "/v3/clusters", "/openapi.json"} {
		f(http.MethodGet, path, "https://a", "https://a")
		f(http.MethodGet, path, "https://evil", "")
		f(http.MethodOptions, path, "https://b", "https://b")
		f(http.MethodOptions, path, "https://evil", "")
	}
}

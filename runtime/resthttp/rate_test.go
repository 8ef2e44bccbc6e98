package resthttp

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/plastron-dev/plastron/runtime/rest"
)

func TestRateOfProducing(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	now := time.Unix(1000, 0)
	p.handler = New(Deps{Service: p.service, Rate: NewRate(2, 1000, func() time.Time { return now })})
	stream := "/v3/clusters/c/topics/one/records"
	w := p.request(http.MethodPost, stream, `{}{}{}`, "Content-Type", "application/json")
	if lines := strings.Split(w.Body.String(), "\r\n"); w.Code != 200 || len(lines) != 4 || !strings.HasPrefix(lines[1], `{"error_code":200`) ||
		!strings.HasPrefix(lines[2], `{"error_code":429,"message":"Request rate limit exceeded: `) {
		t.Fatal(w.Code, w.Body)
	}
	p.expect(http.MethodPost, "/topics/one", `{"records":[{"value":1}]}`, 429, `{"error_code":429,...}`, "Content-Type", ctJSON)
	p.expect(http.MethodPost, stream+":batch", `{"entries":[{"id":"a"}]}`, 429, `{"error_code":429,...}`)
	p.expect(http.MethodGet, "/topics/one", ``, 200, `{...}`)
	now = now.Add(time.Second)
	p.produce("one", ctJSON, `{"records":[{"value":1}]}`, 200, `{...}`)
	p.produce("one", ctJSON, `{"records":[{"value":"`+strings.Repeat("x", 5000)+`"}]}`, 200, `{...}`) // beyond the bytes
	now = now.Add(time.Second)
	p.expect(http.MethodPost, "/topics/one", `{"records":[{"value":1}]}`, 429, `{...}`, "Content-Type", ctJSON)
	now = now.Add(5 * time.Second)
	p.produce("one", ctJSON, `{"records":[{"value":1}]}`, 200, `{...}`)
}

// Who is to come again hears when: after a refusal for the rate when there is
// something again, else in a second.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	p := newProxy(t, func(s *rest.Settings) { s.MaxConsumers, s.MaxBufferedBytes = 1, 1 })
	now := time.Unix(1000, 0)
	p.handler = New(Deps{Service: p.service, Rate: NewRate(2, 1000, func() time.Time { return now })})
	f := func(method, path, body string, status int, want string, headers ...string) {
		t.Helper()
		w := p.request(method, path, body, headers...)
		if got := w.Header().Get("Retry-After"); w.Code != status || got != want {
			t.Errorf("%s: %d %s, Retry-After %q, want %q", path, w.Code, w.Body, got, want)
		}
	}
	one := `{"records":[{"value":1}]}`
	f(http.MethodPost, "/topics/one", `{"records":[`+strings.Repeat(`{"value":1},`, 7)+`{"value":1}]}`, 200, "", "Content-Type", ctJSON)
	f(http.MethodPost, "/topics/one", one, 429, "4", "Content-Type", ctJSON) // 6 too many, 2 a second, and one is to be there
	f(http.MethodPost, "/v3/clusters/c/topics/one/records:batch", `{"entries":[{"id":"a"}]}`, 429, "4", "Content-Type", plainJSON)
	now = now.Add(3 * time.Second)
	f(http.MethodPost, "/topics/one", one, 429, "1", "Content-Type", ctJSON)
	p.expect(http.MethodPost, "/consumers/g", `{}`, 200, `{...}`)
	f(http.MethodPost, "/consumers/g", `{}`, 503, "1")
	f(http.MethodGet, "/topics/none", "", 404, "")

	p.handler = New(Deps{Service: p.service})
	release := p.holdProduce()
	defer release()
	f(http.MethodPost, "/topics/other?async=true", one, 204, "", "Content-Type", ctJSON)
	f(http.MethodPost, "/topics/other", one, 429, "1", "Content-Type", ctJSON)
	release()
}

func TestAllowedRoutes(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	c := p.clusterURL("/v3")
	p.handler = New(Deps{Service: p.service, Allow: []string{"api.v3.topics.list", "api.v2.topics", "api.v3.acls"}})
	p.expect(http.MethodGet, c+"/topics", "", 200, `{...}`)
	p.expect(http.MethodPost, c+"/topics", "{}", 405, `{...}`)
	p.expect(http.MethodGet, c+"/topics/one", "", 404, `{"error_code":404,"message":"HTTP 404 Not Found"}`)
	p.expect(http.MethodGet, "/topics/one", "", 200, `{...}`)
	p.expect(http.MethodGet, "/brokers", "", 404, `{...}`)
	p.expect(http.MethodGet, "/_health", "", 200, `{...}`)
	p.handler = New(Deps{Service: p.service, Allow: []string{"api.v3.topics"}, Block: []string{"api.v3.topics.list", "api.v2"}})
	p.expect(http.MethodGet, c+"/topics", "", 405, `{...}`)
	p.expect(http.MethodGet, c+"/topics/one", "", 200, `{...}`)
	p.expect(http.MethodGet, "/topics/one", "", 404, `{...}`)
	p.handler = New(Deps{Service: p.service, Block: []string{"api.v3.topics.list"}})
	p.expect(http.MethodGet, c+"/topics", "", 405, `{...}`)
	p.expect(http.MethodGet, c+"/topics/one", "", 200, `{...}`)
	p.expect(http.MethodGet, "/topics/one", "", 200, `{...}`)
	if unknown := UnknownRoutes([]string{"api.v3.topics", "api.v2", "api.v3.topic", "x", "api.v3.brokers.get"}); strings.Join(unknown, " ") != "api.v3.topic x" {
		t.Fatal(unknown)
	}
}

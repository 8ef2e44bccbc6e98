package resthttp

import (
	"net/http"
	"strings"
	"testing"
	"time"
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
	if unknown := UnknownRoutes([]string{"api.v3.topics", "api.v2", "api.v3.topic", "x", "api.v3.brokers.get"}); strings.Join(unknown, " ") != "api.v3.topic x" {
		t.Fatal(unknown)
	}
}

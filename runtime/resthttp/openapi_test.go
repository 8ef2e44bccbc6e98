package resthttp

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/mux"
)

// Every route has its place in the document, and nothing else does.
func TestEveryRouteIsDescribed(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct{ Summary string }
	}
	w := p.request(http.MethodGet, "/openapi.json", "")
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || doc.OpenAPI != "3.0.3" {
		t.Fatal(err, w.Body)
	}
	known := 0
	for path, methods := range doc.Paths {
		for method, op := range methods {
			known++
			if op.Summary == "" {
				t.Errorf("%s %s is not described", method, path)
			}
		}
	}
	routes := 1 // the metrics, which are not served here
	check := func(method, path string) {
		routes++
		if _, ok := doc.Paths[path][strings.ToLower(method)]; !ok {
			t.Errorf("%s %s is not in the document", method, path)
		}
	}
	a := &api{}
	err := a.routes().(*mux.Router).Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		path, _ := route.GetPathTemplate()
		methods, _ := route.GetMethods() // A prefix has none.
		if strings.HasPrefix(path, "/kafka/") {
			return nil // It is version 3 again.
		}
		for _, method := range methods {
			check(method, template(path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if routes != known {
		t.Errorf("%d routes, %d descriptions", routes, known)
	}
	page := p.request(http.MethodGet, "/docs", "")
	if page.Code != 200 || !strings.Contains(page.Body.String(), "/v3/clusters/{cluster}/topics/{topic}/records:batch") || page.Header().Get("ETag") == "" {
		t.Fatal(page.Code, page.Body)
	}
}

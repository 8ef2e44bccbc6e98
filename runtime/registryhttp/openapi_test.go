package registryhttp

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestEveryRouteIsDescribed(t *testing.T) {
	t.Parallel()
	all := operations()
	known := parameters()
	used := map[string]bool{}
	a := &api{Deps: Deps{UI: true}}
	routes := 0
	for _, res := range slices.Concat(a.surface(), a.exempt()) {
		for method := range res.methods {
			routes++
			op, ok := all[method+" "+res.template]
			if !ok || op.summary == "" || op.answer == "" && op.success == 0 {
				t.Errorf("%s %s is not described", method, res.template)
			}
			for _, name := range op.query {
				used[name] = true
				if known[name][1] == "" {
					t.Errorf("%s %s: parameter %s is not described", method, res.template, name)
				}
			}
			for _, name := range []string{op.body, op.answer} {
				if _, ok := components()[name]; !ok && name != "" {
					t.Errorf("%s %s: no schema %s", method, res.template, name)
				}
			}
		}
	}
	if routes != len(all) {
		t.Errorf("%d routes, %d descriptions", routes, len(all))
	}
	for name := range known {
		if !used[name] {
			t.Errorf("parameter %s is described and belongs to nothing", name)
		}
	}
}

func TestOpenAPI(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	w := s.n.ask("GET", "/openapi.json", "", "Accept: text/html")
	var doc struct {
		OpenAPI string                               `json:"openapi"`
		Paths   map[string]map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || w.Code != 200 || w.Header().Get("Content-Type") != offerCommon {
		t.Fatalf("%d %v %v", w.Code, w.Header(), err)
	}
	if doc.OpenAPI != "3.0.3" || doc.Paths["/subjects/{subject}/versions"]["post"]["summary"] != "Register a schema" {
		t.Fatalf("%s", w.Body)
	}
	for _, part := range strings.Split(w.Body.String(), `"$ref":"#/components/schemas/`)[1:] {
		name, _, _ := strings.Cut(part, `"`)
		if _, ok := components()[name]; !ok {
			t.Fatalf("no schema %q", name)
		}
	}
	for _, path := range []string{"/docs", "/redoc/"} {
		page := s.n.ask("GET", path, "")
		if page.Code != 200 || page.Header().Get("Content-Type") != htmlType {
			t.Fatalf("%d %v", page.Code, page.Header())
		}
		want(t, page.Body.String(), "POST /subjects/{subject}/versions", "?normalize")
		if strings.Contains(page.Body.String(), "http://") || strings.Contains(page.Body.String(), "https://") || strings.Contains(page.Body.String(), "<script") {
			t.Fatal("the page needs the network")
		}
	}
}

// TestDescribedNumbers: wherever a number is a parameter, one that is none is
// answered with the status that the document names.
func TestDescribedNumbers(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	s.do("POST", "/subjects/a/versions", `{"schema":"\"int\""}`, 200, `{"id":1}`)
	checked := 0
	for route, op := range operations() {
		path, found := strings.CutPrefix(route, "GET ")
		if !found || !slices.Contains(op.query, "offset") {
			continue
		}
		checked++
		if _, documented := responses(op)["404"]; !documented {
			t.Errorf("%s does not document 404", route)
		}
		path = strings.NewReplacer("{subject}", "a", "{version}", "1", "{id}", "1").Replace(path)
		if w := s.n.ask("GET", path+"?offset=x", ""); w.Code != 404 {
			t.Errorf("GET %s?offset=x: %d %s", path, w.Code, w.Body)
		}
	}
	if checked < 8 {
		t.Errorf("only %d routes have an offset", checked)
	}
}

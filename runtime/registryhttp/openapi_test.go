package registryhttp

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/apidoc"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestEveryRouteIsDescribed(t *testing.T) {
	t.Parallel()
	all := operations()
	known := parameters()
	used := map[string]bool{}
	a := &api{Deps: Deps{UI: true}}
	routes := 0
	for _, res := range a.described() {
		for method := range res.methods {
			routes++
			op, ok := all[method+" "+res.template]
			if !ok || op.Summary == "" || op.Answer == "" && op.Success == 0 {
				t.Errorf("%s %s is not described", method, res.template)
			}
			for _, name := range op.Query {
				used[name] = true
				if known[name][1] == "" {
					t.Errorf("%s %s: parameter %s is not described", method, res.template, name)
				}
			}
			for _, name := range []string{op.Body, op.Answer} {
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

// contract lists what the registry contract (4 and 12.1) knows of Karapace and
// of Confluent's community server.
const contract = `GET /
POST /
GET /subjects
POST /subjects/{subject}
DELETE /subjects/{subject}
GET /subjects/{subject}/metadata
GET /subjects/{subject}/versions
POST /subjects/{subject}/versions
GET /subjects/{subject}/versions/{version}
GET /subjects/{subject}/versions/{version}/schema
GET /subjects/{subject}/versions/{version}/referencedby
DELETE /subjects/{subject}/versions/{version}
POST /subjects/{subject}/versions/{version}/tags
GET /schemas
GET /schemas/ids/{id}
GET /schemas/ids/{id}/schema
GET /schemas/ids/{id}/subjects
GET /schemas/ids/{id}/versions
GET /schemas/types
GET /schemas/guids/{guid}
GET /schemas/guids/{guid}/ids
GET /config
PUT /config
DELETE /config
GET /config/{subject}
PUT /config/{subject}
DELETE /config/{subject}
GET /mode
PUT /mode
DELETE /mode
GET /mode/{subject}
PUT /mode/{subject}
DELETE /mode/{subject}
POST /compatibility/subjects/{subject}/versions/{version}
POST /compatibility/subjects/{subject}/versions
GET /contexts
DELETE /contexts/{context}
GET /v1/metadata/id
GET /v1/metadata/version
GET /v1/metadata/deployment
POST /associations
GET /associations/resources/{resource}
PUT /associations/resources/{resource}
DELETE /associations/resources/{resource}
GET /associations/resources/{namespace}/{name}
GET /associations/subjects/{associated}
POST /associations:batchGet
POST /associations:batchMutate
GET /_health
GET /master_available
GET /metrics
GET /docs
GET /redoc
GET /openapi.json`

func TestEveryEndpointOfTheContractIsDescribed(t *testing.T) {
	t.Parallel()
	n := newNode(t, &topic{}, schema.Karapace)
	var doc struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(n.ask("GET", "/openapi.json", "").Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(contract, "\n") {
		method, path, _ := strings.Cut(line, " ")
		if doc.Paths[path][strings.ToLower(method)] == nil {
			t.Errorf("%s is not in the document", line)
		}
	}
}

// TestOtherMethodsAnswerInTheEnvelope asks every path with every method that it
// does not have, and paths that are not there.
func TestOtherMethodsAnswerInTheEnvelope(t *testing.T) {
	t.Parallel()
	n := newNode(t, &topic{}, schema.Karapace)
	a := &api{Deps: Deps{UI: true}}
	f := func(method, path string, status int, allow string) {
		t.Helper()
		w := n.ask(method, path, "{}")
		var envelope struct {
			Code    int    `json:"error_code"`
			Message string `json:"message"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &envelope); err != nil || w.Code != status || envelope.Code != status || envelope.Message == "" || w.Header().Get("Allow") != allow {
			t.Fatalf("%s %s: %d %v %s", method, path, w.Code, w.Header(), w.Body)
		}
	}
	for _, res := range slices.Concat(a.surface(), a.exempt()) {
		if strings.HasPrefix(res.template, "/ui") {
			continue // Not served by this node.
		}
		path := strings.NewReplacer("{", "", "}", "").Replace(res.template)
		for _, method := range []string{"GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"} {
			if _, ok := res.methods[method]; !ok {
				f(method, path, 405, res.allowed())
			}
		}
	}
	for _, method := range []string{"GET", "POST", "PUT", "DELETE", "PATCH"} {
		for _, path := range []string{"/none", "/subjects/a/b", "/subjects/a/versions/1/none", "/schemas/none", "/exporters", "/dek-registry/v1/keks", "/catalog/v1/types", "/associations/none"} {
			f(method, path, 404, "")
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
		if page.Code != 200 || page.Header().Get("Content-Type") != apidoc.PageType {
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
	var doc struct {
		Paths map[string]map[string]struct {
			Responses map[string]any `json:"responses"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(s.n.ask("GET", "/openapi.json", "").Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	checked := 0
	for route, op := range operations() {
		path, found := strings.CutPrefix(route, "GET ")
		if !found || !slices.Contains(op.Query, "offset") {
			continue
		}
		checked++
		if doc.Paths[path]["get"].Responses["404"] == nil {
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

package registryhttp

import (
	"maps"
	"net/http"
	"slices"

	"github.com/plastron-dev/plastron/runtime/apidoc"
	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// document is what /openapi.json and /docs serve, made once from the routes.
type document struct {
	json []byte
	page httpserver.Static
}

// describe makes the document of all routes.
func (a *api) describe() document {
	d := apidoc.Document{
		Title: "Plastron schema registry", Version: a.Version,
		Parameters: parameters(), Numbers: []string{"id"}, Components: components(),
		BodyTypes:   []string{offerV1, offerCommon},
		AnswerTypes: []string{offerV1, offerPlain, offerCommon}, ErrorTypes: []string{offerV1, offerPlain, offerCommon},
		Everywhere: []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotAcceptable, http.StatusServiceUnavailable},
		WithBody:   []int{http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType},
		WithNumber: []int{http.StatusNotFound}, // A number that is none makes the resource unknown.
		Security: apidoc.Object{
			"basic": apidoc.Object{"type": "http", "scheme": "basic"}, "bearer": apidoc.Object{"type": "http", "scheme": "bearer"},
		},
	}
	if a.naming == schema.WithContexts {
		d.Note = "Every path below also works behind <code>/contexts/{context}</code>."
	}
	all := operations()
	for _, res := range a.described() {
		for _, method := range slices.Sorted(maps.Keys(res.methods)) {
			op := all[method+" "+res.template]
			switch op.Answer {
			case "Page":
				op.AnswerTypes = []string{apidoc.PageType}
			case "Lines":
				op.AnswerTypes = []string{"text/plain"}
			}
			d.Routes = append(d.Routes, apidoc.Route{Method: method, Path: res.template, Operation: op})
		}
	}
	return document{json: d.JSON(), page: httpserver.NewStatic(apidoc.PageType, apidoc.PagePolicy, d.Page())}
}

// described lists every path: those with a route here, and the metrics, which
// whoever runs the surface serves.
func (a *api) described() []resource {
	return slices.Concat(a.surface(), a.exempt(), []resource{{"/metrics", methods{"GET": nil}, nil}})
}

// getOpenAPI is GET /openapi.json.
func (a *api) getOpenAPI(c *call) error { return c.send(a.document.json) }

// getDocs is GET /docs and GET /redoc.
func (a *api) getDocs(c *call) error {
	a.document.page.ServeHTTP(c.w, c.r)
	return nil
}

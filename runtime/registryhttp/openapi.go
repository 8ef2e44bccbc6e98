package registryhttp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// document is what /openapi.json and /docs serve, made once from the routes.
type document struct {
	json []byte
	page static
}

// describe makes the document of all routes.
func (a *api) describe() document {
	paths := jsonObject{}
	all := operations()
	for _, res := range a.described() {
		item := jsonObject{}
		for _, method := range slices.Sorted(maps.Keys(res.methods)) {
			item[strings.ToLower(method)] = describeOperation(all[method+" "+res.template], res.template)
		}
		paths[res.template] = item
	}
	text, err := json.Marshal(jsonObject{
		"openapi": "3.0.3",
		"info":    jsonObject{"title": "Plastron schema registry", "version": a.Version},
		"paths":   paths,
		"components": jsonObject{"schemas": components(), "securitySchemes": jsonObject{
			"basic": jsonObject{"type": "http", "scheme": "basic"}, "bearer": jsonObject{"type": "http", "scheme": "bearer"},
		}},
	})
	if err != nil { // Impossible: maps of texts, numbers and lists.
		text = []byte("{}")
	}
	return document{json: text, page: newStatic(htmlType, "default-src 'none'; style-src 'unsafe-inline'", a.page(all))}
}

// described lists every path: those with a route here, and the metrics, which
// whoever runs the surface serves.
func (a *api) described() []resource {
	return slices.Concat(a.surface(), a.exempt(), []resource{{"/metrics", methods{"GET": nil}, nil}})
}

func describeOperation(op operation, template string) jsonObject {
	out := jsonObject{"summary": op.summary, "responses": responses(op)}
	var params []jsonObject
	for _, name := range variables(template) {
		kind := "string"
		if name == "id" {
			kind = "integer"
		}
		params = append(params, jsonObject{"name": name, "in": "path", "required": true, "schema": ofType(kind)})
	}
	known := parameters()
	for _, name := range op.query {
		params = append(params, jsonObject{
			"name": name, "in": "query", "description": known[name][1], "schema": ofType(known[name][0]),
		})
	}
	if len(params) > 0 {
		out["parameters"] = params
	}
	if op.body != "" {
		out["requestBody"] = jsonObject{"required": true, "content": content(op.body, offerV1, offerCommon)}
	}
	return out
}

func responses(op operation) jsonObject {
	success := op.success
	if success == 0 {
		success = http.StatusOK
	}
	done := jsonObject{"description": http.StatusText(success)}
	switch {
	case op.answer == "Page":
		done["content"] = content(op.answer, htmlType)
	case op.answer == "Lines":
		done["content"] = content(op.answer, "text/plain")
	case op.answer != "":
		done["content"] = content(op.answer, offerV1, offerPlain, offerCommon)
	}
	out := jsonObject{strconv.Itoa(success): done}
	everywhere := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotAcceptable, http.StatusServiceUnavailable}
	if op.body != "" {
		everywhere = append(everywhere, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	known := parameters()
	if slices.ContainsFunc(op.query, func(name string) bool { return known[name][0] == "integer" }) {
		everywhere = append(everywhere, http.StatusNotFound) // A number that is none makes the resource unknown.
	}
	for _, status := range slices.Concat(op.refusals, everywhere) {
		out[strconv.Itoa(status)] = jsonObject{"description": http.StatusText(status), "content": content("Error", offerV1, offerPlain, offerCommon)}
	}
	return out
}

func content(name string, types ...string) jsonObject {
	out := jsonObject{}
	for _, t := range types {
		out[t] = jsonObject{"schema": ref(name)}
	}
	return out
}

// variables lists the names in braces.
func variables(template string) []string {
	var names []string
	for _, segment := range strings.Split(template, "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
		}
	}
	return names
}

const htmlType = "text/html; charset=utf-8"

// page renders the routes as one page that loads nothing.
func (a *api) page(all map[string]operation) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Plastron schema registry</title>
<style>body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}code{background:#eee;padding:1px 4px}dt{margin-top:1em}dd{margin-left:2em}</style>
<h1>Plastron schema registry %s</h1><p>As a document: <a href="/openapi.json">openapi.json</a>. Every path below also works behind <code>/contexts/{context}</code>.</p><dl>
`, html.EscapeString(a.Version))
	known := parameters()
	for _, res := range a.described() {
		for _, method := range slices.Sorted(maps.Keys(res.methods)) {
			op := all[method+" "+res.template]
			fmt.Fprintf(&b, "<dt><code>%s %s</code> %s</dt>\n", method, html.EscapeString(res.template), html.EscapeString(op.summary))
			for _, name := range op.query {
				fmt.Fprintf(&b, "<dd><code>?%s</code> %s</dd>\n", name, html.EscapeString(known[name][1]))
			}
		}
	}
	b.WriteString("</dl></html>\n")
	return b.Bytes()
}

// getOpenAPI is GET /openapi.json.
func (a *api) getOpenAPI(c *call) error { return c.send(a.document.json) }

// getDocs is GET /docs and GET /redoc.
func (a *api) getDocs(c *call) error { return a.document.page.send(c) }

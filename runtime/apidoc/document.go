package apidoc

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Operation describes what a route does.
type Operation struct {
	Summary string
	// Query names the parameters, see Document.Parameters.
	Query []string
	// Body and Answer name components of the document; empty is none.
	Body, Answer string
	// Refusals are the statuses besides those that every route has.
	Refusals []int
	// Success is the status when it is not 200.
	Success int
	// OrNothing says that 204 is a success too.
	OrNothing bool
	// BodyTypes and AnswerTypes are the media types when they are not the
	// document's.
	BodyTypes, AnswerTypes []string
}

// Route is a method, a path with its variables in braces, and what they do.
type Route struct {
	Method, Path string
	Operation    Operation
}

// Document is what is known of an API.
type Document struct {
	Title, Version string
	// Note stands above the list of the page; it is HTML.
	Note   string
	Routes []Route
	// Parameters are type and description of the parameters of queries.
	Parameters map[string][2]string
	// Numbers are the variables of paths that are numbers.
	Numbers    []string
	Components Object
	// BodyTypes and AnswerTypes are the usual media types, ErrorTypes those of
	// refusals, whose component is "Error".
	BodyTypes, AnswerTypes, ErrorTypes []string
	// Everywhere are statuses that every route may answer with, WithBody those
	// of routes that have a body, WithNumber of those with a number in the
	// query.
	Everywhere, WithBody, WithNumber []int
	// Security are the security schemes by their names.
	Security Object
}

// JSON is the document as OpenAPI.
func (d Document) JSON() []byte {
	paths := Object{}
	for _, r := range d.Routes {
		item, ok := paths[r.Path].(Object)
		if !ok {
			item = Object{}
			paths[r.Path] = item
		}
		item[strings.ToLower(r.Method)] = d.operation(r)
	}
	components := Object{"schemas": d.Components}
	if d.Security != nil {
		components["securitySchemes"] = d.Security
	}
	text, err := json.Marshal(Object{
		"openapi": "3.0.3", "info": Object{"title": d.Title, "version": d.Version}, "paths": paths, "components": components,
	})
	if err != nil { // Impossible: maps of texts, numbers and lists.
		return []byte("{}")
	}
	return text
}

func (d Document) operation(r Route) Object {
	op := r.Operation
	out := Object{"summary": op.Summary, "responses": d.responses(op)}
	var params []Object
	for _, name := range variables(r.Path) {
		kind := "string"
		if slices.Contains(d.Numbers, name) {
			kind = "integer"
		}
		params = append(params, Object{"name": name, "in": "path", "required": true, "schema": Type(kind)})
	}
	for _, name := range op.Query {
		known := d.Parameters[name]
		params = append(params, Object{"name": name, "in": "query", "description": known[1], "schema": Type(known[0])})
	}
	if len(params) > 0 {
		out["parameters"] = params
	}
	if op.Body != "" {
		out["requestBody"] = Object{"required": true, "content": content(op.Body, orUsual(op.BodyTypes, d.BodyTypes))}
	}
	return out
}

func (d Document) responses(op Operation) Object {
	success := op.Success
	if success == 0 {
		success = http.StatusOK
	}
	done := Object{"description": http.StatusText(success)}
	if op.Answer != "" {
		done["content"] = content(op.Answer, orUsual(op.AnswerTypes, d.AnswerTypes))
	}
	out := Object{strconv.Itoa(success): done}
	if op.OrNothing {
		out[strconv.Itoa(http.StatusNoContent)] = Object{"description": http.StatusText(http.StatusNoContent)}
	}
	refusals := slices.Concat(op.Refusals, d.Everywhere)
	if op.Body != "" {
		refusals = append(refusals, d.WithBody...)
	}
	if slices.ContainsFunc(op.Query, func(name string) bool { return d.Parameters[name][0] == "integer" }) {
		refusals = append(refusals, d.WithNumber...)
	}
	for _, status := range refusals {
		out[strconv.Itoa(status)] = Object{"description": http.StatusText(status), "content": content("Error", d.ErrorTypes)}
	}
	return out
}

func orUsual(types, usual []string) []string {
	if len(types) > 0 {
		return types
	}
	return usual
}

func content(name string, types []string) Object {
	out := Object{}
	for _, t := range types {
		out[t] = Object{"schema": Ref(name)}
	}
	return out
}

// variables lists the names in braces.
func variables(path string) []string {
	var names []string
	for _, segment := range strings.Split(path, "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			name, _, _ = strings.Cut(name, "}")
			names = append(names, name)
		}
	}
	return names
}

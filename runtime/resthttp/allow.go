package resthttp

import (
	"slices"
	"strings"
)

// allowed reports whether a route is one that clients may use. The lists name
// routes, or what the names of several begin with: api.v3.topics is all of
// api.v3.topics.list and so on. An empty list of allowed ones allows everything
// that is not blocked.
func (a *api) allowed(name string) bool {
	covered := func(entry string) bool { return covers(entry, name) }
	return (len(a.Allow) == 0 || slices.ContainsFunc(a.Allow, covered)) && !slices.ContainsFunc(a.Block, covered)
}

func covers(entry, name string) bool {
	rest, found := strings.CutPrefix(name, entry)
	return found && (rest == "" || rest[0] == '.')
}

// name2 is the name of a route of version 2: the first part of its path, and
// its method.
func name2(method, path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return "api.v2." + first + "." + strings.ToLower(method)
}

// UnknownRoutes returns the entries of a list of allowed or blocked routes that
// name nothing.
func UnknownRoutes(list []string) []string {
	var names []string
	for route := range operations2() {
		method, path, _ := strings.Cut(route, " ")
		if strings.HasPrefix(path, "/topics") || strings.HasPrefix(path, "/consumers") || path == "/brokers" {
			names = append(names, name2(method, path))
		}
	}
	for _, r := range routes3() {
		names = append(names, r.name)
	}
	var unknown []string
	for _, entry := range list {
		if !slices.ContainsFunc(names, func(name string) bool { return covers(entry, name) }) {
			unknown = append(unknown, entry)
		}
	}
	return unknown
}

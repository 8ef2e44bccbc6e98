// Package apidoc makes an OpenAPI document (version 3.0.3) and a page for
// people out of a list of routes. registryhttp and resthttp describe their
// surfaces with it, so that both look the same; it knows nothing of either, nor
// of HTTP servers.
//
// Not obvious: the answers that every route may have are listed once, in
// Document, and the page loads nothing, so that it works where there is no way
// out.
//
// Files: document.go (routes to document), schema.go (JSON Schema in a few
// words), page.go.
package apidoc

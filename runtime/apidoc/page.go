package apidoc

import (
	"bytes"
	"fmt"
	"html"
)

// The media type of the page, and what it may load: nothing.
const (
	PageType   = "text/html; charset=utf-8"
	PagePolicy = "default-src 'none'; style-src 'unsafe-inline'"
)

// Page renders the routes as one page that loads nothing.
func (d Document) Page() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>%[1]s</title>
<style>body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}code{background:#eee;padding:1px 4px}dt{margin-top:1em}dd{margin-left:2em}</style>
<h1>%[1]s %[2]s</h1><p>As a document: <a href="openapi.json">openapi.json</a>. %[3]s</p><dl>
`, html.EscapeString(d.Title), html.EscapeString(d.Version), d.Note)
	for _, r := range d.Routes {
		fmt.Fprintf(&b, "<dt><code>%s %s</code> %s</dt>\n", r.Method, html.EscapeString(r.Path), html.EscapeString(r.Operation.Summary))
		for _, name := range r.Operation.Query {
			fmt.Fprintf(&b, "<dd><code>?%s</code> %s</dd>\n", name, html.EscapeString(d.Parameters[name][1]))
		}
	}
	b.WriteString("</dl></html>\n")
	return b.Bytes()
}

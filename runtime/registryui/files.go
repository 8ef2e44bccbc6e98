package registryui

import (
	"embed"
	"io/fs"
	"path"
)

// Index is the name of the page itself.
const Index = "index.html"

// Policy is the Content-Security-Policy of the page: nothing inline, nothing
// from elsewhere, no way to turn text into markup, no frame around it.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

//go:embed web
var web embed.FS

// File is one file of the page.
type File struct {
	// MediaType is the Content-Type.
	MediaType string
	Body      []byte
}

// Files returns the files by their names below /ui/.
func Files() (map[string]File, error) {
	types := map[string]string{
		".html": "text/html; charset=utf-8",
		".css":  "text/css; charset=utf-8",
		".js":   "text/javascript; charset=utf-8",
		".svg":  "image/svg+xml",
	}
	entries, err := fs.ReadDir(web, "web")
	if err != nil {
		return nil, err
	}
	files := make(map[string]File, len(entries))
	for _, e := range entries {
		body, err := web.ReadFile("web/" + e.Name())
		if err != nil {
			return nil, err
		}
		files[e.Name()] = File{MediaType: types[path.Ext(e.Name())], Body: body}
	}
	return files, nil
}

package registryhttp

import (
	"net/http"
	"path"
	"strings"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/registryui"
)

// uiFiles makes the files of the page by their names.
func uiFiles() map[string]httpserver.Static {
	files, err := registryui.Files()
	if err != nil { // Impossible: they are in the program.
		return nil
	}
	all := make(map[string]httpserver.Static, len(files))
	for name, f := range files {
		all[name] = httpserver.NewStatic(f.MediaType, registryui.Policy, f.Body)
	}
	return all
}

// getUI is GET /ui. The names of the other files are relative to the page, so
// that it works behind any prefix, and the address has to end with a slash.
func (a *api) getUI(c *call) error {
	if !strings.HasSuffix(c.r.URL.Path, "/") {
		header := c.w.Header()
		header.Set("Location", path.Base(c.r.URL.Path)+"/")
		header.Set("Content-Length", "0")
		c.w.WriteHeader(http.StatusTemporaryRedirect)
		return nil
	}
	return a.sendUI(c, registryui.Index)
}

// getUIFile is GET /ui/{file}.
func (a *api) getUIFile(c *call) error {
	name, err := c.decoded("file")
	if err != nil {
		return err
	}
	if strings.HasSuffix(c.r.URL.Path, "/") {
		return httpError(http.StatusNotFound) // A file has nothing below it.
	}
	return a.sendUI(c, name)
}

func (a *api) sendUI(c *call, name string) error {
	file, ok := a.ui[name]
	if !ok {
		return httpError(http.StatusNotFound)
	}
	file.ServeHTTP(c.w, c.r)
	return nil
}

package registryhttp

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/plastron-dev/plastron/runtime/registryui"
)

// static is a text for browsers: the same for everybody, made once.
type static struct {
	mediaType, policy, etag string
	body                    []byte
}

// newStatic makes a text with its entity tag. The policy says what a page may
// load.
func newStatic(mediaType, policy string, body []byte) static {
	sum := sha256.Sum256(body)
	return static{mediaType: mediaType, policy: policy, body: body, etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
}

// send answers with the text, or with 304 to whoever has it. Browsers ask each
// time, so nobody mixes the files of two versions.
func (s static) send(c *call) error {
	header := c.w.Header()
	header.Set("Content-Type", s.mediaType)
	header.Set("Content-Security-Policy", s.policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", s.etag)
	http.ServeContent(c.w, c.r, "", time.Time{}, bytes.NewReader(s.body))
	return nil
}

// uiFiles makes the files of the page by their names.
func uiFiles() map[string]static {
	files, err := registryui.Files()
	if err != nil { // Impossible: they are in the program.
		return nil
	}
	all := make(map[string]static, len(files))
	for name, f := range files {
		all[name] = newStatic(f.MediaType, registryui.Policy, f.Body)
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
	return file.send(c)
}

package httpserver

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"time"
)

// Static is a text for browsers: the same for everybody, made once.
type Static struct {
	mediaType, policy, etag string
	body                    []byte
}

// NewStatic makes a text with its entity tag. The policy says what a page may
// load.
func NewStatic(mediaType, policy string, body []byte) Static {
	sum := sha256.Sum256(body)
	return Static{mediaType: mediaType, policy: policy, body: body, etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
}

// ServeHTTP answers with the text, or with 304 to whoever has it. Browsers ask
// each time, so nobody mixes the files of two versions.
func (s Static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", s.mediaType)
	header.Set("Content-Security-Policy", s.policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", s.etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(s.body))
}

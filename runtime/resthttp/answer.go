package resthttp

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/plastron-dev/plastron/runtime/httpserver"
)

// answer is what a handler returns. A body of nil is 204.
type answer struct {
	status      int
	body        []byte
	contentType string // contentTypeV2 when empty
	cacheable   bool   // gets an ETag and may become 304
}

func ok(body []byte) answer { return answer{status: http.StatusOK, body: body} }

func noContent() answer { return answer{status: http.StatusNoContent} }

const allowOrigin = "Access-Control-Allow-Origin"

// cors are the headers of every handled answer (REST contract 2.3). Where
// origins are listed, admitOrigin has decided already.
func cors(h http.Header) {
	if _, decided := h[allowOrigin]; !decided {
		h[allowOrigin] = []string{"*"}
	}
	h["Access-Control-Allow-Methods"] = []string{"DELETE, GET, OPTIONS, POST, PUT"}
	h["Access-Control-Allow-Headers"] = []string{"Authorization, Content-Type"}
}

// admitOrigin says that pages of a request's origin may read the answer, when
// it is one of a list; otherwise the header is there without a value, and is
// not sent.
func admitOrigin(h http.Header, r *http.Request, origins []string) {
	h[allowOrigin] = nil
	h.Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); slices.Contains(origins, origin) {
		h[allowOrigin] = []string{origin}
	}
}

func (a answer) write(w http.ResponseWriter, r *http.Request) {
	cors(w.Header())
	if a.body == nil {
		w.Header().Set("Content-Type", plainJSON)
		w.WriteHeader(a.status)
		return
	}
	if a.contentType == "" {
		a.contentType = contentTypeV2
	}
	if a.cacheable && notModified(w, r, a.body) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	httpserver.WriteBody(w, a.contentType, a.status, a.body)
}

// notModified sets the ETag and reports whether the client has the body.
func notModified(w http.ResponseWriter, r *http.Request, body []byte) bool {
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	w.Header().Set("Etag", tag)
	w.Header().Set("Access-Control-Expose-Headers", "etag")
	return strings.TrimPrefix(r.Header.Get("If-None-Match"), "W/") == tag
}

// write sends the error. What a handler refuses carries the headers of handled
// answers, what is refused before does not.
func (e *wireError) write(w http.ResponseWriter) {
	e.announce(w.Header())
	if e.contentType == textPlain {
		httpserver.WriteBody(w, textPlain, e.status, []byte(e.text))
		return
	}
	contentType := e.contentType
	if contentType == "" {
		contentType = contentTypeV2
	}
	if e.text == textNotReady {
		// Karapace's clients look for the key "code" here.
		httpserver.WriteBody(w, contentType, e.status, []byte(`{"code":500,"error_code":500,"message":"`+textNotReady+`"}`))
		return
	}
	httpserver.WriteError(w, contentType, e.status, e.code, e.text)
}

func appendInt(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }

// appendList appends a JSON array of n items.
func appendList(dst []byte, n int, item func(dst []byte, i int) []byte) []byte {
	dst = append(dst, '[')
	for i := range n {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = item(dst, i)
	}
	return append(dst, ']')
}

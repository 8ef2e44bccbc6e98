package resthttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/plastron-dev/plastron/runtime/httpserver"
)

// bodyRule says what a route wants of its body.
type bodyRule int

const (
	// noBody: nothing, or an empty object.
	noBody bodyRule = iota
	// objectBody: a JSON object.
	objectBody
	// optionalBody: a JSON object, or nothing, which means an empty one.
	optionalBody
)

// readObject reads the body of a request and checks it as far as the rule
// goes (REST contract 2.2). The result is the text of a JSON object, nil when
// there is none.
func readObject(r *http.Request, rule bodyRule, limit int64) ([]byte, error) {
	body, err := httpserver.ReadBody(r, limit)
	if err != nil {
		return nil, bodyFailure(err)
	}
	switch {
	case rule == noBody && (len(body) == 0 || string(bytes.TrimSpace(body)) == "{}"):
		return nil, nil
	case rule == noBody:
		return nil, plain(http.StatusBadRequest, "No request body allowed for this operation")
	case len(body) == 0 && rule == optionalBody:
		return []byte("{}"), nil
	case len(body) == 0:
		return nil, plain(http.StatusBadRequest, "Missing request JSON body")
	}
	text, err := decodeCharset(r.Header.Get("Content-Type"), body)
	if err != nil {
		return nil, err
	}
	if !json.Valid(text) {
		return nil, plain(http.StatusBadRequest, "Invalid request JSON body")
	}
	if i := skipSpace(text, 0); text[i] != '{' {
		return nil, &wireError{status: http.StatusBadRequest, code: http.StatusBadRequest, text: "Malformed request", contentType: plainJSON}
	}
	return text, nil
}

// decodeCharset turns a body into UTF-8. Without a charset the usual forms of
// Unicode are told apart by their bytes.
func decodeCharset(contentType string, body []byte) ([]byte, error) {
	_, parameters, err := mime.ParseMediaType(contentType)
	charset := parameters["charset"]
	if err != nil || charset == "" {
		text, err := httpserver.JSONText(body)
		if err != nil {
			return nil, plain(http.StatusBadRequest, "Invalid request JSON body")
		}
		return text, nil
	}
	switch strings.ToLower(charset) {
	case "utf-8", "utf8", "us-ascii", "ascii":
		if !utf8.Valid(body) {
			return nil, plain(http.StatusBadRequest, "Request body is not valid "+charset)
		}
		return body, nil
	case "iso-8859-1", "latin1", "latin-1":
		out := make([]byte, 0, len(body))
		for _, b := range body {
			out = utf8.AppendRune(out, rune(b))
		}
		return out, nil
	case "utf-16", "utf-16le", "utf-16be", "utf-32", "utf-32le", "utf-32be":
		text, err := httpserver.JSONText(body)
		if err != nil {
			return nil, plain(http.StatusBadRequest, "Request body is not valid "+charset)
		}
		return text, nil
	default:
		return nil, plain(http.StatusBadRequest, "Unknown charset "+charset)
	}
}

func bodyFailure(err error) error {
	switch {
	case errors.Is(err, httpserver.ErrBodyTooLarge):
		return &wireError{
			status: http.StatusRequestEntityTooLarge, code: http.StatusRequestEntityTooLarge,
			text: "HTTP Request Entity Too Large", contentType: plainJSON,
		}
	case errors.Is(err, httpserver.ErrBodyEncoding):
		return &wireError{status: http.StatusUnsupportedMediaType, code: http.StatusUnsupportedMediaType, text: err.Error(), contentType: plainJSON}
	case errors.Is(err, httpserver.ErrBodyCorrupt):
		return &wireError{status: http.StatusBadRequest, code: http.StatusBadRequest, text: err.Error(), contentType: plainJSON}
	case errors.Is(err, httpserver.ErrBodyNoRoom):
		return &wireError{status: http.StatusServiceUnavailable, code: http.StatusServiceUnavailable, text: textBusy, contentType: plainJSON}
	default:
		return plain(http.StatusServiceUnavailable, textConnection)
	}
}

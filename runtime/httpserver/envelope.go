package httpserver

import (
	"net/http"
	"strconv"
	"unicode/utf8"
)

// WriteError answers with the error envelope that the clients of both APIs
// parse: {"error_code":...,"message":"..."}. The code may be finer than the
// status (40401 with status 404).
func WriteError(w http.ResponseWriter, mediaType string, status, code int, message string) {
	body := append([]byte(`{"error_code":`), strconv.Itoa(code)...)
	body = append(body, `,"message":`...)
	body = AppendQuoted(body, message)
	body = append(body, '}')
	WriteBody(w, mediaType, status, body)
}

// WriteBody answers with a body that is ready: one header, one write.
func WriteBody(w http.ResponseWriter, mediaType string, status int, body []byte) {
	header := w.Header()
	header.Set("Content-Type", mediaType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body) // An error means that the client has gone.
}

// AppendQuoted appends s as a JSON string. Only what JSON requires is escaped:
// quote, backslash and control characters; bytes that are not UTF-8 become
// U+FFFD.
func AppendQuoted(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		b := s[i]
		if b >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, s[start:i]...), "\ufffd"...)
				start = i + 1
			}
			i += size
			continue
		}
		if b >= ' ' && b != '"' && b != '\\' {
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		switch b {
		case '"', '\\':
			dst = append(dst, '\\', b)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[b>>4], hex[b&0xf])
		}
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}

package httpserver

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
)

// requestIDHeader is X-Request-ID in the form in which net/http keys headers.
const requestIDHeader = "X-Request-Id"

// maxRequestID bounds what is taken over from a client, so that log lines and
// forwarded headers stay short.
const maxRequestID = 128

// RequestID returns the id of the request that the chain has seen, also for
// passing it on to another node; empty outside a chain.
func RequestID(r *http.Request) string {
	return r.Header.Get(requestIDHeader)
}

// identify makes sure that request and answer carry the same id.
func (c *chained) identify(w http.ResponseWriter, r *http.Request) {
	ids := r.Header[requestIDHeader]
	if len(ids) != 1 || !usableID(ids[0]) {
		ids = []string{c.NewID()}
		r.Header[requestIDHeader] = ids
	}
	w.Header()[requestIDHeader] = ids
}

func usableID(id string) bool {
	if id == "" || len(id) > maxRequestID {
		return false
	}
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return false
		}
	}
	return true
}

func newRequestID() string {
	var raw [16]byte
	rand.Read(raw[:])
	raw[6] = raw[6]&0x0f | 0x40 // RFC 9562, version 4.
	raw[8] = raw[8]&0x3f | 0x80
	var text [36]byte
	hex.Encode(text[:], raw[:4])
	text[8] = '-'
	hex.Encode(text[9:], raw[4:6])
	text[13] = '-'
	hex.Encode(text[14:], raw[6:8])
	text[18] = '-'
	hex.Encode(text[19:], raw[8:10])
	text[23] = '-'
	hex.Encode(text[24:], raw[10:])
	return string(text[:])
}

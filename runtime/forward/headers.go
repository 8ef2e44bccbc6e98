package forward

import (
	"net/http"
	"net/textproto"
)

// The loop guard. X-Forward is the mark that Confluent's nodes set too;
// Karapace's nodes set none, so a request from one of them can be forwarded
// once more by a node that is not primary.
const (
	markHeader  = "X-Forward"
	markValue   = "true"
	refusalMark = "X-Plastron-Not-Primary"
)

// requestHeaders lists what travels to the primary: who asks, what the body
// is, which answer is understood, and what ties logs together. Everything else
// stays here; hop-by-hop headers would break the second hop.
func requestHeaders() []string {
	return []string{
		"Authorization", "Content-Type", "Accept", "Confluent-Accept-Unknown-Properties",
		"Traceparent", "Tracestate", "X-Request-Id",
	}
}

// responseHeaders lists what travels back with status and body.
func responseHeaders() []string {
	return []string{"Content-Type", "Www-Authenticate", "Retry-After", "Cache-Control", "Deprecation"}
}

// Forwarded reports whether another node has forwarded r to this one. Such a
// request is served here or refused, never sent on.
func Forwarded(r *http.Request) bool {
	return r.Header.Get(markHeader) != ""
}

// MarkRefused adds to an answer that nothing was done because this node is
// not primary, so that the node that forwarded the request may look for the
// primary again. Set it together with the error, for forwarded requests.
func MarkRefused(h http.Header) { h.Set(refusalMark, markValue) }

func copyHeaders(dst, src http.Header, names ...[]string) {
	for _, list := range names {
		for _, name := range list {
			name = textproto.CanonicalMIMEHeaderKey(name)
			if values := src[name]; len(values) > 0 {
				dst[name] = append([]string(nil), values...)
			}
		}
	}
}

package auth

import "net/http"

// certificateUser is the common name of a client certificate that the listener
// has verified.
func certificateUser(r *http.Request) (Principal, bool) {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 || len(r.TLS.VerifiedChains[0]) == 0 {
		return Principal{}, false
	}
	name := r.TLS.VerifiedChains[0][0].Subject.CommonName
	return Principal{Name: name, Source: Certificate}, name != ""
}

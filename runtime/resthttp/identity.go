package resthttp

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/plastron-dev/plastron/runtime/rest"
)

// Entrance leads to the handler of whoever asks; *rest.Identities is one.
type Entrance interface {
	// Enter returns the handler that serves the principal of credentials, and
	// what has to be called when the request is done.
	Enter(ctx context.Context, c rest.Credentials) (http.Handler, func(), error)
}

// NewFront returns the handler for a proxy that uses the credentials of each
// request for Kafka. It judges what needs no credentials (REST contract 10.2)
// and has the handlers of the principals, which New made, do the rest. Service
// and Peers of d are not used.
func NewFront(d Deps, e Entrance) http.Handler {
	a := newAPI(d)
	a.entrance = e
	return a
}

// isVersion3 reports whether a path belongs to version 3, whose routes all want
// credentials before anything else.
func isVersion3(path string) bool {
	for _, prefix := range prefixes() {
		if rest, found := strings.CutPrefix(path, prefix); found && (rest == "" || rest[0] == '/') {
			return true
		}
	}
	return false
}

// enter has the handler of the principal serve a request, with body in place
// of that of r unless it is nil.
func (a *api) enter(w http.ResponseWriter, r *http.Request, body []byte) {
	c, ok := credentialsOf(r.Header.Get("Authorization"))
	if !ok {
		unauthorized(w)
		return
	}
	h, leave, err := a.entrance.Enter(r.Context(), c)
	switch {
	case isKind(err, rest.Unauthenticated):
		unauthorized(w)
		return
	case isKind(err, rest.Unavailable):
		err = forProducing(err) // Nothing can be said about the request itself.
	}
	if err != nil {
		onWire(err).write(w)
		return
	}
	defer leave()
	if body != nil {
		r = decoded(r)
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	h.ServeHTTP(w, r)
}

// unauthorized is what Karapace's clients see, with a code.
func unauthorized(w http.ResponseWriter) {
	w.Header().Set("Www-Authenticate", `Basic realm="Karapace REST Proxy"`)
	(&wireError{status: http.StatusUnauthorized, code: 40101, text: "Unauthorized", contentType: plainJSON}).write(w)
}

const (
	// maxBasic and maxBearer bound what is looked at of an Authorization header.
	maxBasic  = 2 << 10
	maxBearer = 16 << 10
)

// credentialsOf reads an Authorization header. The scheme has to be spelled
// Basic or Bearer, as Karapace wants it.
func credentialsOf(header string) (rest.Credentials, bool) {
	scheme, value, _ := strings.Cut(header, " ")
	switch {
	case scheme == "Basic" && len(value) <= maxBasic:
		return basicCredentials(value)
	case scheme == "Bearer" && len(value) <= maxBearer:
		return bearerCredentials(value)
	default:
		return rest.Credentials{}, false
	}
}

func basicCredentials(value string) (rest.Credentials, bool) {
	text, err := base64.StdEncoding.DecodeString(value)
	user, password, found := strings.Cut(string(text), ":")
	if err != nil || !found || user == "" {
		return rest.Credentials{}, false
	}
	return rest.Credentials{Principal: "user " + user, User: user, Password: password}, true
}

// bearerCredentials reads who a token (RFC 7519) is about. Its signature is for
// Kafka to judge: nothing is believed before that has accepted the token.
func bearerCredentials(token string) (rest.Credentials, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return rest.Credentials{}, false
	}
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return rest.Credentials{}, false
	}
	var claims struct {
		Issuer  string      `json:"iss"`
		Subject string      `json:"sub"`
		Expires json.Number `json:"exp"`
	}
	if err := json.Unmarshal(text, &claims); err != nil {
		return rest.Credentials{}, false
	}
	c := rest.Credentials{Principal: "token " + claims.Subject + " of " + claims.Issuer, Token: token}
	if claims.Expires != "" {
		seconds, err := claims.Expires.Float64() // RFC 7519 allows fractions.
		if err != nil || seconds < 0 || seconds > 1<<40 {
			return rest.Credentials{}, false
		}
		c.Expires = time.Unix(int64(seconds), 0)
	}
	return c, true
}

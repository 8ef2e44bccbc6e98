package auth

import (
	"net/http"
	"strconv"
)

// mediaType is that of refusals, which come before a type is negotiated.
const mediaType = "application/vnd.schemaregistry.v1+json"

// Answer is what a refused request gets. Header holds WWW-Authenticate or
// Retry-After.
type Answer struct {
	Status int
	Header map[string]string
	Body   []byte // Body is JSON with error_code and message, with tokens also Karapace's error and reason
}

// Answer says what an error of Authenticate is in HTTP (registry contract 1
// and 15).
func (a *Auth) Answer(err error) Answer {
	status, message := http.StatusUnauthorized, "Unauthorized"
	header := map[string]string{}
	switch kindOf(err) {
	case Forbidden:
		status, message = http.StatusForbidden, "Forbidden"
	case Busy:
		status, message = http.StatusTooManyRequests, "Too many logins are being checked"
		header["Retry-After"] = "1"
	case Unavailable:
		status, message = http.StatusServiceUnavailable, "The keys of the token issuer are not available"
		header["Retry-After"] = "1"
	default:
		header["WWW-Authenticate"] = a.challenge()
	}
	body := append([]byte(`{"error_code":`), strconv.Itoa(status)...)
	body = append(append(body, `,"message":`...), strconv.Quote(message)...)
	if a.tokens != nil && header["Retry-After"] == "" {
		body = append(body, a.tokenFields(err, status)...)
	}
	return Answer{Status: status, Header: header, Body: append(body, '}')}
}

// tokenFields are what Karapace answers with tokens; all texts are constants
// without anything to escape.
func (a *Auth) tokenFields(err error, status int) string {
	reason := reasonInvalid
	if e, ok := err.(*Error); ok && e.Reason != "" {
		reason = e.Reason
	}
	title := "Unauthorized"
	if status == http.StatusForbidden {
		title = "Authorization error"
	}
	return `,"error":` + strconv.Quote(title) + `,"reason":` + strconv.Quote(reason)
}

func (a *Auth) challenge() string {
	if a.tokens != nil {
		return "Bearer realm=" + strconv.Quote(a.config.Realm)
	}
	return "Basic realm=" + strconv.Quote(a.config.Realm)
}

// Refuse writes the answer to an error of Authenticate.
func (a *Auth) Refuse(w http.ResponseWriter, err error) {
	answer := a.Answer(err)
	for name, value := range answer.Header {
		w.Header().Set(name, value)
	}
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Length", strconv.Itoa(len(answer.Body)))
	w.WriteHeader(answer.Status)
	_, _ = w.Write(answer.Body) // An error means that the client has gone.
}

package client

import (
	"fmt"
	"net/http"
)

// Authorizer adds credentials to a request. It may look at the context of the
// request, which is how the credentials of the caller of the REST proxy will
// travel. An error refuses the request before anything is sent.
type Authorizer interface {
	Authorize(r *http.Request) error
}

// AuthorizerFunc makes a function an Authorizer.
type AuthorizerFunc func(r *http.Request) error

// Authorize calls f.
func (f AuthorizerFunc) Authorize(r *http.Request) error { return f(r) }

// Basic sends a user name and a password (RFC 7617).
func Basic(username, password string) Authorizer {
	return AuthorizerFunc(func(r *http.Request) error {
		r.SetBasicAuth(username, password)
		return nil
	})
}

// Bearer sends a token (RFC 6750), asked for once per request so that it can
// be refreshed.
func Bearer(token func() (string, error)) Authorizer {
	return AuthorizerFunc(func(r *http.Request) error {
		t, err := token()
		if err != nil {
			return fmt.Errorf("getting the registry token: %w", err)
		}
		r.Header.Set("Authorization", "Bearer "+t)
		return nil
	})
}

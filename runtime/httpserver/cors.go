package httpserver

import (
	"net/http"
	"slices"
	"strings"
)

// CORS says which pages of other origins may call the API from a browser. Its
// zero value is off: no header is added, and preflights are ordinary requests.
//
// Credentials are never allowed, so a page cannot use what the browser knows
// of its user.
type CORS struct {
	// Origins lists what is allowed, as browsers send it ("https://ui.test"),
	// compared exactly; "*" alone allows all.
	Origins []string
	// Methods and Headers are for preflights; defaults GET, POST, PUT, DELETE
	// and Accept, Authorization, Content-Type.
	Methods, Headers []string
}

// Wrap answers preflights, which carry no credentials, and marks answers for
// allowed origins. It belongs before authentication.
func (c CORS) Wrap(next http.Handler) http.Handler {
	if len(c.Origins) == 0 {
		return next
	}
	if len(c.Methods) == 0 {
		c.Methods = []string{"GET", "POST", "PUT", "DELETE"}
	}
	if len(c.Headers) == 0 {
		c.Headers = []string{"Accept", "Authorization", "Content-Type"}
	}
	methods, headers := strings.Join(c.Methods, ", "), strings.Join(c.Headers, ", ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		origin := r.Header.Get("Origin")
		if origin == "" || !c.allows(origin) {
			next.ServeHTTP(w, r)
			return
		}
		h.Set("Access-Control-Allow-Origin", c.named(origin))
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			next.ServeHTTP(w, r)
			return
		}
		h.Set("Access-Control-Allow-Methods", methods)
		h.Set("Access-Control-Allow-Headers", headers)
		w.WriteHeader(http.StatusNoContent)
	})
}

func (c CORS) allows(origin string) bool { return c.all() || slices.Contains(c.Origins, origin) }

func (c CORS) all() bool { return len(c.Origins) == 1 && c.Origins[0] == "*" }

func (c CORS) named(origin string) string {
	if c.all() {
		return "*"
	}
	return origin
}

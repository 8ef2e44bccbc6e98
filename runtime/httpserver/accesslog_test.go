package httpserver

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestAccessLog(t *testing.T) {
	t.Parallel()
	f := func(r *http.Request, want string) {
		t.Helper()
		var out bytes.Buffer
		l := &AccessLog{Out: &out}
		l.RequestStarted(r)
		l.RequestDone(r, Observation{Status: 200, RequestBytes: r.ContentLength, ResponseBytes: 42, Duration: 1234 * time.Microsecond})
		if out.String() != want {
			t.Fatalf("%q; want %q", out.String(), want)
		}
	}
	plain := httptest.NewRequest("GET", "/subjects?deleted=true", nil)
	full := httptest.NewRequest("POST", "/subjects/a%2Fb/versions", strings.NewReader("{}"))
	full.Header.Set("User-Agent", "curl/8 \"x\"\n\x1b[31m")
	full.Header.Set("X-Client-IP", "10.0.0.7")
	full.Header.Set("Authorization", "Basic c2VjcmV0")

	f(plain, "0.001234s - \"GET /subjects?deleted=true HTTP/1.1\" 200 \"-\" response=42b request_body=-b\n")
	f(full, "0.001234s 10.0.0.7 \"POST /subjects/a%2Fb/versions HTTP/1.1\" 200 \"curl/8 \\\"x\\\"\\n\\x1b[31m\" response=42b request_body=2b\n")
	full.Header.Set("X-Client-IP", "1 \"GET")
	f(full, "0.001234s - \"POST /subjects/a%2Fb/versions HTTP/1.1\" 200 \"curl/8 \\\"x\\\"\\n\\x1b[31m\" response=42b request_body=2b\n")
}

package traffic

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestAnswersAreReadToTheirEnd(t *testing.T) {
	t.Parallel()
	f := func(answer, wantBody string, wantStatus int) {
		t.Helper()
		ours, theirs := net.Pipe()
		go func() {
			defer theirs.Close()
			_, _ = io.ReadFull(theirs, make([]byte, 3))
			_, _ = io.WriteString(theirs, answer)
		}()
		c := newConn(ours)
		defer c.Close()
		var body bytes.Buffer
		status, err := c.Do([]byte("GET"), &body)
		if status != wantStatus || body.String() != wantBody || (err == nil) != (wantStatus != 0) {
			t.Errorf("%q: %d %q %v", answer, status, &body, err)
		}
		if rest, _ := io.ReadAll(c.in); err == nil && string(rest) != "" {
			t.Errorf("%q: %q is left", answer, rest)
		}
	}

	f("HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 2\r\n\r\nhi", "hi", 200)
	f("HTTP/1.1 404 Not Found\r\ncontent-length:2\r\n\r\nhi", "hi", 404)
	f("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\na;x=y\r\n0123456789\r\n0\r\n\r\n", "hi0123456789", 200)
	f("HTTP/1.1 204 No Content\r\n\r\n", "", 204)
	f("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "", 0)
	f("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "", 0)
	f("SSH-2.0-OpenSSH_9.2\r\n", "", 0)
	f("", "", 0)
}

func TestRunSendsWhatIsDue(t *testing.T) {
	t.Parallel()
	var asked, refused atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if user != "u" || password != "p" || r.URL.Path != "/base/x" {
			t.Errorf("%s asks for %s", user, r.URL)
		}
		if asked.Add(1)%10 == 0 {
			refused.Add(1)
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	defer server.Close()
	target, err := ParseTarget(strings.Replace(server.URL, "://", "://u:p@", 1) + "/base/")
	if err != nil {
		t.Fatal(err)
	}
	source := func(dst []byte, _ int64) []byte { return target.AppendPost(dst, "/x", []byte("{}")) }
	for _, rate := range []float64{0, 1000} {
		asked.Store(0)
		refused.Store(0)
		r := Run(t.Context(), target, source, Load{Connections: 3, Duration: time.Minute, Rate: rate, Count: 50})
		if r.Requests != 50 || asked.Load() != 50 || int64(r.Failed) != refused.Load() || r.Failed == 0 || r.Reason != "status 418" {
			t.Errorf("at rate %v: %+v, %d were asked, %d refused", rate, r, asked.Load(), refused.Load())
		}
		if rate > 0 && r.Seconds < 0.049 {
			t.Errorf("50 requests at 1000/s took %v s", r.Seconds)
		}
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	f := func(want float64, figures ...float64) {
		t.Helper()
		if got := Median(figures); got != want {
			t.Errorf("%v: %v", figures, got)
		}
	}
	f(0)
	f(2, 3, 1, 2)
	f(2.5, 4, 1, 3, 2)
}

func TestAvroHasTheLengthThatWasAskedFor(t *testing.T) {
	t.Parallel()
	for _, length := range []int{1 << 10, 80 << 10} {
		if got := len(Avro("x", length)); got != length {
			t.Errorf("%d instead of %d", got, length)
		}
	}
}

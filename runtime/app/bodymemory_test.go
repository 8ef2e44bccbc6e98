package app

import (
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// stalled is a body of which the last part comes when it is told to.
type stalled struct {
	io.Reader
	entered, release chan struct{}
}

func newStalled(first, last string) *stalled {
	s := &stalled{entered: make(chan struct{}), release: make(chan struct{})}
	s.Reader = io.MultiReader(strings.NewReader(first), s.gate(), strings.NewReader(last))
	return s
}

// gate is an empty part between the two that can be passed when it is open.
func (s *stalled) gate() io.Reader {
	return readerFunc(func([]byte) (int, error) {
		close(s.entered)
		<-s.release
		return 0, io.EOF
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// While one body takes all of http_request_memory, another request waits until
// its deadline and is told to come back.
func TestMemoryOfBodiesIsAKey(t *testing.T) {
	t.Parallel()
	n := emptyNode(t, "KARAPACE_HTTP_REQUEST_MEMORY=8192")
	text := `{"schema":"\"int\"","x":"` + strings.Repeat("x", 9000) + `"}`
	body := newStalled(text[:5000], text[5000:])
	first := make(chan *httptest.ResponseRecorder)
	go func() {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("POST", "/subjects/s/versions", body)
		r.ContentLength = int64(len(text))
		n.chain.ServeHTTP(w, r)
		first <- w
	}()
	<-body.entered
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	w := httptest.NewRecorder()
	n.chain.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "POST", "/subjects/s/versions", bytes.NewReader([]byte(text))))
	if w.Code != 503 || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), `"error_code":503`) {
		t.Errorf("without room: %d %s %v", w.Code, w.Body, w.Header())
	}
	close(body.release)
	if w := <-first; w.Code != 200 {
		t.Errorf("the first body: %d %s", w.Code, w.Body)
	}
	w = httptest.NewRecorder()
	n.chain.ServeHTTP(w, httptest.NewRequest("POST", "/subjects/s/versions", strings.NewReader(text)))
	if w.Code != 200 {
		t.Errorf("with room again: %d %s", w.Code, w.Body)
	}
}

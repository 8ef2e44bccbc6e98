package httpserver

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strings"
)

// What can go wrong with a body before anybody looks at its content.
var (
	// ErrBodyTooLarge is for 413: more bytes than allowed, before or after
	// decompression.
	ErrBodyTooLarge = errors.New("request body is too large")
	// ErrBodyEncoding is for 415: a Content-Encoding other than gzip.
	ErrBodyEncoding = errors.New("content encoding is not supported, only gzip is")
	// ErrBodyCorrupt is for 400: the bytes are not gzip.
	ErrBodyCorrupt = errors.New("request body is not valid gzip")
	// ErrBodyNoRoom is for 503: the bodies of other requests took all the memory
	// that there is for bodies, until the deadline.
	ErrBodyNoRoom = errors.New("too many bytes of request bodies are worked on")
	// ErrBodyUnread is for 408: the client did not send it in time, or left.
	ErrBodyUnread = errors.New("request body did not arrive")
)

// ReadBody returns the whole body, at most limit bytes (0: what the chain
// allows). Its errors wrap one of the ErrBody values. In a chain with a bound
// on memory it waits until there is room for the body, which is then the
// request's until its handler has returned.
func ReadBody(r *http.Request, limit int64) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	if limit <= 0 {
		limit = math.MaxInt64 - 1
	}
	if r.ContentLength > limit {
		return nil, fmt.Errorf("%w: %d bytes are announced, %d are allowed", ErrBodyTooLarge, r.ContentLength, limit)
	}
	var body bytes.Buffer
	if n := r.ContentLength; n > 0 {
		// The announced length is only a hint: a liar gets little in advance.
		body.Grow(int(min(n, lobby)) + bytes.MinRead)
	}
	if err := fill(&body, r, limit); err != nil {
		return nil, err
	}
	if int64(body.Len()) > limit {
		return nil, fmt.Errorf("%w: %d bytes are allowed", ErrBodyTooLarge, limit)
	}
	return body.Bytes(), nil
}

// fill reads the body up to one byte more than limit.
func fill(body *bytes.Buffer, r *http.Request, limit int64) error {
	if n, err := body.ReadFrom(io.LimitReader(r.Body, min(limit+1, lobby))); err != nil || n < lobby {
		return bodyError(err)
	}
	// A length that nobody announced can be anything up to the limit. Room is
	// not taken in steps: two requests that each wait for more would keep what
	// they have from each other.
	want := limit
	if r.ContentLength > 0 {
		want = r.ContentLength
	}
	counted, err := claimRoom(r, want)
	if err != nil {
		return err
	}
	if counted && r.ContentLength > 0 {
		// Growing by steps would leave as much again behind.
		body.Grow(int(r.ContentLength-lobby) + bytes.MinRead)
	}
	if _, err := body.ReadFrom(io.LimitReader(r.Body, limit+1-lobby)); err != nil {
		return bodyError(err)
	}
	keepRoom(r, int64(body.Len()))
	return nil
}

// bodyError sorts what reading a body can end with; nil stays nil.
func bodyError(err error) error {
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return fmt.Errorf("%w: %d bytes are allowed", ErrBodyTooLarge, tooLarge.Limit)
	case errors.Is(err, ErrBodyTooLarge), errors.Is(err, ErrBodyEncoding), errors.Is(err, ErrBodyCorrupt):
		return err
	default:
		return fmt.Errorf("%w: %w", ErrBodyUnread, err)
	}
}

// limitBody puts the byte limit and the decompression in front of the body.
// Nothing is read: errors come out of the first Read.
func limitBody(w http.ResponseWriter, r *http.Request, limit int64) {
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	if limit > 0 {
		r.Body = http.MaxBytesReader(w, r.Body, limit)
	}
	switch encoding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		r.Body = &gzipBody{raw: r.Body, left: limit, bounded: limit > 0}
		r.Header.Del("Content-Encoding")
		r.ContentLength = -1
	default:
		r.Body = &refusedBody{raw: r.Body, err: fmt.Errorf("%w: %q", ErrBodyEncoding, encoding)}
	}
}

// gzipBody decompresses on reading and counts what comes out: a small bomb
// ends with ErrBodyTooLarge after limit bytes.
type gzipBody struct {
	raw     io.ReadCloser
	gz      *gzip.Reader
	left    int64
	bounded bool
}

// Read opens the stream at the first call, since that already reads.
func (b *gzipBody) Read(p []byte) (int, error) {
	if b.gz == nil {
		gz, err := gzip.NewReader(b.raw)
		if err != nil {
			return 0, gzipError(err)
		}
		b.gz = gz
	}
	n, err := b.gz.Read(p)
	b.left -= int64(n)
	if b.bounded && b.left < 0 {
		return 0, fmt.Errorf("%w after decompression", ErrBodyTooLarge)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return n, gzipError(err)
	}
	return n, err
}

func gzipError(err error) error {
	var tooLarge *http.MaxBytesError
	var network net.Error
	if errors.As(err, &tooLarge) || errors.As(err, &network) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrBodyCorrupt, err)
}

// Close ends the raw body; the decompressor holds nothing else.
func (b *gzipBody) Close() error { return b.raw.Close() }

type refusedBody struct {
	raw io.ReadCloser
	err error
}

func (b *refusedBody) Read([]byte) (int, error) { return 0, b.err }
func (b *refusedBody) Close() error             { return b.raw.Close() }

package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// call is one request of the API.
type call struct {
	op     string // for errors, in gerund
	method string
	path   string // encoded, begins with a slash
	query  url.Values
	body   any // nil: no body
	write  bool
	wait   time.Duration // how long the registry may wait before it answers
}

// do performs c and decodes a successful answer into out, unless out is nil.
// The addresses are tried in turn, beginning with the one that answered last.
func (c *Client) do(ctx context.Context, in call, out any) error {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout+in.wait)
	defer cancel()
	var body []byte
	if in.body != nil {
		var err error
		if body, err = json.Marshal(in.body); err != nil {
			return &Error{Class: Other, Op: in.op, Err: err}
		}
	}

	first := int(c.preferred.Load())
	var last *Error
	for i := range c.bases {
		n := (first + i) % len(c.bases)
		answer, failure := c.exchange(ctx, c.bases[n], in, body)
		if failure == nil {
			c.preferred.Store(uint32(n)) // n < len(bases)
			return decode(in.op, answer, out)
		}
		last = failure
		// Another address helps only when this one did not take the request.
		if failure.Class != Unavailable || ctx.Err() != nil {
			break
		}
	}
	return last
}

// exchange sends the request to one address and returns the body of a
// successful answer.
func (c *Client) exchange(ctx context.Context, base *url.URL, in call, body []byte) ([]byte, *Error) {
	var sent atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { sent.Store(true) }}
	request, err := c.request(httptrace.WithClientTrace(ctx, trace), base, in, body)
	if err != nil {
		return nil, &Error{Class: Other, Op: in.op, Err: err}
	}

	response, err := c.http.Do(request)
	if err != nil {
		return nil, transportError(ctx, in.op, in.write, sent.Load(), err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := readBounded(response.Body, c.config.MaxAnswer)
	if err != nil {
		if errors.Is(err, errTooLong) {
			return nil, &Error{Class: Other, Op: in.op, Status: response.StatusCode, Err: err}
		}
		return nil, transportError(ctx, in.op, in.write, true, err)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return nil, answerError(in.op, in.write, response.StatusCode, answer)
	}
	return answer, nil
}

func (c *Client) request(ctx context.Context, base *url.URL, in call, body []byte) (*http.Request, error) {
	target := base.String() + in.path
	if len(in.query) > 0 {
		target += "?" + in.query.Encode()
	}
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	request, err := http.NewRequestWithContext(ctx, in.method, target, reader)
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", MediaType)
	}
	request.Header.Set("Accept", MediaType+", application/json; q=0.5")
	// Asks for the fields that older clients do not understand: guid, deleted
	// (registry contract D5).
	request.Header.Set("Confluent-Accept-Unknown-Properties", "true")
	if c.config.UserAgent != "" {
		request.Header.Set("User-Agent", c.config.UserAgent)
	}
	if c.config.Auth != nil {
		if err := c.config.Auth.Authorize(request); err != nil {
			return nil, err
		}
	}
	return request, nil
}

var errTooLong = errors.New("the answer is longer than the limit")

func readBounded(r io.Reader, limit int64) ([]byte, error) {
	answer, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(answer)) > limit {
		return nil, fmt.Errorf("%w of %d bytes", errTooLong, limit)
	}
	return answer, nil
}

func decode(op string, answer []byte, out any) error {
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return &Error{Class: Other, Op: op, Status: http.StatusOK, Err: fmt.Errorf("reading the answer: %w", err)}
	}
	return nil
}

// withoutURL drops the request line that net/http puts in front of an error:
// the operation is named already.
func withoutURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// pathOf joins path segments, each escaped so that a slash in a subject stays
// inside its segment (%2F) and dots do not climb.
func pathOf(segments ...string) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteByte('/')
		switch s {
		case ".":
			b.WriteString("%2E")
		case "..":
			b.WriteString("%2E%2E")
		default:
			b.WriteString(url.PathEscape(s))
		}
	}
	return b.String()
}

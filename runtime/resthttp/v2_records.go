package resthttp

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/rest"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// records reads from a consumer and sends what comes while it comes.
func (a *api) records(w http.ResponseWriter, c *call) error {
	consumer, err := a.instance(c)
	if err != nil {
		return err
	}
	format := consumer.Config.Format
	if !a.mayShow(c.accept, format) {
		return wrong(http.StatusNotAcceptable, 40601,
			fmt.Sprintf("Consumer format %s does not match the embedded format %s", format, c.accept.formats[0]))
	}
	options, err := readOptions(c)
	if err != nil {
		return err
	}
	contentType := contentTypeV2
	if c.accept.exact != "" && c.accept.formats[0] == format {
		contentType = c.accept.exact
	}
	out := recordWriter{w: w, ctx: c.Context, contentType: contentType, buf: make([]byte, 0, 4096)}
	if err = consumer.Read(c.Context(), options, &out); err != nil && !out.begun {
		return err
	}
	return nil // An error after the beginning means that the client has gone.
}

// mayShow reports whether an Accept header allows a consumer's format. For
// Confluent the formats with schemas are one: any of them shows records of the
// others.
func (a *api) mayShow(accept accepted, format rest.Format) bool {
	if accept.allows(format) {
		return true
	}
	return a.Flavour == schema.Confluent && format.NeedsSchema() && slices.ContainsFunc(accept.formats, rest.Format.NeedsSchema)
}

// readOptions reads timeout and max_bytes from the query.
func readOptions(c *call) (rest.ReadOptions, error) {
	var o rest.ReadOptions
	query := c.URL.Query()
	timeout, err := queryInt(query.Get("timeout"), query.Has("timeout"))
	if err != nil {
		return o, err
	}
	maxBytes, err := queryInt(query.Get("max_bytes"), query.Has("max_bytes"))
	if err != nil {
		return o, err
	}
	if timeout != nil {
		d := milliseconds(*timeout)
		o.Timeout = &d
	}
	if maxBytes != nil {
		n := int(*maxBytes)
		o.MaxBytes = &n
	}
	return o, nil
}

func queryInt(text string, present bool) (*int64, error) {
	if !present {
		return nil, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, wrong(http.StatusInternalServerError, http.StatusInternalServerError, "Invalid request parameters: "+short(text)+" is not a number")
	}
	if n < 0 {
		return nil, wrong(http.StatusInternalServerError, http.StatusInternalServerError, "Invalid request parameter "+strconv.FormatInt(n, 10))
	}
	return &n, nil
}

// flushBytes is how much of an answer is gathered before it is sent. Until
// then a failure can still become an error status.
const flushBytes = 64 << 10

// recordWriter writes the JSON array of a read.
type recordWriter struct {
	w           http.ResponseWriter
	ctx         func() context.Context // of the request
	contentType string
	buf         []byte
	count       int
	begun       bool
}

var _ rest.Sink = (*recordWriter)(nil)

// Record appends a record. An error means that the client does not take more.
func (o *recordWriter) Record(r *rest.ConsumedRecord) error {
	if o.count == 0 {
		o.buf = append(o.buf, '[')
	} else {
		o.buf = append(o.buf, ',')
	}
	o.count++
	o.buf = appendRecord(o.buf, r)
	if len(o.buf) < flushBytes {
		return nil
	}
	return o.flush()
}

// End closes the array and sends what is left.
func (o *recordWriter) End() error {
	if o.count == 0 {
		o.buf = append(o.buf, '[')
	}
	o.buf = append(o.buf, ']')
	if !o.begun {
		o.w.Header().Set("Content-Length", strconv.Itoa(len(o.buf)))
	}
	return o.flush()
}

// flush sends. That a client has hung up shows in the context before it shows
// in writing.
func (o *recordWriter) flush() error {
	if err := o.ctx().Err(); err != nil {
		return err
	}
	if !o.begun {
		o.begun = true
		o.w.Header().Set("Content-Type", o.contentType)
		o.w.WriteHeader(http.StatusOK)
	}
	_, err := o.w.Write(o.buf)
	o.buf = o.buf[:0]
	return err
}

func appendRecord(dst []byte, r *rest.ConsumedRecord) []byte {
	dst = append(dst, '{')
	if len(r.Headers) > 0 {
		dst = append(dst, `"headers":`...)
		dst = appendList(dst, len(r.Headers), func(dst []byte, i int) []byte { return appendHeader(dst, "key", r.Headers[i]) })
		dst = append(dst, ',')
	}
	dst = append(append(dst, `"key":`...), r.Key...)
	dst = appendInt(append(dst, `,"offset":`...), r.Offset)
	dst = appendInt(append(dst, `,"partition":`...), int64(r.Partition))
	dst = appendTimestamp(append(dst, `,"timestamp":`...), r.Timestamp)
	dst = httpserver.AppendQuoted(append(dst, `,"topic":`...), r.Topic)
	dst = append(append(dst, `,"value":`...), r.Value...)
	return append(dst, '}')
}

func appendTimestamp(dst []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(dst, "null"...)
	}
	return appendInt(dst, t.UnixMilli())
}

// appendHeader appends a header; what its key is called depends on the version.
func appendHeader(dst []byte, key string, h rest.Header) []byte {
	dst = append(append(append(dst, `{"`...), key...), `":`...)
	dst = httpserver.AppendQuoted(dst, h.Key)
	dst = append(dst, `,"value":`...)
	if h.Value == nil {
		return append(dst, "null}"...)
	}
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, h.Value)
	return append(dst, `"}`...)
}

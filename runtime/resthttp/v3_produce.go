package resthttp

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/rest"
)

const (
	// streamDuration is how long a stream may last.
	streamDuration = 24 * time.Hour
	// stalledAfter is how long a client may leave its receipts unread.
	stalledAfter = time.Minute
	// receiptBytes is how much is gathered before it is written, when there is
	// more to come at once.
	receiptBytes = 32 << 10
	// drainTime and drainBytes bound what is read behind the end.
	drainTime, drainBytes = 500 * time.Millisecond, 256 << 10
	// shortBody is the length of a body that needs no long stream, and
	// shortStream how many records of it may be under way.
	shortBody, shortStream = 16 << 10, 64
)

// produce3 takes a stream of records and sends a receipt for each, in their
// order, while they come. What is wrong with a record is in its receipt; the
// status speaks of what is wrong before the first one.
func (a *api) produce3(c *call3) (int, any, error) {
	topic, err := c.name("topic")
	if err != nil {
		return 0, nil, err
	}
	cluster, err := c.name("cluster")
	if err != nil {
		return 0, nil, err
	}
	control := http.NewResponseController(c.w)
	body, err := c.streamBody(control)
	if err != nil {
		return 0, nil, err
	}
	in := newFrames(body, int(a.MaxBody))
	first, err := in.next()
	if errors.Is(err, io.EOF) {
		return 0, nil, payload("Request body is empty. Data is required.")
	}
	size := rest.StreamRecords
	if c.isShort() {
		size = shortStream
	}
	stream, openErr := a.Service.Stream(topic, size)
	if openErr != nil {
		return 0, nil, openErr
	}
	out := receipts{w: c.w, control: control, cluster: cluster, topic: topic}
	ctx, cancel := context.WithCancel(c.Context())
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		if whole := a.feed(ctx, stream, in, first, err); !whole && !c.isShort() {
			drain(control, body)
		}
	}()
	defer func() {
		cancel()
		select {
		case <-fed: // The connection can be used for the next request.
		default:
			_ = control.SetReadDeadline(time.Unix(1, 0)) // wakes the feeder
			<-fed
		}
		_ = control.SetWriteDeadline(time.Time{}) // for the next request of the connection
	}()
	out.send(stream)
	return 0, nil, nil
}

// isShort reports whether the body is so short that it is read at once.
func (c *call3) isShort() bool { return c.ContentLength >= 0 && c.ContentLength <= shortBody }

// streamBody is the body as UTF-8: a short one as a whole, a longer one while
// it comes.
//
// What is read beside the answer may not be read to its end, when an object is
// malformed. net/http cannot use such a connection again (it would take the
// rest for the next request, or read it twice at once), so it is told to close
// it, before it is known whether that will be so.
func (c *call3) streamBody(control *http.ResponseController) (io.Reader, error) {
	_, parameters, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	charset := strings.ToLower(parameters["charset"])
	var body io.Reader = c.Body
	if c.isShort() {
		text, err := httpserver.ReadBody(c.Request, shortBody)
		if err != nil {
			return nil, bodyFailure(err)
		}
		body = bytes.NewReader(text)
	} else {
		if c.ProtoMajor == 1 {
			c.w.Header().Set("Connection", "close")
		}
		_ = control.EnableFullDuplex()                              // HTTP/2 always is.
		_ = control.SetReadDeadline(time.Now().Add(streamDuration)) // Without one, the client decides.
	}
	switch {
	case err != nil, charset == "", charset == "utf-8", charset == "us-ascii":
		return body, nil
	case charset == "iso-8859-1":
		return &latin1{r: body}, nil
	default:
		return nil, badRequest("Unsupported charset " + short(charset))
	}
}

// drain reads what a client may have sent behind a malformed object, for a
// moment: a connection that is closed with something unread may lose the
// receipts that are on their way.
func drain(control *http.ResponseController, body io.Reader) {
	if control.SetReadDeadline(time.Now().Add(drainTime)) == nil {
		_, _ = io.CopyN(io.Discard, body, drainBytes)
	}
}

// feed puts the records of a body into a stream, beginning with one that was
// read already, until the body ends or cannot be read. It returns false when
// there may be more behind what it has read.
func (a *api) feed(ctx context.Context, stream *rest.Stream, in *frames, object []byte, err error) (whole bool) {
	defer stream.CloseSend()
	var r record3
	for err == nil {
		if err = a.feedOne(ctx, stream, &r, object); err != nil {
			return true // Nobody takes receipts any more.
		}
		object, err = in.next()
	}
	switch {
	case errors.Is(err, io.EOF):
	case errors.Is(err, os.ErrDeadlineExceeded):
		_ = stream.Fail(ctx, wrong(http.StatusRequestTimeout, http.StatusRequestTimeout, "Streaming connection open for longer than allowed: Connection will be closed."))
	case errors.Is(err, errFrameTooLarge), errors.Is(err, errFrameMalformed):
		_ = stream.Fail(ctx, badRequest("Error processing message: "+err.Error()))
		return false
	}
	return true
}

func (a *api) feedOne(ctx context.Context, stream *rest.Stream, r *record3, object []byte) error {
	if !a.Rate.take(1, len(object)) {
		return stream.Fail(ctx, a.tooFast())
	}
	if err := r.decode(object, false); err != nil {
		return stream.Fail(ctx, err)
	}
	return stream.Send(ctx, &r.StreamRecord)
}

// receipts writes what became of the records of a stream.
type receipts struct {
	w              http.ResponseWriter
	control        *http.ResponseController
	cluster, topic string

	buf     []byte
	begun   bool
	expires time.Time // of the write deadline
}

// send writes receipts until there are no more, or the client does not take
// them. It flushes when it would have to wait for the next one.
func (o *receipts) send(stream *rest.Stream) {
	for {
		if len(o.buf) > 0 && (len(o.buf) >= receiptBytes || !stream.Ready()) && o.flush() != nil {
			return
		}
		receipt, more := stream.Next()
		if !more {
			break
		}
		o.buf = append(o.buf, '{')
		o.buf = appendReceipt(o.buf, o.cluster, o.topic, &receipt)
		o.buf = append(o.buf, "}\r\n"...)
	}
	if len(o.buf) > 0 {
		_ = o.flush() // An error means that the client has gone.
	}
}

func (o *receipts) flush() error {
	if now := time.Now(); now.After(o.expires.Add(-stalledAfter / 2)) {
		o.expires = now.Add(stalledAfter)
		_ = o.control.SetWriteDeadline(o.expires) // Without one, the client decides.
	}
	if !o.begun {
		o.begun = true
		o.w.Header().Set("Content-Type", plainJSON)
		o.w.WriteHeader(http.StatusOK)
	}
	_, err := o.w.Write(o.buf)
	o.buf = o.buf[:0]
	if err != nil {
		return err
	}
	return o.control.Flush()
}

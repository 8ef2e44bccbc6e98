package registryhttp

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Headers of every answer, as shared slices: assigning them allocates nothing,
// and nobody changes them in place.
var (
	noCache      = []string{"no-cache, no-store, must-revalidate"}
	noStore      = []string{"no-store, no-cache, must-revalidate"} // Karapace's order on /master_available.
	retryAtOnce  = []string{"1"}
	contentTypes = map[string][]string{
		offerV1:     {offerV1},
		offerPlain:  {offerPlain},
		offerCommon: {offerCommon},
	}
)

// The types of answers, in the server's order of preference (registry
// contract 1.2).
const (
	offerV1     = MediaType
	offerPlain  = "application/vnd.schemaregistry+json"
	offerCommon = "application/json"
)

// bodyTypes are what a request body may be (registry contract 1.1).
const octetStream = "application/octet-stream"

// unknownProperties is the header by which Confluent's clients say that fields
// which they do not know are welcome.
const unknownProperties = "Confluent-Accept-Unknown-Properties"

// call is one request on its way through a route.
type call struct {
	w http.ResponseWriter
	r *http.Request
	// mediaType is that of the answer.
	mediaType string
	// extended says that the answer may have fields that Karapace lacks.
	extended bool
	// asked says that the request itself asked for them.
	asked bool
	// vars are the variables of the path, still encoded.
	vars map[string]string
	// naming is how names of subjects are read.
	naming schema.Naming
	// meant turns a subject of the path or query into the one that it stands
	// for; nil where names are taken as they are.
	meant func(schema.Subject) schema.Subject
}

func (a *api) newCall(w http.ResponseWriter, r *http.Request) *call {
	c := &call{w: w, r: r, mediaType: offerV1, naming: a.naming}
	c.asked = strings.EqualFold(r.Header.Get(unknownProperties), "true")
	c.extended = c.asked || a.Extended == ExtendedAlways || a.points.Extended
	w.Header()["Cache-Control"] = noCache
	return c
}

// negotiate checks what the client sends and chooses what it gets: 415 comes
// first and concerns bodies only.
func (c *call) negotiate() error {
	if (c.r.Method == http.MethodPost || c.r.Method == http.MethodPut) &&
		!httpserver.KnownType(c.r.Header.Get("Content-Type"), offerV1, offerPlain, offerCommon, octetStream) {
		return httpError(http.StatusUnsupportedMediaType)
	}
	mediaType, ok := httpserver.Negotiate(acceptOf(c.r), offerV1, offerPlain, offerCommon)
	if !ok {
		return httpError(http.StatusNotAcceptable)
	}
	c.mediaType = mediaType
	return nil
}

// acceptOf joins repeated headers, which mean the same as one with commas.
func acceptOf(r *http.Request) string {
	switch values := r.Header["Accept"]; len(values) {
	case 0:
		return ""
	case 1:
		return values[0]
	default:
		return strings.Join(values, ",")
	}
}

// send answers 200 with a body that is ready.
func (c *call) send(body []byte) error { return c.sendStatus(http.StatusOK, body) }

func (c *call) sendStatus(status int, body []byte) error {
	header := c.w.Header()
	header["Content-Type"] = contentTypes[c.mediaType]
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	c.w.WriteHeader(status)
	_, _ = c.w.Write(body) // An error means that the client has gone.
	return nil
}

// fail answers with the error envelope.
func (a *api) fail(c *call, err error) {
	answer := a.answerOf(err, c)
	if answer.status >= http.StatusInternalServerError {
		c.w.Header()["Retry-After"] = retryAtOnce
		a.Logger.V(1).Info("Request failed", "requestID", httpserver.RequestID(c.r), "method", c.r.Method, "cause", err.Error())
	}
	if answer.list != nil {
		body := append([]byte(`{"error_code":`), strconv.Itoa(answer.code)...)
		body = append(append(body, `,"message":`...), answer.list...)
		httpserver.WriteBody(c.w, c.mediaType, answer.status, append(body, '}'))
		return
	}
	httpserver.WriteError(c.w, c.mediaType, answer.status, answer.code, answer.message)
}

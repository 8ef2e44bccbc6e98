package registryhttp

import (
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/schema"
)

const byIDPrefix = "/schemas/ids/"

// fastByID recognises the plain form of GET /schemas/ids/{id}, which every
// deserializer sends for every schema it meets: no query, a simple Accept, no
// extended fields. TestFastWayIsTheOrdinaryOne holds both ways equal.
func (a *api) fastByID(r *http.Request) (id schema.ID, mediaType string, ok bool) {
	if r.Method != http.MethodGet || r.URL.RawQuery != "" || r.URL.RawPath != "" {
		return 0, "", false
	}
	digits, ok := strings.CutPrefix(r.URL.Path, byIDPrefix)
	if !ok || len(digits) == 0 || len(digits) > 9 {
		return 0, "", false
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return 0, "", false
		}
		id = id*10 + schema.ID(digits[i]-'0')
	}
	if a.points.Extended || a.Extended == ExtendedAlways || len(r.Header[unknownProperties]) > 0 || !a.Ready() {
		return 0, "", false
	}
	mediaType, ok = fastAccept(r.Header["Accept"])
	return id, mediaType, ok
}

func fastAccept(values []string) (string, bool) {
	if len(values) == 0 {
		return offerV1, true
	}
	if len(values) > 1 {
		return "", false
	}
	switch values[0] {
	case "*/*", offerV1:
		return offerV1, true
	case offerPlain:
		return offerPlain, true
	case offerCommon:
		return offerCommon, true
	default:
		return "", false
	}
}

// serveByID answers in one write from a buffer that is used again: nothing is
// parsed.
func (a *api) serveByID(w http.ResponseWriter, id schema.ID, mediaType string) {
	httpserver.SetRoute(w, byIDPrefix+"{id}")
	header := w.Header()
	header["Cache-Control"] = noCache
	e, err := a.registry.ByID(schema.DefaultContext, id)
	if err != nil {
		answer := a.answerOf(err, nil)
		httpserver.WriteError(w, mediaType, answer.status, answer.code, answer.message)
		return
	}
	buffer := a.buffers.take()
	body := append(a.appendSchema(append(*buffer, '{'), e, shape{}), '}')
	header["Content-Type"] = contentTypes[mediaType]
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body) // An error means that the client has gone.
	a.buffers.giveBack(buffer, body)
}

// buffers are those in which answers are put together.
type buffers struct{ free sync.Pool }

// maxBuffer bounds what is kept for the next answer in bytes.
const maxBuffer = 64 << 10

// take returns an empty buffer.
func (b *buffers) take() *[]byte {
	if buffer, ok := b.free.Get().(*[]byte); ok {
		return buffer
	}
	return new([]byte)
}

// giveBack takes the buffer back with the bytes that it has grown to.
func (b *buffers) giveBack(buffer *[]byte, grown []byte) {
	if cap(grown) > maxBuffer {
		return
	}
	*buffer = grown[:0]
	b.free.Put(buffer)
}

package registryhttp

import (
	"net/http"
	"strconv"
	"strings"

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

// serveByID answers from the literal that the log's record holds: nothing is
// parsed, quoted or copied.
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
	var buffer [512]byte
	head := append(buffer[:0], '{')
	if e.Schema.Type != schema.Avro {
		head = append(httpserver.AppendQuoted(append(head, `"schemaType":`...), string(e.Schema.Type)), ',')
	}
	if len(e.Schema.References) > 0 {
		head = append(appendReferences(head, e.Schema.References), ',')
	}
	head = append(appendMetadata(head, e), `"schema":`...)
	header["Content-Type"] = contentTypes[mediaType]
	header["Content-Length"] = []string{strconv.Itoa(len(head) + len(e.QuotedText) + 1)}
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(head) // An error means that the client has gone.
	_, _ = w.Write(e.QuotedText)
	_, _ = w.Write(closing)
}

var closing = []byte{'}'}

package resthttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/rest"
)

// call3 is a request of version 3 that has passed the checks which its routes
// share: media types, and that the cluster of the path is this one.
type call3 struct {
	*http.Request
	w       http.ResponseWriter
	vars    map[string]string // path parameters, still escaped
	prefix  string            // address and prefix of the version: http://h:8082/v3
	cluster *rest.Cluster     // nil for routes that do not look at it
	body    []byte
}

// address is what absolute links begin with.
func (a *api) address(r *http.Request) string {
	if a.TrustForwarded {
		if address := forwardedAddress(r); address != "" {
			return address
		}
	}
	switch {
	case a.BaseURI != "":
		return a.BaseURI
	case r.TLS != nil:
		return "https://" + r.Host
	default:
		return "http://" + r.Host
	}
}

// serve3 makes an HTTP handler of a route. Only PUT, POST and PATCH have
// bodies.
func (a *api) serve3(prefix string, r route3) http.Handler {
	template := template(prefix + r.path)
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		httpserver.SetRoute(w, template)
		cors(w.Header())
		c, err := a.check3(w, req, prefix, r)
		var status int
		var body any
		if err == nil {
			status, body, err = r.handle(a, c)
		}
		switch {
		case err != nil:
			e := onWire3(err)
			e.announce(w.Header())
			httpserver.WriteError(w, plainJSON, e.status, e.code, e.text)
		case status == 0: // The handler has written.
		case body == nil:
			w.WriteHeader(status)
		default:
			httpserver.WriteBody(w, plainJSON, status, marshal3(body))
		}
	})
}

// check3 judges Content-Type, Accept, cluster and body, in this order.
func (a *api) check3(w http.ResponseWriter, r *http.Request, prefix string, route route3) (*call3, error) {
	c := &call3{Request: r, w: w, vars: mux.Vars(r), prefix: a.address(r) + prefix}
	hasBody := r.Method != http.MethodGet && r.Method != http.MethodDelete
	if hasBody && !httpserver.KnownType(r.Header.Get("Content-Type"), plainJSON) {
		return nil, wrong(http.StatusUnsupportedMediaType, http.StatusUnsupportedMediaType, "HTTP 415 Unsupported Media Type")
	}
	if _, fits := httpserver.Negotiate(r.Header.Get("Accept"), plainJSON); !fits {
		return nil, notAcceptable()
	}
	if route.anyCluster {
		return c, nil
	}
	var err error
	if c.cluster, err = a.Service.Cluster(r.Context()); err != nil {
		return nil, err
	}
	if named, ok := c.vars["cluster"]; ok && named != url.PathEscape(c.cluster.ID) {
		if id, err := c.name("cluster"); err != nil || id != c.cluster.ID {
			return nil, wrong(http.StatusNotFound, http.StatusNotFound, "Cluster "+short(id)+" cannot be found.")
		}
	}
	if hasBody {
		c.body, err = c.read(a.MaxBody)
		if err == nil && c.body == nil {
			err = payload("Request body is empty. Data is required.")
		}
	}
	return c, err
}

// read reads the body; nil stands for none, and for null.
func (c *call3) read(limit int64) ([]byte, error) {
	body, err := httpserver.ReadBody(c.Request, limit)
	if err != nil {
		return nil, bodyFailure(err)
	}
	text, err := decodeCharset(c.Header.Get("Content-Type"), body)
	if err != nil {
		return nil, wrong(http.StatusBadRequest, http.StatusBadRequest, "Bad Request: "+err.Error())
	}
	if text = bytes.TrimSpace(text); len(text) == 0 || string(text) == "null" {
		return nil, nil
	}
	return text, nil
}

// decode reads the body into a struct. What is not in the struct is refused.
func (c *call3) decode(into any) error {
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil && decoder.InputOffset() < int64(len(c.body)) {
		err = errors.New("there is something behind the object")
	}
	if err == nil {
		return nil
	}
	if _, field, found := strings.Cut(err.Error(), "unknown field "); found {
		name, _ := strconv.Unquote(field)
		return wrong(http.StatusUnprocessableEntity, http.StatusUnprocessableEntity, "Unrecognized field: "+short(name))
	}
	return wrong(http.StatusBadRequest, http.StatusBadRequest, "Bad Request: "+short(decodingText(err)))
}

// decodingText says what is wrong with a body in words of JSON.
func decodingText(err error) string {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return e.Field + ": a value of another type is expected, not a " + e.Value
	}
	return err.Error()
}

// name returns a path parameter, decoded.
func (c *call3) name(parameter string) (string, error) {
	s, err := url.PathUnescape(c.vars[parameter])
	if err != nil || strings.ContainsRune(s, 0) {
		return "", wrong(http.StatusBadRequest, http.StatusBadRequest, "Malformed request path")
	}
	return s, nil
}

// number returns a path parameter that is a number; anything else is a path
// that does not exist.
func (c *call3) number(parameter string) (int32, error) {
	n, err := strconv.ParseInt(c.vars[parameter], 10, 32)
	if err != nil || n < 0 {
		return 0, notFound3()
	}
	return int32(n), nil
}

// url is an address below the cluster; names are escaped.
func (c *call3) url(parts ...string) string {
	var out strings.Builder
	out.WriteString(c.prefix)
	out.WriteString("/clusters/")
	out.WriteString(url.PathEscape(c.cluster.ID))
	for _, p := range parts {
		out.WriteByte('/')
		out.WriteString(url.PathEscape(p))
	}
	return out.String()
}

func (c *call3) link(parts ...string) link3 { return link3{c.url(parts...)} }

// crn is the name of a resource beyond its address: pairs of kind and name, the
// last of which may be a kind alone.
func (c *call3) crn(pairs ...string) string {
	var out strings.Builder
	out.WriteString("crn:///kafka=")
	out.WriteString(c.cluster.ID)
	for i, part := range pairs {
		out.WriteByte("/="[i%2])
		out.WriteString(part)
	}
	return out.String()
}

// meta3 and the types below are the envelope of REST contract 13.1.
type meta3 struct {
	Self         string `json:"self"`
	ResourceName string `json:"resource_name,omitempty"`
}

type link3 struct {
	Related string `json:"related"`
}

// head3 is how every resource begins.
type head3 struct {
	Kind      string `json:"kind"`
	Metadata  meta3  `json:"metadata"`
	ClusterID string `json:"cluster_id"`
}

// head makes the beginning of a resource: its self link, and the pairs of its
// resource name.
func (c *call3) head(kind, self string, pairs ...string) head3 {
	return head3{kind, meta3{self, c.crn(pairs...)}, c.cluster.ID}
}

type list3 struct {
	Kind     string `json:"kind"`
	Metadata struct {
		Self string  `json:"self"`
		Next *string `json:"next"`
	} `json:"metadata"`
	Data any `json:"data"`
}

// list answers with a collection. There are no pages: next is always null.
func list[T any](kind, self string, data []T) (int, any, error) {
	if data == nil {
		data = []T{}
	}
	l := list3{Kind: kind + "List", Data: data}
	l.Metadata.Self = self
	return http.StatusOK, l, nil
}

func found(body any) (int, any, error) { return http.StatusOK, body, nil }

// marshal3 encodes an answer without escaping what is no danger in JSON.
func marshal3(body any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(body) != nil { // Impossible: structs of texts and numbers.
		return []byte("{}")
	}
	return bytes.TrimRight(out.Bytes(), "\n")
}

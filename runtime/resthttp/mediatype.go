package resthttp

import (
	"strings"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/rest"
)

// contentTypeV2 is the type of every handled answer.
const contentTypeV2 = "application/vnd.kafka.json.v2+json"

// plainJSON is the type of answers that do not come from a handler.
const plainJSON = "application/json"

// vendor is a type of the form vnd.kafka[.FMT][.VER]+json.
type vendor struct {
	format rest.Format // "" when it names none
	v2     bool        // names version 2
}

// parseVendor reads a subtype, in lower case.
func parseVendor(subtype string) (vendor, bool) {
	middle, ok := strings.CutPrefix(subtype, "vnd.kafka")
	if !ok {
		return vendor{}, false
	}
	middle, ok = strings.CutSuffix(middle, "+json")
	if !ok {
		return vendor{}, false
	}
	var v vendor
	if name, tail, found := cutPart(middle); found {
		if format, known := rest.ParseFormat(name); known {
			v.format, middle = format, tail
		}
	}
	if name, tail, found := cutPart(middle); found && (name == "v1" || name == "v2") {
		v.v2, middle = name == "v2", tail
	}
	return v, middle == ""
}

// cutPart splits ".part.tail" into part and ".tail".
func cutPart(s string) (part, tail string, ok bool) {
	s, ok = strings.CutPrefix(s, ".")
	if !ok {
		return "", "", false
	}
	if i := strings.IndexByte(s, '.'); i >= 0 {
		return s[:i], s[i:], true
	}
	return s, "", true
}

// requestFormat is the format that a Content-Type header asks for (REST
// contract 3.1). Without one, and for types that name none, it is binary.
func requestFormat(contentType string) (rest.Format, bool) {
	media := httpserver.MediaType(contentType)
	switch media {
	case "", plainJSON, "application/octet-stream":
		return rest.Binary, true
	}
	subtype, ok := strings.CutPrefix(media, "application/")
	if !ok {
		return "", false
	}
	v, ok := parseVendor(subtype)
	if !ok {
		return "", false
	}
	if v.format == "" {
		v.format = rest.Binary
	}
	return v.format, true
}

// accepted is what an Accept header allows.
type accepted struct {
	// any says that a type without a format is among them, or no header.
	any bool
	// formats are the formats that are named, most wanted first.
	formats []rest.Format
	// exact is the first of them as the client wrote it, when it is a version 2
	// type: it may be echoed.
	exact string
}

// parseAccept reads an Accept header (REST contract 3.2 and 3.4): any of its
// elements that can be JSON will do. The second result is false for 406.
func parseAccept(header string) (accepted, bool) {
	if strings.TrimSpace(header) == "" {
		return accepted{any: true}, true
	}
	var a accepted
	best := 0
	for _, r := range httpserver.ParseAccept(header) {
		if r.Quality == 0 || (r.Type != "application" && r.Type != "*") {
			continue
		}
		if r.Subtype == "*" || r.Subtype == "json" {
			a.any = true
			continue
		}
		v, ok := parseVendor(r.Subtype)
		switch {
		case !ok:
		case v.format == "":
			a.any = true
		case r.Quality > best:
			best = r.Quality
			a.formats = append([]rest.Format{v.format}, a.formats...)
			a.exact = ""
			if v.v2 && r.Type == "application" {
				a.exact = "application/" + r.Subtype
			}
		default:
			a.formats = append(a.formats, v.format)
		}
	}
	return a, a.any || len(a.formats) > 0
}

// allows reports whether records of a format may be sent.
func (a accepted) allows(f rest.Format) bool {
	if a.any {
		return true
	}
	for _, g := range a.formats {
		if g == f {
			return true
		}
	}
	return false
}

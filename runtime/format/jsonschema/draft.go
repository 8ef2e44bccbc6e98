package jsonschema

import (
	"strings"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// Draft is a version of the JSON Schema language.
type Draft uint8

// The drafts, oldest first.
const (
	Draft4 Draft = iota
	Draft6
	Draft7
	Draft2019
	Draft2020
)

// String is the name people use: "draft 7", "2020-12".
func (d Draft) String() string {
	return [...]string{"draft 4", "draft 6", "draft 7", "2019-09", "2020-12"}[d]
}

// draftOf returns the draft that a "$schema" names. The scheme, an empty
// fragment and a missing one make no difference; every other text, like no
// text at all, stands for fallback.
func draftOf(root jsonx.Value, fallback Draft) Draft {
	v, ok := root.Get("$schema")
	if !ok || v.Type() != jsonx.String {
		return fallback
	}
	return draftNamed(v.Text(), fallback)
}

func draftNamed(uri string, fallback Draft) Draft {
	uri = strings.TrimSuffix(uri, "#")
	if rest, secure := strings.CutPrefix(uri, "https://"); secure {
		uri = "http://" + rest
	}
	switch uri {
	case "http://json-schema.org/draft-04/schema":
		return Draft4
	case "http://json-schema.org/draft-06/schema":
		return Draft6
	case "http://json-schema.org/draft-07/schema":
		return Draft7
	case "http://json-schema.org/draft/2019-09/schema":
		return Draft2019
	case "http://json-schema.org/draft/2020-12/schema":
		return Draft2020
	default:
		return fallback
	}
}

// isMetaSchema reports whether uri names a schema of the JSON Schema project
// itself. Such a reference is no mistake, and there is no need to look into it:
// nothing is known about its instances.
func isMetaSchema(uri string) bool {
	uri, _, _ = strings.Cut(uri, "#")
	if rest, secure := strings.CutPrefix(uri, "https://"); secure {
		uri = "http://" + rest
	}
	return strings.HasPrefix(uri, "http://json-schema.org/draft")
}

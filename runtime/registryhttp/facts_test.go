package registryhttp

import (
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// TestFact3TheTypeIsAPartOfASchema: Karapace keeps, compares and returns a JSON
// schema whose text equals a known Avro schema as Avro from then on.
func TestFact3TheTypeIsAPartOfASchema(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	const text = `"schema":"{\"type\":\"boolean\"}"`
	s.do("POST", "/subjects/a/versions", `{`+text+`}`, 200, `{"id":1}`)
	s.do("POST", "/subjects/j/versions", `{"schemaType":"JSON",`+text+`}`, 200, `{"id":2}`)
	s.do("GET", "/schemas/ids/1", "", 200, `{`+text+`}`)
	s.do("GET", "/schemas/ids/2", "", 200, `{"schemaType":"JSON",`+text+`}`)
	s.do("POST", "/subjects/j", `{"schemaType":"JSON",`+text+`}`, 200, `{"subject":"j","version":1,"id":2,"schemaType":"JSON",`+text+`}`)
	s.do("POST", "/subjects/j", `{`+text+`}`, 404, `{"error_code":40403,"message":"Schema not found"}`)
	// It is compared as JSON: a narrower type does not fit.
	w := s.n.ask("POST", "/compatibility/subjects/j/versions/1", `{"schemaType":"JSON","schema":"{\"type\":\"string\"}"}`)
	if !strings.Contains(w.Body.String(), `"is_compatible":false`) || strings.Contains(w.Body.String(), "reader type") {
		t.Fatal(w.Body)
	}
}

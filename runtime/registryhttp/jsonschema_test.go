package registryhttp

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// jsonBody is the body of a request about a JSON Schema.
func jsonBody(text string) string {
	return `{"schemaType":"JSON","schema":` + strconv.Quote(text) + `}`
}

func idOf(s steps, subject, body string) schema.ID {
	s.t.Helper()
	w := s.n.ask("POST", "/subjects/"+subject+"/versions", body)
	var got struct{ ID schema.ID }
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 || got.ID == 0 {
		s.t.Fatalf("%s: %d %s", body, w.Code, w.Body)
	}
	return got.ID
}

func TestJSONSchemaOfKarapace(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	const text = `{"type":"object","properties":{"b":{"maximum":1e2},"a":{"type":"integer"}}}`
	const stored = `{"properties":{"a":{"type":"integer"},"b":{"maximum":100.0}},"type":"object"}`
	s.do("POST", "/subjects/j/versions", jsonBody(text), 200, `{"id":1}`)
	s.do("GET", "/schemas/ids/1", "", 200, `{"schemaType":"JSON","schema":`+strconv.Quote(stored)+`}`)
	s.do("GET", "/subjects/j/versions/1", "", 200, `{"subject":"j","version":1,"id":1,"schemaType":"JSON","schema":`+strconv.Quote(stored)+`}`)
	s.do("GET", "/subjects/j/versions/1/schema", "", 200, stored)
	// A lookup compares documents: 1e2 is 100, and the order of keys is nothing.
	s.do("POST", "/subjects/j", jsonBody(`{"properties":{"a":{"type":"integer"},"b":{"maximum":100}},"type":"object"}`), 200,
		`{"subject":"j","version":1,"id":1,"schemaType":"JSON","schema":`+strconv.Quote(stored)+`}`)
	s.do("POST", "/subjects/j", jsonBody(`{"type":"object"}`), 404, `{"error_code":40403,"message":"Schema not found"}`)

	const changed = `{"type":"object","properties":{"b":{"maximum":100.0},"a":{"type":"string"}}}`
	const mismatch = `type Instance.STRING is not compatible with type Instance.INTEGER`
	s.do("POST", "/compatibility/subjects/j/versions/latest", jsonBody(changed), 200, `{"is_compatible":false,"messages":["`+mismatch+`"]}`)
	s.do("POST", "/subjects/j/versions", jsonBody(changed), 409,
		`{"error_code":409,"message":"Incompatible schema, compatibility_mode=BACKWARD. Incompatibilities: `+mismatch+`"}`)
	s.do("POST", "/compatibility/subjects/j/versions/latest", recordA, 200,
		`{"is_compatible":false,"messages":["Comparing different schema types: SchemaType.JSONSCHEMA with SchemaType.AVRO"]}`)

	// Every schema has to conform to draft 7, whatever it says of itself.
	const draft4 = `{"$schema":"http://json-schema.org/draft-04/schema#","maximum":1,"exclusiveMaximum":true}`
	const why = `Invalid JSON schema. Error: exclusiveMaximum is a number, not a boolean, at /exclusiveMaximum`
	s.do("POST", "/subjects/d/versions", jsonBody(draft4), 422, `{"error_code":42201,"message":"`+why+`"}`)
	s.do("POST", "/compatibility/subjects/j/versions/latest", jsonBody(draft4), 422, `{"error_code":42201,"message":"`+why+`"}`)
	s.do("POST", "/subjects/d/versions", jsonBody(`{"type":"text"}`), 422,
		`{"error_code":42201,"message":"Invalid JSON schema. Error: \"text\" is not a type; a type is null, boolean, integer, number, string, array or object, at /type"}`)
	s.do("POST", "/subjects/d/versions", jsonBody(`{"type":`), 422,
		`{"error_code":42201,"message":"Invalid JSON schema. Error: unexpected end of the text, a value is missing: line 1 column 9"}`)
	// A reference that leads nowhere is not looked at.
	s.do("POST", "/subjects/d/versions", jsonBody(`{"$ref":"#/nowhere"}`), 200, `{"id":2}`)
}

func TestJSONSchemaOfConfluent(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Confluent)
	const text = `{"type":"object","properties":{"b":{"maximum":1e2},"a":{"type":"integer"}}}`
	const stored = `{"type":"object","properties":{"b":{"maximum":100.0},"a":{"type":"integer"}}}`
	id := idOf(s, "j", jsonBody(text))
	s.do("GET", "/subjects/j/versions/1/schema", "", 200, stored)
	if again := idOf(s, "j", jsonBody(stored)); again != id {
		t.Fatalf("the stored text has id %v, the text as it was sent %v", again, id)
	}

	const changed = `{"type":"object","properties":{"b":{"maximum":100.0},"a":{"type":"string"}}}`
	const found = `{errorType:\"TYPE_CHANGED\", description:\"A type at path '#/properties/a' is different between the new schema and the old schema'}`
	const list = found + `, {oldSchemaVersion: 1}, {oldSchema: '{\"type\":\"object\",\"properties\":{\"b\":{\"maximum\":100.0},\"a\":{\"type\":\"integer\"}}}'}, {validateFields: 'false', compatibility: 'BACKWARD'}`
	s.do("POST", "/subjects/j/versions", jsonBody(changed), 409,
		`{"error_code":40901,"message":"Schema being registered is incompatible with an earlier schema for subject \"j\", details: [`+list+`]"}`)

	// A property that an open schema did not have is for the policy to judge.
	const wider = `{"type":"object","properties":{"b":{"maximum":100.0},"a":{"type":"integer"},"c":{"type":"string"}}}`
	w := s.n.ask("POST", "/compatibility/subjects/j/versions/latest", jsonBody(wider))
	want(t, w.Body.String(), `"is_compatible":false`, "OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL")
	s.do("PUT", "/config/j", `{"compatibilityPolicy":"LENIENT"}`, 200, `{"compatibilityPolicy":"LENIENT"}`)
	s.do("POST", "/compatibility/subjects/j/versions/latest", jsonBody(wider), 200, `{"is_compatible":true}`)
	idOf(s, "j", jsonBody(wider))

	// A schema is of the draft that it names, and its references lead somewhere.
	idOf(s, "d", jsonBody(`{"$schema":"http://json-schema.org/draft-04/schema#","maximum":1,"exclusiveMaximum":true}`))
	idOf(s, "e", jsonBody(`{"$schema":"https://json-schema.org/draft/2020-12/schema","prefixItems":[{"type":"string"}],"items":false}`))
	s.do("POST", "/subjects/d/versions", jsonBody(`{"$ref":"http://127.0.0.1:1/elsewhere.json"}`), 422,
		`{"error_code":42201,"message":"Invalid schema of type JSON, details: the reference \"http://127.0.0.1:1/elsewhere.json\" leads nowhere: `+
			`it is neither in the document nor among the references of the schema, and nothing is fetched"}`)
}

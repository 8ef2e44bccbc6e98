package registryhttp

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/registry"
)

// problem is something wrong with a request body before it means anything.
// Karapace answers with a list of such problems in the form of its validation
// library, which its tests compare; Confluent with a sentence.
type problem struct {
	// kind and text are the library's: "missing", "Field required".
	kind, text string
	// at is the place, "body" and what is below it.
	at []any
	// input is the JSON text found there, nil for none.
	input []byte
	// expected is the further context of an "enum" problem.
	expected string
	// status, code and sentence are what Confluent answers.
	status, code int
	sentence     string
}

// Error is the sentence for logs.
func (p *problem) Error() string { return fmt.Sprintf("%s at %v", p.text, p.at) }

// list is Karapace's message.
func (p *problem) list() []byte {
	at, err := json.Marshal(p.at)
	if err != nil { // Impossible: strings and integers.
		at = []byte("[]")
	}
	out := httpserver.AppendQuoted([]byte(`[{"type":`), p.kind)
	out = append(append(out, `,"loc":`...), at...)
	out = httpserver.AppendQuoted(append(out, `,"msg":`...), p.text)
	out = append(out, `,"input":`...)
	if p.input == nil {
		out = append(out, "null"...)
	} else {
		out = append(out, p.input...)
	}
	if p.expected != "" {
		out = httpserver.AppendQuoted(append(out, `,"ctx":{"expected":`...), p.expected)
		out = append(out, '}')
	}
	return append(out, "}]"...)
}

func (p *problem) answer(points registry.Points, c *call) answer {
	if !points.ListOfProblems {
		return answer{status: p.status, code: p.code, message: p.sentence}
	}
	a := answer{status: http.StatusUnprocessableEntity, code: http.StatusUnprocessableEntity, message: p.sentence}
	if !c.asked {
		a.list = p.list() // A client of Confluent's cannot read a list.
	}
	return a
}

func noBody() error {
	return &problem{
		kind: "missing", text: "Field required", at: []any{"body"},
		status: http.StatusUnprocessableEntity, code: http.StatusUnprocessableEntity, sentence: "The request has no body",
	}
}

func notJSON(err error) error {
	return &problem{
		kind: "json_invalid", text: "JSON decode error", at: []any{"body", 0}, input: []byte("{}"),
		status: http.StatusBadRequest, code: http.StatusBadRequest, sentence: "The request body is not JSON: " + err.Error(),
	}
}

func notAnObject(body []byte) error {
	return &problem{
		kind: "model_attributes_type", at: []any{"body"}, input: body,
		text:   "Input should be a valid dictionary or object to extract fields from",
		status: http.StatusBadRequest, code: http.StatusBadRequest, sentence: "The request body is not a JSON object",
	}
}

// wrongType is a field of the wrong JSON type: kind "string" or "list".
func wrongType(kind string, input []byte, at ...any) error {
	return &problem{
		kind: kind + "_type", text: "Input should be a valid " + kind, at: append([]any{"body"}, at...), input: input,
		status: http.StatusBadRequest, code: http.StatusBadRequest,
		sentence: fmt.Sprintf("The field at %v is not a %s", at, kind),
	}
}

func missingField(body []byte, name string) error {
	return &problem{
		kind: "missing", text: "Field required", at: []any{"body", name}, input: body,
		status: http.StatusUnprocessableEntity, code: 42201, sentence: "Empty schema",
	}
}

func unknownType(input []byte, name string) error {
	const expected = "'AVRO', 'JSON' or 'PROTOBUF'"
	return &problem{
		kind: "enum", text: "Input should be " + expected, at: []any{"body", "schemaType"}, input: input, expected: expected,
		status: http.StatusUnprocessableEntity, code: 42201, sentence: "Invalid schema type " + name,
	}
}

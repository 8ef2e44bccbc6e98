package registryhttp

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/testkit"
)

// flavourPoint is one point of registry contract 18: what is done before, and
// the requests whose answers differ.
type flavourPoint struct {
	number int
	name   string
	setup  []string
	ask    []string
}

// flavourPoints lists the 21 points. A request is "METHOD path body".
func flavourPoints() []flavourPoint {
	const (
		intA    = `POST /subjects/a/versions {"schema":"\"int\""}`
		longA   = `POST /subjects/a/versions {"schema":"\"long\""}`
		stringA = `POST /subjects/a/versions {"schema":"\"string\""}`
		typeA   = `POST /subjects/t/versions ` + recordA
		user    = `POST /subjects/u/versions {"schema":"{\"type\":\"record\",\"name\":\"U\",\"fields\":[{\"name\":\"a\",\"type\":\"A\"}]}","references":[{"name":"A","subject":"t","version":1}]}`
	)
	return []flavourPoint{
		{1, "body-validation errors", nil, []string{
			`POST /subjects/a/versions {`, `POST /subjects/a/versions []`, `POST /subjects/a/versions {}`, `POST /subjects/a/versions {"schema":"\"int\"","schemaType":"AVROO"}`,
		}},
		{2, "metadata and ruleSet that are no objects", nil, []string{`POST /subjects/a/versions {"schema":"\"int\"","metadata":[],"ruleSet":"x"}`}},
		{3, "words for an invalid schema", nil, []string{`POST /subjects/a/versions {"schema":"{}"}`}},
		{4, "incompatible schema", []string{intA}, []string{stringA}},
		{5, "words for incompatibilities", []string{intA}, []string{`POST /compatibility/subjects/a/versions/1?verbose=true {"schema":"\"string\""}`}},
		{6, "references of a lookup", []string{typeA, user}, []string{strings.Replace(user, "/versions", "", 1)}},
		{7, "order of subjects", []string{`POST /subjects/z/versions {"schema":"\"int\""}`, intA}, []string{`GET /subjects`}},
		{8, "latest with deleted ones in sight", []string{intA, longA, `DELETE /subjects/a/versions/2`}, []string{`GET /subjects/a/versions/latest?deleted=true`}},
		{9, "soft delete under a soft-deleted referrer", []string{typeA, user, `DELETE /subjects/u`}, []string{`DELETE /subjects/t/versions/1`}},
		{10, "permanent delete of latest", []string{intA, longA, `DELETE /subjects/a/versions/2`}, []string{`DELETE /subjects/a/versions/latest?permanent=true`}},
		{11, "words for a version that is deleted already", []string{intA, longA, `DELETE /subjects/a/versions/1`}, []string{`DELETE /subjects/a/versions/1`}},
		{12, "number of schemas in a list", []string{"1001 subjects"}, []string{`GET /schemas?count`}},
		{13, "words for an unknown id", nil, []string{`GET /schemas/ids/7`}},
		{14, "configuration of an unknown subject", nil, []string{`GET /config/nobody`, `GET /config/nobody?defaultToGlobal=true`}},
		{15, "deletion of no configuration", nil, []string{`DELETE /config/nobody`}},
		{16, "mode of a subject without one", []string{intA}, []string{`GET /mode/nobody`, `GET /mode/a`}},
		{17, "compatibility with the latest of nothing", nil, []string{`POST /compatibility/subjects/nobody/versions/latest {"schema":"\"int\""}`}},
		{18, "transitive level, one version named", []string{
			`PUT /config/a {"compatibility":"NONE"}`, stringA, intA, `PUT /config/a {"compatibility":"BACKWARD_TRANSITIVE"}`,
		}, []string{`POST /compatibility/subjects/a/versions/2 {"schema":"\"long\""}`}},
		{19, "stored text", []string{`POST /subjects/n/versions {"schema":"{\"type\":\"record\",\"name\":\"B\",\"namespace\":\"n\",\"fields\":[]}"}`}, []string{`GET /subjects/n/versions/1/schema`}},
		{20, "registering again after a delete", []string{
			intA, `DELETE /subjects/a`, intA,
			`POST /subjects/b/versions {"schema":"\"bytes\""}`, `DELETE /subjects/b`, `DELETE /subjects/b?permanent=true`,
		}, []string{`GET /subjects/a/versions?deleted=true`, `POST /subjects/b/versions {"schema":"\"bytes\""}`}},
		{21, "no primary", []string{"no primary"}, []string{intA}},
	}
}

func TestFlavoursGolden(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	for i, p := range flavourPoints() {
		if p.number != i+1 {
			t.Fatalf("point %d stands at %d", p.number, i+1)
		}
		answers := map[schema.Flavour]string{}
		fmt.Fprintf(&got, "%d %s\n", p.number, p.name)
		for _, f := range []schema.Flavour{schema.Karapace, schema.Confluent} {
			answers[f] = p.answers(t, f)
			fmt.Fprintf(&got, "  %s\n%s", f, answers[f])
		}
		if answers[schema.Karapace] == answers[schema.Confluent] {
			t.Errorf("point %d, %s: no difference", p.number, p.name)
		}
	}
	testkit.Golden(t, "testdata/flavours.golden", got.Bytes(), *update)
}

func (p flavourPoint) answers(t *testing.T, f schema.Flavour) string {
	t.Helper()
	n := newNode(t, &topic{}, f)
	request := func(line string) (string, int) {
		parts := append(strings.SplitN(line, " ", 3), "")
		w := n.ask(parts[0], parts[1], parts[2])
		return w.Body.String(), w.Code
	}
	for _, line := range p.setup {
		switch line {
		case "1001 subjects":
			for i := range 1001 {
				request(fmt.Sprintf(`POST /subjects/s%d/versions {"schema":"\"int\""}`, i))
			}
		case "no primary":
			n.elect("", false)
		default:
			if body, code := request(line); code != 200 {
				t.Fatalf("%s: %d %s", line, code, body)
			}
		}
	}
	out := ""
	for _, line := range p.ask {
		body, code := request(line)
		if strings.HasSuffix(line, "?count") {
			body = fmt.Sprintf("%d schemas", strings.Count(body, `"subject"`))
		}
		out += fmt.Sprintf("    %s\n      %d %s\n", line, code, body)
	}
	return out
}

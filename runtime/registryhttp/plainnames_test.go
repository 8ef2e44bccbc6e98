package registryhttp

import (
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// TestPlainNames is a registry without contexts: names that would open one are
// names like any other, for schemas, settings, references and lists.
func TestPlainNames(t *testing.T) {
	t.Parallel()
	f := func(flavour schema.Flavour) {
		t.Helper()
		s := steps{t, newNode(t, &topic{naming: schema.PlainNames}, flavour)}
		id := func(method, path, body, id string) {
			t.Helper()
			w := s.n.ask(method, path, body)
			if w.Code != 200 {
				t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
			}
			want(t, w.Body.String(), `"id":`+id)
		}
		id("POST", "/subjects/a/versions", recordA, "1")
		id("POST", "/subjects/:.eu:a/versions", recordAX, "2")
		id("POST", "/subjects/:.:a/versions", intBody, "3")
		s.do("GET", "/subjects?subjectPrefix=:.", "", 200, map[schema.Flavour]string{
			schema.Karapace: `[":.eu:a",":.:a"]`, schema.Confluent: `[":.:a",":.eu:a"]`,
		}[flavour])
		s.do("GET", "/subjects?subjectPrefix=:*:", "", 200, `[]`)
		want(t, s.n.ask("GET", "/schemas/ids/2", "").Body.String(), `\"name\":\"x\"`)
		s.do("GET", "/schemas/ids/2/subjects", "", 200, `[":.eu:a"]`)

		// Nothing is looked for elsewhere, and paths have no contexts.
		s.do("GET", "/subjects/eu/versions", "", 404, `{"error_code":40401,"message":"Subject 'eu' not found."}`)
		s.do("GET", "/contexts", "", 200, `["."]`)
		for _, path := range []string{"/contexts/.eu/subjects", "/contexts/.eu/subjects/a/versions", "/contexts/a%3Ab/subjects"} {
			s.do("GET", path, "", 404, `{"error_code":404,"message":"HTTP 404 Not Found"}`)
		}
		s.do("DELETE", "/contexts/.eu", "", 404, `{"error_code":404,"message":"HTTP 404 Not Found"}`)

		// A reference means the subject that it names.
		uses := `{"schema":"{\"type\":\"record\",\"name\":\"U\",\"fields\":[{\"name\":\"a\",\"type\":\"A\"}]}","references":[{"name":"A","subject":"a","version":1}]}`
		id("POST", "/subjects/:.eu:u/versions", uses, "4")
		s.do("GET", "/subjects/a/versions/1/referencedby", "", 200, `[4]`)
		want(t, s.n.ask("GET", "/subjects/:.eu:u/versions/1?referenceFormat=qualified", "").Body.String(), `"subject":"a"`)

		// What would be settings of a context, or of everything, is a subject's.
		s.do("PUT", "/config/:.eu:", `{"compatibility":"NONE"}`, 200, `{"compatibility":"NONE"}`)
		s.do("PUT", "/config/:.:", `{"compatibility":"FULL"}`, 200, `{"compatibility":"FULL"}`)
		s.do("PUT", "/config/:.__GLOBAL:", `{"compatibility":"FORWARD"}`, 200, `{"compatibility":"FORWARD"}`)
		want(t, s.n.ask("GET", "/config", "").Body.String(), `{"compatibilityLevel":"BACKWARD"`)
		for path, level := range map[string]string{":.eu:a": "BACKWARD", "a": "BACKWARD", ":.:": "FULL", ":.eu:": "NONE"} {
			want(t, s.n.ask("GET", "/config/"+path+"?defaultToGlobal=true", "").Body.String(), `{"compatibilityLevel":"`+level+`"`)
		}
		s.do("PUT", "/mode/:.eu:", `{"mode":"READONLY"}`, 200, `{"mode":"READONLY"}`)
		s.do("PUT", "/mode/:.__GLOBAL:", `{"mode":"FORWARD"}`, 422, `{"error_code":42204,"message":"Forward mode only supported on global level"}`)
		s.do("GET", "/mode", "", 200, `{"mode":"READWRITE"}`)
		id("POST", "/subjects/:.eu:b/versions", intBody, "3")
		s.do("DELETE", "/mode/:.eu:?recursive=true", "", 200, `{"mode":"READONLY"}`)

		// The log has the names as they are, and no context.
		if v := s.n.store.View(); len(v.Entries(":.eu:a")) != 1 || len(v.ContextKeys(".eu")) != 0 || v.MaxID(".eu") != 0 {
			t.Fatalf("%s: %d entries, %v", flavour, len(v.Entries(":.eu:a")), v.ContextKeys(".eu"))
		}
	}

	f(schema.Karapace)
	f(schema.Confluent)
}

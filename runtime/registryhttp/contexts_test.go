package registryhttp

import (
	"net/http/httptest"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

const intBody = `{"schema":"\"int\""}`

func TestContextsHaveTheirOwnIDs(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	s.do("POST", "/subjects/a/versions", recordA, 200, `{"id":1}`)
	s.do("POST", "/subjects/a/versions", recordAX, 200, `{"id":2}`)
	s.do("POST", "/subjects/:.eu:a/versions", recordAX, 200, `{"id":1}`)
	s.do("POST", "/contexts/.eu/subjects/b/versions", intBody, 200, `{"id":2}`)
	s.do("POST", "/contexts/%3A.eu%3A/subjects/c%2Fd/versions", intBody, 200, `{"id":2}`)
	s.do("GET", "/contexts", "", 200, `[".",".eu"]`)
	s.do("GET", "/contexts?contextPrefix=.e", "", 200, `[".eu"]`)
	s.do("GET", "/contexts?offset=1&limit=1", "", 200, `[".eu"]`)

	// A name, a prefix, a parameter: each way into a context.
	s.do("GET", "/contexts/.eu/subjects", "", 200, `[":.eu:a",":.eu:b",":.eu:c/d"]`)
	s.do("GET", "/contexts/.eu/subjects?subjectPrefix=c", "", 200, `[":.eu:c/d"]`)
	s.do("GET", "/subjects?subjectPrefix=:.eu:b", "", 200, `[":.eu:b"]`)
	s.do("GET", "/subjects?subjectPrefix=:*:b", "", 200, `[":.eu:b"]`)
	s.do("GET", "/subjects?subjectPrefix=", "", 200, `["a"]`)
	s.do("GET", "/subjects", "", 200, `["a",":.eu:a",":.eu:b",":.eu:c/d"]`)
	s.do("GET", "/contexts/.eu/schemas/ids/2", "", 200, `{"schema":"\"int\""}`)
	s.do("GET", "/schemas/ids/2?subject=:.eu:", "", 200, `{"schema":"\"int\""}`)
	s.do("GET", "/schemas/ids/2?subject=b", "", 200, `{"schema":"\"int\""}`) // Only :.eu: has a subject b.
	s.do("GET", "/contexts/.eu/schemas/ids/1/subjects", "", 200, `[":.eu:a"]`)
	s.do("GET", "/contexts/.eu/subjects/a/versions/1", "", 200,
		`{"subject":":.eu:a","version":1,"id":1,"schema":"{\"fields\":[{\"default\":0,\"name\":\"x\",\"type\":\"int\"}],\"name\":\"A\",\"type\":\"record\"}"}`)
	s.do("GET", "/contexts/./subjects/a/versions", "", 200, `[1,2]`)
	s.do("GET", "/subjects/:.:a/versions", "", 200, `[1,2]`)
	s.do("GET", "/contexts/.eu/subjects/a/versions", "", 200, `[1]`)

	// Unqualified reads look into other contexts.
	s.do("GET", "/subjects/b/versions/1", "", 200, `{"subject":":.eu:b","version":1,"id":2,"schema":"\"int\""}`)
	s.do("POST", "/subjects/b", intBody, 200, `{"subject":":.eu:b","version":1,"id":2,"schema":"\"int\""}`)
	s.do("POST", "/subjects/b", recordA, 404, `{"error_code":40403,"message":"Schema not found"}`)
	s.do("GET", "/subjects/b/versions", "", 404, `{"error_code":40401,"message":"Subject 'b' not found."}`)

	// The same content has one guid everywhere.
	s.do("GET", "/schemas/guids/nonsense", "", 404, `{"error_code":40403,"message":"Schema nonsense not found"}`)
	s.do("GET", "/schemas/guids/nonsense/ids", "", 200, `[]`)
	s.do("POST", "/subjects/s/versions", `{"schema":"\"string\""}`, 200, `{"id":3}`)
	s.do("POST", "/contexts/.eu/subjects/s/versions", `{"schema":"\"string\""}`, 200, `{"id":3}`)
	s.do("GET", "/schemas/guids/095d71cf-1255-6b9d-5e33-0ad575b3df5d", "", 200, `{"schema":"\"string\""}`)
	s.do("GET", "/schemas/guids/095d71cf12556b9d5e330ad575b3df5d/ids", "", 200, `[{"context":".","id":3},{"context":".eu","id":3}]`)

	// A context goes when nothing is left in it.
	s.do("DELETE", "/contexts/.eu", "", 422, `{"error_code":42211,"message":"The specified context '.eu' is not empty."}`)
	for _, name := range []string{"a", "b", "c%2Fd", "s"} {
		s.do("DELETE", "/contexts/.eu/subjects/"+name, "", 200, `[1]`)
		s.do("DELETE", "/contexts/.eu/subjects/"+name+"?permanent=true", "", 200, `[1]`)
	}
	s.do("DELETE", "/contexts/.eu", "", 204, ``)
	s.do("GET", "/contexts", "", 200, `["."]`)
	s.do("GET", "/schemas/guids/095d71cf12556b9d5e330ad575b3df5d/ids", "", 200, `[{"context":".","id":3}]`)
	s.do("GET", "/contexts/a%3Ab/subjects", "", 400, `{"error_code":400,"message":"HTTP 400 Bad Request"}`)
}

func TestContextOfThePath(t *testing.T) {
	t.Parallel()
	f := func(target, want string) {
		t.Helper()
		r, err := inContext(httptest.NewRequest("GET", target, nil))
		if err != nil {
			t.Fatalf("%s: %v", target, err)
		}
		if got := r.URL.RequestURI(); got != want {
			t.Fatalf("%s: %s; want %s", target, got, want)
		}
		if r.RequestURI != target {
			t.Fatalf("%s: the request line became %s", target, r.RequestURI)
		}
	}

	f("/subjects/a", "/subjects/a")
	f("/contexts", "/contexts")
	f("/contexts/.x", "/contexts/.x")
	f("/contexts/.x/", "/contexts/.x/")
	f("/contexts/./subjects/a%2Fb", "/subjects/a%2Fb")
	f("/contexts/.x/subjects/a%2Fb/versions/1", "/subjects/:.x:a%2Fb/versions/1")
	f("/contexts/x/subjects/a", "/subjects/:.x:a")
	f("/contexts/.x/subjects/:.y:a", "/subjects/:.y:a")
	f("/contexts/.x/compatibility/subjects/a/versions/latest", "/compatibility/subjects/:.x:a/versions/latest")
	f("/contexts/.x/config", "/config/:.x:")
	f("/contexts/.x/config/a", "/config/:.x:a")
	f("/contexts/.x/mode?force=true", "/mode/:.x:?force=true")
	f("/contexts/.x/schemas", "/schemas?subjectPrefix=%3A.x%3A")
	f("/contexts/.x/schemas/ids/1?subject=a", "/schemas/ids/1?subject=%3A.x%3Aa")
	f("/contexts/.x/subjects?subjectPrefix=%3A*%3A", "/subjects?subjectPrefix=%3A%2A%3A")
	f("/contexts/.x/v1/metadata/id", "/v1/metadata/id")

	for _, bad := range []string{"/contexts/a:b/subjects", "/contexts/:.a:b:/subjects"} {
		if _, err := inContext(httptest.NewRequest("GET", bad, nil)); err == nil {
			t.Fatalf("%s is taken", bad)
		}
	}
}

func TestReferencesStayInTheirContext(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Confluent)
	s.n.ask("POST", "/subjects/:.eu:a/versions", recordA)
	if w := s.n.ask("POST", "/subjects/:.eu:u/versions", usesA); w.Code != 200 {
		t.Fatal(w.Body)
	}
	plain := s.n.ask("GET", "/subjects/:.eu:u/versions/1", "").Body.String()
	qualified := s.n.ask("GET", "/subjects/:.eu:u/versions/1?referenceFormat=qualified", "").Body.String()
	want(t, plain, `"references":[{"name":"A","subject":"a","version":1}]`)
	want(t, qualified, `"references":[{"name":"A","subject":":.eu:a","version":1}]`)
	s.do("POST", "/subjects/u/versions", usesA, 422, `{"error_code":42201,"message":"No schema reference found for subject \"a\" and version 1"}`)
	// Confluent announces a context with its first schema.
	if n := len(s.n.store.View().ContextKeys(".eu")); n != 1 {
		t.Fatalf("%d records of the context", n)
	}
}

package registryhttp

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/schema"
)

const (
	recordA  = `{"schema":"{\"type\":\"record\",\"name\":\"A\",\"fields\":[]}"}`
	recordAX = `{"schema":"{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"x\",\"type\":\"int\",\"default\":0}]}"}`
	textA    = `"{\"fields\":[],\"name\":\"A\",\"type\":\"record\"}"`
	usesA    = `{"schema":"{\"type\":\"record\",\"name\":\"U\",\"fields\":[{\"name\":\"a\",\"type\":\"A\"}]}","references":[{"name":"A","subject":"a","version":1}]}`
	textU    = `"{\"fields\":[{\"name\":\"a\",\"type\":\"A\"}],\"name\":\"U\",\"type\":\"record\"}"`
)

func TestSubjectsAndVersions(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	s.do("GET", "/subjects", "", 200, `[]`)
	s.do("POST", "/subjects/b/versions", `{"schema":"\"int\""}`, 200, `{"id":1}`)
	s.do("POST", "/subjects/a/versions", recordA, 200, `{"id":2}`)
	s.do("POST", "/subjects/a/versions", recordAX, 200, `{"id":3}`)
	s.do("GET", "/subjects", "", 200, `["b","a"]`) // In the order of first sight.
	s.do("GET", "/subjects?offset=1&limit=5", "", 200, `["a"]`)
	s.do("GET", "/subjects?limit=1", "", 200, `["b"]`)
	s.do("GET", "/subjects?limit=-1&offset=-2&unknown=%zz", "", 200, `["b","a"]`)
	s.do("GET", "/subjects/a/versions", "", 200, `[1,2]`)
	s.do("GET", "/subjects/a/versions/1", "", 200, `{"subject":"a","version":1,"id":2,"schema":`+textA+`}`)
	for _, latest := range []string{"latest", "-1", "LATEST", "%20Latest%20", "2"} {
		w := s.n.ask("GET", "/subjects/a/versions/"+latest, "")
		if !strings.HasPrefix(w.Body.String(), `{"subject":"a","version":2,"id":3,`) {
			t.Fatalf("%s: %s", latest, w.Body)
		}
	}
	for _, bad := range []string{"0", "-2", "1.0", "abc", "2147483648", "1e1"} {
		want := `{"error_code":42202,"message":"The specified version '` + bad + `' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\""}`
		s.do("GET", "/subjects/nobody/versions/"+bad, "", 422, want) // Before the subject.
		s.do("DELETE", "/subjects/a/versions/"+bad, "", 422, want)
		s.do("POST", "/compatibility/subjects/a/versions/"+bad, recordA, 422, want)
	}
	s.do("GET", "/subjects/nobody/versions/1", "", 404, `{"error_code":40401,"message":"Subject 'nobody' not found."}`)
	s.do("GET", "/subjects/a/versions/9", "", 404, `{"error_code":40402,"message":"Version 9 not found."}`)

	s.do("POST", "/subjects/a", recordA, 200, `{"subject":"a","version":1,"id":2,"schema":`+textA+`}`)
	s.do("POST", "/subjects/a", `{"schema":"\"int\""}`, 404, `{"error_code":40403,"message":"Schema not found"}`)
	s.do("POST", "/subjects/nobody", `{"schema":"{"}`, 404, `{"error_code":40401,"message":"Subject 'nobody' not found."}`)
	s.do("POST", "/subjects/a", `{"schema":"{"}`, 422, `{"error_code":42201,"message":"Error while looking up schema under subject a"}`)
}

func TestReferencesOnTheWire(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	s.do("POST", "/subjects/a/versions", recordA, 200, `{"id":1}`)
	s.do("POST", "/subjects/u/versions", usesA, 200, `{"id":2}`)
	const refs = `"references":[{"name":"A","subject":"a","version":1}],`
	s.do("GET", "/schemas/ids/2", "", 200, `{`+refs+`"schema":`+textU+`}`)
	s.do("GET", "/subjects/u/versions/1", "", 200, `{"subject":"u","version":1,"id":2,`+refs+`"schema":`+textU+`}`)
	// Karapace leaves references out of lookups.
	s.do("POST", "/subjects/u", usesA, 200, `{"subject":"u","version":1,"id":2,"schema":`+textU+`}`)
	s.do("GET", "/subjects/a/versions/1/referencedby", "", 200, `[2]`)
	s.do("GET", "/subjects/a/versions/latest/referencedBy/", "", 200, `[2]`)
	s.do("GET", "/subjects/u/versions/1/referencedby", "", 200, `[]`)
	s.do("DELETE", "/subjects/a/versions/1", "", 422, `{"error_code":42206,"message":"One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=a,version=1}."}`)
	s.do("POST", "/subjects/x/versions", strings.Replace(usesA, `"version":1`, `"version":7`, 1), 422,
		`{"error_code":42201,"message":"Invalid AVRO references. Error: No schema reference found for subject \"a\" and version 7"}`)

	// JSON Schemas have references too, which Karapace does not take.
	const usesJ = `{"schemaType":"JSON","schema":"{\"items\":{\"$ref\":\"j.json\"}}","references":[{"name":"j.json","subject":"j","version":1}]}`
	s.do("POST", "/subjects/j/versions", `{"schema":"{\"type\":\"object\"}","schemaType":"JSON"}`, 200, `{"id":3}`)
	s.do("POST", "/subjects/k/versions", usesJ, 200, `{"id":4}`)
	s.do("GET", "/subjects/j/versions/1/referencedby", "", 200, `[4]`)
	s.do("DELETE", "/subjects/j/versions/1", "", 422, `{"error_code":42206,"message":"One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=j,version=1}."}`)
	s.do("POST", "/subjects/x/versions", strings.Replace(usesJ, `"version":1`, `"version":7`, 1), 422,
		`{"error_code":42201,"message":"Invalid JSON references. Error: No schema reference found for subject \"j\" and version 7"}`)
}

func TestDeletesOnTheWire(t *testing.T) {
	t.Parallel()
	k, c := newSteps(t, schema.Karapace), newSteps(t, schema.Confluent)
	for _, s := range []steps{k, c} {
		for _, body := range []string{recordA, recordAX} {
			if w := s.n.ask("POST", "/subjects/a/versions", body); w.Code != 200 {
				t.Fatal(w.Body)
			}
		}
		s.do("DELETE", "/subjects/a/versions/1?permanent=true", "", 404, `{"error_code":40407,"message":"Subject 'a' Version 1 was not deleted first before being permanently deleted"}`)
		s.do("DELETE", "/subjects/a?permanent=True", "", 404, `{"error_code":40405,"message":"Subject 'a' was not deleted first before being permanently deleted"}`)
		s.do("DELETE", "/subjects/a/versions/1", "", 200, `1`)
	}
	// Two products, two spellings.
	k.do("DELETE", "/subjects/a/versions/1", "", 404, `{"error_code":40406,"message":"Subject 'a' Version 1 was soft deleted. Set permanent=true to delete permanently"}`)
	c.do("DELETE", "/subjects/a/versions/1", "", 404, `{"error_code":40406,"message":"Subject 'a' Version 1 was soft deleted.Set permanent=true to delete permanently"}`)

	k.do("GET", "/subjects/a/versions", "", 200, `[2]`)
	k.do("GET", "/subjects/a/versions?deleted=True", "", 200, `[1,2]`)
	k.do("GET", "/subjects/a/versions?deleted=t&deletedOnly=yes", "", 200, `[1]`)
	k.do("GET", "/subjects/a/versions?deletedAsNegative=true", "", 200, `[-1,2]`)
	k.do("GET", "/schemas/ids/1", "", 200, `{"schema":`+textA+`}`) // Soft-deleted ids still resolve.
	k.do("GET", "/schemas/ids/1/versions", "", 200, `[]`)
	k.do("GET", "/schemas/ids/1/subjects?deleted=1", "", 200, `["a"]`)
	k.do("DELETE", "/subjects/a", "", 200, `[2]`)
	k.do("DELETE", "/subjects/a", "", 404, `{"error_code":40404,"message":"Subject 'a' was soft deleted.Set permanent=true to delete permanently"}`)
	k.do("GET", "/subjects/a/versions?deletedAsNegative=true", "", 404, `{"error_code":40401,"message":"Subject 'a' not found."}`)
	k.do("GET", "/subjects/a/versions?deletedAsNegative=true&deleted=true", "", 200, `[-1,-2]`)
	k.do("GET", "/subjects?deleted=true", "", 200, `["a"]`)
	k.do("GET", "/subjects?deletedOnly=true", "", 200, `["a"]`)
	k.do("GET", "/schemas", "", 200, `[]`)
	k.do("GET", "/schemas?deleted=true&latestOnly=true", "", 200, `[{"subject":"a","version":2,"id":2,"schemaType":"AVRO","schema":"{\"fields\":[{\"default\":0,\"name\":\"x\",\"type\":\"int\"}],\"name\":\"A\",\"type\":\"record\"}"}]`)
	k.do("GET", "/subjects/a/versions/latest?deleted=true", "", 200, `{"subject":"a","version":2,"id":2,"schema":"{\"fields\":[{\"default\":0,\"name\":\"x\",\"type\":\"int\"}],\"name\":\"A\",\"type\":\"record\"}"}`)
	k.do("DELETE", "/subjects/a?permanent=true", "", 200, `[1,2]`)
	k.do("GET", "/schemas/ids/1", "", 404, `{"error_code":40403,"message":"Schema not found"}`)
	c.do("GET", "/schemas/ids/99", "", 404, `{"error_code":40403,"message":"Schema 99 not found"}`)
	k.do("POST", "/subjects/a/versions", recordA, 200, `{"id":1}`) // The old id comes back.
}

func TestSchemasByID(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	for _, subject := range []string{"z", "a", ":.ctx:c"} {
		s.do("POST", "/subjects/"+subject+"/versions", recordA, 200, `{"id":1}`)
	}
	s.do("GET", "/schemas/ids/1", "", 200, `{"schema":`+textA+`}`)
	s.do("GET", "/schemas/ids/1/", "", 200, `{"schema":`+textA+`}`)
	s.do("GET", "/schemas/ids/1?fetchMaxId=true", "", 200, `{"schema":`+textA+`,"maxId":1}`)
	s.do("GET", "/schemas/ids/1?includeSubjects=True", "", 200, `{"schema":`+textA+`,"subjects":["z","a"]}`)
	s.do("GET", "/schemas/ids/1?subject=:.ctx:&includeSubjects=true", "", 200, `{"schema":`+textA+`,"subjects":[":.ctx:c"]}`)
	s.do("GET", "/schemas/ids/1/schema", "", 200, `{"fields":[],"name":"A","type":"record"}`)
	s.do("GET", "/schemas/ids/1/subjects", "", 200, `["a","z"]`)
	s.do("GET", "/schemas/ids/1/versions", "", 200, `[{"subject":"a","version":1},{"subject":"z","version":1}]`)
	for _, below := range []string{"", "/schema", "/subjects", "/versions"} {
		s.do("GET", "/schemas/ids/7"+below, "", 404, `{"error_code":40403,"message":"Schema not found"}`)
	}
	s.do("GET", "/schemas/ids/-7", "", 404, `{"error_code":40403,"message":"Schema not found"}`)
	s.do("GET", "/schemas/types", "", 200, `["JSON","AVRO","PROTOBUF"]`)
	s.do("GET", "/schemas?subjectPrefix=z", "", 200, `[{"subject":"z","version":1,"id":1,"schemaType":"AVRO","schema":`+textA+`}]`)
}

func TestExtendedFieldsOnRequest(t *testing.T) {
	t.Parallel()
	f := func(s steps, target, body string, want map[string]any, headers ...string) {
		t.Helper()
		method := "GET"
		if body != "" {
			method = "POST"
		}
		var got map[string]any
		if err := json.Unmarshal(s.n.ask(method, target, body, headers...).Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", target, diff)
		}
	}
	// The MD5 of the text as Confluent prints it, attributes in its order.
	const guid = "2b85d3d6-2980-7e0a-0073-ffca74c9a946"
	row := map[string]any{
		"subject": "a", "version": 1.0, "id": 1.0, "guid": guid, "schemaType": "AVRO",
		"schema": `{"fields":[],"name":"A","type":"record"}`, "ts": 1.7e12, "deleted": false,
	}
	registered := map[string]any{}
	for k, v := range row {
		if k != "subject" {
			registered[k] = v
		}
	}
	byID := map[string]any{}
	for k, v := range row {
		if k != "id" {
			byID[k] = v
		}
	}

	k := newSteps(t, schema.Karapace)
	f(k, "/subjects/a/versions", recordA, registered, javaHeader)
	f(k, "/subjects/a/versions", recordA, registered, javaHeader)
	f(k, "/subjects/a/versions/1", "", row, javaHeader)
	f(k, "/subjects/a", recordA, row, javaHeader)
	f(k, "/schemas/ids/1", "", byID, javaHeader)
	f(k, "/schemas/ids/1", "", map[string]any{"schema": row["schema"]}, unknownProperties+": false")
	f(k, "/subjects/a/versions", recordA, map[string]any{"id": 1.0})

	always := newSteps(t, schema.Karapace, func(d *Deps) { d.Extended = ExtendedAlways })
	f(always, "/subjects/a/versions", recordA, registered)
	f(always, "/schemas/ids/1", "", byID)
}

func TestConfigOnTheWire(t *testing.T) {
	t.Parallel()
	k, c := newSteps(t, schema.Karapace), newSteps(t, schema.Confluent)
	for _, s := range []steps{k, c} {
		if w := s.n.ask("POST", "/subjects/a/versions", recordA); w.Code != 200 {
			t.Fatal(w.Body)
		}
		s.do("GET", "/config", "", 200, `{"compatibilityLevel":"BACKWARD"}`)
		s.do("PUT", "/config", `{"compatibility":"full"}`, 200, `{"compatibility":"FULL"}`) // In any case.
		s.do("GET", "/config", "", 200, `{"compatibilityLevel":"FULL"}`)
		s.do("GET", "/config/a", "", 404, `{"error_code":40408,"message":"Subject 'a' does not have subject-level compatibility configured"}`)
		s.do("GET", "/config/a?defaultToGlobal=true", "", 200, `{"compatibilityLevel":"FULL"}`)
		s.do("GET", "/config/nobody?defaultToGlobal=true", "", 200, `{"compatibilityLevel":"FULL"}`)
		s.do("PUT", "/config/new", `{"compatibility":"NONE"}`, 200, `{"compatibility":"NONE"}`)
		s.do("GET", "/config/new", "", 200, `{"compatibilityLevel":"NONE"}`)
		s.do("PUT", "/config/new", `{}`, 200, `{"compatibility":"NONE"}`) // What is absent stays.
		// A configuration makes no subject.
		s.do("GET", "/subjects/new/versions", "", 404, `{"error_code":40401,"message":"Subject 'new' not found."}`)
		s.do("GET", "/subjects?deleted=true", "", 200, `["a"]`)
		const bad = `{"error_code":42203,"message":"Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive"}`
		s.do("PUT", "/config", `{"compatibility":"nonexistentmode"}`, 422, bad)
		s.do("PUT", "/config/a", `{"compatibility":7}`, 422, bad)
		s.do("PUT", "/config/:.:", `{"compatibility":"BACKWARD"}`, 200, `{"compatibility":"BACKWARD"}`)
		s.do("GET", "/config", "", 200, `{"compatibilityLevel":"BACKWARD"}`)
	}
	k.do("GET", "/config/nobody", "", 404, `{"error_code":40401,"message":"Subject 'nobody' not found."}`)
	c.do("GET", "/config/nobody", "", 404, `{"error_code":40408,"message":"Subject 'nobody' does not have subject-level compatibility configured"}`)

	k.do("DELETE", "/config/new", "", 200, `{"compatibility":"BACKWARD","compatibilityLevel":"NONE"}`)
	k.do("DELETE", "/config/new", "", 200, `{"compatibility":"BACKWARD"}`)
	c.do("DELETE", "/config/new", "", 200, `{"compatibility":"BACKWARD","compatibilityLevel":"NONE"}`)
	c.do("DELETE", "/config/new", "", 404, `{"error_code":40401,"message":"Subject 'new' not found."}`)
	k.do("PUT", "/config", `{"compatibility":"FORWARD"}`, 200, `{"compatibility":"FORWARD"}`)
	k.do("DELETE", "/config", "", 200, `{"compatibilityLevel":"FORWARD"}`)
	k.do("GET", "/config", "", 200, `{"compatibilityLevel":"BACKWARD"}`)
	k.do("PUT", "/config/a", `{"compatibility":"FULL"}`, 200, `{"compatibility":"FULL"}`)
	k.do("PUT", "/config/a", `{"compatibility":null}`, 200, `{}`)
	k.do("PUT", "/config", "", 422, `{"error_code":422,"message":[{"type":"missing","loc":["body"],"msg":"Field required","input":null}]}`)
}

func TestModeOnTheWire(t *testing.T) {
	t.Parallel()
	k, c := newSteps(t, schema.Karapace), newSteps(t, schema.Confluent)
	for _, s := range []steps{k, c} {
		if w := s.n.ask("POST", "/subjects/a/versions", recordA); w.Code != 200 {
			t.Fatal(w.Body)
		}
		s.do("GET", "/mode", "", 200, `{"mode":"READWRITE"}`)
		s.do("GET", "/mode/nobody?defaultToGlobal=true", "", 200, `{"mode":"READWRITE"}`)
	}
	k.do("GET", "/mode/a", "", 200, `{"mode":"READWRITE"}`)
	k.do("GET", "/mode/nobody", "", 404, `{"error_code":40401,"message":"Subject 'nobody' not found."}`)
	c.do("GET", "/mode/a", "", 404, `{"error_code":40409,"message":"Subject 'a' does not have subject-level mode configured"}`)
	k.do("PUT", "/mode/a", `{"mode":"readonly"}`, 200, `{"mode":"READONLY"}`)
	k.do("GET", "/mode/a", "", 200, `{"mode":"READONLY"}`)
	k.do("POST", "/subjects/a/versions", recordA, 200, `{"id":1}`) // What is there is there.
	k.do("POST", "/subjects/a/versions", recordAX, 422, `{"error_code":42205,"message":"Subject a in context . is in read-only mode"}`)
	k.do("DELETE", "/mode/a", "", 200, `{"mode":"READONLY"}`)
	k.do("DELETE", "/mode/a", "", 404, `{"error_code":40401,"message":"Subject 'a' not found."}`)
	k.do("PUT", "/mode", `{"mode":"X"}`, 422, `{"error_code":42204,"message":"Invalid mode. Valid values are READWRITE, READONLY, IMPORT and FORWARD."}`)
	k.do("PUT", "/mode", `{"mode":"forward"}`, 422, `{"error_code":42204,"message":"Forward mode only supported on global level"}`)
	k.do("PUT", "/mode", `{"mode":null}`, 200, `{}`)
	k.do("DELETE", "/mode", "", 200, `{"mode":"READWRITE"}`)
}

func TestCompatibilityOnTheWire(t *testing.T) {
	t.Parallel()
	k, c := newSteps(t, schema.Karapace), newSteps(t, schema.Confluent)
	for _, s := range []steps{k, c} {
		s.do("PUT", "/config", `{"compatibility":"BACKWARD"}`, 200, `{"compatibility":"BACKWARD"}`)
		if w := s.n.ask("POST", "/subjects/a/versions", `{"schema":"\"double\""}`); w.Code != 200 {
			t.Fatal(w.Body)
		}
	}
	const to = "/compatibility/subjects/a/versions"
	const different = `{"is_compatible":false,"messages":["reader type: int not compatible with writer type: double"]}`
	k.do("POST", to+"/latest", `{"schema":"\"double\""}`, 200, `{"is_compatible":true}`)
	k.do("POST", to+"/1?verbose=true", `{"schema":"\"double\""}`, 200, `{"is_compatible":true,"messages":[]}`)
	k.do("POST", to+"/1", `{"schema":"\"int\""}`, 200, different)
	k.do("POST", to, `{"schema":"\"int\""}`, 200, different)
	k.do("POST", to+"/9", `{"schema":"\"int\""}`, 404, `{"error_code":40402,"message":"Version 9 not found."}`)
	k.do("POST", "/subjects/a/versions", `{"schema":"\"int\""}`, 409, `{"error_code":409,"message":"Incompatible schema, compatibility_mode=BACKWARD. Incompatibilities: reader type: int not compatible with writer type: double"}`)
	w := c.n.ask("POST", "/subjects/a/versions", `{"schema":"\"int\""}`)
	for _, part := range []string{`{"error_code":40901,`, "TYPE_MISMATCH", "oldSchemaVersion: 1", "oldSchema:", "compatibility: 'BACKWARD'"} {
		if w.Code != 409 || !strings.Contains(w.Body.String(), part) {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}

	// Behind nothing: missing for Karapace, fine for Confluent and its clients.
	const none = "/compatibility/subjects/nobody/versions/latest"
	k.do("POST", none, `{"schema":"\"int\""}`, 404, `{"error_code":40402,"message":"Version -1 not found."}`)
	k.do("POST", none, `{"schema":"\"int\""}`, 200, `{"is_compatible":true}`, javaHeader)
	c.do("POST", none, `{"schema":"\"int\""}`, 200, `{"is_compatible":true}`)
	k.do("POST", "/compatibility/subjects/nobody/versions/1", `{"schema":"\"int\""}`, 404, `{"error_code":40402,"message":"Version 1 not found."}`)
	k.do("POST", "/compatibility/subjects/nobody/versions", `{"schema":"\"int\""}`, 200, `{"is_compatible":true}`)

	// A schema that does not parse is an answer under verbose, else an error.
	k.do("POST", to+"/9", `{"schema":""}`, 422, `{"error_code":42201,"message":"Empty schema"}`)
	k.do("POST", to+"/9?verbose=true", `{"schema":""}`, 200, `{"is_compatible":false,"messages":["Empty schema"]}`)
}

func TestServerIdentity(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	s.do("GET", "/", "", 200, `{}`)
	s.do("POST", "/", `{"any":1}`, 200, `{}`)
	s.do("GET", "/v1/metadata/id", "", 200, `{"scope":{"path":[],"clusters":{"kafka-cluster":"kafka-1","schema-registry-cluster":"schema-registry"}}}`)
	s.do("GET", "/v1/metadata/version", "", 200, `{"version":"1.2.3","commitId":"abc"}`)
	s.do("GET", "/associations/resources/-/my%2Ftopic?resourceType=topic&associationType=value", "", 200, `[]`)
}

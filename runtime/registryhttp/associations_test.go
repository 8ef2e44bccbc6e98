package registryhttp

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// associate is a request body for one association of topic t in namespace n.
func associate(item string) string {
	return `{"resourceName":"t","resourceNamespace":"n","resourceId":"id-1","associations":[` + item + `]}`
}

const associatedHead = `{"resourceName":"t","resourceNamespace":"n","resourceId":"id-1","resourceType":"topic","associations":[`

func refused(t *testing.T, s steps, method, target, body string, status, code int) {
	t.Helper()
	w := s.n.ask(method, target, body)
	var envelope struct {
		Code int `json:"error_code"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &envelope); err != nil || w.Code != status || envelope.Code != code {
		t.Fatalf("%s %s %s: %d %s; want %d/%d", method, target, body, w.Code, w.Body, status, code)
	}
}

func TestAssociationsAreCreatedChangedAndRead(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	for _, subject := range []string{"s", "u"} {
		s.do("POST", "/subjects/"+subject+"/versions", intBody, 200, `{"id":1}`)
	}
	weak := `{"subject":"s","associationType":"value","lifecycle":"WEAK","frozen":false}`
	strong := strings.Replace(weak, "WEAK", "STRONG", 1)

	// A dry run checks and writes nothing; it needs no id.
	s.do("POST", "/associations?dryRun=true", strings.Replace(associate(weak), `"resourceId":"id-1",`, "", 1), 200, `{"resourceName":"t","resourceNamespace":"n","resourceType":"topic"}`)
	s.do("GET", "/associations/resources/n/t", "", 200, `[]`)
	s.do("POST", "/associations", associate(`{"subject":"s","associationType":"value"}`), 200, associatedHead+weak+`]}`)
	s.do("POST", "/associations", associate(`{"subject":"s","associationType":"value"}`), 200, associatedHead+weak+`]}`) // The same again.

	// Every way to ask finds it.
	guid := ""
	for _, target := range []string{
		"/associations/resources/n/t", "/associations/resources/-/t?resourceType=topic&associationType=value", "/associations/resources/*/t",
		"/associations/resources/id-1", "/associations/resources/id-1/", "/associations/subjects/s?lifecycle=WEAK",
	} {
		var list []map[string]any
		w := s.n.ask("GET", target, "")
		if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || len(list) != 1 || list[0]["subject"] != "s" || list[0]["createTs"] != list[0]["updateTs"] {
			t.Fatalf("%s: %s", target, w.Body)
		}
		guid, _ = list[0]["guid"].(string)
	}
	s.do("GET", "/contexts/.ctx/associations/subjects/s", "", 200, `[]`) // Another subject.
	s.do("GET", "/contexts/./associations/subjects/s", "", 200, s.n.ask("GET", "/associations/subjects/s", "").Body.String())
	for _, target := range []string{
		"/associations/resources/m/t", "/associations/resources/-/t?associationType=key", "/associations/resources/-/t?resourceType=cluster",
		"/associations/resources/id-2", "/associations/subjects/u", "/associations/subjects/s?lifecycle=STRONG", "/associations/resources/-/t?offset=1",
	} {
		s.do("GET", target, "", 200, `[]`)
	}

	// PUT changes it; POST does not.
	refused(t, s, "POST", "/associations", associate(strong), 409, 40903)
	s.do("PUT", "/associations/resources/id-1", associate(strong), 200, associatedHead+strong+`]}`)
	var list []map[string]any
	if err := json.Unmarshal(s.n.ask("GET", "/associations/subjects/s", "").Body.Bytes(), &list); err != nil || list[0]["guid"] != guid || list[0]["lifecycle"] != "STRONG" {
		t.Fatal(list, err)
	}
	refused(t, s, "PUT", "/associations/resources/id-2", associate(strong), 422, 42212)
	refused(t, s, "PUT", "/associations/resources/id-1", associate(`{"subject":"u","associationType":"value"}`), 409, 40903)

	s.do("GET", "/schemas?resourceType=topic&lifecycle=STRONG", "", 200, `[{"subject":"s","version":1,"id":1,"schemaType":"AVRO","schema":"\"int\"","associations":`+
		s.n.ask("GET", "/associations/subjects/s", "").Body.String()+`}]`)

	s.do("DELETE", "/associations/resources/id-1?associationType=value&dryRun=true", "", 204, "")
	s.do("DELETE", "/associations/resources/id-1?associationType=value", "", 204, "")
	refused(t, s, "DELETE", "/associations/resources/id-1", "", 404, 40410)
	s.do("GET", "/subjects", "", 200, `["s","u"]`)
}

func TestWhatAssociationsForbid(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	s.do("POST", "/subjects/s/versions", recordA, 200, `{"id":1}`)
	s.do("POST", "/subjects/u/versions", intBody, 200, `{"id":2}`)
	other := func(item string) string {
		return strings.NewReplacer(`"t"`, `"t2"`, "id-1", "id-2").Replace(associate(item))
	}

	refused(t, s, "POST", "/associations", associate(`{"subject":"none","associationType":"key"}`), 409, 40907)
	refused(t, s, "POST", "/associations", associate(`{"subject":"s","associationType":"header"}`), 422, 42212)
	refused(t, s, "POST", "/associations", associate(``), 422, 42212)
	refused(t, s, "POST", "/associations", associate(`{"subject":"s","associationType":"key"},{"subject":"s","associationType":"key"}`), 422, 42212)
	refused(t, s, "POST", "/associations", strings.Replace(associate(`{"subject":"s","associationType":"key"}`), `"id-1"`, `""`, 1), 422, 42212)
	refused(t, s, "POST", "/associations", strings.Replace(associate(`{"subject":"s","associationType":"key"}`), `"n"`, `7`, 1), 422, 422)
	refused(t, s, "POST", "/associations", strings.Replace(associate(`{"subject":"s","associationType":"key"}`), `"n"`, `"-"`, 1), 422, 42212)
	refused(t, s, "POST", "/associations", associate(`{"subject":"s","associationType":"key","lifecycle":"SOME"}`), 422, 42212)
	refused(t, s, "POST", "/associations", associate(`{"subject":"s","associationType":"key","frozen":true}`), 422, 42212)
	refused(t, s, "POST", "/associations", associate(`{"associationType":"key","frozen":true,"lifecycle":"WEAK"}`), 422, 42212)
	refused(t, s, "POST", "/associations", associate(`{"associationType":"key","frozen":true}`), 422, 42212)

	// A strong association keeps others away, and the subject alive.
	if w := s.n.ask("POST", "/associations", associate(`{"subject":"s","associationType":"value","lifecycle":"STRONG"},{"subject":"u","associationType":"key"}`)); w.Code != 200 {
		t.Fatal(w.Body)
	}
	refused(t, s, "POST", "/associations", other(`{"subject":"s","associationType":"value"}`), 409, 40905)
	refused(t, s, "POST", "/associations", other(`{"subject":"u","associationType":"value","lifecycle":"STRONG"}`), 409, 40904)
	refused(t, s, "DELETE", "/subjects/s", "", 409, 40904)
	refused(t, s, "DELETE", "/subjects/s/versions/1", "", 409, 40907)
	refused(t, s, "POST", "/subjects/w/versions", `{"schema":"{\"type\":\"array\",\"items\":\"A\"}","references":[{"name":"A","subject":"s","version":1}]}`, 422, 42205)

	// With cascade the subject goes too.
	s.do("DELETE", "/associations/resources/id-1?cascadeLifecycle=true", "", 204, "")
	s.do("GET", "/subjects", "", 200, `["u"]`)
	s.do("GET", "/subjects?deletedOnly=true", "", 200, `["s"]`)
	s.do("GET", "/associations/resources/-/t", "", 200, `[]`)
}

func TestFrozenAssociations(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Confluent)
	body := associate(`{"associationType":"value","frozen":true,"schema":` + intBody + `}`)
	s.do("POST", "/associations", body, 200,
		associatedHead+`{"subject":":.n:t-value","associationType":"value","lifecycle":"STRONG","frozen":true}]}`)
	s.do("GET", "/subjects", "", 200, `[":.n:t-value"]`)
	refused(t, s, "POST", "/subjects/:.n:t-value/versions", `{"schema":"\"long\""}`, 409, 40908)
	refused(t, s, "PUT", "/associations/resources/id-1", associate(`{"associationType":"value","lifecycle":"WEAK"}`), 409, 40908)
	refused(t, s, "DELETE", "/associations/resources/id-1", "", 409, 40908)
	s.do("POST", "/subjects/:.n:t-value/versions", intBody, 200, s.n.ask("POST", "/subjects/:.n:t-value/versions", intBody).Body.String()) // It is there.
	s.do("DELETE", "/associations/resources/id-1?cascadeLifecycle=true", "", 204, "")
	s.do("GET", "/subjects", "", 200, `[]`)
}

func TestAssociationsInBatches(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	s.do("POST", "/subjects/s/versions", intBody, 200, `{"id":1}`)
	good := associate(`{"opType":"CREATE","subject":"s","associationType":"value"}`)
	bad := strings.Replace(associate(`{"opType":"UPSERT","subject":"none","associationType":"value"}`), `"t"`, `"t2"`, 1)
	s.do("POST", "/associations:batchMutate", `{"requests":[`+good+`,`+bad+`]}`, 207,
		`{"results":[{"result":`+associatedHead+`{"subject":"s","associationType":"value","lifecycle":"WEAK","frozen":false}]}},`+
			`{"error":{"error_code":40907,"message":"No active (non-deleted) version exists for subject 'none'"}}]}`)
	s.do("POST", "/associations:batchGet", `{"requests":[{"resourceName":"t","associationTypes":["value"]},{"resourceId":"none"},{}]}`, 207,
		`{"results":[{"result":`+associatedHead+`{"subject":"s","associationType":"value","lifecycle":"WEAK","frozen":false}]}},{"result":{"resourceId":"none","resourceType":"topic"}},`+
			`{"error":{"error_code":42212,"message":"The association specified an invalid value for property: 'resourceName', detail: cannot be null or empty"}}]}`)
	s.do("POST", "/associations:batchMutate", `{"requests":[`+associate(`{"opType":"DELETE","associationType":"value"}`)+`]}`, 207,
		`{"results":[{"result":{"resourceName":"t","resourceNamespace":"n","resourceId":"id-1","resourceType":"topic"}}]}`)
	s.do("GET", "/associations/subjects/s", "", 200, `[]`)
	refused(t, s, "POST", "/associations:batchMutate", `{"requests":[]}`, 422, 42212)
	refused(t, s, "POST", "/associations:batchGet", `[]`, 422, 422)
}

func TestAssociationsOfDeniedSubjectsAreNotThere(t *testing.T) {
	t.Parallel()
	shared := &topic{}
	open := newNode(t, shared, schema.Karapace)
	open.ask("POST", "/subjects/secret/versions", intBody)
	if w := open.ask("POST", "/associations", associate(`{"subject":"secret","associationType":"value"}`)); w.Code != 200 {
		t.Fatal(w.Body)
	}
	s := steps{t, newNode(t, shared, schema.Karapace, func(d *Deps) { d.Permissions = prefixes{"Subject:mine"} })}
	for _, target := range []string{"/associations/resources/-/t", "/associations/resources/id-1", "/associations/subjects/secret", "/associations/subjects/nobody"} {
		s.do("GET", target, "", 200, `[]`)
	}
	refused(t, s, "DELETE", "/associations/resources/id-1", "", 404, 40410)
	refused(t, s, "PUT", "/associations/resources/id-1", associate(`{"subject":"secret","associationType":"value"}`), 404, 40401)
	refused(t, s, "POST", "/associations", associate(`{"subject":"nobody","associationType":"key"}`), 404, 40401)
	refused(t, s, "POST", "/associations", `{`, 422, 422)
}

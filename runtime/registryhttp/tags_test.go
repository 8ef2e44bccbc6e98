package registryhttp

import (
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

const myRecord = `{"schema":"{\"type\":\"record\",\"name\":\"myrecord\",\"fields\":[{\"name\":\"f1\",\"type\":\"string\"}]}"}`

func tagList(path, kind, tags string) string {
	return `[{"schemaEntity":{"entityPath":"` + path + `","entityType":"` + kind + `"},"tags":[` + tags + `]}]`
}

func TestTagsMakeANewVersion(t *testing.T) {
	t.Parallel()
	for flavour, text := range map[schema.Flavour]string{
		schema.Karapace:  `{\"confluent:tags\":[\"TAG1\",\"TAG2\"],\"fields\":[{\"name\":\"f1\",\"type\":\"string\"}],\"name\":\"myrecord\",\"type\":\"record\"}`,
		schema.Confluent: `{\"type\":\"record\",\"name\":\"myrecord\",\"fields\":[{\"name\":\"f1\",\"type\":\"string\"}],\"confluent:tags\":[\"TAG1\",\"TAG2\"]}`,
	} {
		s := newSteps(t, flavour, func(d *Deps) { d.Extended = ExtendedAlways })
		ask := func(method, target, body string, status int, parts ...string) string {
			t.Helper()
			w := s.n.ask(method, target, body)
			for _, part := range parts {
				if !strings.Contains(w.Body.String(), part) {
					t.Fatalf("%s: %s %s %s: %s; want %s", flavour, method, target, body, w.Body, part)
				}
			}
			if w.Code != status {
				t.Fatalf("%s: %s %s %s: %d %s", flavour, method, target, body, w.Code, w.Body)
			}
			return w.Body.String()
		}
		const tags = "/subjects/s/versions/latest/tags"
		ask("POST", "/subjects/s/versions", myRecord, 200, `"id":1`)

		ask("POST", tags, `{"newVersion":2,"tagsToAdd":`+tagList("myrecord", "sr_record", `"TAG1","TAG2"`)+`}`, 200, `"id":2`, `"version":2`)
		ask("GET", "/subjects/s/versions/2", "", 200, text, `"confluent:version":"2"`)
		ask("POST", tags, `{"tagsToRemove":`+tagList("myrecord", "sr_record", `"TAG2"`)+`,"tagsToAdd":`+tagList("myrecord.f1", "sr_field", `"PII"`)+`,"metadata":{"properties":{"a":"b"}}}`, 200,
			`"version":3`, `"properties":{"a":"b","confluent:version":"3"}`)

		// findTags finds them.
		found := `"schemaTags":` + tagList("myrecord.f1", "sr_field", `"PII"`)
		ask("GET", "/subjects/s/versions/3?findTags=PII", "", 200, found+",")
		ask("GET", "/schemas/ids/3?findTags=PII", "", 200, found)
		all := ask("GET", "/subjects/s/versions/3?findTags=*", "", 200, `"entityPath":"myrecord.f1"`, `"entityPath":"myrecord","entityType":"sr_record"`)
		if none := ask("GET", "/subjects/s/versions/3?findTags=none", "", 200); strings.Contains(none, "schemaTags") || len(none) >= len(all) {
			t.Fatal(none)
		}

		// Registering edits tags too, and carries those of the version before.
		ask("POST", "/subjects/s/versions", strings.Replace(myRecord, `{"schema"`, `{"propagateSchemaTags":true,"schemaTagsToAdd":`+tagList(".myrecord.f1", "sr_field", `"X"`)+`,"schema"`, 1), 200, `"version":4`)
		ask("GET", "/subjects/s/versions/4?findTags=X", "", 200, `"tags":["PII","X"]`, `TAG1`)
		ask("POST", "/compatibility/subjects/s/versions/latest", myRecord, 200, `"is_compatible":true`)

		// The last version is the one before; what is not there is told.
		refused(t, s, "POST", tags, `{"newVersion":9,"tagsToAdd":`+tagList("myrecord", "sr_record", `"N"`)+`}`, 422, 42201)
		refused(t, s, "POST", tags, `{"tagsToAdd":`+tagList("does.not.exist", "sr_field", `"N"`)+`}`, 422, 42201)
		refused(t, s, "POST", "/subjects/none/versions/1/tags", `{}`, 404, 40401)
		refused(t, s, "POST", "/subjects/s/versions/77/tags", `{}`, 404, 40402)
		refused(t, s, "POST", "/subjects/s/versions/none/tags", `{}`, 422, 42202)
		malformed := map[schema.Flavour]int{schema.Karapace: 422, schema.Confluent: 400}[flavour]
		refused(t, s, "POST", tags, `{"tagsToAdd":7}`, malformed, malformed)
		refused(t, s, "POST", tags, `{"tagsToAdd":[{"tags":["a"]}]}`, malformed, malformed)
		s.do("PUT", "/mode/s", `{"mode":"READONLY"}`, 200, `{"mode":"READONLY"}`)
		refused(t, s, "POST", tags, `{"tagsToAdd":`+tagList("myrecord", "sr_record", `"N"`)+`}`, 422, 42205)
	}
}

func TestTagsNeedAPermissionToWrite(t *testing.T) {
	t.Parallel()
	for _, template := range []string{"/subjects/{subject}/versions", "/subjects/{subject}/versions/{version}/tags"} {
		if operationOf(template, "POST") == operationOf("/subjects/{subject}", "POST") {
			t.Fatalf("POST %s takes no more than a lookup", template)
		}
	}
}

func TestTagsOfOtherFormats(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	f := func(subject, body, path, kind, want string) {
		t.Helper()
		for _, step := range [][2]string{
			{"/subjects/" + subject + "/versions", body},
			{"/subjects/" + subject + "/versions/1/tags", `{"tagsToAdd":` + tagList(path, kind, `"PII"`) + `}`},
		} {
			if w := s.n.ask("POST", step[0], step[1]); w.Code != 200 {
				t.Fatal(w.Body)
			}
		}
		if got := s.n.ask("GET", "/subjects/"+subject+"/versions/2/schema", "").Body.String(); !strings.Contains(got, want) {
			t.Fatalf("%s; want %s", got, want)
		}
	}

	f("j", `{"schemaType":"JSON","schema":"{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}"}`, "object.a", "sr_field", `"confluent:tags":["PII"]`)
	f("p", `{"schemaType":"PROTOBUF","schema":"syntax = \"proto3\"; package x; message M { string a = 1; }"}`, "M.a", "sr_field", "(confluent.field_meta) = {\n    tags: [\n      \"PII\"\n    ]\n  }")
}

package registryhttp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

func want(t *testing.T, got string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(got, part) {
			t.Fatalf("%s\nhas no %s", got, part)
		}
	}
}

func TestConfigFields(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	s.do("PUT", "/config", `{"normalize":true,"compatibility":"full"}`, 200, `{"normalize":true,"compatibility":"FULL"}`)
	s.do("GET", "/config", "", 200, `{"normalize":true,"compatibilityLevel":"FULL"}`)
	s.do("PUT", "/config/a", `{"compatibilityGroup":"g","validateFields":false,"other":1,"defaultRuleSet":{}}`, 200,
		`{"validateFields":false,"compatibilityGroup":"g"}`)
	s.do("GET", "/config/a", "", 200, `{"validateFields":false,"compatibilityGroup":"g"}`)
	// Without a level of its own the server's default holds, not the global
	// level; the other fields are inherited.
	s.do("GET", "/config/a?defaultToGlobal=true", "", 200,
		`{"normalize":true,"validateFields":false,"compatibilityLevel":"BACKWARD","compatibilityGroup":"g"}`)
	s.do("GET", "/config/b?defaultToGlobal=true", "", 200, `{"normalize":true,"compatibilityLevel":"FULL"}`)

	// A change is a merge; null clears.
	s.do("PUT", "/config/a", `{"compatibilityPolicy":"lenient","overrideMetadata":{"properties":{"o":"1"}},"defaultMetadata":{"tags":{}}}`, 200,
		`{"validateFields":false,"compatibilityPolicy":"LENIENT","compatibilityGroup":"g","overrideMetadata":{"properties":{"o":"1"}}}`)
	s.do("PUT", "/config/a", `{"compatibilityGroup":null,"compatibilityPolicy":null,"overrideMetadata":null}`, 200, `{"validateFields":false}`)
	s.do("PUT", "/config/a", `{"validateFields":null}`, 200, `{}`)
	s.do("GET", "/config/a", "", 404, `{"error_code":40401,"message":"Subject 'a' not found."}`)
	s.do("PUT", "/config/a", `{}`, 200, `{}`)

	for body, text := range map[string]string{
		`{"normalize":1}`:                        "boolean",
		`{"alias":[]}`:                           "string",
		`{"defaultMetadata":{"properties":[1]}}`: "dictionary",
		`{"compatibilityPolicy":"sometimes"}`:    "STRICT",
	} {
		w := s.n.ask("PUT", "/config/a", body)
		if w.Code != 422 || !strings.Contains(w.Body.String(), text) {
			t.Fatalf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	s.do("DELETE", "/config", "", 200, `{"normalize":true,"compatibilityLevel":"FULL"}`)
	s.do("GET", "/config", "", 200, `{"compatibilityLevel":"BACKWARD"}`)
}

func TestAlias(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	s.do("POST", "/subjects/real%2Fone/versions", intBody, 200, `{"id":1}`)
	s.do("PUT", "/config/nick", `{"alias":"real/one"}`, 200, `{"alias":"real/one"}`)
	s.do("PUT", "/config/nicker", `{"alias":"nick"}`, 200, `{"alias":"nick"}`)
	s.do("GET", "/subjects/nick/versions/latest", "", 200, `{"subject":"real/one","version":1,"id":1,"schema":"\"int\""}`)
	s.do("POST", "/subjects/nick/versions", `{"schema":"\"long\""}`, 200, `{"id":2}`)
	s.do("GET", "/subjects/nick/versions", "", 200, `[1,2]`)
	s.do("POST", "/compatibility/subjects/nick/versions/latest", intBody, 200,
		`{"is_compatible":false,"messages":["reader type: int not compatible with writer type: long"]}`)
	// Not chained, not in the settings, not global.
	s.do("GET", "/subjects/nicker/versions", "", 404, `{"error_code":40401,"message":"Subject 'nick' not found."}`)
	s.do("GET", "/config/nick", "", 200, `{"alias":"real/one"}`)
	s.do("PUT", "/config", `{"alias":"real/one"}`, 200, `{"alias":"real/one"}`)
	s.do("GET", "/subjects/other/versions", "", 404, `{"error_code":40401,"message":"Subject 'other' not found."}`)
	s.do("GET", "/schemas?aliases=true&latestOnly=true", "", 200,
		`[{"subject":"real/one","version":2,"id":2,"schemaType":"AVRO","schema":"\"long\"","aliases":["nick"]}]`)
	// A delete through the alias deletes what it stands for.
	s.do("DELETE", "/subjects/nick", "", 200, `[1,2]`)
	s.do("GET", "/subjects", "", 200, `[]`)
	s.do("DELETE", "/config/nick", "", 200, `{"compatibility":"BACKWARD","alias":"real/one"}`)
	s.do("GET", "/subjects/nick/versions", "", 404, `{"error_code":40401,"message":"Subject 'nick' not found."}`)
}

func TestModes(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Confluent)
	const readOnly = `{"error_code":42205,"message":"Subject a in context . is in read-only mode"}`
	s.n.ask("POST", "/subjects/a/versions", intBody)
	s.do("PUT", "/mode", `{"mode":"readonly"}`, 200, `{"mode":"READONLY"}`)
	s.do("GET", "/mode", "", 200, `{"mode":"READONLY"}`)
	s.do("POST", "/subjects/a/versions", `{"schema":"\"long\""}`, 422, readOnly)
	if w := s.n.ask("POST", "/subjects/a/versions", intBody); w.Code != 200 { // The same again is no change.
		t.Fatal(w.Body)
	}
	s.do("DELETE", "/subjects/a", "", 422, readOnly)
	s.do("DELETE", "/subjects/a/versions/1", "", 422, readOnly)
	s.do("PUT", "/config/a", `{"compatibility":"NONE"}`, 422, readOnly)
	s.do("PUT", "/mode/a", `{"mode":"READWRITE"}`, 200, `{"mode":"READWRITE"}`)
	s.do("DELETE", "/subjects/a/versions/1", "", 200, `1`)
	s.do("DELETE", "/mode/a", "", 200, `{"mode":"READWRITE"}`)
	s.do("DELETE", "/mode/a", "", 404, `{"error_code":40401,"message":"Subject 'a' not found."}`)
	s.do("GET", "/mode/a", "", 404, `{"error_code":40409,"message":"Subject 'a' does not have subject-level mode configured"}`)
	s.do("GET", "/mode/a?defaultToGlobal=true", "", 200, `{"mode":"READONLY"}`)
	s.do("PUT", "/mode", `{"mode":null}`, 200, `{}`)
	s.do("GET", "/mode/:.:", "", 200, `{"mode":"READWRITE"}`)
	s.do("PUT", "/mode", `{"mode":"SIDEWAYS"}`, 422, `{"error_code":42204,"message":"Invalid mode. Valid values are READWRITE, READONLY, IMPORT and FORWARD."}`)

	// FORWARD is for the place above all contexts, and blocks what has no mode
	// of its own.
	const forwardElsewhere = `{"error_code":42204,"message":"Forward mode only supported on global level"}`
	s.do("PUT", "/mode", `{"mode":"forward"}`, 422, forwardElsewhere)
	s.do("PUT", "/mode/:.x:", `{"mode":"FORWARD"}`, 422, forwardElsewhere)
	s.do("PUT", "/mode/:.__GLOBAL:", `{"mode":"FORWARD"}`, 200, `{"mode":"FORWARD"}`)
	s.do("POST", "/subjects/n/versions", intBody, 422, `{"error_code":42205,"message":"Subject n in context . is not in read-write mode"}`)
	s.do("PUT", "/mode/:.__GLOBAL:", `{"mode":"READONLY"}`, 200, `{"mode":"READONLY"}`)
	s.do("POST", "/subjects/:.x:n/versions", intBody, 422, `{"error_code":42205,"message":"Subject n in context .x is in read-only mode"}`)
	s.do("PUT", "/mode/:.x:", `{"mode":"READWRITE"}`, 200, `{"mode":"READWRITE"}`)
	if w := s.n.ask("POST", "/subjects/:.x:n/versions", intBody); w.Code != 200 {
		t.Fatal(w.Body)
	}

	// Recursive deletion takes the subjects of the context along.
	s.do("PUT", "/mode/:.x:n", `{"mode":"READONLY_OVERRIDE"}`, 200, `{"mode":"READONLY_OVERRIDE"}`)
	s.do("DELETE", "/mode/:.x:?recursive=true", "", 200, `{"mode":"READWRITE"}`)
	s.do("GET", "/mode/:.x:n", "", 404, `{"error_code":40409,"message":"Subject ':.x:n' does not have subject-level mode configured"}`)
	s.do("DELETE", "/mode/:.x:?recursive=true", "", 200, `{}`)
}

func TestImport(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	const overwrite = `{"error_code":42205,"message":"Overwrite new schema with id 50 in context . is not permitted."}`
	s.do("POST", "/subjects/a/versions", `{"schema":"\"int\"","id":50}`, 422, `{"error_code":42205,"message":"Subject a in context . is not in import mode"}`)
	s.do("PUT", "/mode", `{"mode":"IMPORT"}`, 200, `{"mode":"IMPORT"}`)
	s.do("POST", "/subjects/a/versions", intBody, 422, `{"error_code":42205,"message":"Subject a in context . is not in read-write mode"}`)
	s.do("POST", "/subjects/a/versions", `{"schema":"\"int\"","id":50,"version":7}`, 200, `{"id":50}`)
	s.do("POST", "/subjects/a/versions", intBody, 200, `{"id":50}`)                         // The same again.
	s.do("POST", "/subjects/a/versions", `{"schema":"\"string\"","id":50}`, 422, overwrite) // No id twice.
	s.do("POST", "/subjects/a/versions", `{"schema":"\"string\"","id":40}`, 200, `{"id":40}`)
	s.do("POST", "/subjects/a/versions", `{"schema":"\"string\"","id":41,"version":2}`, 200, `{"id":41}`)
	s.do("POST", "/subjects/b/versions", `{"schema":"\"int\"","id":50,"version":3}`, 200, `{"id":50}`)
	s.do("GET", "/subjects/a/versions", "", 200, `[2,7,8]`)
	s.do("GET", "/schemas/ids/40", "", 200, `{"schema":"\"string\""}`)
	s.do("GET", "/schemas/ids/41", "", 200, `{"schema":"\"string\""}`)
	// Old names come in as they are.
	s.do("POST", "/subjects/c/versions", `{"schema":"{\"type\":\"record\",\"name\":\"not-a-name\",\"fields\":[]}","id":60}`, 200, `{"id":60}`)

	s.do("PUT", "/mode", `{"mode":"READWRITE"}`, 200, `{"mode":"READWRITE"}`)
	s.do("POST", "/subjects/b/versions", `{"schema":"\"int\"","id":50}`, 200, `{"id":50}`)
	s.do("POST", "/subjects/d/versions", `{"schema":"\"bytes\""}`, 200, `{"id":61}`)

	// An import begins on empty ground, unless it is forced.
	const inTheWay = `{"error_code":42205,"message":"Cannot import since found existing subjects"}`
	s.do("PUT", "/mode", `{"mode":"IMPORT"}`, 422, inTheWay)
	s.do("PUT", "/mode/d", `{"mode":"IMPORT"}`, 422, inTheWay)
	s.do("PUT", "/mode/d?force=true", `{"mode":"IMPORT"}`, 200, `{"mode":"IMPORT"}`)
	s.do("GET", "/subjects/d/versions", "", 200, `[1]`)
	s.do("DELETE", "/mode/d", "", 200, `{"mode":"IMPORT"}`)
	s.do("DELETE", "/subjects/d", "", 200, `[1]`)
	s.do("PUT", "/mode/d", `{"mode":"IMPORT"}`, 200, `{"mode":"IMPORT"}`)
	s.do("GET", "/subjects/d/versions?deleted=true", "", 404, `{"error_code":40401,"message":"Subject 'd' not found."}`)
}

func TestForceAndNormalize(t *testing.T) {
	t.Parallel()
	c := newSteps(t, schema.Confluent)
	register := func(target, body string, status int) string {
		t.Helper()
		w := c.n.ask("POST", target, body)
		if w.Code != status {
			t.Fatalf("%s %s: %d %s", target, body, w.Code, w.Body)
		}
		return w.Body.String()
	}
	register("/subjects/a/versions", `{"schema":"\"string\""}`, 200)
	register("/subjects/a/versions", intBody, 409)
	want(t, register("/subjects/a/versions?force=true", intBody, 200), `"version":2`)

	const loose = `{"schema":"{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"n\",\"fields\":[{\"name\":\"x\",\"type\":\"int\",\"order\":\"ascending\"}]}"}`
	const tight = `{"schema":"{\"type\":\"record\",\"name\":\"n.R\",\"fields\":[{\"type\":\"int\",\"name\":\"x\"}]}"}`
	first := register("/subjects/r/versions?normalize=true", loose, 200)
	if second := register("/subjects/r/versions?normalize=true", tight, 200); !strings.Contains(second, `"version":1`) {
		t.Fatalf("two versions of one schema:\n%s\n%s", first, second)
	}
	want(t, register("/subjects/r?normalize=true", tight, 200), `"version":1`)
	c.do("PUT", "/config/q", `{"normalize":true}`, 200, `{"normalize":true}`)
	register("/subjects/q/versions", loose, 200)
	want(t, register("/subjects/q/versions", tight, 200), `"version":1`)
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	const owner = `{"schema":"\"int\"","metadata":{"properties":{"owner":"x"}}}`
	s.do("POST", "/subjects/a/versions", intBody, 200, `{"id":1}`)
	s.do("POST", "/subjects/a/versions", owner, 200, `{"id":2}`) // Other metadata, other content.
	s.do("POST", "/subjects/a/versions", owner, 200, `{"id":2}`)
	s.do("POST", "/subjects/b/versions", owner, 200, `{"id":2}`)
	s.do("GET", "/schemas/ids/1", "", 200, `{"schema":"\"int\""}`)
	s.do("GET", "/schemas/ids/2", "", 200, `{"metadata":{"properties":{"owner":"x"}},"schema":"\"int\""}`)
	s.do("GET", "/schemas/ids/2?unused=1", "", 200, `{"metadata":{"properties":{"owner":"x"}},"schema":"\"int\""}`)
	// The old text again is what it was; a new one takes the metadata over.
	s.do("POST", "/subjects/a/versions", intBody, 200, `{"id":1}`)
	s.do("POST", "/subjects/a/versions", `{"schema":"\"long\""}`, 200, `{"id":3}`)
	s.do("GET", "/subjects/a/versions/3", "", 200, `{"subject":"a","version":3,"id":3,"metadata":{"properties":{"owner":"x"}},"schema":"\"long\""}`)
	// Metadata alone, for clients that can.
	s.do("POST", "/subjects/a/versions", `{"metadata":{"properties":{"owner":"y"}}}`, 200,
		`{"id":4,"version":4,"guid":"`+guidOf(t, s, "/subjects/a/versions/4")+`","schemaType":"AVRO","metadata":{"properties":{"owner":"y"}},"schema":"\"long\"","ts":1700000000000,"deleted":false}`, javaHeader)

	const path = "/subjects/a/metadata?key=owner&value="
	s.do("GET", path+"x", "", 200, `{"subject":"a","version":3,"id":3,"metadata":{"properties":{"owner":"x"}},"schema":"\"long\""}`)
	s.do("GET", path+"z", "", 404, `{"error_code":40403,"message":"Schema not found"}`)
	s.do("GET", "/subjects/a/metadata", "", 200, `{"subject":"a","version":4,"id":4,"metadata":{"properties":{"owner":"y"}},"schema":"\"long\""}`)
	s.do("GET", "/subjects/nobody/metadata", "", 404, `{"error_code":40401,"message":"Subject 'nobody' not found."}`)

	// What is no metadata is ignored by Karapace and refused by Confluent.
	s.do("POST", "/subjects/c/versions", `{"schema":"\"int\"","metadata":"x","ruleSet":7}`, 200, `{"id":1}`)
	c := newSteps(t, schema.Confluent)
	c.do("POST", "/subjects/c/versions", `{"schema":"\"int\"","metadata":"x"}`, 400, `{"error_code":400,"message":"The field at [metadata] is not a dictionary"}`)
}

// guidOf makes the registration that the test is about and returns its guid.
func guidOf(t *testing.T, s steps, target string) string {
	t.Helper()
	s.n.ask("POST", "/subjects/a/versions", `{"metadata":{"properties":{"owner":"y"}}}`, javaHeader)
	body := s.n.ask("GET", target, "", javaHeader).Body.String()
	guid := guidIn(t, body)
	if len(guid) != 36 {
		t.Fatal(body)
	}
	return guid
}

func TestConfiguredMetadata(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	s.n.ask("PUT", "/config/a", `{"compatibility":"NONE","defaultMetadata":{"properties":{"d":"1","x":"1"}},"overrideMetadata":{"properties":{"o":"1"}}}`)
	s.do("POST", "/subjects/a/versions", `{"schema":"\"int\"","metadata":{"properties":{"x":"2","o":"2"}}}`, 200, `{"id":1}`)
	s.do("GET", "/schemas/ids/1", "", 200, `{"metadata":{"properties":{"d":"1","o":"1","x":"2"}},"schema":"\"int\""}`)
	s.do("POST", "/subjects/a/versions", intBody, 200, `{"id":1}`)
	s.do("POST", "/subjects/a", intBody, 200, `{"subject":"a","version":1,"id":1,"metadata":{"properties":{"d":"1","o":"1","x":"2"}},"schema":"\"int\""}`)
}

func TestCompatibilityGroup(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	s.do("PUT", "/config/a", `{"compatibilityGroup":"major","compatibility":"BACKWARD"}`, 200, `{"compatibility":"BACKWARD","compatibilityGroup":"major"}`)
	s.do("POST", "/subjects/a/versions", `{"schema":"\"string\"","metadata":{"properties":{"major":"1"}}}`, 200, `{"id":1}`)
	s.do("POST", "/subjects/a/versions", `{"schema":"\"int\"","metadata":{"properties":{"major":"2"}}}`, 200, `{"id":2}`)
	w := s.n.ask("POST", "/subjects/a/versions", `{"schema":"\"boolean\"","metadata":{"properties":{"major":"2"}}}`)
	if w.Code != 409 {
		t.Fatal(w.Body)
	}
	s.do("POST", "/subjects/a/versions", `{"schema":"\"bytes\"","metadata":{"properties":{"major":"1"}}}`, 200, `{"id":3}`)
}

func TestVersionInTheMetadata(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	const latest = `{"schema":"\"int\"","version":-1}`
	s.do("POST", "/subjects/a/versions", latest, 200, `{"id":1}`)
	s.do("POST", "/subjects/a/versions", latest, 200, `{"id":1}`)
	s.do("POST", "/subjects/a/versions", intBody, 200, `{"id":1}`)
	s.do("POST", "/subjects/a/versions", `{"schema":"\"long\"","version":-1}`, 200, `{"id":2}`)
	s.do("GET", "/subjects/a/versions/2", "", 200, `{"subject":"a","version":2,"id":2,"metadata":{"properties":{"confluent:version":"2"}},"schema":"\"long\""}`)
}

func TestFormats(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	s.do("POST", "/subjects/a/versions", recordA, 200, `{"id":1}`)
	s.do("POST", "/subjects/u/versions", usesA, 200, `{"id":2}`)
	const resolved = `{"type":"record","name":"U","fields":[{"name":"a","type":{"type":"record","name":"A","fields":[]}}]}`
	s.do("GET", "/schemas/ids/2/schema?format=resolved", "", 200, resolved)
	s.do("GET", "/subjects/u/versions/1/schema?format=resolved", "", 200, resolved)
	for _, unknown := range []string{"default", "serialized", "nonsense", ""} {
		s.do("GET", "/subjects/a/versions/1/schema?format="+unknown, "", 200, `{"fields":[],"name":"A","type":"record"}`)
	}
	s.do("POST", "/subjects/p/versions", `{"schemaType":"PROTOBUF","schema":"syntax = \"proto3\"; message M { int32 a = 1; }"}`, 200, `{"id":3}`)
	w := s.n.ask("GET", "/schemas/ids/3?format=serialized", "")
	want(t, w.Body.String(), `"schemaType":"PROTOBUF"`, `"schema":"Ig4KAU0SCQoBYRgBIAEoBWIGcHJvdG8z"`)
	s.do("POST", "/subjects/x/versions", `{"schemaType":"PROTOBUF","schema":"syntax = \"proto3\"; message M { int32 a = 1 [(my.option) = true]; }"}`, 200, `{"id":4}`)
	s.do("GET", "/schemas/ids/4/schema?format=ignore_extensions", "", 200, "syntax = \"proto3\";\n\nmessage M {\n  int32 a = 1;\n}\n")
	s.do("GET", "/schemas/ids/4/schema?format=logical", "", 200, s.n.ask("GET", "/schemas/ids/4/schema", "").Body.String())
}

func TestValidateFieldsRefusesReservedNames(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	const reserved = `{"schemaType":"JSON","schema":"{\"properties\":{\"$$a\":{}}}"}`
	s.do("POST", "/subjects/before/versions", reserved, 200, `{"id":1}`)
	s.do("PUT", "/config", `{"validateFields":true}`, 200, `{"validateFields":true}`) // Inherited by subjects.
	refused(t, s, "POST", "/subjects/j/versions", reserved, 422, 42201)
	s.do("PUT", "/config/j", `{"validateFields":false}`, 200, `{"validateFields":false}`)
	s.do("POST", "/subjects/j/versions", reserved, 200, `{"id":1}`)
}

// A refusal repeats the setting that was in force, at registration and at a
// check, whatever the type of the schema.
func TestValidateFieldsIsNamedInRefusals(t *testing.T) {
	t.Parallel()
	f := func(typ, before, after string) {
		t.Helper()
		s := newSteps(t, schema.Confluent)
		body := func(text string) string { return fmt.Sprintf(`{"schemaType":%q,"schema":%q}`, typ, text) }
		idOf(s, "a", body(before))
		for _, set := range []bool{false, true} {
			setting := fmt.Sprintf(`{"validateFields":%t}`, set)
			s.do("PUT", "/config", setting, 200, setting) // Inherited by the subject.
			named := fmt.Sprintf("{validateFields: '%t', compatibility: 'BACKWARD'}", set)
			want(t, s.n.ask("POST", "/subjects/a/versions", body(after)).Body.String(), `"error_code":409`, named)
			want(t, s.n.ask("POST", "/compatibility/subjects/a/versions/latest?verbose=true", body(after)).Body.String(), `"is_compatible":false`, named)
		}
	}

	f("AVRO", `"int"`, `"string"`)
	f("JSON", `{"type":"string"}`, `{"type":"integer"}`)
	f("PROTOBUF", `syntax = "proto3"; message A { string a = 1; }`, `syntax = "proto3"; message A { int32 a = 1; }`)
}

func TestNewSchemasAreValidatedUnlessToldOtherwise(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Confluent)
	const wrongDefault = `{"schema":"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"x\",\"type\":\"int\",\"default\":\"no\"}]}"}`
	if w := s.n.ask("POST", "/subjects/a/versions", wrongDefault); w.Code != 422 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	s.do("PUT", "/config/a", `{"validateNewSchemas":false}`, 200, `{"validateNewSchemas":false}`)
	if w := s.n.ask("POST", "/subjects/a/versions", wrongDefault); w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
}

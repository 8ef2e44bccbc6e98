package registryhttp

import (
	"slices"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/auth"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// prefixes allows what begins with one of the texts, for everybody.
type prefixes []string

func (p prefixes) Allowed(_ auth.Principal, _ auth.Operation, resource string) bool {
	return slices.ContainsFunc(p, func(prefix string) bool { return strings.HasPrefix(resource, prefix) })
}

func (p prefixes) Unrestricted(auth.Principal, auth.Operation) bool { return false }

func TestDeniedLooksLikeMissing(t *testing.T) {
	t.Parallel()
	shared := &topic{}
	open := newNode(t, shared, schema.Karapace)
	for _, target := range []string{"/subjects/secret/versions", "/subjects/secret-long/versions", "/subjects/:.eu:secret/versions"} {
		if w := open.ask("POST", target, recordA); w.Code != 200 {
			t.Fatal(w.Body)
		}
	}
	open.ask("PUT", "/config/secret", `{"compatibility":"NONE"}`)
	open.ask("PUT", "/mode/secret", `{"mode":"READWRITE"}`)
	open.ask("PUT", "/config/mine-alias", `{"alias":"secret"}`)
	n := newNode(t, shared, schema.Karapace, func(d *Deps) { d.Permissions = prefixes{"Subject:mine", "Subject:never"} })
	f := func(method, path, body string) {
		t.Helper()
		for _, subject := range []string{"secret", ":.eu:secret"} {
			denied, missing := n.ask(method, strings.ReplaceAll(path, "$", subject), body), n.ask(method, strings.ReplaceAll(path, "$", "nobody"), body)
			got := strings.ReplaceAll(denied.Body.String(), subject, "nobody")
			if denied.Code != 404 || missing.Code != 404 || got != missing.Body.String() || !strings.Contains(got, `"error_code":40401`) {
				t.Fatalf("%s %s %s: %d %s; missing: %d %s", method, path, subject, denied.Code, denied.Body, missing.Code, missing.Body)
			}
		}
	}

	f("POST", "/subjects/$", recordA)
	f("POST", "/subjects/$", `{"schema":"{"}`)
	f("DELETE", "/subjects/$", "")
	f("GET", "/subjects/$/metadata", "")
	f("GET", "/subjects/$/versions", "")
	f("POST", "/subjects/$/versions", recordA)
	f("GET", "/subjects/$/versions/1", "")
	f("GET", "/subjects/$/versions/1?deleted=true", "")
	f("GET", "/subjects/$/versions/1/schema", "")
	f("GET", "/subjects/$/versions/1/referencedby", "")
	f("DELETE", "/subjects/$/versions/1", "")
	f("GET", "/config/$", "")
	f("GET", "/config/$?defaultToGlobal=true", "")
	f("PUT", "/config/$", `{"compatibility":"NONE"}`)
	f("DELETE", "/config/$", "")
	f("GET", "/mode/$", "")
	f("PUT", "/mode/$", `{"mode":"IMPORT"}`)
	f("DELETE", "/mode/$", "")
	f("POST", "/compatibility/subjects/$/versions", recordA)
	f("POST", "/compatibility/subjects/$/versions/latest", recordA)
}

func TestMalformedBodyComesBeforeDenied(t *testing.T) {
	t.Parallel()
	for flavour, status := range map[schema.Flavour]int{schema.Karapace: 422, schema.Confluent: 400} {
		n := newNode(t, &topic{}, flavour, func(d *Deps) { d.Permissions = prefixes{"Subject:mine"} })
		f := func(method, path, body string, want int) {
			t.Helper()
			if w := n.ask(method, path, body); w.Code != want {
				t.Fatalf("%s: %s %s %s: %d %s; want %d", flavour, method, path, body, w.Code, w.Body, want)
			}
		}

		for _, path := range []string{"/subjects/s", "/subjects/s/versions", "/compatibility/subjects/s/versions", "/compatibility/subjects/s/versions/1"} {
			f("POST", path, `{`, status)
			f("POST", path, `[]`, status)
			f("POST", path, ``, 422)
			f("POST", path, `{"schema":"\"int\"","schemaType":"AVROO"}`, 422)
			f("POST", path, `{"schema":"{"}`, 404) // Whether it parses is nobody's business.
		}
		f("PUT", "/config/s", `{`, status)
		f("PUT", "/config/s", `{"compatibility":"SOME"}`, 404)
		f("PUT", "/config", `{`, status)
		f("PUT", "/config", `{"compatibility":"NONE"}`, 403)
		f("PUT", "/mode/s", `{`, status)
		f("PUT", "/mode/s", `{"mode":"NONE"}`, 404)
		f("DELETE", "/subjects/s", `{`, 404)
	}
}

func TestPermissionsOfIDsListsAndContexts(t *testing.T) {
	t.Parallel()
	shared := &topic{}
	open := newNode(t, shared, schema.Karapace)
	for _, in := range [][2]string{
		{"secret", recordA}, {"mine", intBody}, {":.eu:secret", `{"schema":"\"long\""}`}, {":.eu:found", `{"schema":"\"long\""}`}, {":.us:mine", intBody},
	} {
		if w := open.ask("POST", "/subjects/"+in[0]+"/versions", in[1]); w.Code != 200 {
			t.Fatal(w.Body)
		}
	}
	open.ask("PUT", "/config/mine-alias", `{"alias":"secret"}`)
	id := strings.Trim(strings.TrimPrefix(open.ask("POST", "/subjects/secret/versions", recordA).Body.String(), `{"id":`), "}")
	guid := guidIn(t, open.ask("GET", "/schemas/ids/"+id, "", javaHeader).Body.String())

	n := newNode(t, shared, schema.Karapace, func(d *Deps) { d.Permissions = prefixes{"Subject:mine", "Subject:found", "Subject::.us:"} })
	s := steps{t, n}
	s.do("GET", "/subjects", "", 200, `["mine",":.us:mine"]`)
	s.do("GET", "/subjects?subjectPrefix=:*:secret", "", 200, `[]`)
	s.do("GET", "/contexts", "", 200, `[".",".us"]`)
	s.do("GET", "/schemas/ids/"+id, "", 404, `{"error_code":40403,"message":"Schema not found"}`)
	s.do("GET", "/schemas/ids/"+id+"/schema", "", 404, `{"error_code":40403,"message":"Schema not found"}`)
	s.do("GET", "/schemas/guids/"+guid, "", 404, `{"error_code":40403,"message":"Schema `+guid+` not found"}`)
	s.do("GET", "/schemas/guids/"+guid+"/ids", "", 200, `[]`)
	s.do("GET", "/contexts/.eu/schemas/ids/1", "", 404, `{"error_code":40403,"message":"Schema not found"}`)
	// An alias gives nobody more than what it stands for does.
	s.do("GET", "/subjects/mine-alias/versions", "", 404, `{"error_code":40401,"message":"Subject 'secret' not found."}`)
	// Nor does a name that is looked for in other contexts.
	s.do("GET", "/subjects/found/versions/1", "", 404, `{"error_code":40401,"message":"Subject 'found' not found."}`)
	s.do("POST", "/subjects/found", `{"schema":"\"long\""}`, 404, `{"error_code":40401,"message":"Subject 'found' not found."}`)
	s.do("GET", "/contexts/.eu/subjects/secret/versions", "", 404, `{"error_code":40401,"message":"Subject ':.eu:secret' not found."}`)

	// Settings of everything are no subject, whatever their name.
	const forbidden = `{"error_code":403,"message":"Forbidden"}`
	every := newNode(t, shared, schema.Karapace, func(d *Deps) { d.Permissions = prefixes{"Subject:"} })
	s = steps{t, every}
	for _, name := range []string{"", "/:.:", "/:.__GLOBAL:"} {
		s.do("GET", "/config"+name, "", 403, forbidden)
		s.do("PUT", "/config"+name, `{"compatibility":"NONE"}`, 403, forbidden)
		s.do("PUT", "/mode"+name, `{"mode":"READONLY"}`, 403, forbidden)
		s.do("DELETE", "/mode"+name, "", 403, forbidden)
	}
	s.do("PUT", "/contexts/.__GLOBAL/mode", `{"mode":"READONLY"}`, 403, forbidden)
	s.do("DELETE", "/contexts/.eu", "", 403, forbidden)
}

func guidIn(t *testing.T, body string) string {
	t.Helper()
	_, rest, _ := strings.Cut(body, `"guid":"`)
	guid, _, ok := strings.Cut(rest, `"`)
	if !ok {
		t.Fatal(body)
	}
	return guid
}

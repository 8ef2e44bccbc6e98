package plugin

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/runtime/testkit/instance"
)

const (
	textV1 = `{"type": "record", "name": "Order", "fields": [{"name": "id", "type": "string"}]}`
	textV2 = `{"type": "record", "name": "Order", "fields": [{"name": "id", "type": "string"}, {"name": "note", "type": "string", "default": ""}]}`
	textV3 = `{"type": "record", "name": "Order", "fields": [{"name": "id", "type": "string"}, {"name": "amount", "type": "int"}]}`
)

func TestDiff(t *testing.T) {
	t.Parallel()
	url := instance.Start(t).Registry
	register(t, url, "orders", orderV1)
	register(t, url, "orders", orderV2)
	send(t, "PUT", url+"/config/orders", `{"compatibility": "BACKWARD"}`)
	p, out := newPlugin(t, external(url), subject("orders", textV2), &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: team, Name: "texts"}, Data: map[string]string{"v3": textV3},
	})
	f := func(o DiffOptions, want error, parts ...string) {
		t.Helper()
		out.Reset()
		if err := p.Diff(t.Context(), o); !errors.Is(err, want) {
			t.Fatalf("%v, want %v\n%s", err, want, out)
		}
		wantText(t, out.String(), parts...)
	}
	manifest := func(spec string) DiffOptions {
		return DiffOptions{Manifests: fmt.Appendf(nil, "kind: Other\n---\napiVersion: plastron.dev/v1alpha1\nkind: Subject\n"+
			"metadata: {name: orders}\nspec: {registryRef: {name: main}, %s}\n", spec)}
	}

	f(DiffOptions{}, nil, "1 Subjects are as their registries have them")
	f(DiffOptions{Names: []string{"orders"}}, nil)
	f(manifest("schema: '"+textV1+"'"), ErrDifferent, "the text is version 1 (id 1), which version 2 (id 2) has superseded",
		`-      "default": ""`)
	f(manifest("schemaFrom: {configMapKeyRef: {name: texts, key: v3}}"), ErrDifferent,
		"Subject team/orders, subject orders of registry team/main", "it may not follow version 2 (id 2)", "amount", `+      "name": "amount",`)
	f(manifest("schemaFrom: {configMapKeyRef: {name: texts, key: v4}}"), ErrDifferent, "ConfigMap texts has no key v4")
	f(manifest("schema: '"+strings.Replace(textV2, `"note"`, `"remark"`, 1)+"'"), ErrDifferent, "not registered; it may follow version 2")
	f(manifest(`schema: '{"type": 7}'`), ErrDifferent, "the registry cannot read it")
	f(manifest("name: new-one, schema: '\"int\"'"), ErrDifferent, "would register version 1")
	f(manifest("compatibility: BACKWARD"), nil)
	f(manifest("mode: READWRITE"), nil)
	f(manifest("mode: READONLY"), ErrDifferent, "mode: the registry has Inherit, the object asks for READONLY")
	f(manifest("mode: Inherit"), nil)
	send(t, "PUT", url+"/mode/orders", `{"mode": "READONLY"}`)
	f(manifest("mode: READONLY"), nil)
	f(manifest("mode: Inherit"), ErrDifferent, "mode: the registry has READONLY")
	f(manifest("compatibility: FULL"), ErrDifferent, "the registry has BACKWARD, the object asks for FULL")
	f(manifest("compatibility: Inherit"), ErrDifferent, "the registry has BACKWARD, the object asks for Inherit")
	f(manifest("schema: '\"int\"', references: [{name: a, subjectRef: {name: nobody}}]"), ErrDifferent, "reference a: reading Subject nobody")

	if err := p.Diff(t.Context(), DiffOptions{Names: []string{"nobody"}}); err == nil || !strings.Contains(err.Error(), "no Subject nobody in namespace team") {
		t.Error(err)
	}
}

// TestExportIsAdopted exports a registry and looks whether what was exported
// asks for what is there, references and levels included.
func TestExportIsAdopted(t *testing.T) {
	t.Parallel()
	url := instance.Start(t).Registry
	register(t, url, "orders", orderV1)
	register(t, url, "Payments.Order_v", `{"schemaType": "PROTOBUF", "schema": "syntax = \"proto3\";\npackage p;\n\nmessage M {\n  string id = 1;\n}\n"}`)
	register(t, url, "enriched", `{"schema": "{\"type\":\"record\",\"name\":\"E\",\"fields\":[{\"name\":\"order\",\"type\":\"Order\"}]}",
		"references": [{"name": "Order", "subject": "orders", "version": 1}]}`)
	register(t, url, "json", `{"schemaType": "JSON", "schema": "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"number\",\"minimum\":1.50}}}"}`)
	send(t, "PUT", url+"/config/json", `{"compatibility": "FULL"}`)
	send(t, "PUT", url+"/mode/json", `{"mode": "READONLY"}`)
	p, out := newPlugin(t, external(url))

	files, err := p.Export(t.Context(), Selection{})
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	specs := map[string]v1alpha1.SubjectSpec{}
	for _, f := range files {
		var s v1alpha1.Subject
		if err := yaml.UnmarshalStrict(f.Text, &s); err != nil {
			t.Fatalf("%s: %v", f.Text, err)
		}
		if f.Name != s.Name+".yaml" || s.Namespace != team || strings.Contains(string(f.Text), "status") {
			t.Errorf("%s:\n%s", f.Name, f.Text)
		}
		specs[s.SubjectName()] = s.Spec
		all = append(append(all, "\n---\n"...), f.Text...)
	}
	if len(specs) != 4 {
		t.Fatalf("%d manifests", len(specs))
	}
	if level := specs["json"].Compatibility; level == nil || *level != "FULL" {
		t.Errorf("the level of json: %v", level)
	}
	if mode := specs["json"].Mode; mode == nil || *mode != "READONLY" || specs["orders"].Mode != nil {
		t.Errorf("the mode of json: %v, of orders: %v", mode, specs["orders"].Mode)
	}
	if specs["orders"].Compatibility != nil {
		t.Error("orders has no level of its own")
	}
	if refs := specs["enriched"].References; len(refs) != 1 || *refs[0].Subject != "orders" || *refs[0].Version != 1 {
		t.Errorf("references: %+v", refs)
	}
	if err := p.Diff(t.Context(), DiffOptions{Manifests: all}); err != nil {
		t.Errorf("what was exported differs from where it comes from: %v\n%s", err, out)
	}

	p.Namespace = "elsewhere"
	if files, err := p.Export(t.Context(), Selection{Registry: "team/main", Subjects: []string{"orders"}}); err != nil || len(files) != 1 ||
		!strings.Contains(string(files[0].Text), "registryRef:\n    name: main\n    namespace: team\n") {
		t.Errorf("a registry of another namespace: %v %v", files, err)
	}
	p.Namespace = team

	list, err := Kustomization(files)
	if err != nil || list.Name != "kustomization.yaml" {
		t.Fatal(list, err)
	}
	wantText(t, string(list.Text), "- enriched.yaml\n", "kind: Kustomization")
	if files, err := p.Export(t.Context(), Selection{Subjects: []string{"*r*s", "json"}}); err != nil || len(files) != 2 {
		t.Errorf("patterns: %d files, %v", len(files), err)
	}
	if _, err := p.Export(t.Context(), Selection{Subjects: []string{"jso"}}); err == nil || !strings.Contains(err.Error(), "has no subject jso") {
		t.Error(err)
	}
}

func TestOrphansAreAdopted(t *testing.T) {
	t.Parallel()
	url := instance.Start(t).Registry
	for _, name := range []string{"lonely", "owned", "refused", "Capital"} {
		register(t, url, name, orderV1)
	}
	owned := subject("owned", textV1, func(s *v1alpha1.Subject) { s.Status.Ownership = v1alpha1.OwnershipCreated })
	refused := subject("refused-object", textV2, func(s *v1alpha1.Subject) {
		s.Spec.Name = new("refused")
		s.Status.Conditions = []metav1.Condition{{Type: "Ready", Status: metav1.ConditionFalse, Reason: "AdoptionRefused"}}
	})
	p, out := newPlugin(t, external(url), owned, refused)

	if err := p.Orphans(t.Context(), OrphansOptions{}); err != nil {
		t.Fatal(err)
	}
	wantText(t, out.String(), "Capital   no Subject names it", "lonely    no Subject names it",
		"refused   Subject team/refused-object does not have it: AdoptionRefused", "3 of the 4 subjects of registry team/main")
	out.Reset()
	if err := p.Orphans(t.Context(), OrphansOptions{Names: true}); err != nil || out.String() != "Capital\nlonely\nrefused\n" {
		t.Errorf("%q %v", out, err)
	}

	out.Reset()
	dry := AdoptOptions{Selection: Selection{Orphans: true}, DryRun: true}
	if err := p.Adopt(t.Context(), dry); err != nil {
		t.Fatal(err)
	}
	wantText(t, out.String(), "Capital: Subject team/capital-", "lonely: Subject team/lonely created (dry run)")
	if n := count(t, p); n != 2 {
		t.Fatalf("a dry run left %d objects", n)
	}

	out.Reset()
	if err := p.Adopt(t.Context(), AdoptOptions{}); err != nil {
		t.Fatal(err)
	}
	wantText(t, out.String(), "owned: belongs to Subject team/owned", "refused: Subject team/refused-object asks for something else; `kubectl plastron diff`",
		"lonely: Subject team/lonely created")
	if n := count(t, p); n != 4 {
		t.Fatalf("%d objects, want 4", n)
	}
	if err := p.Adopt(t.Context(), AdoptOptions{Selection: Selection{Subjects: []string{"refused"}}, Overwrite: true}); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := p.Diff(t.Context(), DiffOptions{}); err != nil {
		t.Errorf("after adoption: %v\n%s", err, out)
	}
}

func count(t *testing.T, p *Plugin) int {
	t.Helper()
	var all v1alpha1.SubjectList
	if err := p.Client.List(t.Context(), &all, client.InNamespace(team)); err != nil {
		t.Fatal(err)
	}
	return len(all.Items)
}

func TestBackup(t *testing.T) {
	t.Parallel()
	endpoints := instance.Start(t)
	url := endpoints.Registry
	register(t, url, "orders", orderV1)
	register(t, url, "enriched", `{"schema": "{\"type\":\"record\",\"name\":\"E\",\"fields\":[{\"name\":\"order\",\"type\":\"Order\"}]}",
		"references": [{"name": "Order", "subject": "orders", "version": 1}]}`)
	register(t, url, "orders", orderV2)
	send(t, "PUT", url+"/config/orders", `{"compatibility": "FULL"}`)
	send(t, "PUT", url+"/config", `{"compatibility": "FORWARD"}`)
	p, out := newPlugin(t, external(url))

	var saved bytes.Buffer
	if n, err := p.Backup(t.Context(), "", &saved); err != nil || n != 3 {
		t.Fatal(n, err)
	}
	if err := p.Inspect(bytes.NewReader(saved.Bytes())); err != nil {
		t.Fatal(err)
	}
	wantText(t, out.String(), "2 subjects, 3 versions, 3 ids of which 3 is the highest, 1 levels of subjects")
	if err := p.Compare(t.Context(), "main", bytes.NewReader(saved.Bytes())); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	// The same subjects somewhere else, in another order: ids differ.
	other := instance.Start(t).Registry
	register(t, other, "orders", orderV2)
	p2, out := newPlugin(t, external(other))
	if err := p2.Compare(t.Context(), "", bytes.NewReader(saved.Bytes())); !errors.Is(err, ErrDifferent) {
		t.Error(err)
	}
	wantText(t, out.String(), "orders version 1: the texts differ", "enriched version 1: the registry does not have it, the backup has id 2", "0 of 3 versions")

	file := filepath.Join(t.TempDir(), "backup.json")
	if err := os.WriteFile(file, saved.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	restored := restoredRegistry(t, file)
	p3, out := newPlugin(t, external(restored))
	if err := p3.Compare(t.Context(), "", bytes.NewReader(saved.Bytes())); err != nil {
		t.Errorf("a registry that was restored from the backup: %v\n%s", err, out)
	}
	f := func(broken string) {
		t.Helper()
		if err := p.Inspect(strings.NewReader(broken)); err == nil {
			t.Errorf("read without complaint: %q", broken)
		}
	}
	f("")
	f("{}")
	f("[[1")
	f(saved.String()[:saved.Len()-3])
	f(`[[{"keytype":"SCHEMA","subject":"a","version":1,"magic":1},{"id":"x"}]]`)
}

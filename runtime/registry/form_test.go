package registry

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// The bytes that one course of changes leaves in the topic under each flavour
// (registry contract A.2 to A.6): keys and values as the product of the flavour
// writes them, and what is there already in the form that it has.
func TestFormOfRecords(t *testing.T) {
	t.Parallel()
	f := func(flavour schema.Flavour, want ...string) {
		t.Helper()
		n := newNode(t, new(topic), flavour)
		register := func(s schema.Subject, q schema.Schema) {
			t.Helper()
			if _, err := n.Register(t.Context(), Registration{Subject: s, Schema: q}); err != nil {
				t.Fatal(err)
			}
		}
		done := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		register("a-value", schema.Schema{Type: schema.Avro, Text: `"int"`})
		register("j", schema.Schema{Type: schema.JSON, Text: `{"type":"string"}`})
		register("o", schema.Schema{Type: schema.JSON, Text: `{"$ref":"j.json"}`, References: []schema.Reference{{Name: "j.json", Subject: "j", Version: 1}}})
		register("b-value", schema.Schema{Type: schema.Avro, Text: `"int"`})
		_, err := n.SetSubjectConfig(t.Context(), "a-value", ConfigChange{Level: levelPointer(schema.Full)})
		done(err)
		_, err = n.SetGlobalConfig(t.Context(), ConfigChange{Level: levelPointer(schema.None)})
		done(err)
		_, err = n.SetGlobalConfig(t.Context(), ConfigChange{Level: levelPointer(schema.Forward)})
		done(err)
		done(n.SetGlobalMode(t.Context(), ModeChange{Mode: schema.ReadOnly}))
		done(n.SetGlobalMode(t.Context(), ModeChange{Mode: schema.ReadWrite}))
		done(n.SetSubjectMode(t.Context(), "a-value", ModeChange{Mode: schema.ReadWrite}))

		var got []string
		for _, rec := range n.topic.from(0) {
			if key := string(rec.KeyBytes()); !strings.Contains(key, string(record.NoopKey)) {
				got = append(got, key+" "+string(rec.Value))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", flavour, diff)
		}
	}

	f(schema.Karapace,
		`{"keytype":"SCHEMA","subject":"a-value","version":1,"magic":1} {"subject":"a-value","version":1,"id":1,"schema":"\"int\"","deleted":false}`,
		`{"keytype":"SCHEMA","subject":"j","version":1,"magic":1} {"subject":"j","version":1,"id":2,"schema":"{\"type\":\"string\"}","deleted":false,"schemaType":"JSON"}`,
		`{"keytype":"SCHEMA","subject":"o","version":1,"magic":1} {"subject":"o","version":1,"id":3,"schema":"{\"$ref\":\"j.json\"}","deleted":false,"references":[{"name":"j.json","subject":"j","version":1}],"schemaType":"JSON"}`,
		`{"keytype":"SCHEMA","subject":"b-value","version":1,"magic":1} {"subject":"b-value","version":1,"id":1,"schema":"\"int\"","deleted":false}`,
		`{"keytype":"CONFIG","subject":"a-value","magic":0} {"compatibilityLevel":"FULL"}`,
		`{"keytype":"CONFIG","subject":null,"magic":0} {"compatibilityLevel":"NONE"}`,
		`{"keytype":"CONFIG","subject":null,"magic":0} {"compatibilityLevel":"FORWARD"}`,
		`{"keytype":"MODE","subject":null,"magic":0} {"mode":"READONLY"}`,
		`{"keytype":"MODE","subject":null,"magic":0} {"mode":"READWRITE"}`,
		`{"keytype":"MODE","subject":"a-value","magic":0} {"subject":"a-value","mode":"READWRITE"}`,
	)
	f(schema.Confluent,
		`{"keytype":"SCHEMA","subject":"a-value","version":1,"magic":1} {"subject":"a-value","version":1,"id":1,"schemaType":"AVRO","schema":"\"int\"","deleted":false}`,
		`{"keytype":"SCHEMA","subject":"j","version":1,"magic":1} {"subject":"j","version":1,"id":2,"schemaType":"JSON","schema":"{\"type\":\"string\"}","deleted":false}`,
		`{"keytype":"SCHEMA","subject":"o","version":1,"magic":1} {"subject":"o","version":1,"id":3,"schemaType":"JSON","references":[{"name":"j.json","subject":"j","version":1}],"schema":"{\"$ref\":\"j.json\"}","deleted":false}`,
		`{"keytype":"SCHEMA","subject":"b-value","version":1,"magic":1} {"subject":"b-value","version":1,"id":1,"schemaType":"AVRO","schema":"\"int\"","deleted":false}`,
		`{"keytype":"CONFIG","subject":"a-value","magic":0} {"subject":"a-value","compatibilityLevel":"FULL"}`,
		`{"keytype":"CONFIG","magic":0} {"compatibilityLevel":"NONE"}`,
		`{"keytype":"CONFIG","magic":0} {"compatibilityLevel":"FORWARD"}`,
		`{"keytype":"MODE","magic":0} {"mode":"READONLY"}`,
		`{"keytype":"MODE","magic":0} {"mode":"READWRITE"}`,
		`{"keytype":"MODE","subject":"a-value","magic":0} {"subject":"a-value","mode":"READWRITE"}`,
	)
}

// A topic of one product is continued by a registry that runs as the other:
// what has a record keeps its bytes, the text of a schema above all.
func TestFormOfWhatIsThereAlready(t *testing.T) {
	t.Parallel()
	shared := new(topic)
	shared.append(
		record.Record{RawKey: []byte(`{"keytype":"SCHEMA","subject":"a","version":1,"magic":1}`), Value: []byte(`{"subject":"a","version":1,"id":7,"schema":"\"int\"","deleted":false}`)},
		record.Record{RawKey: []byte(`{"keytype":"CONFIG","subject":null,"magic":0}`), Value: []byte(`{"compatibilityLevel":"FULL"}`)},
	)
	n := newNode(t, shared, schema.Confluent)
	n.read()
	if _, err := n.Register(t.Context(), Registration{Subject: "b", Schema: schema.Schema{Type: schema.Avro, Text: `"int"`}}); err != nil {
		t.Fatal(err)
	}
	if _, err := n.SetGlobalConfig(t.Context(), ConfigChange{Level: levelPointer(schema.None)}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`{"keytype":"SCHEMA","subject":"b","version":1,"magic":1} {"subject":"b","version":1,"id":7,"schema":"\"int\"","deleted":false}`,
		`{"keytype":"CONFIG","subject":null,"magic":0} {"compatibilityLevel":"NONE"}`,
	}
	var got []string
	for _, rec := range shared.from(2) {
		got = append(got, string(rec.KeyBytes())+" "+string(rec.Value))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

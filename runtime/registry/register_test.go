package registry

import (
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestRegisterGivesIDsAndVersions(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	f := func(s schema.Subject, sch schema.Schema, id schema.ID, version schema.Version) {
		t.Helper()
		e := n.register(t, s, sch)
		if e.ID != id || e.Version != version {
			t.Fatalf("%s under %s: id %d, version %d; want %d, %d", sch.Text, s, e.ID, e.Version, id, version)
		}
	}

	f("a", recordOf("A"), 1, 1)
	f("a", recordOf("A"), 1, 1)      // The same again.
	f("a", recordOf("A", "x"), 2, 2) // Another version.
	f("b", recordOf("A", "x"), 2, 1) // The same content elsewhere shares the id.
	f("b", avro(` {"name":"A" , "type":"record","fields":[{"type":["null","string"],"default":null,"name":"x"}]}`), 2, 1)
	f("c", avro(`"string"`), 3, 1)
	f("d", avro(`{"type":"string"}`), 4, 1)      // Karapace: another text, another schema.
	f(":.ctx:a", recordOf("A"), 1, 1)            // A context has an id space of its own.
	f("team/a+b: {\"é\"}", avro(`"long"`), 5, 1) // Any name works.
	f("", avro(`"long"`), 5, 1)

	if got := len(n.appends); got != 8 {
		t.Fatalf("%d appends; what is registered already is not written again", got)
	}
}

func TestRegisterRefusals(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	n.register(t, "a", recordOf("A", "x"))
	f := func(q Registration, want Kind, detail string) {
		t.Helper()
		before := len(n.topic.records)
		_, err := n.Register(t.Context(), q)
		if KindOf(err) != want || !strings.Contains(err.Error(), detail) || len(n.topic.records) != before {
			t.Fatalf("%+v: %v, %d records; want %q with %q and nothing written", q, err, len(n.topic.records)-before, want, detail)
		}
	}

	f(Registration{Subject: "a", Schema: avro("")}, EmptySchema, "")
	f(Registration{Subject: "a", Schema: avro("  ")}, InvalidSchema, "")
	f(Registration{Subject: "a", Schema: avro("{")}, InvalidSchema, "")
	f(Registration{Subject: "a", Schema: avro(`{"type":"record","name":"not-a-name","fields":[]}`)}, InvalidSchema, "not a valid Avro name")
	f(Registration{Subject: "j", Schema: schema.Schema{Type: schema.JSON, Text: `{"type":"text"}`}}, InvalidSchema, `"text" is not a type`)
	f(Registration{Subject: "j", Schema: schema.Schema{Type: "THRIFT", Text: `{}`}}, InvalidSchema, "not supported")
	f(Registration{Subject: "a", Schema: schema.Schema{Type: schema.JSON, Text: `{}`}}, Incompatible, "Comparing different schema types: SchemaType.AVRO with SchemaType.JSONSCHEMA")
	f(Registration{Subject: "a", Schema: avro(`"int"`)}, Incompatible, "Incompatible schema, compatibility_mode=BACKWARD. Incompatibilities: ")
	f(Registration{Subject: "a", Schema: recordOf("A"), Version: 7}, VersionNotNext, "")
	f(Registration{Subject: "a\nb", Schema: avro(`"int"`)}, InvalidSubject, "control character")
	f(Registration{Subject: ":.:__EMPTY", Schema: avro(`"int"`)}, InvalidSubject, "reserved")
	f(Registration{Subject: "a", Schema: avro(`"A"`, schema.Reference{Name: "A", Subject: "gone", Version: 1})}, InvalidReferences, `No schema reference found for subject "gone" and version 1`)
	f(Registration{Subject: "a", Schema: avro(`"A"`, schema.Reference{Name: "A", Subject: "a", Version: 0})}, InvalidReferences, "version 0")
}

func TestExplicitVersionIsACompareAndSet(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	e, err := n.Register(t.Context(), Registration{Subject: "a", Schema: avro(`"int"`), Version: 1})
	if err != nil || e.Version != 1 {
		t.Fatalf("the next version is accepted: %+v, %v", e, err)
	}
	if e, err = n.Register(t.Context(), Registration{Subject: "a", Schema: avro(`"int"`), Version: 1}); err != nil || e.Version != 1 {
		t.Fatalf("so is the one that it has: %+v, %v", e, err)
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	country := n.register(t, "country", avro(`{"type":"record","name":"Country","namespace":"x","fields":[{"name":"n","type":"string"}]}`))
	user := func(v schema.Version) schema.Schema {
		return avro(`{"type":"record","name":"User","namespace":"x","fields":[{"name":"c","type":"Country"}]}`,
			schema.Reference{Name: "x.Country", Subject: "country", Version: v})
	}
	first := n.register(t, "user", user(schema.Latest))
	if got := first.Schema.References[0].Version; got != country.Version {
		t.Fatalf("latest is stored as a number, not as %d", got)
	}
	if again := n.register(t, "user", user(1)); again.ID != first.ID {
		t.Fatalf("the same reference as a number is the same schema: id %d, not %d", again.ID, first.ID)
	}

	// Another version of the target is another schema with another id.
	n.register(t, "country", avro(`{"type":"record","name":"Country","namespace":"x","fields":[{"name":"n","type":"string"},{"name":"o","type":["null","int"],"default":null}]}`))
	second := n.register(t, "user", user(2))
	if second.ID == first.ID || second.Version != 2 {
		t.Fatalf("%+v", second)
	}
	if ids, err := n.ReferencedBy("country", 1, Live); err != nil || len(ids) != 1 || ids[0] != first.ID {
		t.Fatalf("referenced by %v, %v", ids, err)
	}

	// A version that others use stays.
	_, err := n.DeleteVersion(t.Context(), "country", 1)
	wantKind(t, err, Referenced)
	_, err = n.DeleteSubject(t.Context(), "country")
	wantKind(t, err, Referenced)
}

func TestRegisterAfterDeletes(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	n.register(t, "a", recordOf("A"))
	n.register(t, "a", recordOf("A", "x"))
	must(n.DeleteSubject(t.Context(), "a"))

	// Soft-deleted versions keep their numbers and ids, and nothing is compared
	// with them.
	if e := n.register(t, "a", avro(`"int"`)); e.Version != 3 || e.ID != 3 {
		t.Fatalf("%+v", e)
	}
	must(n.DeleteSubject(t.Context(), "a"))
	if e := n.register(t, "a", recordOf("A")); e.Version != 4 || e.ID != 1 {
		t.Fatalf("the old id under a new version: %+v", e)
	}

	// A permanent delete frees the number of the newest version and, with
	// Karapace, gives the id back to the same content only.
	must(n.DeleteSubject(t.Context(), "a"))
	must(n.DeleteSubjectPermanently(t.Context(), "a"))
	if e := n.register(t, "b", recordOf("B")); e.ID != 4 {
		t.Fatalf("an id is given out twice: %+v", e)
	}
	if e := n.register(t, "a", recordOf("A")); e.Version != 1 || e.ID != 1 {
		t.Fatalf("%+v", e)
	}
}

func TestConfluentGivesANewIDAfterPermanentDelete(t *testing.T) {
	t.Parallel()
	n := newNode(t, &topic{}, schema.Confluent)
	n.register(t, "a", recordOf("A"))
	if _, err := n.DeleteSubject(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if _, err := n.DeleteSubjectPermanently(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if e := n.register(t, "a", recordOf("A")); e.ID != 2 || e.Version != 1 {
		t.Fatalf("%+v", e)
	}
}

func TestStoredTextOfOthersIsCarried(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	// Another product stored the text in its own print, with a member that we
	// do not know.
	value := `{"subject":"a","version":1,"id":7,"schema":"{\"type\": \"record\", \"name\": \"A\", \"fields\": []}","deleted":false,"metadata":{"owner":"x"}}`
	n.topic.append(record.Record{Key: record.SchemaOf("a", 1), Value: []byte(value)})
	n.read()

	if e := n.register(t, "a", recordOf("A")); e.ID != 7 || e.Version != 1 || len(n.appends) != 0 {
		t.Fatalf("the schema is known: %+v", e)
	}
	if _, err := n.DeleteSubject(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	e := n.register(t, "a", recordOf("A"))
	want := `{"subject":"a","version":2,"id":7,"schema":"{\"type\": \"record\", \"name\": \"A\", \"fields\": []}","deleted":false,"metadata":{"owner":"x"}}`
	if string(e.RawValue()) != want {
		t.Fatalf("stored %s\nwant   %s", e.RawValue(), want)
	}
}

func TestNonsenseInTheLogIsKeptAndDoesNotCloseItsSubject(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	n.topic.append(foreign("a", 1, 3, `{"foo":"bar"}`))
	n.read()
	if e, err := n.ByID(schema.DefaultContext, 3); err != nil || e.Schema.Text != `{"foo":"bar"}` {
		t.Fatalf("%+v, %v", e, err)
	}
	if e := n.register(t, "a", avro(`"int"`)); e.ID != 4 || e.Version != 2 {
		t.Fatalf("%+v", e)
	}
}

func TestReadOnlyStillAnswersWhatIsRegistered(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	n.register(t, "a", avro(`"int"`))
	if err := n.SetSubjectMode(t.Context(), "a", ModeChange{Mode: schema.ReadOnly}); err != nil {
		t.Fatal(err)
	}
	if e := n.register(t, "a", avro(`"int"`)); e.Version != 1 {
		t.Fatalf("%+v", e)
	}
	_, err := n.Register(t.Context(), Registration{Subject: "a", Schema: avro(`"long"`)})
	wantKind(t, err, NotPermitted)
	if !strings.Contains(err.Error(), "Subject a in context . is in read-only mode") {
		t.Fatal(err)
	}
	_, err = n.DeleteSubject(t.Context(), "a")
	wantKind(t, err, NotPermitted)
	level := schema.None
	_, err = n.SetSubjectConfig(t.Context(), "a", ConfigChange{Level: &level})
	wantKind(t, err, NotPermitted)
}

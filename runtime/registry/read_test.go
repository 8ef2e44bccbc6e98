package registry

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// populated has a with versions 1 (soft-deleted), 2 and 3, gone with one
// soft-deleted version, and b with the content of a's version 3.
func populated(t *testing.T, flavour schema.Flavour) *node {
	t.Helper()
	n := newNode(t, &topic{}, flavour)
	n.register(t, "b-first", recordOf("B"))
	n.register(t, "a", recordOf("A"))
	n.register(t, "a", recordOf("A", "x"))
	n.register(t, "a", recordOf("A", "x", "y"))
	n.register(t, "b", recordOf("A", "x", "y"))
	n.register(t, "gone", avro(`"int"`))
	if _, err := n.DeleteVersion(t.Context(), "a", 1); err != nil {
		t.Fatal(err)
	}
	if _, err := n.DeleteSubject(t.Context(), "gone"); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestVersion(t *testing.T) {
	t.Parallel()
	k, c := populated(t, schema.Karapace), populated(t, schema.Confluent)
	f := func(n *node, s schema.Subject, v schema.Version, vis Visibility, want schema.Version, kind Kind) {
		t.Helper()
		e, err := n.Version(s, v, vis)
		if KindOf(err) != kind || err == nil && e.Version != want {
			t.Fatalf("%s %s: %+v, %v; want %d, %q", s, v, e, err, want, kind)
		}
	}

	f(k, "a", 2, Live, 2, 0)
	f(k, "a", schema.Latest, Live, 3, 0)
	f(k, "a", 1, Live, 0, VersionNotFound)
	f(k, "a", 1, WithDeleted, 1, 0)
	f(k, "a", 9, Live, 0, VersionNotFound)
	f(k, "nobody", 1, Live, 0, SubjectNotFound)
	f(k, "gone", 1, Live, 0, SubjectNotFound)
	f(k, "gone", schema.Latest, Live, 0, SubjectNotFound)
	f(k, "gone", 1, WithDeleted, 1, 0)

	// With deleted versions in sight the latest is another one for each.
	f(k, "gone", schema.Latest, WithDeleted, 1, 0)
	f(c, "gone", schema.Latest, WithDeleted, 0, VersionNotFound)
}

func TestVersionsAndHolders(t *testing.T) {
	t.Parallel()
	n := populated(t, schema.Karapace)
	f := func(s schema.Subject, vis Visibility, want []schema.Version, kind Kind) {
		t.Helper()
		entries, err := n.Versions(s, vis)
		if diff := cmp.Diff(want, versionsOf(entries)); diff != "" && kind == 0 || KindOf(err) != kind {
			t.Fatalf("%s: %v\n%s", s, err, diff)
		}
	}

	f("a", Live, []schema.Version{2, 3}, 0)
	f("a", WithDeleted, []schema.Version{1, 2, 3}, 0)
	f("a", OnlyDeleted, []schema.Version{1}, 0)
	f("b", OnlyDeleted, []schema.Version{}, 0)
	f("gone", Live, nil, SubjectNotFound)
	f("nobody", OnlyDeleted, nil, SubjectNotFound)

	holders, err := n.Holders(schema.DefaultContext, 4, Live)
	if err != nil || len(holders) != 2 {
		t.Fatalf("%v, %v", holders, err)
	}
	if holders, err = n.Holders(schema.DefaultContext, 2, Live); err != nil || len(holders) != 0 {
		t.Fatalf("an id whose holders are soft-deleted: %v, %v", holders, err)
	}
	_, err = n.Holders(schema.DefaultContext, 77, WithDeleted)
	wantKind(t, err, SchemaNotFound)
	if e, err := n.ByID(schema.DefaultContext, 2); err != nil || e.Version != 1 {
		t.Fatalf("soft-deleted ids still resolve: %+v, %v", e, err)
	}
}

func TestListings(t *testing.T) {
	t.Parallel()
	k, c := populated(t, schema.Karapace), populated(t, schema.Confluent)
	k.register(t, ":.eu:a", avro(`"int"`))
	level := schema.None
	if _, err := k.SetSubjectConfig(t.Context(), "only-config", ConfigChange{Level: &level}); err != nil {
		t.Fatal(err)
	}
	subjects := func(n *node, l Listing, want ...schema.Subject) {
		t.Helper()
		if diff := cmp.Diff(want, n.Subjects(l)); diff != "" {
			t.Fatalf("%+v (-want +got):\n%s", l, diff)
		}
	}

	// Order of first sight here, by name there; a subject with a configuration
	// alone is none.
	subjects(k, Listing{Prefix: ":*:"}, "b-first", "a", "b", ":.eu:a")
	subjects(k, Listing{}, "b-first", "a", "b")
	subjects(c, Listing{}, "a", "b", "b-first")
	subjects(k, Listing{Visibility: WithDeleted}, "b-first", "a", "b", "gone")
	subjects(k, Listing{Visibility: OnlyDeleted}, "gone")
	subjects(k, Listing{Prefix: "b"}, "b-first", "b")
	subjects(k, Listing{Prefix: ":.eu:"}, ":.eu:a")
	subjects(k, Listing{Prefix: ":*:a"}, "a", ":.eu:a")

	schemas := func(l Listing, want ...string) {
		t.Helper()
		var got []string
		for _, e := range k.Schemas(l) {
			got = append(got, fmt.Sprintf("%s/%d", e.Subject, e.Version))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%+v (-want +got):\n%s", l, diff)
		}
	}

	schemas(Listing{}, "a/2", "a/3", "b/1", "b-first/1")
	schemas(Listing{LatestOnly: true}, "a/3", "b/1", "b-first/1")
	schemas(Listing{Visibility: WithDeleted, Prefix: "gone"}, "gone/1")
	schemas(Listing{Visibility: WithDeleted, Prefix: "a", LatestOnly: true}, "a/3")
	schemas(Listing{Prefix: "nobody"})
}

func TestLookup(t *testing.T) {
	t.Parallel()
	n := populated(t, schema.Karapace)
	n.register(t, "prim", avro(`{"type":"int","name":"x"}`))
	n.topic.append(foreign("old", 1, 30, `{"type":"record","name":"not-a-name","fields":[]}`))
	n.read()
	f := func(s schema.Subject, wanted schema.Schema, vis Visibility, want schema.Version, kind Kind) {
		t.Helper()
		e, err := n.Lookup(s, Wanted{Schema: wanted}, vis)
		if KindOf(err) != kind || err == nil && e.Version != want {
			t.Fatalf("%s under %s: %+v, %v; want %d, %q", wanted.Text, s, e, err, want, kind)
		}
	}

	f("a", recordOf("A", "x"), Live, 2, 0)
	f("a", avro(`{"fields":[{"default":null,"name":"x","type":["null","string"]}], "name":"A","type":"record"}`), Live, 2, 0)
	f("a", recordOf("A"), Live, 0, SchemaNotFound)
	f("a", recordOf("A"), WithDeleted, 1, 0)
	f("gone", avro(`"int"`), WithDeleted, 1, 0)
	f("gone", avro(`"int"`), Live, 0, SubjectNotFound)
	// A missing subject comes first, even when nothing parses.
	f("nobody", avro(`{`), Live, 0, SubjectNotFound)
	f("a", avro(`{`), Live, 0, LookupUnparsable)
	f("a", avro(``), Live, 0, EmptySchema)
	f("a", avro(`"A"`, schema.Reference{Name: "A", Subject: "gone", Version: 9}), Live, 0, InvalidReferences)
	// A target that is soft-deleted is still good for a lookup.
	f("a", avro(recordOf("A", "x").Text, schema.Reference{Name: "G", Subject: "gone", Version: 1}), Live, 0, SchemaNotFound)
	// Old names are not judged.
	f("old", avro(`{"type":"record","name":"not-a-name","fields":[]}`), Live, 1, 0)
}

func TestLookupAfterDeleteFindsTheNewVersion(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	n.register(t, "a", avro(`"int"`))
	if _, err := n.DeleteSubject(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	n.register(t, "a", avro(`"int"`))
	for _, vis := range []Visibility{Live, WithDeleted} {
		if e, err := n.Lookup("a", Wanted{Schema: avro(`"int"`)}, vis); err != nil || e.Version != 2 {
			t.Fatalf("%+v, %v", e, err)
		}
	}
}

func TestParsedCacheStaysWithinItsBytes(t *testing.T) {
	t.Parallel()
	c := newParsedCache(100 * parsedCost("0123456789"))
	for i := range 1000 {
		c.put(contentKey{byte(i), byte(i >> 8)}, nil, parsedCost("0123456789"))
	}
	if len(c.entries) != 100 || c.bytes > c.limit {
		t.Fatalf("%d entries, %d bytes of %d", len(c.entries), c.bytes, c.limit)
	}
	if _, ok := c.get(contentKey{231, 3}); !ok { // 999
		t.Fatal("the newest is gone")
	}
	c.put(contentKey{1, 2, 3}, nil, c.limit)
	if len(c.entries) != 100 {
		t.Fatal("a giant pushed out the others")
	}
}

// Rule sets are not registered here, but those that another product left in the
// log can be searched by the types of their rules.
func TestSchemasByTheTypesOfTheirRules(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	put := func(s schema.Subject, id schema.ID, rules string) {
		value := fmt.Sprintf(`{"subject":%q,"version":1,"id":%d,"schema":"\"int\"","ruleSet":%s}`, s, id, rules)
		n.topic.append(record.Record{Key: record.SchemaOf(s, 1), Value: []byte(value)})
	}
	put("domain", 1, `{"domainRules":[{"name":"a","type":"CEL"},{"name":"b","type":"ENCRYPT"}]}`)
	put("migration", 2, `{"migrationRules":[{"name":"a","type":"JSONATA"}]}`)
	put("encoding", 3, `{"encodingRules":[{"name":"a","type":"ENCRYPT"}]}`)
	put("odd", 4, `{"domainRules":"CEL","encodingRules":[7]}`)
	n.register(t, "none", recordOf("R"))
	n.read()
	f := func(types []string, want ...schema.Subject) {
		t.Helper()
		var got []schema.Subject
		for _, e := range n.Schemas(Listing{RuleTypes: types}) {
			got = append(got, e.Subject)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	}

	f([]string{"CEL"}, "domain")
	f([]string{"ENCRYPT"}, "domain", "encoding")
	f([]string{"CEL", "JSONATA"}, "domain", "migration")
	f([]string{"OTHER"})
	f(nil, "domain", "encoding", "migration", "none", "odd")
}

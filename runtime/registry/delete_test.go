package registry

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// referring has target with versions 1 and 2; live-user refers to 1.
func referring(t *testing.T, flavour schema.Flavour) *node {
	t.Helper()
	n := newNode(t, &topic{}, flavour)
	n.register(t, "target", recordOf("T"))
	n.register(t, "target", recordOf("T", "x"))
	n.register(t, "user", avro(`{"type":"record","name":"U","fields":[{"name":"t","type":"T"}]}`,
		schema.Reference{Name: "T", Subject: "target", Version: 1}))
	return n
}

func TestDeleteVersionFollowsItsTable(t *testing.T) {
	t.Parallel()
	type step struct {
		permanent bool
		subject   schema.Subject
		version   schema.Version
		want      schema.Version
		kind      Kind
	}
	soft := func(s schema.Subject, v, want schema.Version, k Kind) step { return step{false, s, v, want, k} }
	hard := func(s schema.Subject, v, want schema.Version, k Kind) step { return step{true, s, v, want, k} }
	f := func(n *node, steps ...step) {
		t.Helper()
		for i, s := range steps {
			remove := n.DeleteVersion
			if s.permanent {
				remove = n.DeleteVersionPermanently
			}
			got, err := remove(t.Context(), s.subject, s.version)
			if KindOf(err) != s.kind || err == nil && got != s.want {
				t.Fatalf("step %d %+v: %d, %v", i, s, got, err)
			}
		}
	}

	f(referring(t, schema.Karapace),
		soft("nobody", 1, 0, SubjectNotFound), hard("nobody", 1, 0, SubjectNotFound),
		soft("target", 7, 0, VersionNotFound), hard("target", 7, 0, VersionNotFound),
		hard("target", 2, 0, VersionNotSoftDeleted),
		soft("target", 1, 0, Referenced),
		soft("target", 2, 2, 0), soft("target", 2, 0, VersionSoftDeleted),
		// Karapace counts soft-deleted referrers until they are gone for good.
		soft("user", 1, 1, 0), soft("target", 1, 0, Referenced), hard("user", 1, 1, 0),
		soft("target", schema.Latest, 1, 0),
		hard("target", schema.Latest, 2, 0), // The newest of all, so that it can go.
		hard("target", 1, 1, 0), hard("target", 1, 0, SubjectNotFound))

	f(referring(t, schema.Confluent),
		soft("target", 1, 0, Referenced),
		soft("user", 1, 1, 0), soft("target", 1, 1, 0),
		hard("target", 1, 0, Referenced), // But not for good.
		hard("user", 1, 1, 0), hard("target", 1, 1, 0),
		hard("target", schema.Latest, 0, VersionNotSoftDeleted))
}

func TestDeleteSubjectFollowsItsTable(t *testing.T) {
	t.Parallel()
	n := referring(t, schema.Karapace)
	f := func(permanent bool, s schema.Subject, want []schema.Version, kind Kind) {
		t.Helper()
		remove := n.DeleteSubject
		if permanent {
			remove = n.DeleteSubjectPermanently
		}
		got, err := remove(t.Context(), s)
		if diff := cmp.Diff(want, got); diff != "" || KindOf(err) != kind {
			t.Fatalf("%s: %v\n%s", s, err, diff)
		}
	}

	f(false, "nobody", nil, SubjectNotFound)
	f(true, "nobody", nil, SubjectNotFound)
	f(false, "target", nil, Referenced)
	f(true, "user", nil, SubjectNotSoftDeleted)
	f(false, "user", []schema.Version{1}, 0)
	f(false, "user", nil, SubjectSoftDeleted)
	f(true, "user", []schema.Version{1}, 0)

	// Only what was live is reported; some live versions are enough to refuse.
	if _, err := n.DeleteVersion(t.Context(), "target", 2); err != nil {
		t.Fatal(err)
	}
	f(true, "target", nil, SubjectNotSoftDeleted)
	f(false, "target", []schema.Version{1}, 0)
	f(true, "target", []schema.Version{1, 2}, 0)
	f(true, "target", nil, SubjectNotFound)
}

func TestASubjectMayReferToItself(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	n.register(t, "a", recordOf("T"))
	level := schema.None
	if _, err := n.SetGlobalConfig(t.Context(), ConfigChange{Level: &level}); err != nil {
		t.Fatal(err)
	}
	n.register(t, "a", avro(`{"type":"record","name":"U","fields":[{"name":"t","type":"T"}]}`,
		schema.Reference{Name: "T", Subject: "a", Version: 1}))

	_, err := n.DeleteVersion(t.Context(), "a", 1)
	wantKind(t, err, Referenced)
	if versions, err := n.DeleteSubject(t.Context(), "a"); err != nil || len(versions) != 2 {
		t.Fatalf("%v, %v", versions, err)
	}
	if versions, err := n.DeleteSubjectPermanently(t.Context(), "a"); err != nil || len(versions) != 2 {
		t.Fatalf("%v, %v", versions, err)
	}
}

func TestPermanentDeleteLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	// The version is in the log under an old spelling of its key too.
	old := foreign("a", 1, 1, `"int"`)
	old.RawKey = []byte(`{"subject":"a","version":1,"magic":1,"keytype":"SCHEMA"}`)
	n.topic.append(old, foreign("a", 1, 1, `"int"`))
	n.read()
	level := schema.Full
	if _, err := n.SetSubjectConfig(t.Context(), "a", ConfigChange{Level: &level}); err != nil {
		t.Fatal(err)
	}
	if err := n.SetSubjectMode(t.Context(), "a", ModeChange{Mode: schema.ReadWrite}); err != nil {
		t.Fatal(err)
	}
	if _, err := n.DeleteSubject(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	before := len(n.topic.records)
	if _, err := n.DeleteSubjectPermanently(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, rec := range n.topic.records[before:] {
		if rec.Value != nil {
			t.Fatalf("%s has a value", rec.RawKey)
		}
		got = append(got, string(rec.RawKey))
	}
	want := []string{
		`{"subject":"a","version":1,"magic":1,"keytype":"SCHEMA"}`,
		`{"keytype":"SCHEMA","subject":"a","version":1,"magic":1}`,
		`{"keytype":"MODE","subject":"a","magic":0}`,
		`{"keytype":"CONFIG","subject":"a","magic":0}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("tombstones (-want +got):\n%s", diff)
	}
	if _, err := n.SubjectConfig("a"); KindOf(err) != SubjectNotFound {
		t.Fatal(err)
	}
}

func TestSoftDeletesAreWrittenLikeEverybodyWritesThem(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	n.register(t, "a", avro(`"int"`))
	n.register(t, "b", avro(`"int"`))
	n.register(t, "b", avro(`"long"`))
	if _, err := n.DeleteVersion(t.Context(), "a", 1); err != nil {
		t.Fatal(err)
	}
	if _, err := n.DeleteSubject(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, rec := range n.topic.records[3:] {
		got = append(got, string(rec.RawKey)+" "+string(rec.Value))
	}
	want := []string{
		`{"keytype":"SCHEMA","subject":"a","version":1,"magic":1} {"subject":"a","version":1,"id":1,"schema":"\"int\"","deleted":true}`,
		`{"keytype":"DELETE_SUBJECT","subject":"b","magic":0} {"subject":"b","version":2}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("records (-want +got):\n%s", diff)
	}
}

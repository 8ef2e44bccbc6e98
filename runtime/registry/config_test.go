package registry

import (
	"testing"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func levelPointer(l schema.Level) *schema.Level { return &l }

func TestConfigIsFoundAlongItsChain(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	set := func(s schema.Subject, l schema.Level) {
		t.Helper()
		var err error
		if s == "" {
			_, err = n.SetGlobalConfig(t.Context(), ConfigChange{Level: &l})
		} else {
			_, err = n.SetSubjectConfig(t.Context(), s, ConfigChange{Level: &l})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	f := func(s schema.Subject, want schema.Level, origin Origin) {
		t.Helper()
		if got, from := n.EffectiveConfig(s).Level, n.LevelOrigin(s); got != want || from != origin {
			t.Fatalf("%s: %s from %s, want %s from %s", s, got, from, want, origin)
		}
	}

	f("a", schema.Backward, FromDefault)
	f(":.:", schema.Backward, FromDefault)
	set(":.__GLOBAL:", schema.None)
	f("a", schema.None, FromGlobal)
	f(":.eu:a", schema.None, FromGlobal)
	set("", schema.Full)
	f("a", schema.Full, FromGlobal)
	f(":.:", schema.Full, FromGlobal)
	f(":.eu:a", schema.None, FromGlobal) // The global one is that of the default context.
	set(":.eu:", schema.Forward)
	f(":.eu:a", schema.Forward, FromContext)
	set("a", schema.BackwardTransitive)
	f("a", schema.BackwardTransitive, FromSubject)
	set(":.:", schema.FullTransitive) // Another name of the global one.
	f("b", schema.FullTransitive, FromGlobal)

	if _, err := n.DeleteSubjectConfig(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	f("a", schema.FullTransitive, FromGlobal)
	if before, err := n.DeleteGlobalConfig(t.Context()); err != nil || before.Level != schema.FullTransitive {
		t.Fatalf("%v, %v", before, err)
	}
	f("a", schema.None, FromGlobal)
}

func TestSubjectConfigWithoutALevelGetsTheServersDefault(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	n.topic.append(record.Record{Key: record.ConfigOf("a"), Value: []byte(`{"alias":"b"}`)})
	n.read()
	if _, err := n.SetGlobalConfig(t.Context(), ConfigChange{Level: levelPointer(schema.None)}); err != nil {
		t.Fatal(err)
	}
	if got, from := n.EffectiveConfig("a").Level, n.LevelOrigin("a"); got != schema.Backward || from != FromDefault {
		t.Fatalf("%s from %s", got, from)
	}

	// Members that we do not know survive a change of the level.
	if _, err := n.SetSubjectConfig(t.Context(), "a", ConfigChange{Level: levelPointer(schema.Full)}); err != nil {
		t.Fatal(err)
	}
	own, _ := n.View().Config("a")
	if alias, ok := own.Member("alias"); !ok || string(alias) != `"b"` || own.Level != schema.Full {
		t.Fatalf("%s", own.Bytes())
	}
	if _, err := n.SetSubjectConfig(t.Context(), "a", ConfigChange{Level: levelPointer("")}); err != nil {
		t.Fatal(err)
	}
	own, ok := n.View().Config("a")
	if !ok || own.Level != "" || string(own.Bytes()) != `{"alias":"b"}` {
		t.Fatalf("%s", own.Bytes())
	}
}

func TestConfigRefusals(t *testing.T) {
	t.Parallel()
	k, c := newKarapace(t), newNode(t, &topic{}, schema.Confluent)
	for _, n := range []*node{k, c} {
		n.register(t, "a", avro(`"int"`))
	}
	f := func(n *node, s schema.Subject, kind Kind) {
		t.Helper()
		_, err := n.SubjectConfig(s)
		wantKind(t, err, kind)
	}

	f(k, "a", SubjectConfigNotFound)
	f(k, "nobody", SubjectNotFound)
	f(c, "a", SubjectConfigNotFound)
	f(c, "nobody", SubjectConfigNotFound)

	if before, err := k.DeleteSubjectConfig(t.Context(), "nobody"); err != nil || before.Level != "" {
		t.Fatalf("Karapace does not mind: %v, %v", before, err)
	}
	_, err := c.DeleteSubjectConfig(t.Context(), "nobody")
	wantKind(t, err, SubjectNotFound)
	_, err = k.SetSubjectConfig(t.Context(), "a\x00", ConfigChange{Level: levelPointer(schema.Full)})
	wantKind(t, err, InvalidSubject)
}

func TestConfigWritesOnlyChanges(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	for range 3 {
		c, err := n.SetSubjectConfig(t.Context(), "a", ConfigChange{Level: levelPointer(schema.Full)})
		if err != nil || c.Level != schema.Full {
			t.Fatalf("%v, %v", c, err)
		}
	}
	if c, err := n.SetSubjectConfig(t.Context(), "a", ConfigChange{}); err != nil || c.Level != schema.Full {
		t.Fatalf("what is not mentioned stays: %v, %v", c, err)
	}
	if len(n.topic.records) != 1 {
		t.Fatalf("%d records", len(n.topic.records))
	}
	if got := string(n.topic.records[0].RawKey) + string(n.topic.records[0].Value); got != `{"keytype":"CONFIG","subject":"a","magic":0}{"compatibilityLevel":"FULL"}` {
		t.Fatal(got)
	}
}

func TestModes(t *testing.T) {
	t.Parallel()
	k, c := newKarapace(t), newNode(t, &topic{}, schema.Confluent)
	for _, n := range []*node{k, c} {
		n.register(t, "a", avro(`"int"`))
	}
	f := func(n *node, s schema.Subject, want schema.Mode, kind Kind) {
		t.Helper()
		got, err := n.SubjectMode(s)
		if got != want || KindOf(err) != kind {
			t.Fatalf("%s: %q, %v", s, got, err)
		}
	}

	f(k, "a", schema.ReadWrite, 0)
	f(k, "nobody", "", SubjectNotFound)
	f(c, "a", "", SubjectModeNotFound)
	f(c, "nobody", "", SubjectModeNotFound)

	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(k.SetGlobalMode(t.Context(), ModeChange{Mode: schema.ReadOnly}))
	f(k, "a", schema.ReadOnly, 0)
	must(k.SetSubjectMode(t.Context(), "a", ModeChange{Mode: schema.ReadWrite})) // A mode can be set in READONLY.
	k.register(t, "a", avro(`"long"`))
	_, err := k.Register(t.Context(), Registration{Subject: "b", Schema: avro(`"long"`)})
	wantKind(t, err, NotPermitted)
	must(k.SetGlobalMode(t.Context(), ModeChange{Mode: ""}))
	k.register(t, "b", avro(`"long"`))
	if before, err := k.DeleteSubjectMode(t.Context(), "a", false); err != nil || before != schema.ReadWrite {
		t.Fatalf("%q, %v", before, err)
	}
	_, err = k.DeleteSubjectMode(t.Context(), "a", false)
	wantKind(t, err, SubjectNotFound)
	wantKind(t, k.SetGlobalMode(t.Context(), ModeChange{Mode: schema.ForwardMode}), InvalidMode)
	wantKind(t, k.SetGlobalMode(t.Context(), ModeChange{Mode: schema.Import}), NotPermitted)
}

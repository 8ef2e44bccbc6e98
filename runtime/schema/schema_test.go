package schema

import "testing"

func TestSubjectSplitsItsContext(t *testing.T) {
	t.Parallel()
	f := func(s Subject, context, name string) {
		t.Helper()
		n := WithContexts
		if n.Context(s) != context || n.Name(s) != name {
			t.Fatalf("%q: context %q, name %q; want %q, %q", s, n.Context(s), n.Name(s), context, name)
		}
		n = PlainNames
		if n.Context(s) != DefaultContext || n.Name(s) != string(s) {
			t.Fatalf("%q, plain: context %q, name %q", s, n.Context(s), n.Name(s))
		}
	}

	f("orders-value", ".", "orders-value")
	f(":.eu:orders-value", ".eu", "orders-value")
	f(":.:orders-value", ".", "orders-value")
	f(":.eu:a:b", ".eu", "a:b")
	f(":.eu:", ".eu", "")

	// A colon that opens no context is an ordinary character.
	f(":orders", ".", ":orders")
	f(":.unclosed", ".", ":.unclosed")
}

func TestLevelDirections(t *testing.T) {
	t.Parallel()
	f := func(l Level, readsOld, readByOld, transitive bool) {
		t.Helper()
		if l.ReadsOld() != readsOld || l.ReadByOld() != readByOld || l.Transitive() != transitive {
			t.Fatalf("%s: %t %t %t; want %t %t %t", l, l.ReadsOld(), l.ReadByOld(), l.Transitive(), readsOld, readByOld, transitive)
		}
		if parsed, ok := ParseLevel(string(l)); !ok || parsed != l {
			t.Fatalf("ParseLevel(%s) = %s, %t", l, parsed, ok)
		}
	}

	f(None, false, false, false)
	f(Backward, true, false, false)
	f(BackwardTransitive, true, false, true)
	f(Forward, false, true, false)
	f(ForwardTransitive, false, true, true)
	f(Full, true, true, false)
	f(FullTransitive, true, true, true)

	if _, ok := ParseLevel("backward"); ok {
		t.Fatal("levels are upper case only")
	}
}

func TestParseType(t *testing.T) {
	t.Parallel()
	f := func(s string, want Type, ok bool) {
		t.Helper()
		if got, gotOK := ParseType(s); got != want || gotOK != ok {
			t.Fatalf("ParseType(%q) = %q, %t; want %q, %t", s, got, gotOK, want, ok)
		}
	}

	f("", Avro, true)
	f("AVRO", Avro, true)
	f("JSON", JSON, true)
	f("PROTOBUF", Protobuf, true)
	f("avro", "", false)
}

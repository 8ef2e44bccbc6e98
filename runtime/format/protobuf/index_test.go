package protobuf

import (
	"slices"
	"testing"
)

func TestMessageIndex(t *testing.T) {
	t.Parallel()
	s := mustParse(t, `syntax = "proto3"; package p.q; enum Before { X = 0; }
		message A { enum E { Y = 0; } message N { } map<string, N> m = 1; message O { message P { } message Q { } message R { } } }
		message B { } message C { } message D { }`)
	f := func(name string, want ...int) {
		t.Helper()
		got, ok := s.MessageIndex(name)
		if !slices.Equal(got, want) || ok != (len(want) > 0) {
			t.Fatalf("%q: %v, %t; want %v", name, got, ok, want)
		}
		if !ok {
			return
		}
		full, ok := s.MessageName(got)
		if again, _ := s.MessageIndex(full); !ok || !slices.Equal(again, got) {
			t.Fatalf("%q: %v is %q, which is %v", name, got, full, again)
		}
	}

	f("", 0)
	f("p.q.A", 0)
	f("A", 0)
	f(".p.q.B", 1)
	f("p.q.A.N", 0, 0)
	f("p.q.A.O.R", 0, 1, 2)
	f("D", 3)
	f("p.q.Before")
	f("p.q.A.E")
	f("p.q")
	f("q.A")
	f("A.MEntry")

	for _, path := range [][]int{nil, {4}, {-1}, {0, 2}, {0, 1, 3}, {1, 0}} {
		if name, ok := s.MessageName(path); ok {
			t.Errorf("%v is %q", path, name)
		}
	}
	if _, ok := mustParse(t, `enum E { A = 0; }`).MessageIndex(""); ok {
		t.Error("a file without messages has a first message")
	}
}

func TestRecordName(t *testing.T) {
	t.Parallel()
	f := func(text, want string) {
		t.Helper()
		if got, ok := mustParse(t, text).RecordName(); got != want || ok != (want != "") {
			t.Fatalf("%s: %q, %t", text, got, ok)
		}
	}

	f(`package p; enum E { A = 0; } message M { }`, "p.M")
	f(`package p; enum E { A = 0; }`, "p.E")
	f(`message M { }`, "M")
	f(`package p;`, "")
}

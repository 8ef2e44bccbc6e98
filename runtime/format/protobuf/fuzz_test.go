package protobuf

import (
	"errors"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

var fuzzLimits = Limits{MaxBytes: 64 << 10, MaxDepth: 32, MaxNodes: 20_000}

// FuzzParse: no text panics, every refusal is an *Error, and whatever is taken
// can be asked for everything.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Add("CgZhLnByb3Rv")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseStored(text, []Reference{{Name: "r.proto", Text: `package r; message R { optional int32 a = 1; }`}}, fuzzLimits)
		if err != nil {
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Fatalf("%q: %v is no *Error", text, err)
			}
			return
		}
		if name, ok := s.RecordName(); ok && len(s.File().Messages) > 0 {
			if path, found := s.MessageIndex(s.File().Messages[0].Name); !found || len(path) == 0 {
				t.Fatalf("%q: the first message %s has no index", text, name)
			}
		}
		if _, err := s.Link(); err != nil {
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Fatalf("%q: %v is no *Error", text, err)
			}
		}
		if _, err := s.Serialized(); err != nil {
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Fatalf("%q: %v is no *Error", text, err)
			}
		}
	})
}

// FuzzPrint: every print can be read again and prints as itself.
func FuzzPrint(f *testing.F) {
	seeds(f)
	prints := map[string]func(*Schema) string{
		"canonical":          (*Schema).Canonical,
		"standard":           (*Schema).Standard,
		"normalized":         (*Schema).Normalized,
		"karapaceNormalized": (*Schema).KarapaceNormalized,
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseStored(text, nil, fuzzLimits)
		if err != nil {
			return
		}
		for name, print := range prints {
			first := print(s)
			again, err := ParseStored(first, nil, testLimits)
			if err != nil {
				t.Fatalf("%q: its %s text cannot be read: %v\n%s", text, name, err, first)
			}
			if second := print(again); second != first {
				t.Fatalf("%q: its %s text\n%q\nprints as\n%q", text, name, first, second)
			}
		}
	})
}

// FuzzCompare: every schema reads itself, in each of its prints, and comparing
// any two ends.
func FuzzCompare(f *testing.F) {
	f.Add(`syntax = "proto3"; message A { int32 a = 1; }`, `syntax = "proto3"; message A { string a = 1; B b = 2; } message B { A a = 1; }`)
	f.Add(`message A { oneof o { int32 a = 1; int32 b = 2; } }`, `message A { optional int32 b = 2; oneof o { int32 a = 1; } }`)
	f.Add(`message A { map<string, A> a = 1; enum E { X = 0; } }`, `message A { optional E a = 1; message E { } }`)
	f.Fuzz(func(t *testing.T, one, two string) {
		a, err := ParseStored(one, nil, fuzzLimits)
		if err != nil {
			return
		}
		for _, flavour := range []schema.Flavour{schema.Karapace, schema.Confluent} {
			if findings := Readable(a, a, flavour); len(findings) > 0 && !numbersTwice(a.File().Messages) {
				t.Fatalf("%q, %s: does not read itself: %v", one, flavour, findings)
			}
			if b, err := ParseStored(two, nil, fuzzLimits); err == nil {
				Readable(a, b, flavour)
				Readable(b, a, flavour)
			}
		}
	})
}

// numbersTwice reports whether a message has a plain field and a member of a
// oneof of one number, which Karapace takes and holds against the schema.
func numbersTwice(messages []*Message) bool {
	for _, m := range messages {
		plain := map[int64]struct{}{}
		for _, f := range m.Fields {
			plain[f.Number] = struct{}{}
		}
		for _, o := range m.Oneofs {
			for _, f := range o.Fields {
				if _, twice := plain[f.Number]; twice {
					return true
				}
			}
		}
		if numbersTwice(m.Messages) {
			return true
		}
	}
	return false
}

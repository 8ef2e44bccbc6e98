package protobuf

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
)

// TestEveryRefusalHasAPlace has a case for each kind of refusal that
// TestStrictness, which asks for a place too, does not reach.
func TestEveryRefusalHasAPlace(t *testing.T) {
	t.Parallel()
	f := func(text, sentence, place string) {
		t.Helper()
		_, err := Parse(text, nil, Limits{MaxBytes: 4000, MaxDepth: 5, MaxNodes: 200})
		e, ok := errors.AsType[*Error](err)
		if !ok || !strings.Contains(e.Text, sentence) {
			t.Errorf("%s: %v, want %q", text, err, sentence)
			return
		}
		if got := fmt.Sprintf("%d:%d %s", e.Line, e.Column, e.Path); got != place {
			t.Errorf("%s: at %s, want %s", text, got, place)
		}
	}
	const three = "syntax = \"proto3\";\npackage p;\n"
	descriptor := func(d *descriptorpb.FileDescriptorProto) string {
		raw, err := proto.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(raw)
	}
	message := func(m *descriptorpb.DescriptorProto) string {
		return descriptor(&descriptorpb.FileDescriptorProto{Package: proto.String("p"), MessageType: []*descriptorpb.DescriptorProto{m}})
	}

	// Types are looked up when the text is read, so the field is named.
	f(three+"message A { message B { oneof o { X x = 1; } } }", `type "X" is not defined`, "0:0 p.A.B.x")
	f(three+"message A { map<string, X> x = 1; }", `type "X" is not defined`, "0:0 p.A.x")

	// Limits.
	f(strings.Repeat(" ", 5000), "the text has 5000 bytes", "1:4001 ")
	f(three+strings.Repeat("message A {", 9), "nested deeper than 5", "3:67 ")
	f(three+"message A { "+strings.Repeat("int32 a = 1; ", 200), "declares more than is allowed", "3:850 ")
	f(three+"message A { }\n\xff", "not UTF-8", "4:1 ")
	f("package "+strings.Repeat("a", 2000)+";", "the name of the package is longer", "1:9 ")

	// Descriptors have no lines.
	f(base64.StdEncoding.EncodeToString([]byte("hello, world")), "no serialized FileDescriptorProto", "0:0 ")
	f(message(&descriptorpb.DescriptorProto{Name: proto.String("A"), Field: []*descriptorpb.FieldDescriptorProto{{Name: proto.String("a b")}}}), "is no name", "0:0 p.A")
	f(message(&descriptorpb.DescriptorProto{Name: proto.String("A"), Field: []*descriptorpb.FieldDescriptorProto{{Name: proto.String("a"), OneofIndex: proto.Int32(7)}}}), "in a oneof that does not exist", "0:0 p.A")
	f(message(&descriptorpb.DescriptorProto{Name: proto.String("A"), Field: []*descriptorpb.FieldDescriptorProto{{Name: proto.String("a")}}}), "has no type", "0:0 p.A")
}

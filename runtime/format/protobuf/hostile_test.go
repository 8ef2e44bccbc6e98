//go:build !race

package protobuf

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/testkit/cost"
)

// productLimits are those of format.DefaultLimits, which this package cannot
// import.
var productLimits = Limits{MaxBytes: 2 << 20, MaxDepth: 1024, MaxNodes: 600_000}

// hostile are texts of up to the greatest size that are built to be expensive.
func hostile() map[string]string {
	const three = "syntax = \"proto3\";\n"
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i, i+1)
		}
		return b.String()
	}
	return map[string]string{
		"1e5 fields":         three + "message A {\n" + many(100_000, "int32 f%d=%d;") + "}",
		"2 MiB of fields":    three + "message A {" + strings.Repeat("A a=1;", 349_000) + "}",
		"1e5 enum values":    three + "enum E {\n" + many(100_000, "V%d = %d;\n") + "}",
		"2 MiB of values":    three + "enum E {" + strings.Repeat("A=1;", 524_000) + "}",
		"1e5 messages":       three + many(80_000, "message M%d{}//%.0d\n"),
		"deep messages":      three + strings.Repeat("message A{", 100_000) + strings.Repeat("}", 100_000),
		"as deep as allowed": three + strings.Repeat("message A{", 99) + strings.Repeat("A a=1;", 300_000) + strings.Repeat("}", 99),
		"deep groups":        strings.Repeat("message A{optional group G=1{", 1) + strings.Repeat("optional group G=1{", 90_000),
		"deep option":        three + "option (o) = " + strings.Repeat("{a:", 500_000),
		"deep list":          three + "option (o) = " + strings.Repeat("[", 1_000_000),
		"wide option":        three + "option (o) = {" + strings.Repeat("a:1 ", 500_000) + "};",
		"many keys":          three + "option (o) = {" + many(130_000, "k%d:%d ") + "};",
		"many options":       three + strings.Repeat("option a=b;", 190_000),
		"field options":      three + "message A { int32 a = 1 [" + strings.Repeat("a=b,", 500_000) + "a=b]; }",
		"empty blocks":       three + "option (o) = [" + strings.Repeat("{},", 690_000) + "];",
		"semicolons":         three + strings.Repeat(";", 2_000_000),
		"comments":           three + strings.Repeat("//\n", 690_000) + "message A {}",
		"one long comment":   three + "/*" + strings.Repeat("* \n", 690_000) + "*/ message A {}",
		"nested comments":    three + strings.Repeat("message A{", 99) + strings.Repeat("//a\n", 500_000) + "message B{" + strings.Repeat("}", 100),
		"unclosed comment":   three + strings.Repeat("/*", 1_000_000),
		"strings":            three + "option a = " + strings.Repeat(`"a"`, 690_000) + ";",
		"escapes":            three + `option a = "` + strings.Repeat(`\n`, 1_000_000) + `";`,
		"reserved":           three + "message A { reserved " + strings.Repeat("1,", 1_000_000) + "2; }",
		"10,000 imports":     three + many(10_000, "import \"f%d.proto\";//%d\n"),
		"import of itself":   three + strings.Repeat(`import "schema.proto"; import "main.proto"; `, 1000) + "message A { A a = 1; }",
		"64 levels":          three + strings.Repeat("message A{A a=1;", 64) + strings.Repeat("}", 64),
		"extension ranges":   "message A { " + many(60_000, "extensions %d; //%d\n") + "}",
		"edition 2024":       `edition = "2024"; option features.field_presence = IMPLICIT; message A {` + many(40_000, "A f%d=%d[features.field_presence=EXPLICIT];") + "}",
		"own google types":   three + "package google.protobuf; message Timestamp { Timestamp a = 1; .google.protobuf.Timestamp b = 2; Any c = 3; } message Any { }",
		"imports":            three + strings.Repeat(`import "a";`, 190_000),
		"long package":       three + "package " + strings.Repeat("a.", 1_000_000) + "b;",
		"long names":         three + "message " + strings.Repeat("a", 100_000) + "{" + many(20_000, "message M%d{}//%d\n") + "}",
		"long types":         three + "message " + strings.Repeat("a", 1_000_000) + "{}" + "message B{" + strings.Repeat("B a=1;", 100_000) + "}",
		"oneofs":             three + "message A {" + many(60_000, "oneof o%d{int32 a=%d;}") + "}",
		"equal names":        three + many(15_000, "message A%d{message X{}}//%d\n") + "message B{" + many(15_000, "A%d.X f=%d;") + "}",
		"missing types":      three + many(15_000, "message A%d{message X{}}//%d\n") + "message B{" + many(15_000, "B%d.X f=%d;") + "}",
		"custom options":     three + "package " + strings.Repeat("a.", 500) + "b; extend X{int32 o=1;}" + strings.Repeat("option (o)=b;", 140_000),
		"a long name twice":  three + strings.Repeat("message "+strings.Repeat("a", 900_000)+"{}", 2),
		"a long type":        three + "message A{" + strings.Repeat("a", 1_900_000) + " a=1;}",
		"services":           three + strings.Repeat("service S{rpc R(A)returns(B);}", 1) + many(40_000, "service S%d{rpc R%d(A)returns(B);}"),
		"extends":            strings.Repeat("message A{", 99) + strings.Repeat("extend A{optional A a=1;}", 70_000) + strings.Repeat("}", 99),
	}
}

// refusals says which of the hostile texts are refused, and by which limit.
// All others are taken.
func refusals() map[string]string {
	const (
		nodes = "declares more than is allowed"
		depth = "nested deeper than 100"
	)
	return map[string]string{
		"2 MiB of fields":    nodes,
		"2 MiB of values":    nodes,
		"1e5 messages":       nodes,
		"as deep as allowed": nodes,
		"wide option":        nodes,
		"many options":       nodes,
		"field options":      nodes,
		"empty blocks":       nodes,
		"reserved":           nodes,
		"deep messages":      depth,
		"deep groups":        depth,
		"deep option":        depth,
		"deep list":          depth,
		"nested comments":    "the canonical text of the schema is longer than",
		"unclosed comment":   "expected a declaration",
		"long package":       "the name of the package is longer than",
		"long names":         "the full names of all types are longer than",
		"long types":         "with the full names of its types",
		"equal names":        "too many types have names that end alike",
		"missing types":      "is not defined",
		"a long name twice":  "...",
		"a long type":        "...",
	}
}

// TestHostile: parsing, printing and comparing any text costs no more than is
// promised, and a refusal says why, where, and in few words.
func TestHostile(t *testing.T) {
	// Not parallel, see package cost.
	for name, text := range hostile() {
		var s *Schema
		var err error
		spent := cost.Within(t, name+", parse", func() { s, err = Parse(text, nil, productLimits) })
		t.Logf("%-20s parse   %8v %4d MiB %.80v", name, spent.CPU, spent.Bytes>>20, err)
		reason, refused := refusals()[name]
		if err != nil || refused {
			e, ok := errors.AsType[*Error](err)
			// The print of the whole text has no place.
			whole := name == "nested comments" || name == "long types"
			if !ok || !refused || !strings.Contains(err.Error(), reason) || len(err.Error()) > 1000 || !whole && e.Line == 0 && e.Path == "" {
				t.Errorf("%s: %.1000v, want %q with a place", name, err, reason)
			}
			continue
		}
		for print, work := range map[string]func(){
			"standard":           func() { s.Standard() },
			"normalized":         func() { s.Normalized() },
			"karapaceNormalized": func() { s.KarapaceNormalized() },
			"serialized":         func() { _, _ = s.Serialized() },
			"link":               func() { _, _ = s.Link() },
		} {
			spent := cost.Within(t, name+", "+print, work)
			t.Logf("%-20s print   %8v %4d MiB %s", name, spent.CPU, spent.Bytes>>20, print)
		}
		for _, f := range []schema.Flavour{schema.Karapace, schema.Confluent} {
			spent := cost.Within(t, name+", compare", func() { Readable(s, s, f) })
			t.Logf("%-20s compare %8v %4d MiB", name, spent.CPU, spent.Bytes>>20)
		}
	}
}

// TestHostileReferences: each text is as long as a text may be.
func TestHostileReferences(t *testing.T) {
	var references []Reference
	for i := range 40 {
		references = append(references, Reference{Name: fmt.Sprintf("r%d.proto", i), Text: "syntax = \"proto3\"; // " + strings.Repeat("x", 2<<20-100)})
	}
	var err error
	cost.Within(t, "40 long references", func() { _, err = Parse("", references, productLimits) })
	if e, ok := errors.AsType[*Error](err); !ok || e.Kind != TooLarge || e.Reference != 5 {
		t.Errorf("%.200v", err)
	}
	cost.Within(t, "3 long references", func() { _, err = Parse("", references[:3], productLimits) })
	if err != nil {
		t.Errorf("%.200v", err)
	}
}

// TestHostileDescriptors is the same for base64.
func TestHostileDescriptors(t *testing.T) {
	f := func(name string, raw []byte, kind Kind) {
		t.Helper()
		text := base64.StdEncoding.EncodeToString(raw)
		var err error
		cost.Within(t, name, func() { _, err = Parse(text, nil, productLimits) })
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != kind {
			t.Errorf("%s: %.200v", name, err)
		}
	}
	bytes := func(d *descriptorpb.FileDescriptorProto) []byte {
		raw, err := proto.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}

	f("no descriptor", []byte("hello, world"), Malformed)
	f("names that are none", bytes(&descriptorpb.FileDescriptorProto{MessageType: []*descriptorpb.DescriptorProto{{Name: proto.String("a { } message b")}}}), Malformed)
	f("no name", bytes(&descriptorpb.FileDescriptorProto{MessageType: []*descriptorpb.DescriptorProto{{}}}), Malformed)
	f("no type", bytes(&descriptorpb.FileDescriptorProto{MessageType: []*descriptorpb.DescriptorProto{
		{Name: proto.String("A"), Field: []*descriptorpb.FieldDescriptorProto{{Name: proto.String("a"), Number: proto.Int32(1)}}},
	}}), Malformed)
	f("a oneof that is none", bytes(&descriptorpb.FileDescriptorProto{MessageType: []*descriptorpb.DescriptorProto{
		{Name: proto.String("A"), Field: []*descriptorpb.FieldDescriptorProto{{Name: proto.String("a"), OneofIndex: proto.Int32(7)}}},
	}}), Malformed)
	empty := make([]byte, 0, 1<<20)
	for len(empty) < 1<<20 {
		empty = append(empty, 0x22, 0)
	}
	f("many empty messages", empty, TooLarge)
	deep := &descriptorpb.DescriptorProto{Name: proto.String("A")}
	for range 1000 {
		deep = &descriptorpb.DescriptorProto{Name: proto.String("A"), NestedType: []*descriptorpb.DescriptorProto{deep}}
	}
	f("deep messages", bytes(&descriptorpb.FileDescriptorProto{MessageType: []*descriptorpb.DescriptorProto{deep}}), TooLarge)
}

type answer uint8

const (
	fits answer = iota
	fails
	givenUp
)

// TestHostileComparisons are pairs whose naive walk is exponential or
// quadratic.
func TestHostileComparisons(t *testing.T) {
	f := func(name, reader, writer string, want answer) {
		t.Helper()
		for _, reference := range []bool{false, true} {
			r, w := mustParse(t, reader), mustParse(t, writer)
			if reference {
				const outer = `syntax = "proto3"; message Z { M0 a = 1; }`
				r, w = mustParse(t, outer, Reference{Name: "r", Text: reader}), mustParse(t, outer, Reference{Name: "r", Text: writer})
			}
			for _, flavour := range []schema.Flavour{schema.Karapace, schema.Confluent} {
				var findings []schema.Finding
				spent := cost.Within(t, name, func() { findings = Readable(r, w, flavour) })
				t.Logf("%s, %s, reference %t: %v, %d MiB, %d findings", name, flavour, reference, spent.CPU, spent.Bytes>>20, len(findings))
				got := fits
				switch {
				case len(findings) > 0 && findings[0].Kind == KindTooComplex:
					got = givenUp
				case len(findings) > 0:
					got = fails
				}
				// A chain is given up only when it is behind a reference.
				if got != want && (got != givenUp || !reference || want != fits) {
					t.Errorf("%s, reference %t, %s: %v, first %+v", name, reference, flavour, got, findings[:min(1, len(findings))])
				}
			}
		}
	}
	const three = `syntax = "proto3"; `

	var fan strings.Builder
	for i := range 60 {
		fmt.Fprintf(&fan, "message M%d { M%d a = 1; M%d b = 2; M%d c = 3; } ", i, i+1, i+1, i+1)
	}
	same := func(name, text string) { t.Helper(); f(name, text, text, fits) }
	same("fan out", three+fan.String()+"message M60 { }")

	// Every message uses every other, and has types of its own in scope.
	var dense strings.Builder
	for i := range 200 {
		fmt.Fprintf(&dense, "message M%d { enum E%d { X = 0; } ", i, i)
		for j := range 200 {
			fmt.Fprintf(&dense, "M%d f%d = %d; ", j, j, j+1)
		}
		dense.WriteString("} ")
	}
	same("dense", three+dense.String())

	var chain strings.Builder
	for i := range 40_000 {
		fmt.Fprintf(&chain, "message M%d { M%d a = 1; }\n", i, i+1)
	}
	same("chain", three+chain.String()+"message M40000 { }")

	// More findings than anybody reads, with long names in them.
	many := func(typ string) string {
		var b strings.Builder
		b.WriteString(three + "message M0 { oneof o {")
		for i := range 60_000 {
			fmt.Fprintf(&b, "%s f%d = %d; ", typ, i, i+1)
		}
		return b.String() + "} }"
	}
	f("6e4 fields of another type", many("int32"), many("string"), fails)
	name := "M" + strings.Repeat("a", 1000)
	deep := func(typ string) string {
		return three + "message M0 { M1 a = 1; } message M1 { " + strings.Repeat("message "+name+" { ", 97) + many(typ)[len(three):] +
			strings.Repeat("}", 97) + strings.Repeat(name+".", 97)[:97*(len(name)+1)] + "M0 a = 1; }"
	}
	f("long paths", deep("int32"), deep("string"), fails)
}

// TestHostileLinks: what is taken at registration and is nothing that records
// can be converted by.
func TestHostileLinks(t *testing.T) {
	t.Parallel()
	f := func(text, reason string, references ...Reference) {
		t.Helper()
		s, err := ParseStored(text, references, testLimits)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Link()
		if e, ok := errors.AsType[*Error](err); !ok || !strings.Contains(e.Error(), reason) {
			t.Errorf("%.200s: %v, want %q", text, err, reason)
		}
	}
	const three = `syntax = "proto3"; `

	f(three+`import "a"; message X { A a = 1; }`, "circle",
		Reference{Name: "a", Text: three + `import "b"; message A { B b = 1; }`},
		Reference{Name: "b", Text: three + `import "a"; message B { A a = 1; }`})
	f(three+`message A { B b = 1; }`, "cannot be used")
	f(three+`message A { int32 a = 1; int32 b = 1; }`, "cannot be used")
	f(three+`message A { int32 a = 1; int32 a = 2; }`, "cannot be used")
	f(three+`message A { int32 a = 0; }`, "cannot be used")
	f(three+`message A { int32 a = 99999999999; }`, "cannot be used")
	f(three+`message A { map<float, int32> a = 1; }`, "cannot be used")
	f(three+`message A { oneof o { } }`, "cannot be used")
	f(three+`enum E { A = 1; }`, "cannot be used")
	f(three+`message A { int32 a-b = 1; }`, "cannot be used")
	f(three+"message A {"+strings.Repeat("int32 a = 1;", 100_000)+"}", "more than records can be converted by")
}

package protobuf

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// generator writes files that a compiler takes.
type generator struct {
	*rand.Rand
	proto3 bool
}

func (g *generator) typ() string {
	types := []string{"int32", "int64", "uint32", "bool", "sint32", "sint64", "string", "bytes", "fixed32", "sfixed32", "fixed64", "float", "double", "E", "A", "B", "C"}
	return types[g.IntN(len(types))]
}

// file writes three messages and an enum.
func (g *generator) file() string {
	var b strings.Builder
	if g.proto3 {
		b.WriteString("syntax = \"proto3\";\npackage p;\n")
	} else {
		b.WriteString("syntax = \"proto2\";\npackage p;\n")
	}
	b.WriteString("enum E { ZERO = 0; ONE = 1; }\n")
	for _, name := range []string{"A", "B", "C"} {
		fmt.Fprintf(&b, "message %s {\n", name)
		var in []string
		for number := 1; number <= 6; number++ {
			switch g.IntN(5) {
			case 0: // no such field
			case 1:
				in = append(in, fmt.Sprintf("%s f%d = %d;", g.typ(), number, number))
			case 2:
				fmt.Fprintf(&b, "map<string, %s> f%d = %d;\n", g.typ(), number, number)
			default:
				fmt.Fprintf(&b, "%s%s f%d = %d; // %d\n", g.label(), g.typ(), number, number, g.IntN(9))
			}
		}
		if len(in) > 0 {
			fmt.Fprintf(&b, "oneof o%d { %s }\n", g.IntN(2), strings.Join(in, " "))
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func (g *generator) label() string {
	labels := []string{"optional ", "repeated ", "optional "}
	if g.proto3 {
		labels[0] = ""
	}
	return labels[g.IntN(len(labels))]
}

// TestProperties: a schema reads itself; directions are each other's mirror;
// no print changes a verdict; and what the two flavours are sure about holds
// for data.
func TestProperties(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	readable := 0
	for range 400 {
		g := &generator{Rand: r, proto3: r.IntN(2) == 0}
		texts := [2]string{g.file(), g.file()}
		if r.IntN(2) == 0 {
			texts[1] = mutate(r, texts[0])
		}
		a, b := mustParse(t, texts[0]), mustParse(t, texts[1])
		for _, f := range []schema.Flavour{schema.Karapace, schema.Confluent} {
			for _, s := range []*Schema{a, b} {
				if findings := Readable(s, s, f); len(findings) > 0 {
					t.Fatalf("%s: does not read itself: %v\n%s", f, findings, s.Canonical())
				}
			}
			forth, back := verdict(a, b, f), verdict(b, a, f)
			if mirrored := mirror(back); mirrored != forth {
				t.Fatalf("%s: %q one way and %q the other\n%s\n%s", f, forth, back, texts[0], texts[1])
			}
			printed, normalized := mustParse(t, a.Normalized()), mustParse(t, b.KarapaceNormalized())
			if got := verdict(printed, normalized, f); got != forth {
				t.Fatalf("%s: %q, after printing %q\n%s\n%s", f, forth, got, texts[0], texts[1])
			}
		}
		if len(Readable(b, a, schema.Confluent)) == 0 {
			readable++
			reads(t, r, a, b)
		}
	}
	if readable < 20 {
		t.Fatalf("only %d pairs were readable: the test says nothing", readable)
	}
}

// mirror is the verdict with new and old exchanged.
func mirror(v string) string {
	switch v {
	case "B":
		return "F"
	case "F":
		return "B"
	default:
		return v
	}
}

// mutate changes one line.
func mutate(r *rand.Rand, text string) string {
	lines := strings.Split(text, "\n")
	i := 4 + r.IntN(len(lines)-5)
	switch {
	case strings.Contains(lines[i], "int32 "):
		lines[i] = strings.Replace(lines[i], "int32 ", "int64 ", 1)
	case strings.Contains(lines[i], "string "):
		lines[i] = strings.Replace(lines[i], "string ", "bytes ", 1)
	case strings.Contains(lines[i], "f1 ="):
		lines[i] = strings.Replace(lines[i], "f1 =", "renamed =", 1)
	case strings.Contains(lines[i], " = ") && !strings.Contains(lines[i], "oneof"):
		lines[i] = ""
	}
	return strings.Join(lines, "\n")
}

// reads writes data with the writer's schema and reads it with the reader's:
// what Confluent's rules call readable is.
func reads(t *testing.T, r *rand.Rand, writer, reader *Schema) {
	t.Helper()
	w, err := writer.Link()
	if err != nil {
		t.Fatalf("%v\n%s", err, writer.Canonical())
	}
	rd, err := reader.Link()
	if err != nil {
		t.Fatalf("%v\n%s", err, reader.Canonical())
	}
	for i := range w.File.Messages().Len() {
		m := dynamicpb.NewMessage(w.File.Messages().Get(i))
		fill(r, m, 3)
		raw, err := proto.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		to := dynamicpb.NewMessage(rd.File.Messages().ByName(m.Descriptor().Name()))
		if err := proto.Unmarshal(raw, to); err != nil && !strings.Contains(err.Error(), "UTF-8") {
			t.Fatalf("%v\n%s\n%s", err, writer.Canonical(), reader.Canonical())
		}
	}
}

func fill(r *rand.Rand, m protoreflect.Message, depth int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		switch {
		case r.IntN(3) == 0 || field.Message() != nil && depth == 0:
		case field.IsMap():
			key := protoreflect.ValueOfString("k").MapKey()
			if field.MapValue().Message() == nil {
				m.Mutable(field).Map().Set(key, scalar(r, field.MapValue()))
			}
		case field.IsList() && field.Message() != nil:
			fill(r, m.Mutable(field).List().AppendMutable().Message(), depth-1)
		case field.IsList():
			m.Mutable(field).List().Append(scalar(r, field))
		case field.Message() != nil:
			fill(r, m.Mutable(field).Message(), depth-1)
		default:
			m.Set(field, scalar(r, field))
		}
	}
}

func scalar(r *rand.Rand, field protoreflect.FieldDescriptor) protoreflect.Value {
	switch field.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.StringKind:
		return protoreflect.ValueOfString("text")
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte("bytes"))
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(1)
	case protoreflect.FloatKind:
		return protoreflect.ValueOfFloat32(r.Float32())
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(r.Float64())
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return protoreflect.ValueOfInt32(r.Int32())
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return protoreflect.ValueOfUint32(r.Uint32())
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return protoreflect.ValueOfUint64(r.Uint64())
	default:
		return protoreflect.ValueOfInt64(r.Int64())
	}
}

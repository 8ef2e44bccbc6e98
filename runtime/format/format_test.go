package format

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

func avroSchema(text string, references ...schema.Reference) schema.Schema {
	return schema.Schema{Type: schema.Avro, Text: text, References: references}
}

// library resolves references from a map of subject to schema, version 1.
func library(known map[schema.Subject]schema.Schema) Resolver {
	return func(r schema.Reference) (schema.Schema, error) {
		s, ok := known[r.Subject]
		if !ok {
			return schema.Schema{}, errors.New("no such subject")
		}
		return s, nil
	}
}

func TestReferencesOfKarapace(t *testing.T) {
	t.Parallel()
	const country = `{"type":"record","name":"Country","namespace":"com.x","fields":[{"name":"code","type":"string"}]}`
	const address = `{"type":"record","name":"Address","namespace":"com.x","fields":[{"name":"country","type":"Country"}]}`
	toCountry := schema.Reference{Name: "com.x.Country", Subject: "country", Version: 1}
	toAddress := schema.Reference{Name: "com.x.Address", Subject: "address", Version: 1}
	known := library(map[schema.Subject]schema.Schema{
		"country":      avroSchema(country),
		"country-copy": avroSchema(country),
		"other":        avroSchema(strings.Replace(country, "code", "iso", 1)),
		"address":      avroSchema(address, toCountry),
		"broken":       avroSchema(`{`),
		"json":         jsonSchema(`{}`),
		"cycle":        avroSchema(country, schema.Reference{Name: "c", Subject: "cycle", Version: 1}),
	})
	field := func(namespace, typ string) string {
		return fmt.Sprintf(`{"type":"record","name":"R","namespace":%q,"fields":[{"name":"f","type":%s}]}`, namespace, typ)
	}
	ok := func(text string, references ...schema.Reference) {
		t.Helper()
		p, err := Parse(avroSchema(text, references...), known, DefaultLimits())
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if again, err := Parse(avroSchema(p.Canonical(), references...), known, DefaultLimits()); err != nil || again.Canonical() != p.Canonical() {
			t.Fatalf("%s: the canonical text does not parse to itself: %v", text, err)
		}
	}
	bad := func(kind Kind, text string, references ...schema.Reference) {
		t.Helper()
		_, err := Parse(avroSchema(text, references...), known, DefaultLimits())
		if e, isError := errors.AsType[*Error](err); !isError || e.Kind != kind || e.Detail == "" {
			t.Fatalf("%s: %v; want an error of kind %s", text, err, kind)
		}
	}

	ok(field("com.x", `"Country"`), toCountry)
	ok(field("com.z", `"com.x.Country"`), toCountry)
	ok(field("com.z", `"com.x.Address"`), toAddress)
	ok(field("com.z", `"com.x.Country"`), toAddress) // known through the address
	ok(`["null","com.x.Country"]`, toCountry)
	ok(`{"type":"array","items":"com.x.Country"}`, toCountry)

	// A short name is looked up in the namespace of the definition around it.
	bad(Malformed, field("com.z", `"Country"`), toCountry)
	// A text that is only a name is no schema, even if the name is known.
	bad(Malformed, `"com.x.Country"`, toCountry)
	// Redefining a referenced name.
	bad(Malformed, country, toCountry)

	// The same name from two different texts fails, from two equal ones not.
	same := schema.Reference{Name: "copy", Subject: "country-copy", Version: 1}
	ok(field("com.x", `"Country"`), toCountry, same)
	bad(Unresolved, field("com.x", `"Country"`), toCountry, schema.Reference{Name: "o", Subject: "other", Version: 1})
	// A later reference of the same name takes the place of the earlier one.
	ok(field("com.x", `"Country"`), schema.Reference{Name: "n", Subject: "other", Version: 1}, schema.Reference{Name: "n", Subject: "country", Version: 1})

	bad(Unresolved, `"int"`, schema.Reference{Name: "n", Subject: "missing", Version: 1})
	bad(Unresolved, `"int"`, schema.Reference{Name: "n", Subject: "broken", Version: 1})
	bad(Unresolved, `"int"`, schema.Reference{Name: "n", Subject: "json", Version: 1})
	ok(`"int"`, schema.Reference{Name: "n", Subject: "cycle", Version: 1})
}

func TestLimits(t *testing.T) {
	t.Parallel()
	f := func(s schema.Schema, resolve Resolver) {
		t.Helper()
		_, err := Parse(s, resolve, DefaultLimits())
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != TooLarge {
			t.Fatalf("%.60s…: %v; want an error of kind too large", s.Text, err)
		}
	}

	f(avroSchema(strings.Repeat("[", 100_000)), nil)
	f(avroSchema(`"`+strings.Repeat("a", 3<<20)+`"`), nil)
	f(avroSchema("["+strings.Repeat("0,", 700_000)+"0]"), nil)

	// A chain of references without end, and a fan without end.
	next := schema.Version(0)
	f(avroSchema(`"int"`, schema.Reference{Name: "n", Subject: "s", Version: 1}), func(schema.Reference) (schema.Schema, error) {
		next++
		return avroSchema(`"int"`, schema.Reference{Name: "n", Subject: "s", Version: 1 + next}), nil
	})
	var fan []schema.Reference
	for i := range 2000 {
		fan = append(fan, schema.Reference{Name: fmt.Sprint(i), Subject: "s", Version: schema.Version(i + 1)})
	}
	f(avroSchema(`"int"`, fan...), func(schema.Reference) (schema.Schema, error) { return avroSchema(`"int"`), nil })
}

func TestUnsupportedTypesAreNamed(t *testing.T) {
	t.Parallel()
	for _, typ := range []schema.Type{"json", "THRIFT"} {
		for _, parse := range []func(schema.Schema, Resolver, Limits) (Parsed, error){Parse, ParseStored} {
			_, err := parse(schema.Schema{Type: typ, Text: "{}"}, nil, DefaultLimits())
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Kind != Unsupported || !strings.Contains(e.Detail, string(typ)) {
				t.Fatalf("%s: %v", typ, err)
			}
		}
	}
}

func TestSameForLookup(t *testing.T) {
	t.Parallel()
	parse := func(text string, resolve Resolver, references ...schema.Reference) Parsed {
		t.Helper()
		p, err := Parse(avroSchema(text, references...), resolve, DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	f := func(want bool, a, b string) {
		t.Helper()
		if got := Same(parse(a, nil), parse(b, nil), schema.Karapace); got != want {
			t.Fatalf("Same(%s, %s) = %t", a, b, got)
		}
	}

	f(true, `"int"`, `{"type":"int"}`)
	f(true, `"int"`, `{"type":"int","name":"x"}`)
	f(true, `{"type":"fixed","name":"n.F","size":1}`, `{"size":1,"namespace":"n","name":"F","type":"fixed"}`)
	f(false, `"int"`, `"long"`)
	f(false, `"int"`, `{"type":"int","x":1}`)
	f(false, `{"type":"fixed","name":"F","size":1}`, `{"type":"fixed","name":"F","size":1,"doc":"d"}`)

	// Split into referenced texts or not.
	inner := `{"type":"fixed","name":"F","size":1}`
	split := parse(`["null","F"]`, library(map[schema.Subject]schema.Schema{"f": avroSchema(inner)}), schema.Reference{Name: "F", Subject: "f", Version: 1})
	if whole := parse(`["null",`+inner+`]`, nil); !Same(split, whole, schema.Karapace) {
		t.Fatal("a schema with a reference and the same one written out differ")
	}
}

func TestTextPerFlavour(t *testing.T) {
	t.Parallel()
	p, err := Parse(avroSchema(`{"type":"fixed","size":1,"name":"n.F","zz":1,"aliases":["n.B","A"],"aa":2}`), nil, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	f := func(flavour schema.Flavour, normalize Normalize, want string) {
		t.Helper()
		if got := Text(p, flavour, normalize); got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	}

	karapace := `{"aa":2,"aliases":["n.B","A"],"name":"n.F","size":1,"type":"fixed","zz":1}`
	f(schema.Karapace, AsWritten, karapace)
	f(schema.Karapace, Normalized, karapace)
	f(schema.Confluent, AsWritten, `{"type":"fixed","name":"F","namespace":"n","size":1,"zz":1,"aa":2,"aliases":["B","A"]}`)
	f(schema.Confluent, Normalized, `{"type":"fixed","name":"F","namespace":"n","size":1,"aa":2,"zz":1,"aliases":["A","B"]}`)
}

func TestValidateIsConfluents(t *testing.T) {
	t.Parallel()
	f := func(flavour schema.Flavour, text string, refused bool) {
		t.Helper()
		p, err := Parse(avroSchema(text), nil, DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		err = Validate(p, flavour)
		if e, isError := errors.AsType[*Error](err); isError != refused || refused && (e.Kind != Malformed || !strings.Contains(e.Detail, "at /fields/0")) {
			t.Fatalf("%s: %v", flavour, err)
		}
	}

	wrong := `{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":"oops"}]}`
	f(schema.Karapace, wrong, false)
	f(schema.Confluent, wrong, true)
	f(schema.Confluent, `{"type":"int","logicalType":"strange"}`, false)
}

func TestProtobuf(t *testing.T) {
	t.Parallel()
	address := schema.Schema{Type: schema.Protobuf, Text: "syntax = \"proto3\"; package a; message Address { string street = 1; }"}
	text := "syntax = \"proto3\";\nimport \"address.proto\";\nmessage Person {\n a.Address home = 1; }"
	resolve := func(r schema.Reference) (schema.Schema, error) {
		if r.Subject == "address" {
			return address, nil
		}
		return schema.Schema{}, errors.New("no such subject")
	}
	uses := []schema.Reference{{Name: "address.proto", Subject: "address", Version: 1}}
	old, err := Parse(schema.Schema{Type: schema.Protobuf, Text: text, References: uses}, resolve, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := CanonicalText(schema.Schema{Type: schema.Protobuf, Text: text}, DefaultLimits()); err != nil || got != old.Canonical() {
		t.Errorf("without its references the text is %q, %v; with them %q", got, err, old.Canonical())
	}

	changed := strings.Replace(text, "a.Address home = 1;", "string home = 1;", 1)
	next, err := Parse(schema.Schema{Type: schema.Protobuf, Text: changed, References: uses}, resolve, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []schema.Flavour{schema.Karapace, schema.Confluent} {
		if len(Readable(next, old, f)) == 0 {
			t.Errorf("%s: a message field became a string and nobody minds", f)
		}
		if found := Readable(old, old, f); len(found) != 0 {
			t.Errorf("%s: a schema does not read itself: %v", f, found)
		}
	}
	commented, err := Parse(schema.Schema{Type: schema.Protobuf, Text: strings.Replace(text, "message", "// A person.\nmessage", 1), References: uses},
		resolve, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	for f, comments := range map[schema.Flavour]bool{schema.Karapace: true, schema.Confluent: false} {
		if Same(old, next, f) || !Same(old, old, f) {
			t.Errorf("%s: Same mixes up two schemas", f)
		}
		if Same(old, commented, f) == comments {
			t.Errorf("%s: whether comments count should be %t", f, comments)
		}
	}

	_, err = Parse(schema.Schema{Type: schema.Protobuf, Text: text}, nil, DefaultLimits())
	if e, ok := errors.AsType[*Error](err); !ok || !strings.Contains(e.Detail, `"a.Address" is not defined`) {
		t.Errorf("without the reference: %v", err)
	}
	uses[0].Subject = "elsewhere"
	_, err = Parse(schema.Schema{Type: schema.Protobuf, Text: text, References: uses}, resolve, DefaultLimits())
	if e, ok := errors.AsType[*Error](err); !ok || e.Kind != Unresolved {
		t.Errorf("a reference to nothing: %v", err)
	}
}

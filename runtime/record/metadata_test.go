package record

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMetadataHasOneText(t *testing.T) {
	t.Parallel()
	f := func(in, want string) {
		t.Helper()
		m, err := ParseMetadata([]byte(in))
		if err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		if got := m.Text(); got != want {
			t.Fatalf("%s: %s; want %s", in, got, want)
		}
	}

	f(`null`, ``)
	f(`{}`, ``)
	f(`{"tags":{},"properties":null,"sensitive":[]}`, ``)
	f(`{"properties":{"b":"2","a":"1"}}`, `{"properties":{"a":"1","b":"2"}}`)
	f(`{"sensitive":["b","a","b"],"tags":{"x.*":["T","S"]},"unknown":1}`, `{"tags":{"x.*":["S","T"]},"sensitive":["a","b"]}`)

	for _, bad := range []string{`[]`, `"x"`, `{"properties":{"a":1}}`, `{"tags":["a"]}`} {
		if _, err := ParseMetadata([]byte(bad)); err == nil {
			t.Fatalf("%s is taken for metadata", bad)
		}
	}
}

func TestMetadataOver(t *testing.T) {
	t.Parallel()
	f := func(upper, lower, want string) {
		t.Helper()
		u, _ := ParseMetadata([]byte(upper))
		l, _ := ParseMetadata([]byte(lower))
		if got := u.Over(l).Text(); got != want {
			t.Fatalf("%s over %s: %s; want %s", upper, lower, got, want)
		}
	}

	f(`{}`, `{}`, ``)
	f(`{"properties":{"a":"1"}}`, `{}`, `{"properties":{"a":"1"}}`)
	f(`{"properties":{"a":"1"}}`, `{"properties":{"a":"0","b":"0"}}`, `{"properties":{"a":"1","b":"0"}}`)
	f(`{"tags":{"p":["x"]},"sensitive":["s"]}`, `{"tags":{"p":["y"]},"sensitive":["r"]}`, `{"tags":{"p":["x","y"]},"sensitive":["r","s"]}`)
}

func TestSchemaValueKeepsItsExtra(t *testing.T) {
	t.Parallel()
	built := SchemaValue{Subject: "s", Version: 1, ID: 2, Extra: Extra{Metadata: `{"properties":{"a":"1"}}`, RuleSet: `{"domainRules":[]}`}}
	read, err := ParseSchemaValue(built.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(built.Extra, read.Extra); diff != "" {
		t.Fatal(diff)
	}
	// What is no metadata is no reason to lose the schema.
	odd, err := ParseSchemaValue([]byte(`{"subject":"s","version":1,"id":2,"schema":"x","metadata":{"properties":{"a":1}},"ruleSet":7}`))
	if err != nil || odd.Extra != (Extra{Metadata: `{"properties":{"a":1}}`}) || !odd.Extra.ParsedMetadata().Empty() {
		t.Fatalf("%+v, %v", odd.Extra, err)
	}
}

func TestConfigMembers(t *testing.T) {
	t.Parallel()
	c, err := ParseConfigValue([]byte(`{"compatibilityLevel":"FULL","theirs":[1,{"a":2}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if c, err = c.With("alias", []byte(`"b"`)); err != nil || c.Alias() != "b" {
		t.Fatalf("%s, %v", c.Bytes(), err)
	}
	if c = c.WithLevel("NONE"); c.Alias() != "b" {
		t.Fatalf("the alias went with the level: %s", c.Bytes())
	}
	if c, err = c.Without("compatibilityLevel"); err != nil || string(c.Bytes()) != `{"theirs":[1,{"a":2}],"alias":"b"}` || c.Level != "" {
		t.Fatalf("%s, %v", c.Bytes(), err)
	}
	if c, err = c.Without("alias"); err != nil || c.Alias() != "" {
		t.Fatalf("%s, %v", c.Bytes(), err)
	}
	if c, err = c.Without("theirs"); err != nil || !c.Empty() {
		t.Fatalf("%s, %v", c.Bytes(), err)
	}
}

func TestContextKey(t *testing.T) {
	t.Parallel()
	k, err := ParseKey(ContextOf(".eu").Bytes())
	if context, ok := k.Context(); err != nil || !ok || context != ".eu" {
		t.Fatalf("%+v, %v", k, err)
	}
	if _, ok := SchemaOf("s", 1).Context(); ok {
		t.Fatal("a schema key names a context")
	}
}

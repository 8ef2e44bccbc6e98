package serde

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	hamba "github.com/hamba/avro/v2"
	twmb "github.com/twmb/avro"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// sample is a generated schema with a value of it, as JSON with tagged unions
// and as Go value for hamba.
type sample struct {
	schema, json string
	value        any
}

// generator makes samples. hamba serves as independent oracle for the binary
// encoding; it sees nothing but these.
type generator struct {
	rand  *rand.Rand
	names int
}

func (g *generator) name(prefix string) string {
	g.names++
	return prefix + strconv.Itoa(g.names)
}

func quoted(s string) string { return string(jsonx.AppendQuoted(nil, s)) }

func (g *generator) scalar() sample {
	r := g.rand
	text := func() string {
		return []string{"", "a", "é\n\"\\", "日本", strings.Repeat("x", 100)}[r.IntN(5)]
	}
	switch r.IntN(10) {
	case 0:
		return sample{`"null"`, `null`, nil}
	case 1:
		b := r.IntN(2) == 0
		return sample{`"boolean"`, fmt.Sprint(b), b}
	case 2:
		i := int32(r.Uint32()) >> r.IntN(32)
		return sample{`"int"`, fmt.Sprint(i), int(i)}
	case 3:
		i := int64(r.Uint64()) >> r.IntN(64)
		return sample{`"long"`, fmt.Sprint(i), i}
	case 4:
		f := float32(r.NormFloat64())
		return sample{`"float"`, strconv.FormatFloat(float64(f), 'g', -1, 64), f}
	case 5:
		f := r.NormFloat64() * 1e10
		return sample{`"double"`, strconv.FormatFloat(f, 'g', -1, 64), f}
	case 6:
		b := []byte(text())
		return sample{`"bytes"`, `"` + base64.StdEncoding.EncodeToString(b) + `"`, b}
	case 7:
		s := text()
		return sample{`"string"`, quoted(s), s}
	case 8:
		n := g.name("E")
		i := r.IntN(3)
		s := []string{"A", "B", "C"}[i]
		return sample{`{"type":"enum","name":"` + n + `","symbols":["A","B","C"]}`, quoted(s), s}
	default:
		n := g.name("F")
		return sample{`{"type":"fixed","name":"` + n + `","size":4}`, `"AAECAw=="`, [4]byte{0, 1, 2, 3}}
	}
}

func (g *generator) any(depth int) sample {
	if depth == 0 {
		return g.scalar()
	}
	switch g.rand.IntN(6) {
	case 0:
		return g.array(depth)
	case 1:
		return g.mapping(depth)
	case 2, 3:
		return g.record(depth)
	case 4:
		return g.union(depth)
	default:
		return g.scalar()
	}
}

func (g *generator) array(depth int) sample {
	item := g.any(depth - 1)
	n := g.rand.IntN(4)
	return sample{
		`{"type":"array","items":` + item.schema + `}`,
		"[" + strings.Join(slices.Repeat([]string{item.json}, n), ",") + "]",
		slices.Repeat([]any{item.value}, n),
	}
}

func (g *generator) mapping(depth int) sample {
	// One key at most: the order of more is not defined.
	value := g.any(depth - 1)
	if g.rand.IntN(3) == 0 {
		return sample{`{"type":"map","values":` + value.schema + `}`, `{}`, map[string]any{}}
	}
	return sample{`{"type":"map","values":` + value.schema + `}`, `{"k":` + value.json + `}`, map[string]any{"k": value.value}}
}

func (g *generator) record(depth int) sample {
	var fields, members []string
	value := map[string]any{}
	for i := range g.rand.IntN(12) {
		f := g.any(depth - 1)
		name := "f" + strconv.Itoa(i)
		fields = append(fields, `{"name":"`+name+`","type":`+f.schema+`}`)
		members = append(members, `"`+name+`":`+f.json)
		value[name] = f.value
	}
	g.rand.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	return sample{
		`{"type":"record","name":"` + g.name("R") + `","namespace":"n","fields":[` + strings.Join(fields, ",") + `]}`,
		"{" + strings.Join(members, ",") + "}",
		value,
	}
}

func (g *generator) union(depth int) sample {
	branches := map[string]sample{}
	for range 1 + g.rand.IntN(3) {
		b := g.any(depth - 1)
		for strings.HasPrefix(b.schema, "[") {
			b = g.any(depth - 1)
		}
		p, err := hamba.ParseWithCache(b.schema, "", &hamba.SchemaCache{})
		if err != nil {
			continue
		}
		tag := string(p.Type())
		if named, ok := p.(hamba.NamedSchema); ok {
			tag = named.FullName()
		}
		branches[tag] = b
	}
	tags := slices.Sorted(maps.Keys(branches))
	if len(tags) == 0 {
		return g.scalar()
	}
	var texts []string
	for _, tag := range tags {
		texts = append(texts, branches[tag].schema)
	}
	tag := tags[g.rand.IntN(len(tags))]
	s := sample{schema: "[" + strings.Join(texts, ",") + "]", json: "null"}
	if tag != "null" {
		s.json = `{"` + tag + `":` + branches[tag].json + `}`
		s.value = map[string]any{tag: branches[tag].value}
	}
	return s
}

func TestBinaryEqualsThatOfHamba(t *testing.T) {
	t.Parallel()
	const samples = 1000
	exact, compared := 0, 0
	for seed := range uint64(samples) {
		g := generator{rand: rand.New(rand.NewPCG(seed, 1))}
		s := g.any(4)
		theirs, err := hamba.ParseWithCache(s.schema, "", &hamba.SchemaCache{})
		if err != nil {
			t.Fatalf("seed %d: the oracle refuses %s: %v", seed, s.schema, err)
		}
		want, err := hamba.Marshal(theirs, s.value)
		if err != nil {
			continue // What it cannot encode: a union of null alone, and such.
		}
		c := codec(t, s.schema, AvroOptions{Unions: TaggedUnions})
		got, err := c.AppendBinary(nil, []byte(s.json))
		if err != nil {
			t.Fatalf("seed %d: %s of %s: %v", seed, s.json, s.schema, err)
		}
		compared++
		if bytes.Equal(got, want) {
			exact++
		} else if len(want) <= len(got) {
			// The oracle writes the size of each block of items as well, so
			// its bytes may be longer; the decoder reads them below.
			t.Fatalf("seed %d: %s of %s:\ngot  %x\nwant %x", seed, s.json, s.schema, got, want)
		}
		text, err := c.AppendJSON(nil, want)
		if err != nil {
			t.Fatalf("seed %d: decoding: %v", seed, err)
		}
		again, err := c.AppendBinary(nil, text)
		if err != nil || !bytes.Equal(again, got) {
			t.Fatalf("seed %d: round trip of %s: %x, %v", seed, text, again, err)
		}
	}
	if compared < samples/2 || exact < samples/4 {
		t.Fatalf("of %d samples %d were compared and %d had equal bytes: the generator makes too little of use", samples, compared, exact)
	}
}

const benchSchema = `{"type":"record","name":"Order","namespace":"shop","fields":[
	{"name":"id","type":"long"},{"name":"customer","type":"string"},{"name":"total","type":"double"},
	{"name":"paid","type":"boolean"},{"name":"note","type":["null","string"],"default":null},
	{"name":"state","type":{"type":"enum","name":"State","symbols":["NEW","SENT","DONE"]}},
	{"name":"items","type":{"type":"array","items":{"type":"record","name":"Item","fields":[
		{"name":"sku","type":"string"},{"name":"count","type":"int"}]}}},
	{"name":"labels","type":{"type":"map","values":"string"}}]}`

const benchJSON = `{"id":123456789,"customer":"customer-4711","total":129.95,"paid":true,"note":"leave at the door","state":"SENT","items":[{"sku":"A-1","count":2},{"sku":"B-22","count":1}],"labels":{"channel":"web","region":"eu-1"}}`

// BenchmarkAvroFromJSON and BenchmarkAvroToJSON run the same record through
// the other libraries. hamba has no JSON, so it gets the standard library's.
func BenchmarkAvroFromJSON(b *testing.B) {
	in := []byte(benchJSON)
	run := func(name string, convert func(dst []byte) ([]byte, error)) {
		b.Run(name, func(b *testing.B) {
			buffer := make([]byte, 0, 512)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := convert(buffer[:0]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}

	c := codec(b, benchSchema, AvroOptions{})
	run("plastron", func(dst []byte) ([]byte, error) { return c.AppendBinary(dst, in) })
	t := twmb.MustParse(benchSchema)
	run("twmb", func(dst []byte) ([]byte, error) {
		var v any
		if err := t.DecodeJSON(in, &v); err != nil {
			return nil, err
		}
		return t.AppendEncode(dst, v)
	})
	h := hamba.MustParse(benchSchema)
	run("hamba", func([]byte) ([]byte, error) {
		var v map[string]any
		if err := json.Unmarshal(in, &v); err != nil {
			return nil, err
		}
		v["id"] = int64(v["id"].(float64))
		for _, item := range v["items"].([]any) {
			item := item.(map[string]any)
			item["count"] = int(item["count"].(float64))
		}
		return hamba.Marshal(h, v)
	})
}

func BenchmarkAvroToJSON(b *testing.B) {
	c := codec(b, benchSchema, AvroOptions{})
	in, err := c.AppendBinary(nil, []byte(benchJSON))
	if err != nil {
		b.Fatal(err)
	}
	run := func(name string, convert func(dst []byte) ([]byte, error)) {
		b.Run(name, func(b *testing.B) {
			buffer := make([]byte, 0, 512)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := convert(buffer[:0]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}

	run("plastron", func(dst []byte) ([]byte, error) { return c.AppendJSON(dst, in) })
	t := twmb.MustParse(benchSchema)
	run("twmb", func([]byte) ([]byte, error) {
		var v any
		if _, err := t.Decode(in, &v); err != nil {
			return nil, err
		}
		return t.EncodeJSON(v)
	})
	h := hamba.MustParse(benchSchema)
	run("hamba", func([]byte) ([]byte, error) {
		var v any
		if err := hamba.Unmarshal(h, in, &v); err != nil {
			return nil, err
		}
		return json.Marshal(v)
	})
}

func BenchmarkCompileCodec(b *testing.B) {
	p := parsed(b, benchSchema)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := NewAvroCodec(p); err != nil {
			b.Fatal(err)
		}
	}
}

package serde

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"unicode/utf8"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/format/avro"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// plain is Avro's binary encoding as the specification tells it, without
// regard to speed: the oracle of the compiled codec.
type plain struct {
	in    []byte
	depth int
	items int
}

// The values are nil, bool, int64, float64, string, []byte, []any for arrays,
// and these.
type (
	plainRecord []any
	plainMap    []struct {
		key   string
		value any
	}
	plainUnion struct {
		branch int
		value  any
	}
)

var (
	errPlain   = errors.New("no data of the schema")
	errCeiling = errors.New("more than the oracle looks at")
)

func (p *plain) number() (int64, error) {
	n, size := binary.Varint(p.in)
	if size <= 0 {
		return 0, errPlain
	}
	p.in = p.in[size:]
	return n, nil
}

func (p *plain) take(n int64) ([]byte, error) {
	if n < 0 || n > int64(len(p.in)) {
		return nil, errPlain
	}
	b := p.in[:n]
	p.in = p.in[n:]
	return b, nil
}

func (p *plain) sized() ([]byte, error) {
	n, err := p.number()
	if err != nil {
		return nil, err
	}
	return p.take(n)
}

func (p *plain) value(t *avro.Type) (any, error) {
	if p.depth++; p.depth > 300 {
		return nil, errCeiling
	}
	defer func() { p.depth-- }()
	switch t.Kind {
	case avro.Null:
		return nil, nil
	case avro.Boolean:
		b, err := p.take(1)
		if err != nil || b[0] > 1 {
			return nil, errPlain
		}
		return b[0] == 1, nil
	case avro.Int, avro.Long:
		n, err := p.number()
		if err != nil || t.Kind == avro.Int && n != int64(int32(n)) {
			return nil, errPlain
		}
		return n, nil
	case avro.Float:
		b, err := p.take(4)
		if err != nil {
			return nil, err
		}
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))), nil
	case avro.Double:
		b, err := p.take(8)
		if err != nil {
			return nil, err
		}
		return math.Float64frombits(binary.LittleEndian.Uint64(b)), nil
	case avro.Bytes:
		return p.sized()
	case avro.Fixed:
		return p.take(int64(t.Size))
	case avro.String:
		return p.text()
	case avro.Enum:
		i, err := p.number()
		if err != nil || i < 0 || i >= int64(len(t.Symbols)) {
			return nil, errPlain
		}
		return t.Symbols[i], nil
	default:
		return p.compound(t)
	}
}

func (p *plain) text() (string, error) {
	b, err := p.sized()
	if err != nil || !utf8.Valid(b) {
		return "", errPlain
	}
	return string(b), nil
}

func (p *plain) compound(t *avro.Type) (any, error) {
	switch t.Kind {
	case avro.Record:
		r := plainRecord{}
		for i := range t.Fields {
			v, err := p.value(t.Fields[i].Type)
			if err != nil {
				return nil, err
			}
			r = append(r, v)
		}
		return r, nil
	case avro.Union:
		i, err := p.number()
		if err != nil || i < 0 || i >= int64(len(t.Branches)) {
			return nil, errPlain
		}
		v, err := p.value(t.Branches[i])
		return plainUnion{int(i), v}, err
	case avro.Array:
		list := []any{}
		err := p.blocks(func() error {
			v, err := p.value(t.Elem)
			list = append(list, v)
			return err
		})
		return list, err
	default:
		m := plainMap{}
		err := p.blocks(func() error {
			key, err := p.text()
			if err != nil {
				return err
			}
			v, err := p.value(t.Elem)
			m = append(m, struct {
				key   string
				value any
			}{key, v})
			return err
		})
		return m, err
	}
}

// blocks reads blocks of items until an empty one.
func (p *plain) blocks(item func() error) error {
	for {
		count, err := p.number()
		if err != nil {
			return err
		}
		if count == 0 {
			return nil
		}
		if count < 0 {
			size, err := p.number()
			if err != nil || size < 0 || size > int64(len(p.in)) || count == math.MinInt64 {
				return errPlain
			}
			count = -count
		}
		for range count {
			if p.items++; p.items > 50_000 {
				return errCeiling
			}
			if err := item(); err != nil {
				return err
			}
		}
	}
}

// plainJSON is the value as Avro's JSON encoding has it, bytes in base64.
func plainJSON(t *avro.Type, v any) any {
	switch v := v.(type) {
	case int64:
		return json.Number(strconv.FormatInt(v, 10))
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	case plainUnion:
		b := t.Branches[v.branch]
		if b.Kind == avro.Null {
			return nil
		}
		_, full := tagNames(b)
		return map[string]any{full: plainJSON(b, v.value)}
	case plainRecord:
		m := map[string]any{}
		for i := range v {
			m[t.Fields[i].Name] = plainJSON(t.Fields[i].Type, v[i])
		}
		return m
	case plainMap:
		m := map[string]any{}
		for _, member := range v {
			m[member.key] = plainJSON(t.Elem, member.value)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = plainJSON(t.Elem, v[i])
		}
		return list
	default:
		return v // nil, bool, float64 and string
	}
}

// sameJSON compares what the oracle expects with what the standard library
// reads; a float64 is expected as a number of that value, or as a word.
func sameJSON(want, got any) bool {
	switch want := want.(type) {
	case float64:
		if n, ok := got.(json.Number); ok {
			f, err := n.Float64()
			return err == nil && f == want && math.Signbit(f) == math.Signbit(want)
		}
		word, _ := got.(string)
		return math.IsNaN(want) && word == "NaN" || math.IsInf(want, 1) && word == "Infinity" || math.IsInf(want, -1) && word == "-Infinity"
	case map[string]any:
		m, ok := got.(map[string]any)
		if !ok || len(m) != len(want) {
			return false
		}
		for key, value := range want {
			if other, ok := m[key]; !ok || !sameJSON(value, other) {
				return false
			}
		}
		return true
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return false
		}
		for i := range want {
			if !sameJSON(want[i], list[i]) {
				return false
			}
		}
		return true
	default:
		return want == got
	}
}

// plainBinary writes a value, each array and map as one block.
func plainBinary(dst []byte, t *avro.Type, v any) []byte {
	switch v := v.(type) {
	case nil:
		return dst
	case bool:
		if v {
			return append(dst, 1)
		}
		return append(dst, 0)
	case int64:
		return binary.AppendVarint(dst, v)
	case float64:
		if math.IsNaN(v) {
			v = math.NaN()
		}
		if t.Kind == avro.Float {
			return binary.LittleEndian.AppendUint32(dst, math.Float32bits(float32(v)))
		}
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
	case string:
		if t.Kind == avro.Enum {
			return binary.AppendVarint(dst, int64(t.SymbolIndex(v)))
		}
		return append(binary.AppendVarint(dst, int64(len(v))), v...)
	case []byte:
		if t.Kind == avro.Bytes {
			dst = binary.AppendVarint(dst, int64(len(v)))
		}
		return append(dst, v...)
	case plainUnion:
		return plainBinary(binary.AppendVarint(dst, int64(v.branch)), t.Branches[v.branch], v.value)
	case plainRecord:
		for i := range v {
			dst = plainBinary(dst, t.Fields[i].Type, v[i])
		}
		return dst
	case plainMap:
		if len(v) > 0 {
			dst = binary.AppendVarint(dst, int64(len(v)))
		}
		for _, member := range v {
			dst = append(binary.AppendVarint(dst, int64(len(member.key))), member.key...)
			dst = plainBinary(dst, t.Elem, member.value)
		}
		return append(dst, 0)
	default:
		list := v.([]any)
		if len(list) > 0 {
			dst = binary.AppendVarint(dst, int64(len(list)))
		}
		for _, item := range list {
			dst = plainBinary(dst, t.Elem, item)
		}
		return append(dst, 0)
	}
}

// unclear reports whether the JSON of the value can mean another one too: keys
// that repeat in a map, and unions with two branches of one name.
func unclear(t *avro.Type, v any) bool {
	switch v := v.(type) {
	case plainUnion:
		seen := map[string]struct{}{}
		for _, b := range t.Branches {
			_, full := tagNames(b)
			if _, twice := seen[full]; twice {
				return true
			}
			seen[full] = struct{}{}
		}
		return unclear(t.Branches[v.branch], v.value)
	case plainRecord:
		for i := range v {
			if unclear(t.Fields[i].Type, v[i]) {
				return true
			}
		}
	case plainMap:
		seen := map[string]struct{}{}
		for _, member := range v {
			if _, twice := seen[member.key]; twice || unclear(t.Elem, member.value) {
				return true
			}
			seen[member.key] = struct{}{}
		}
	case []any:
		for _, item := range v {
			if unclear(t.Elem, item) {
				return true
			}
		}
	}
	return false
}

// againstPlain holds both directions of the codec against the plain version.
func againstPlain(t *testing.T, text string, data []byte) {
	t.Helper()
	p, err := format.ParseStored(schema.Schema{Type: schema.Avro, Text: text}, nil, format.DefaultLimits())
	if err != nil {
		return
	}
	c, err := NewAvroCodecWith(p, AvroOptions{Unions: TaggedUnions, Logical: Underlying, MaxJSON: 4 << 20})
	if err != nil {
		t.Fatal(err)
	}
	root := p.(*format.Avro).Schema.Root()
	oracle := plain{in: data}
	want, wantErr := oracle.value(root)
	out, err := c.AppendJSON(nil, data)
	if e, ok := errors.AsType[*Error](err); errors.Is(wantErr, errCeiling) || ok && e.Kind == TooLarge {
		return
	}
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%s of %x: the codec says %v, the plain version %v", text, data, err, wantErr)
	}
	if err != nil {
		return
	}
	var got any
	d := json.NewDecoder(bytes.NewReader(out))
	d.UseNumber()
	if err := d.Decode(&got); err != nil {
		t.Fatalf("%s of %x: %s is no JSON: %v", text, data, out, err)
	}
	if expected := plainJSON(root, want); !sameJSON(expected, got) {
		t.Fatalf("%s of %x: %s, the plain version says %v", text, data, out, expected)
	}
	if unclear(root, want) {
		return
	}
	back, err := c.AppendBinary(nil, out)
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == TooLarge {
		return
	}
	if expected := plainBinary(nil, root, want); err != nil || !bytes.Equal(back, expected) {
		t.Fatalf("%s of %s: %x, %v, the plain version says %x", text, out, back, err, expected)
	}
}

// FuzzAvroAgainstPlain: the compiled codec does what the plain version does.
func FuzzAvroAgainstPlain(f *testing.F) {
	for _, seed := range []string{"", "\x00", "\x02", "\x02\x02\x04\x00\x00\x80\x3f\x02\x02a\x04\x00\xff\x00\x02ab\x02\x01\x00", "\x02\xff\xff\xff\xff\x0f"} {
		f.Add(fuzzSchema, []byte(seed))
	}
	f.Add(`{"type":"array","items":["null","float",{"type":"map","values":"double"}]}`, []byte("\x03\x0a\x02\x00\x00\xc0\x7f\x00\x00"))
	f.Add(`{"type":"record","name":"R","fields":[{"name":"a","type":"R2"}]}`, []byte{0})
	f.Add(`["string","bytes",{"type":"enum","name":"E","symbols":["string","A"]}]`, []byte("\x04\x00"))
	f.Fuzz(againstPlain)
}

// TestCodecAgainstPlain does the same for generated schemas and values.
func TestCodecAgainstPlain(t *testing.T) {
	t.Parallel()
	compared := 0
	for seed := range uint64(1500) {
		g := generator{rand: newRand(seed)}
		s := g.any(4)
		data, err := codec(t, s.schema, AvroOptions{Unions: TaggedUnions}).AppendBinary(nil, []byte(s.json))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		compared += min(len(data), 1)
		againstPlain(t, s.schema, data)
		// And data that is cut, or changed somewhere.
		againstPlain(t, s.schema, data[:g.rand.IntN(len(data)+1)])
		if len(data) > 0 {
			data[g.rand.IntN(len(data))] ^= byte(1 << g.rand.IntN(8))
			againstPlain(t, s.schema, data)
		}
	}
	if compared < 1000 {
		t.Fatalf("only %d values had any bytes", compared)
	}
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 17)) }

package jsonx

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
)

var limits = Limits{MaxBytes: 1 << 20, MaxDepth: 1024, MaxNodes: 100_000}

// maxTook is no figure of speed: it tells linear from worse on a busy machine
// with the race detector on.
const maxTook = 20 * time.Second

// The table of the registry contract: byte for byte what Karapace stores.
func TestCanonical(t *testing.T) {
	t.Parallel()
	f := func(in, want string) {
		t.Helper()
		got, err := Canonical([]byte(in), limits)
		if err != nil || string(got) != want {
			t.Fatalf("%s: got %s, %v; want %s", in, got, err, want)
		}
		if again, err := Canonical(got, limits); err != nil || string(again) != want {
			t.Fatalf("%s is not stable: %s, %v", want, again, err)
		}
	}

	f(`{"b":1e2,"a":{"d":1.0,"c":123456789012345678901234567890}}`, `{"a":{"c":1.2345678901234568e29,"d":1.0},"b":100.0}`)
	f(` [ 1 , 2 ] `, `[1,2]`)
	f("{\r\n\t}", `{}`)
	f(`{"a":1,"b":2,"a":3}`, `{"a":3,"b":2}`)
	f(`{"a":1,"\u0061":2}`, `{"a":2}`)
	// By code point, so U+FF5E comes before U+1F600 although its UTF-16 does not.
	f(`{"😀":1,"～":2,"Z":3,"a":4,"":5}`, `{"":5,"Z":3,"a":4,"～":2,"😀":1}`)

	f(`0`, `0`)
	f(`-0`, `0`)
	f(`-0.0`, `-0.0`)
	f(`1.0`, `1.0`)
	f(`1e2`, `100.0`)
	f(`1E+2`, `100.0`)
	f(`1.50`, `1.5`)
	f(`18446744073709551615`, `18446744073709551615`)
	f(`18446744073709551616`, `1.8446744073709552e19`)
	f(`-9223372036854775808`, `-9223372036854775808`)
	f(`-9223372036854775809`, `-9.223372036854776e18`)
	f(`123456789012345678901234567890`, `1.2345678901234568e29`)
	f(`1e15`, `1000000000000000.0`)
	f(`1e16`, `1e16`)
	f(`12345678901234567.0`, `1.2345678901234568e16`)
	f(`1e-5`, `0.00001`)
	f(`0.00001234`, `0.00001234`)
	f(`9.99e-6`, `9.99e-6`)
	f(`1e-6`, `1e-6`)
	f(`1.5e300`, `1.5e300`)
	f(`5e-324`, `5e-324`)
	f(`1e-400`, `0.0`)
	f(`123456789.5e3`, `123456789500.0`)

	f(`"\u007f\u2028\/<>&é"`, "\"\u007f\u2028/<>&é\"")
	f(`"\u0000\u0008\u000c\u000a\u000d\u0009\u001f\u0022\u005c"`, `"\u0000\b\f\n\r\t\u001f\"\\"`)
	f(`"\ud83d\ude00"`, `"😀"`)
	f(`[true,false,null]`, `[true,false,null]`)
}

func TestRefused(t *testing.T) {
	t.Parallel()
	f := func(in, reason string) {
		t.Helper()
		_, err := Canonical([]byte(in), limits)
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != Syntax || !strings.Contains(err.Error(), reason) {
			t.Fatalf("%q: %v; want %q", in, err, reason)
		}
	}

	f(``, "end of the text")
	f(`  `, "end of the text")
	f("\ufeff1", "missing")
	f(`NaN`, "missing")
	f(`Infinity`, "missing")
	f(`-Infinity`, "digit")
	f(`1e400`, "double")
	f(`01`, "after the value")
	f(`+1`, "missing")
	f(`.5`, "missing")
	f(`1.`, "decimal point")
	f(`1e`, "exponent")
	f(`-`, "digit")
	f(`tru`, "word")
	f(`trux`, "word")
	f(`truex`, "after the value")
	f(`1 2`, "after the value")
	f(`[1,]`, "missing")
	f(`[1 2]`, "comma")
	f(`[1`, "not closed")
	f(`{"a":1,}`, "key")
	f(`{"a" 1}`, "colon")
	f(`{a:1}`, "key")
	f(`{"a":1`, "not closed")
	f(`{"a"`, "colon")
	f(`{`, "key")
	f(`]`, "missing")
	f(`[}`, "missing")
	f(`[1}`, "closing bracket")
	f(`// no`, "missing")
	f(`"abc`, "not closed")
	f(`"a\`, "not closed")
	f(`"\x"`, "unknown escape")
	f(`"\u12"`, "hexadecimal")
	f("\"a\nb\"", "control character")
	f("\"\xff\"", "UTF-8")
	f("\"\xed\xa0\x80\"", "UTF-8")
	f(`"\ud800"`, "surrogate")
	f(`"\udc00"`, "surrogate")
	f(`"\ud800\ud800"`, "surrogate")
	f(`"\ud800a"`, "surrogate")
	f("{\n \"a\": x}", "line 2 column 7")
}

func TestLimits(t *testing.T) {
	t.Parallel()
	f := func(in string, l Limits) {
		t.Helper()
		var d Doc
		err := d.Parse([]byte(in), l)
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != TooLarge {
			t.Fatalf("%.40s: %v", in, err)
		}
	}
	ok := func(in string, l Limits) {
		t.Helper()
		var d Doc
		if err := d.Parse([]byte(in), l); err != nil {
			t.Fatalf("%.40s: %v", in, err)
		}
	}

	f(`"abc"`, Limits{MaxBytes: 4})
	ok(`"abc"`, Limits{MaxBytes: 5})
	f(`[[[]]]`, Limits{MaxDepth: 2})
	ok(`[[[]]]`, Limits{MaxDepth: 3})
	f(`[1,2]`, Limits{MaxNodes: 2})
	ok(`[1,2]`, Limits{MaxNodes: 3})
	f(`{"a":1}`, Limits{MaxNodes: 2})
	f(strings.Repeat("[", 1_000_000), Limits{})
	f(strings.Repeat(`{"a":`, 1_000_000), Limits{})
}

func TestWalking(t *testing.T) {
	t.Parallel()
	var d Doc
	if err := d.Parse([]byte(`{"a":[1,{"b":"x\ny"},[]],"c":-5,"a":true,"d":9223372036854775808,"e":1.5}`), limits); err != nil {
		t.Fatal(err)
	}
	root := d.Root()
	var keys []string
	for it := root.Iter(); it.Next(); {
		keys = append(keys, it.Key().Text()+"="+it.Value().Type().String())
	}
	if want := []string{"a=an array", "c=a number", "a=a boolean", "d=a number", "e=a number"}; !reflect.DeepEqual(keys, want) {
		t.Fatal(keys)
	}
	if v, ok := root.Get("a"); !ok || v.Type() != True {
		t.Fatal("of equal keys the last one counts")
	}
	if _, ok := root.Get("zz"); ok {
		t.Fatal("found a key that is not there")
	}
	it := root.Iter()
	it.Next()
	list := it.Value()
	if list.Len() != 3 || string(list.Raw()) != `[1,{"b":"x\ny"},[]]` || list.Offset() != 5 {
		t.Fatalf("%d %s %d", list.Len(), list.Raw(), list.Offset())
	}
	it = list.Iter()
	it.Next()
	if _, ok := it.Value().Get("b"); ok {
		t.Fatal("a number has no members")
	}
	it.Next()
	b, _ := it.Value().Get("b")
	if _, plain := b.Plain(); plain || !b.Is("x\ny") || b.Is("x") {
		t.Fatal("the text of a string with escapes")
	}
	if c, _ := root.Get("c"); c.Index() == 0 || d.At(c.Index()) != c {
		t.Fatal("an index leads back to its value")
	}
	number := func(key string) (int64, bool) { v, _ := root.Get(key); return v.Int64() }
	if n, ok := number("c"); n != -5 || !ok {
		t.Fatal(n, ok)
	}
	if _, ok := number("d"); ok {
		t.Fatal("2^63 is no int64")
	}
	if _, ok := number("e"); ok {
		t.Fatal("1.5 is no int64")
	}
	if v, _ := root.Get("e"); true {
		if f, ok := v.Float64(); f != 1.5 || !ok {
			t.Fatal(f, ok)
		}
	}
	if e := (Value{}); e.Valid() || !root.Valid() {
		t.Fatal("the zero value is no value")
	}
}

func TestParsingAgainAllocatesNothing(t *testing.T) {
	var d Doc
	in := []byte(`{"a":[1,2.5,"x",{"b":null}],"c":true}`)
	if n := testing.AllocsPerRun(100, func() {
		if err := d.Parse(in, limits); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func TestAppendFloat(t *testing.T) {
	t.Parallel()
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if got := string(AppendFloat(nil, f)); got != "null" {
			t.Fatal(got)
		}
	}
	if got := string(AppendQuoted(nil, "a\xffb")); got != "\"a\ufffdb\"" {
		t.Fatal(got)
	}
}

func TestHostileDocumentsAreLinear(t *testing.T) {
	for name, in := range map[string]string{
		"keys":    `{` + strings.Repeat(`"a":1,`, 50_000) + `"a":1}`,
		"escapes": `"` + strings.Repeat(`\u0000`, 300_000) + `"`,
		"digits":  strings.Repeat("9", 2_000_000),
		"spaces":  strings.Repeat(" ", 2_000_000) + "1",
	} {
		start := time.Now()
		_, err := Canonical([]byte(in), Limits{})
		if took := time.Since(start); took > maxTook {
			t.Errorf("%s: %v, %v", name, took, err)
		}
	}
}

// FuzzCanonical compares with encoding/json, which is more generous: what we
// accept it accepts, with the same meaning, and the canonical text is stable.
func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{`{"b":1e2,"a":[true,null,"\ud83d\ude00"]}`, `[1.0,-0,1e16,18446744073709551616]`, `{"":1,"a":[],"a!":{},"b":[1,-2,"x"]}`, `[-0]`, `{"a" :1}`, `{"a!":1,"a":2}`, `[1,123456789012345678901]`, `"\ud800"`, `{"a":1,"a":2}`, "\ufeff1"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := Canonical(in, limits)
		if err != nil {
			return
		}
		again, err := Canonical(got, limits)
		if err != nil || string(again) != string(got) {
			t.Fatalf("%q is not stable: %q, %v", got, again, err)
		}
		for _, text := range []string{string(in), string(got)} {
			var d Doc
			if err := d.ParseText(text, limits); err != nil {
				t.Fatal(err)
			}
			if short, err := d.CanonicalText(); err != nil || short != string(got) {
				t.Fatalf("%q: the short way says %q, %v, the long one %q", text, short, err, got)
			}
		}
		var a, b any
		if err := json.Unmarshal(in, &a); err != nil {
			t.Fatalf("%q: encoding/json refuses it: %v", in, err)
		}
		if err := json.Unmarshal(got, &b); err != nil {
			t.Fatalf("%q: encoding/json refuses the canonical text: %v", got, err)
		}
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("%q means %v and %q means %v", in, a, got, b)
		}
	})
}

func BenchmarkCanonical1KB(b *testing.B) {
	var parts []string
	for i := range 12 {
		parts = append(parts, fmt.Sprintf(`{"name":"field%d","type":["null","string"],"default":null,"doc":"what it is"}`, i))
	}
	in := []byte(`{"type":"record","name":"R","fields":[` + strings.Join(parts, ",") + `]}`)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Canonical(in, limits); err != nil {
			b.Fatal(err)
		}
	}
}

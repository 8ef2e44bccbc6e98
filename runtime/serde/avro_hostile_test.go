package serde

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// maxTook is no figure of speed: it tells linear from exponential work on a
// busy machine with the race detector on.
const maxTook = 20 * time.Second

func TestHostileData(t *testing.T) {
	t.Parallel()
	of := func(text string) tester {
		return tester{t, codec(t, text, AvroOptions{MaxJSON: 1 << 20, MaxBinary: 1 << 20})}
	}
	const huge = "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01" // 2^63-1
	const negative = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"

	x := of(`{"type":"array","items":"null"}`)
	x.brokenData(huge, "no bytes")
	x.brokenData(negative+"\x00", "beyond")
	x.brokenData("\x01"+huge, "beyond")
	x = of(`{"type":"array","items":{"type":"fixed","name":"F","size":0}}`)
	x.brokenData(huge, "no bytes")
	x = of(`{"type":"array","items":"int"}`)
	x.brokenData(huge+"\x00\x00", "ends")
	x = of(`{"type":"map","values":"null"}`)
	x.brokenData(huge+"\x00\x00", "ends")

	// A record without end.
	x = of(`{"type":"record","name":"R","fields":[{"name":"next","type":["null","R"]}]}`)
	x.brokenData(strings.Repeat("\x02", 100_000), "nested")
	x.refused(strings.Repeat(`{"next":`, 600)+"null"+strings.Repeat("}", 600), strings.Repeat("/next", 256), "nested")
	x.refused(strings.Repeat("[", 100_000), "", "nested")
	x = of(`{"type":"record","name":"R","fields":[{"name":"r","type":"R"}]}`)
	x.brokenData("", "nested")

	// One byte that becomes a thousand.
	x = of(`{"type":"array","items":{"type":"enum","name":"E","symbols":["` + strings.Repeat("A", 1000) + `"]}}`)
	x.brokenData("\xa0\x1f"+strings.Repeat("\x00", 2000), "more than")
	x = of(`{"type":"array","items":{"type":"record","name":"R","fields":[{"name":"a","type":"string","default":"` + strings.Repeat("A", 1000) + `"}]}}`)
	x.refused("["+strings.Repeat("{},", 2000)+"{}]", "/1047/a"[:0]+"/1047", "too large")
}

// Every level has two records of the same shape, and the innermost value fits
// neither: without memory for failed attempts it would take 2^60 of them.
func TestHostileAmbiguousUnions(t *testing.T) {
	t.Parallel()
	record := func(name string) string {
		return `{"type":"record","name":"` + name + `","fields":[{"name":"n","type":["null","A","B","int"]}]}`
	}
	text := `[` + strings.Replace(record("A"), `"B"`, record("B"), 1) + `,"B"]`
	c := codec(t, text, AvroOptions{})
	deep := strings.Repeat(`{"n":`, 60)
	if _, err := c.AppendBinary(nil, []byte(deep+`"x"`+strings.Repeat("}", 60))); err == nil {
		t.Fatal("the innermost value fits nothing")
	}
	if _, err := c.AppendBinary(nil, []byte(deep+`1`+strings.Repeat("}", 60))); err != nil {
		t.Fatal(err)
	}
}

// Building a codec costs little, whatever the schema says about defaults.
func TestHostileSchemas(t *testing.T) {
	f := func(name, text string) {
		t.Helper()
		p := parsed(t, text)
		start := time.Now()
		if _, err := NewAvroCodec(p); err != nil {
			t.Fatal(err)
		}
		took := time.Since(start)
		t.Logf("%s: %v", name, took)
		if took > maxTook {
			t.Errorf("%s: took %v", name, took)
		}
	}
	list := func(n int, item func(i int) string) string {
		items := make([]string, n)
		for i := range items {
			items[i] = item(i)
		}
		return strings.Join(items, ",")
	}

	f("50,000 fields", `{"type":"record","name":"R","fields":[`+list(50_000, func(i int) string { return fmt.Sprintf(`{"name":"f%d","type":"int"}`, i) })+`]}`)
	// Each record holds the one before twice, by default.
	f("defaults that double", `[{"type":"record","name":"R0","fields":[{"name":"x","type":"string","default":"xxxxxxxx"}]},`+list(5000, func(i int) string {
		return fmt.Sprintf(`{"type":"record","name":"R%d","fields":[{"name":"a","type":"R%d","default":{}},{"name":"b","type":"R%d","default":{}}]}`, i+1, i, i)
	})+`]`)
	// One long default, asked for again and again.
	f("a long default in many fields", `{"type":"record","name":"R","fields":[{"name":"first","type":{"type":"record","name":"L","fields":[{"name":"x","type":"string","default":"`+strings.Repeat("x", 100_000)+`"}]}},`+
		list(20_000, func(i int) string { return fmt.Sprintf(`{"name":"f%d","type":"L","default":{}}`, i) })+`]}`)
}

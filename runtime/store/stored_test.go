package store

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestAValueIsWhatItWasInTheLog(t *testing.T) {
	t.Parallel()
	f := func(value string, wantLiteral bool) {
		t.Helper()
		s := New()
		raw := []byte(value)
		if found := s.Apply([]record.Record{{RawKey: record.SchemaOf("a", 1).Bytes(), Value: raw, Offset: 1}}); len(found) != 0 {
			t.Fatal(found)
		}
		clear(raw) // The store has copied what it needs.
		e, ok := s.View().Entry("a", 1)
		if !ok || string(e.RawValue()) != value {
			t.Fatalf("%s\nbecame %s", value, e.RawValue())
		}
		if (e.stored.literal != "") != wantLiteral {
			t.Errorf("%s: literal %q", value, e.stored.literal)
		}
		if quoted := e.AppendQuotedText([]byte("x")); !strings.Contains(value, `"schema"`) || !strings.Contains(value, string(quoted[1:])) {
			t.Errorf("%s: quoted %s", value, quoted)
		}
	}

	f(`{"subject":"a","version":1,"id":7,"schema":"{\"type\":\"record\"}","deleted":false}`, false)
	f(` {"schema" : "grün\n", "id":7,"ours":[1,{"schema":"\u0020"}]} `, false)
	f(`{"schema":"gr\u00fcn \/ \u003c","id":7}`, true)
	f(`{"id":7,"schema":"one","schema":"\u0074wo","x":"y"}`, true)
	f(`{"schema":"lone \ud800","id":7}`, true)
}

// One text in many subjects is in memory once, also when it is quoted in
// another way than ours.
func TestEqualTextsAreInMemoryOnce(t *testing.T) { // Alone: it looks at the heap.
	const subjects, length = 100, 20 << 10
	f := func(text string) {
		t.Helper()
		before := heap()
		s := New()
		for i := range subjects {
			name := schema.Subject(fmt.Sprint("s-", i))
			value := fmt.Appendf(nil, `{"subject":%q,"version":1,"id":1,"schema":%s,"deleted":false}`, name, text)
			s.Apply([]record.Record{{RawKey: record.SchemaOf(name, 1).Bytes(), Value: value, Offset: int64(i)}})
		}
		if e := s.View().ByID(schema.DefaultContext, 1); len(e) != subjects || len(e[0].Schema.Text) != length {
			t.Fatal(len(e))
		}
		grown := int64(heap()) - int64(before)
		runtime.KeepAlive(s)
		if grown > 20*length {
			t.Errorf("%d bytes for %d subjects with one text of %d", grown, subjects, length)
		}
	}

	f(`"` + strings.Repeat("x", length) + `"`)
	f(`"` + strings.Repeat("\\u0078", length) + `"`)
}

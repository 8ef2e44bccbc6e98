package store

import (
	"fmt"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestKnownByADeletion(t *testing.T) {
	t.Parallel()
	s := New()
	offset := int64(0)
	apply := func(k record.Key, value string) {
		rec := record.Record{RawKey: k.Bytes(), Offset: offset}
		if value != "" {
			rec.Value = []byte(value)
		}
		s.Apply([]record.Record{rec})
		offset++
	}
	f := func(subject schema.Subject, want bool) {
		t.Helper()
		if got := s.View().Known(subject); got != want {
			t.Fatalf("%s: known %t; want %t", subject, got, want)
		}
	}

	f("a", false)
	apply(record.ConfigOf("a"), `{"compatibilityLevel":"FULL"}`)
	apply(record.ConfigOf("a"), "") // What was there is gone, and with it the name.
	f("a", false)
	apply(record.ConfigOf("a"), "")
	f("a", true)
	before := s.View()
	apply(record.GlobalConfig(), "")
	apply(record.ModeOf("b"), "")
	f("b", false)
	apply(record.SchemaOf("c", 1), `{"subject":"c","version":1,"id":1,"schema":"\"int\""}`)
	f("c", true)

	// Names are remembered up to a bound, and each once.
	long := strings.Repeat("n", 1<<20)
	for i := range 5 {
		apply(record.ConfigOf(schema.Subject(fmt.Sprint(i, long))), "")
		apply(record.ConfigOf(schema.Subject(fmt.Sprint(i, long))), "")
	}
	f(schema.Subject("0"+long), true)
	f(schema.Subject("4"+long), false)
	if before.Known(schema.Subject("0" + long)) {
		t.Fatal("an old view knows what came later")
	}
	s.Reset()
	f("a", false)
}

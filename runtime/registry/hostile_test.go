package registry

import (
	"fmt"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// TestHostileRecords: whoever may write to the topic writes what no registry
// would. Each record is skipped alone or served as it stands, and reads and
// writes beside it go on.
func TestHostileRecords(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	n.register(t, "good", avro(`"int"`))
	put := func(key, value string) {
		n.topic.mu.Lock()
		defer n.topic.mu.Unlock()
		n.topic.records = append(n.topic.records, record.Record{RawKey: []byte(key), Value: []byte(value), Offset: int64(len(n.topic.records))})
	}
	version := func(subject, number string) string {
		return `{"keytype":"SCHEMA","subject":` + subject + `,"version":` + number + `,"magic":1}`
	}
	deep := strings.Repeat("[", 100_000)
	large := strings.Repeat("x", 10<<20)
	quoted := func(text string) string { return string(record.AppendQuoted(nil, text)) }

	for _, key := range []string{
		"", "\x00", "null", "[]", "{", "\xef\xbb\xbf{}", `{"keytype":null}`, `{"keytype":1}`, `{"keytype":"SCHEMA"}`,
		`{"keytype":"NEW","magic":7}`, `{"keytype":"SCHEMA","subject":"a","version":1,"magic":99}`, version("null", "1"), version(`[]`, "1"),
		version(`"a"`, "0"), version(`"a"`, "-1"), version(`"a"`, "2147483648"), version(`"a"`, `"1"`), version(`"a"`, "1e3"), version(`"a"`, "1.5"),
		`{"keytype":"CONFIG","subject":{},"magic":0}`, `{"keytype":"NOOP"}`, `{"keytype":"NOOP","magic":` + deep, `{"keytype":"CLEAR_SUBJECT","subject":7,"magic":0}`,
		`{"keytype":"DELETE_SUBJECT","subject":"good","magic":0}`, `{"keytype":"CONTEXT","tenant":"default","context":1,"magic":0}`,
		`{"keytype":"ASSOC","tenant":7}`, strings.Repeat(`{"keytype":"SCHEMA",`, 1000),
	} {
		for _, value := range []string{"x", "{", "[]", `{"version":"x"}`, `{"maxId":2147483648}`, `{"maxId":-1,"epoch":{}}`, "\xff\xfe"} {
			put(key, value)
		}
	}
	put(deep, deep)
	put(`"`+large+`"`, large)
	for i, value := range []string{
		"x", "[]", deep, `{"id":1}`, `{"schema":7,"id":1}`, `{"schema":"x","id":0}`, `{"schema":"x","id":-1}`, `{"schema":"x","id":2147483648}`,
		`{"schema":"x","id":"1"}`, `{"schema":"x","id":3.5}`, `{"schema":"x","id":9,"references":7}`, `{"schema":"x","id":9,"schemaType":[]}`,
		`{"schema":"x","id":9,"deleted":"yes"}`, `{"schema":"` + large, `{"schema":"\ud800","id":`,
	} {
		put(version(`"bad"`, fmt.Sprint(i+1)), value)
	}
	// These are schemas for whoever reads them, and none for who parses them.
	texts := []string{deep, large, `{"type":"record","name":"R","fields":` + deep, `"\u0000"`, "", `{"type":"R"}`, strings.Repeat(`{"type":"array","items":`, 5000)}
	for i, text := range texts {
		put(version(`"odd"`, fmt.Sprint(i+1)), fmt.Sprintf(`{"subject":"odd","version":%d,"id":%d,"schema":%s}`, i+1, 100+i, quoted(text)))
	}
	put(version(`"loop"`, "1"), `{"subject":"loop","version":1,"id":200,"schema":"\"int\"","references":[{"name":"n","subject":"loop","version":1}]}`)

	n.read()
	for i, text := range texts {
		e, err := n.ByID(schema.DefaultContext, schema.ID(100+i))
		if err != nil || e.Schema.Text != text {
			t.Fatalf("text %d is not served: %v", i, err)
		}
		_, _ = n.Lookup("odd", Wanted{Schema: avro(text)}, WithDeleted) // An answer, whichever.
	}
	// The subject stays open, and so do its neighbours.
	n.register(t, "odd", avro(`"string"`))
	n.register(t, "loop", avro(`"int"`))
	n.register(t, "bad", avro(`"bytes"`))
	if e := n.register(t, "good", avro(`"long"`)); e.Version != 2 || e.ID <= 200 {
		t.Fatalf("version %d, id %d", e.Version, e.ID)
	}
	if len(n.View().Problems()) < 4 {
		t.Fatalf("remarks: %v", n.View().Problems())
	}

	// The last id of all is an end, not a turn.
	put(version(`"last"`, "1"), `{"subject":"last","version":1,"id":2147483647,"schema":"\"last\""}`)
	n.read()
	_, err := n.Register(t.Context(), Registration{Subject: "good", Schema: avro(`"double"`)})
	wantKind(t, err, StoreFailure)
	n.register(t, "again", avro(`"long"`)) // What has an id needs none.
}

package record

import (
	"errors"
	"strings"
	"testing"
)

func TestCanonicalKeyBytes(t *testing.T) {
	t.Parallel()
	f := func(k Key, want string) {
		t.Helper()
		if got := string(k.Bytes()); got != want {
			t.Fatalf("bytes of %+v:\n got %s\nwant %s", k, got, want)
		}
		if back, err := ParseKey([]byte(want)); err != nil || back != k {
			t.Fatalf("ParseKey(%s) = %+v, %v; want %+v", want, back, err, k)
		}
	}

	f(SchemaOf("s", 1), `{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}`)
	f(ConfigOf("s"), `{"keytype":"CONFIG","subject":"s","magic":0}`)
	f(GlobalConfig(), `{"keytype":"CONFIG","subject":null,"magic":0}`)
	f(ModeOf("s"), `{"keytype":"MODE","subject":"s","magic":0}`)
	f(GlobalMode(), `{"keytype":"MODE","subject":null,"magic":0}`)
	f(DeleteSubjectOf("s"), `{"keytype":"DELETE_SUBJECT","subject":"s","magic":0}`)
	f(Key{Type: ClearSubjectKey, Subject: "s"}, `{"keytype":"CLEAR_SUBJECT","subject":"s","magic":0}`)
	f(Noop(), `{"keytype":"NOOP","magic":0}`)

	// Nothing is escaped but what JSON demands.
	f(SchemaOf("team/ord<é>&\u2028", 1), "{\"keytype\":\"SCHEMA\",\"subject\":\"team/ord<é>&\u2028\",\"version\":1,\"magic\":1}")
	f(ConfigOf("a\"b\\c\n\x01"), `{"keytype":"CONFIG","subject":"a\"b\\c\n\u0001","magic":0}`)
	f(ConfigOf(""), `{"keytype":"CONFIG","subject":"","magic":0}`)

	// Keys that are not interpreted keep their bytes.
	context := `{"keytype":"CONTEXT","tenant":"default","context":".ctx","magic":0}`
	f(Key{Type: ContextKey, Other: context}, context)
	assoc := `{"keytype":"ASSOC","tenant":"default","resourceName":"r","resourceNamespace":"n","resourceType":"topic","associationType":"value","subject":"s","magic":0}`
	f(Key{Type: AssocKey, Other: assoc}, assoc)
}

func TestParseKeyReadsEveryFormInTheWild(t *testing.T) {
	t.Parallel()
	f := func(raw string, want Key, wantSeq int64) {
		t.Helper()
		got, seq, err := ParseSequencedKey([]byte(raw))
		if err != nil || got != want || seq != wantSeq {
			t.Fatalf("ParseSequencedKey(%s) = %+v, %d, %v; want %+v, %d", raw, got, seq, err, want, wantSeq)
		}
	}

	ord := SchemaOf("team/ord", 1)
	f(`{"keytype":"SCHEMA","subject":"team/ord","version":1,"magic":1}`, ord, -1)
	// Deprecated order of Karapace.
	f(`{"subject":"team/ord","version":1,"magic":1,"keytype":"SCHEMA"}`, ord, -1)
	f(`{"subject":"s","magic":0,"keytype":"CONFIG"}`, ConfigOf("s"), -1)
	f(`{"subject":null,"magic":0,"keytype":"CONFIG"}`, GlobalConfig(), -1)
	f(`{"magic":0,"keytype":"NOOP"}`, Noop(), -1)
	// Escaped slash and non-ASCII, in both orders.
	f(`{"keytype":"SCHEMA","subject":"team\/ord","version":1,"magic":1}`, ord, -1)
	f(`{"subject":"team\/ord","version":1,"magic":1,"keytype":"SCHEMA"}`, ord, -1)
	f(`{"keytype":"SCHEMA","subject":"caf\u00e9","version":1,"magic":1}`, SchemaOf("café", 1), -1)
	// Unescaped templates, which are not JSON.
	f(`{"subject":"say "hi"","version":12,"magic":1,"keytype":"SCHEMA"}`, SchemaOf(`say "hi"`, 12), -1)
	f(`{"subject":"a\d","magic":0,"keytype":"CONFIG"}`, ConfigOf(`a\d`), -1)
	f(`{"subject":"a"b","magic":0,"keytype":"DELETE_SUBJECT"}`, DeleteSubjectOf(`a"b`), -1)
	// Magic 0, and none.
	f(`{"keytype":"SCHEMA","subject":"team/ord","version":1,"magic":0}`, ord, -1)
	f(`{"keytype":"SCHEMA","subject":"team/ord","version":1}`, ord, -1)
	// Redpanda.
	f(`{"keytype":"SCHEMA","subject":"team/ord","version":1,"magic":1,"seq":17,"node":0}`, ord, 17)
	// Global settings without the member.
	f(`{"keytype":"CONFIG","magic":0}`, GlobalConfig(), -1)
	f(`{"keytype":"MODE","magic":0}`, GlobalMode(), -1)
	f(`{"keytype":"CLEAR_SUBJECT","magic":0}`, Key{Type: ClearSubjectKey, Global: true}, -1)
	// White space.
	f(" {\n \"keytype\" : \"SCHEMA\", \"subject\" : \"team/ord\",\t\"version\" : 1 , \"magic\" : 1 }\r\n", ord, -1)
	// Members twice, and names with escapes.
	f(`{"keytype":"CONFIG","keytype":"SCHEMA","subject":"x","subject":"team/ord","version":1}`, ord, -1)
	f(`{"key\u0074ype":"SCHEMA","subject":"team/ord","version":1}`, ord, -1)
	// An unknown type is kept and no error.
	f(`{"keytype":"NEW","x":[1,{"a":"}"}]}`, Key{Type: "NEW", Other: `{"keytype":"NEW","x":[1,{"a":"}"}]}`}, -1)
}

func TestParseKeyRefuses(t *testing.T) {
	t.Parallel()
	f := func(raw string) {
		t.Helper()
		k, err := ParseKey([]byte(raw))
		if err == nil {
			t.Fatalf("ParseKey(%q) = %+v; want an error", raw, k)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Fatalf("the error quotes the key: %v", err)
		}
	}

	f("secret")
	f(`"secret"`)
	f(`["secret"]`)
	f("null")
	f(`{"keytype":"SCHEMA","subject":"secret"`)
	f("{\"keytype\":\"SCHEMA\",\"subject\":\"secret\xff\",\"version\":1}")
	f(`{"subject":"secret","version":1}`)
	f(`{"keytype":1,"subject":"secret"}`)
	f(`{"keytype":"SCHEMA","version":1}`)
	f(`{"keytype":"SCHEMA","subject":null,"version":1}`)
	f(`{"keytype":"SCHEMA","subject":"secret"}`)
	f(`{"keytype":"SCHEMA","subject":"secret","version":"1"}`)
	f(`{"keytype":"SCHEMA","subject":"secret","version":0}`)
	f(`{"keytype":"SCHEMA","subject":"secret","version":2147483648}`)
	f(`{"keytype":"SCHEMA","subject":"secret","version":1.5}`)
	f(`{"keytype":"DELETE_SUBJECT","magic":0}`)
	f(`{"KEYTYPE":"NOOP"}`) // Names are case sensitive.
	f(strings.Repeat(`[`, 100_000))

	if _, err := ParseKey(nil); !errors.Is(err, ErrNoKey) {
		t.Fatalf("ParseKey(nil) = %v; want ErrNoKey", err)
	}
	if k := (Key{Type: KeyType(strings.Repeat("x", 1000))}); len(k.TypeName()) > 50 || k.Known() {
		t.Fatal("a long unknown type must be shortened")
	}
}

func FuzzParseKey(f *testing.F) {
	for _, seed := range []string{
		`{"keytype":"SCHEMA","subject":"team/ord","version":1,"magic":1}`,
		`{"subject":"team\/ord","version":1,"magic":1,"keytype":"SCHEMA"}`,
		`{"subject":"say "hi"","version":12,"magic":1,"keytype":"SCHEMA"}`,
		`{"keytype":"SCHEMA","subject":"team/ord","version":1,"magic":1,"seq":17,"node":0}`,
		`{"keytype":"CONFIG","subject":null,"magic":0}`,
		`{"keytype":"CONFIG","magic":0}`,
		`{"keytype":"CONTEXT","tenant":"default","context":".ctx","magic":0}`,
		`{"keytype":"DELETE_SUBJECT","subject":"\ud800\u0000","magic":0}`,
		`{"magic":0,"keytype":"NOOP"}`,
		`{}`, `[`, `{"`, "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		k, err := ParseKey(raw)
		if err != nil {
			return
		}
		again, err := ParseKey(k.Bytes())
		if err != nil || again != k {
			t.Fatalf("the canonical form %q of %q reads as %+v, %v; want %+v", k.Bytes(), raw, again, err, k)
		}
	})
}

package record

import (
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// FuzzUnquote holds unquote and AppendQuoted against encoding/json.
func FuzzUnquote(f *testing.F) {
	for _, seed := range []string{``, `plain`, `{\"type\":\"int\"}`, `\\\\\"`, `\/\b\f\n\r\t`, `gr\u00fcn`, `a\u0022\"`, `\ud83d\ude00\n`, `\ud800`, `ü\\n`, `\`, `"`, `\x`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, inside string) {
		literal := []byte(`"` + inside + `"`)
		var want string
		if !utf8.Valid(literal) || json.Unmarshal(literal, &want) != nil {
			return // What is no literal does not get here.
		}
		got, err := unquote(literal)
		if err != nil || got != want {
			t.Fatalf("%s is %q, %v; want %q", literal, got, err, want)
		}
		var again string
		if quoted := AppendQuoted([]byte("x"), got); json.Unmarshal(quoted[1:], &again) != nil || again != want {
			t.Fatalf("%q is quoted %s", got, quoted)
		}
	})
}

package compat

import (
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestProtobufMessages(t *testing.T) {
	t.Parallel()
	parse := func(kind string) format.Parsed {
		t.Helper()
		p, err := format.Parse(schema.Schema{Type: schema.Protobuf, Text: `syntax = "proto3"; message A { ` + kind + ` n = 1; }`},
			nil, format.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	old := []Previous{{Version: 3, Parsed: parse("int32"), Text: "old"}}
	for _, f := range []schema.Flavour{schema.Karapace, schema.Confluent} {
		verdict := Check(schema.Backward, parse("string"), old, f)
		if verdict.Compatible() || verdict.Against != 3 {
			t.Fatalf("%s: %+v", f, verdict)
		}
		if first := verdict.Messages(f)[0]; f == schema.Confluent && !strings.HasPrefix(first, `{errorType:"`) {
			t.Errorf("%s: %s", f, first)
		}
	}
}

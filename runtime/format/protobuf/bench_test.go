package protobuf

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

func BenchmarkParse(b *testing.B) {
	raw, err := os.ReadFile("testdata/valid/proto3.proto")
	if err != nil {
		b.Fatal(err)
	}
	text := string(raw)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(text, nil, testLimits); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadable(b *testing.B) {
	var fields strings.Builder
	for i := range 50 {
		fmt.Fprintf(&fields, "int32 field_%d = %d; ", i, i+1)
	}
	before := mustParse(b, `syntax = "proto3"; message A { `+fields.String()+`}`)
	after := mustParse(b, `syntax = "proto3"; message A { `+fields.String()+`string more = 51; }`)
	for _, f := range []schema.Flavour{schema.Karapace, schema.Confluent} {
		b.Run(string(f), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if findings := Readable(after, before, f); len(findings) > 0 {
					b.Fatal(findings)
				}
			}
		})
	}
}

func BenchmarkLink(b *testing.B) {
	raw, err := os.ReadFile("testdata/valid/proto3.proto")
	if err != nil {
		b.Fatal(err)
	}
	s := mustParse(b, string(raw))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Link(); err != nil {
			b.Fatal(err)
		}
	}
}

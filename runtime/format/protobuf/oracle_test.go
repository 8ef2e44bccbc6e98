package protobuf

import (
	"context"
	"encoding/base64"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/protoutil"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/descriptorpb"
)

// protocompile is another implementation of the language: what it makes of a
// text, and of our print of the text, is what we must make of it.

// compiled is the descriptor that protocompile makes of a text, without what
// only compilers add.
func compiled(t *testing.T, text string, references ...Reference) *descriptorpb.FileDescriptorProto {
	t.Helper()
	d, err := compile(text, references)
	if err != nil {
		t.Fatalf("%.2000s: %v", text, err)
	}
	return d
}

const mainFile = "main.proto"

func compile(text string, references []Reference) (*descriptorpb.FileDescriptorProto, error) {
	files := map[string]string{mainFile: text}
	for path, text := range libraryFiles {
		files[path] = `syntax = "proto3"; ` + text
	}
	for _, r := range references {
		files[r.Name] = r.Text
	}
	c := protocompile.Compiler{
		Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{Accessor: protocompile.SourceAccessorFromMap(files)}),
	}
	result, err := c.Compile(context.Background(), mainFile)
	if err != nil {
		return nil, err
	}
	d := proto.CloneOf(protoutil.ProtoFromFileDescriptor(result[0]))
	d.Name = nil
	plain(d.GetMessageType(), d.GetExtension())
	return d, nil
}

// plain takes the JSON names away that nobody wrote, and gives default numbers
// the form of protoc, which protocompile does not.
func plain(messages []*descriptorpb.DescriptorProto, extensions []*descriptorpb.FieldDescriptorProto) {
	withoutJSONNames(messages, extensions)
	for _, m := range messages {
		for _, f := range m.GetField() {
			n, err := strconv.ParseFloat(f.GetDefaultValue(), 64)
			switch kind := f.GetType(); {
			case err != nil || math.IsInf(n, 0) || math.IsNaN(n):
			case kind == descriptorpb.FieldDescriptorProto_TYPE_DOUBLE:
				f.DefaultValue = proto.String(decimalText(n, 64))
			case kind == descriptorpb.FieldDescriptorProto_TYPE_FLOAT:
				f.DefaultValue = proto.String(decimalText(n, 32))
			}
		}
		plain(m.GetNestedType(), nil)
	}
}

func withoutJSONNames(messages []*descriptorpb.DescriptorProto, extensions []*descriptorpb.FieldDescriptorProto) {
	fields := func(list []*descriptorpb.FieldDescriptorProto) {
		for _, f := range list {
			if f.GetJsonName() == defaultJSONName(f.GetName()) || f.Extendee != nil {
				f.JsonName = nil
			}
		}
	}
	fields(extensions)
	for _, m := range messages {
		fields(m.GetField())
		withoutJSONNames(m.GetNestedType(), m.GetExtension())
	}
}

func descriptorOf(t *testing.T, s *Schema) *descriptorpb.FileDescriptorProto {
	t.Helper()
	text, err := s.Serialized()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	d := &descriptorpb.FileDescriptorProto{}
	if err := proto.Unmarshal(raw, d); err != nil {
		t.Fatal(err)
	}
	if d.GetSyntax() == "proto2" {
		d.Syntax = nil // we keep what the file says, compilers leave it out
	}
	return d
}

// sameDescriptor ignores the order that our model does not keep: fields before
// groups and oneofs, and with them the messages that belong to fields.
func sameDescriptor() cmp.Options {
	return cmp.Options{
		protocmp.Transform(),
		protocmp.SortRepeated(func(a, b *descriptorpb.FieldDescriptorProto) bool { return a.GetNumber() < b.GetNumber() }),
		protocmp.SortRepeated(func(a, b *descriptorpb.DescriptorProto) bool { return a.GetName() < b.GetName() }),
		protocmp.SortRepeatedFields(&descriptorpb.FileDescriptorProto{}, "dependency"),
		protocmp.IgnoreFields(&descriptorpb.FileDescriptorProto{}, "public_dependency"),
	}
}

// corpus returns texts that are valid in the eyes of a compiler.
func corpus(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, pattern := range []string{"testdata/valid/*.proto"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, path := range paths {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			texts[path] = string(raw)
		}
	}
	for path, text := range libraryFiles {
		texts[path] = `syntax = "proto3"; ` + text
	}
	return texts
}

func TestDescriptorsAsACompilerMakesThem(t *testing.T) {
	t.Parallel()
	for name, text := range corpus(t) {
		want := compiled(t, text)
		s := mustParse(t, text)
		got := descriptorOf(t, s)
		if diff := cmp.Diff(want, got, sameDescriptor()); diff != "" {
			t.Errorf("%s: -compiled +ours:\n%s", name, diff)
		}
		for print, printed := range map[string]string{"standard": s.Standard(), "normalized": s.Normalized()} {
			// The normalised text has another order on purpose.
			if diff := cmp.Diff(want, compiled(t, printed), sameDescriptor()); diff != "" && print == "standard" {
				t.Errorf("%s, %s: -compiled +printed:\n%s", name, print, diff)
			}
		}
		if _, err := s.Link(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDescriptorInput reads what compilers serialize.
func TestDescriptorInput(t *testing.T) {
	t.Parallel()
	for name, text := range corpus(t) {
		d := compiled(t, text)
		raw, err := proto.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		s := mustParse(t, base64.StdEncoding.EncodeToString(raw))
		if diff := cmp.Diff(d, compiled(t, s.Standard()), sameDescriptor()); diff != "" {
			t.Errorf("%s: -descriptor +printed:\n%s\n%s", name, diff, s.Standard())
		}
		own, err := s.Serialized()
		if err != nil {
			t.Fatal(err)
		}
		if again := mustParse(t, own); again.Canonical() != s.Canonical() {
			t.Errorf("%s: serialized and read again: %s", name, cmp.Diff(s.Canonical(), again.Canonical()))
		}
	}
}

// FuzzAcceptance finds texts that a compiler takes and we do not.
func FuzzAcceptance(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		// A request cannot carry text that is not UTF-8; the compiler does not
		// look at it in comments.
		if len(text) > 4096 || strings.Contains(text, "import") || !utf8.ValidString(text) {
			return
		}
		// A comment can be base64, which is read as a descriptor.
		if _, ok := fromBase64(text, testLimits); ok {
			return
		}
		want, err := compile(text, nil)
		if err != nil {
			return
		}
		s, err := Parse(text, nil, testLimits)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		dropEmptyDefaults(want.GetExtension(), want.GetMessageType())
		if diff := cmp.Diff(want, descriptorOf(t, s), sameDescriptor()); diff != "" {
			t.Fatalf("%q: -compiled +ours:\n%s", text, diff)
		}
	})
}

// dropEmptyDefaults takes [default = ""] for no default, as Karapace does.
func dropEmptyDefaults(extensions []*descriptorpb.FieldDescriptorProto, messages []*descriptorpb.DescriptorProto) {
	drop := func(fields []*descriptorpb.FieldDescriptorProto) {
		for _, field := range fields {
			if field.GetDefaultValue() == "" {
				field.DefaultValue = nil
			}
		}
	}
	drop(extensions)
	for _, m := range messages {
		drop(m.GetField())
		dropEmptyDefaults(m.GetExtension(), m.GetNestedType())
	}
}

func seeds(f *testing.F) {
	f.Helper()
	err := filepath.WalkDir("testdata", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".proto" {
			return err
		}
		raw, err := os.ReadFile(path)
		f.Add(string(raw))
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range []string{
		`message A { optional A a = 1; }`, `syntax = "proto3"; message A { map<string, A> m = 1; oneof o { int32 x = 2; } }`,
		`edition = "2023"; message A { int32 a = 1 [features.field_presence = LEGACY_REQUIRED]; }`,
		`syntax = "proto2"; message A { optional group G = 1 { } extensions 5 to max; reserved "a"; } extend A { optional int32 e = 5; }`,
	} {
		f.Add(c)
	}
}

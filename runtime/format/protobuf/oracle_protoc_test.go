//go:build oracle

package protobuf

import (
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
)

// question is a schema that protoc is asked about.
type question struct {
	text       string
	references []Reference
}

// protocAnswer is the descriptor, or why there is none.
type protocAnswer struct {
	descriptor *descriptorpb.FileDescriptorProto
	refusal    string
}

// askProtoc compiles all of them. hack/oracle.sh builds the other side
// and names it in the environment.
func askProtoc(t *testing.T, questions []question) []protocAnswer {
	t.Helper()
	command := strings.Fields(os.Getenv("PLASTRON_ORACLE_PROTOC"))
	if len(command) == 0 {
		t.Fatal("PLASTRON_ORACLE_PROTOC is not set; run hack/oracle.sh")
	}
	var in strings.Builder
	for _, q := range questions {
		files := map[string]string{mainFile: q.text}
		for path, text := range libraryFiles {
			if !strings.HasPrefix(path, "google/protobuf/") {
				files[path] = `syntax = "proto3"; ` + text
			}
		}
		for _, r := range q.references {
			files[r.Name] = r.Text
		}
		line, err := json.Marshal(map[string]any{"main": mainFile, "files": files})
		if err != nil {
			t.Fatal(err)
		}
		in.Write(line)
		in.WriteByte('\n')
	}
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Stdin, cmd.Stderr = strings.NewReader(in.String()), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(questions) {
		t.Fatalf("%d answers for %d questions", len(lines), len(questions))
	}
	answers := make([]protocAnswer, len(lines))
	for i, line := range lines {
		answers[i] = readAnswer(t, line)
	}
	return answers
}

func readAnswer(t *testing.T, line string) protocAnswer {
	t.Helper()
	encoded, ok := strings.CutPrefix(line, "ok ")
	if !ok {
		return protocAnswer{refusal: strings.TrimPrefix(line, "fail ")}
	}
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	d := &descriptorpb.FileDescriptorProto{}
	if err := proto.Unmarshal(raw, d); err != nil {
		t.Fatal(err)
	}
	d.Name = nil
	withoutJSONNames(d.GetMessageType(), d.GetExtension())
	return protocAnswer{descriptor: d}
}

// damage changes one word of a text, so that most of what comes out is wrong
// in some way.
func damage(r *rand.Rand, text string) string {
	words := regexp.MustCompile(`[A-Za-z0-9_]+|[^\sA-Za-z0-9_]`).FindAllStringIndex(text, -1)
	at := words[r.IntN(len(words))]
	other := words[r.IntN(len(words))]
	word := []string{"", text[other[0]:other[1]], "0", "-1", "19500", "reserved", "repeated", "required", "optional", "message", "X", "string", ";", "}", "{", "= 1"}[r.IntN(16)]
	return text[:at[0]] + word + text[at[1]:]
}

// questions are the valid files, generated ones with and without damage, and
// all rows of the tables.
func questions(t *testing.T) []question {
	t.Helper()
	var list []question
	for _, text := range corpus(t) {
		list = append(list, question{text: text})
	}
	list = append(list, question{text: `message A { optional double a = 1 [default = 0.1]; optional float b = 2 [default = 0.1]; optional float c = 3 [default = 1e300];
		optional double d = 4 [default = -1e-7]; optional float e = 5 [default = 3.4028235e38]; optional double f = 6 [default = 123456789.123456789]; optional double g = 7 [default = 5]; optional double h = 8 [default = nan]; }`})
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 250 {
		text := (&generator{Rand: r, proto3: i%2 == 0}).file()
		list = append(list, question{text: text}, question{text: damage(r, text)})
	}
	strictness(func(text string, references ...Reference) {
		list = append(list, question{text: text, references: references})
	}, func(text, _ string, references ...Reference) {
		list = append(list, question{text: text, references: references})
	})
	for _, text := range broken() {
		list = append(list, question{text: text})
	}
	for _, c := range changes(t) {
		list = append(list, question{text: c.text(c.Old), references: c.OldReferences}, question{text: c.text(c.New), references: c.NewReferences})
	}
	return list
}

// looser lists what protoc refuses and both registries take, by what protoc
// says. docs/compatibility.md explains them.
func looser() []struct{ why, said string } {
	return []struct{ why, said string }{
		{"a name may be any word", `Expected (field|oneof|enum constant|message|enum|service) name|Expected identifier`},
		{"numbers of fields are not checked", `Expected field number|Field number|numbers 19000 through`},
		{"numbers and names may repeat", `has already been used|is already defined`},
		{"types of rpcs and extend blocks, imports and custom options are not looked up", `is not defined|was not found|Option "[^"]*" unknown|Check failed: dep != nullptr`},
		{"types are found by the end of their name, without an import", `seems to be defined in`},
		{"proto3 is not held against defaults, groups, enums and JSON names", `Explicit default values|Groups are not|first enum value|default JSON name|proto3_optional`},
		{"keys of maps may have any type", `Key in map fields`},
		{"a oneof may be empty", `Expected type name`},
		{"reserved names and numbers are not checked", `reserved`},
		{"enums may have aliases", `uses the same enum value`},
	}
}

func whyLooser(refusal string) string {
	for _, l := range looser() {
		if regexp.MustCompile(l.said).MatchString(refusal) {
			return l.why
		}
	}
	return ""
}

// TestProtocAgrees: a file is one for us exactly when it is one for protoc,
// apart from what is listed; its descriptor is the same, also when it comes in
// as base64, and our print of it is the same file.
func TestProtocAgrees(t *testing.T) {
	t.Parallel()
	all := questions(t)
	answers := askProtoc(t, all)
	counts := map[string]int{}
	var printed []question
	var of []protocAnswer
	for i, answer := range answers {
		q := all[i]
		s, err := Parse(q.text, q.references, testLimits)
		switch why := whyLooser(answer.refusal); {
		case err == nil && answer.descriptor != nil:
			counts["taken by both"]++
			sameAsProtoc(t, q, s, answer.descriptor)
			printed, of = append(printed, question{text: s.Standard(), references: q.references}), append(of, answer)
		case err != nil && answer.descriptor == nil:
			counts["refused by both"]++
		case err != nil:
			t.Errorf("protoc takes it, we say %v:\n%s", err, q.text)
		case why == "":
			t.Errorf("we take it, protoc says %s:\n%s", answer.refusal, q.text)
		default:
			counts["taken by us alone: "+why]++
		}
	}
	if counts["taken by both"] < 250 || counts["refused by both"] < 100 {
		t.Error("the questions are lopsided")
	}
	t.Logf("%d files: %s", len(all), cmp.Diff(map[string]int{}, counts))
	for i, answer := range askProtoc(t, printed) {
		if diff := cmp.Diff(of[i].descriptor, answer.descriptor, sameDescriptor()); diff != "" {
			t.Errorf("-text +print:\n%s\n%s%s", diff, printed[i].text, answer.refusal)
		}
	}
}

// sameAsProtoc compares our descriptor with protoc's, field by field.
func sameAsProtoc(t *testing.T, q question, s *Schema, want *descriptorpb.FileDescriptorProto) {
	t.Helper()
	if diff := cmp.Diff(want, descriptorOf(t, s), sameDescriptor()); diff != "" {
		t.Errorf("-protoc +ours:\n%s\n%s", diff, q.text)
	}
	if _, err := s.Link(); err != nil {
		t.Errorf("protoc takes it, records cannot be converted: %v\n%s", err, q.text)
	}
	// The descriptor in base64 is the same schema.
	raw, err := proto.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(base64.StdEncoding.EncodeToString(raw), q.references, testLimits)
	if err != nil {
		t.Errorf("the descriptor of protoc: %v\n%s", err, q.text)
		return
	}
	if diff := cmp.Diff(want, descriptorOf(t, again), sameDescriptor()); diff != "" {
		t.Errorf("-protoc +ours, from base64:\n%s\n%s", diff, q.text)
	}
}

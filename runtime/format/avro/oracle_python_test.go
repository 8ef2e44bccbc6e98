//go:build oracle

package avro

import (
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// askPython runs the program that hack/oracle.sh names in the
// environment and returns the lines that it prints.
func askPython[T any](t *testing.T, mode string, questions []map[string]string) []T {
	t.Helper()
	command := strings.Fields(os.Getenv("PLASTRON_ORACLE_PYTHON_AVRO"))
	if len(command) == 0 {
		t.Fatal("PLASTRON_ORACLE_PYTHON_AVRO is not set; run hack/oracle.sh")
	}
	var in strings.Builder
	for _, q := range questions {
		line, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	cmd := exec.CommandContext(t.Context(), command[0], append(command[1:], mode)...)
	cmd.Stdin, cmd.Stderr = strings.NewReader(in.String()), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers []T
	for line := range strings.Lines(string(out)) {
		var answer T
		if err := json.Unmarshal([]byte(line), &answer); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		answers = append(answers, answer)
	}
	return answers
}

type pythonExample struct {
	Schema           string
	Valid            *bool
	CRC, MD5, SHA256 string
}

// TestPythonAvroExamples: what Avro's own test data calls a schema is one for
// us and the other way round, and the
// fingerprints of its shared table are ours.
func TestPythonAvroExamples(t *testing.T) {
	t.Parallel()
	valid, fingerprints := 0, 0
	for _, example := range askPython[pythonExample](t, "examples", nil) {
		s, err := Parse(example.Schema, nil, testLimits)
		switch {
		case example.CRC != "":
			fingerprints++
			if err != nil {
				t.Errorf("%s: %v", example.Schema, err)
				continue
			}
			crc, md5, sha := s.CRC64(), s.MD5(), s.SHA256()
			var little []byte
			for range 8 {
				little = append(little, byte(crc))
				crc >>= 8
			}
			want := []string{example.CRC, example.MD5, example.SHA256}
			got := []string{hex.EncodeToString(little), hex.EncodeToString(md5[:]), hex.EncodeToString(sha[:])}
			// The library writes the definition of a type wherever it is used;
			// the specification, Java and we write it once.
			repeats := strings.Contains(example.Schema, "HandshakeRequest")
			if diff := cmp.Diff(want, got); (diff != "") != repeats {
				t.Errorf("%s: %s", example.Schema, diff)
			}
		case example.Valid != nil:
			valid++
			if (err == nil) != *example.Valid {
				t.Errorf("%s: valid is %t, we say %v", example.Schema, *example.Valid, err)
			}
		}
	}
	if valid < 90 || fingerprints < 30 {
		t.Errorf("%d examples and %d fingerprints: the library has other tests", valid, fingerprints)
	}
}

type pythonVerdict struct {
	Fits     bool
	Messages []string
	Crash    string
}

// TestPythonAvroAgrees: verdict and messages of the flavour karapace are those
// of the library, for each pair of the schemas of its own tests and for
// generated ones, in both directions.
func TestPythonAvroAgrees(t *testing.T) {
	t.Parallel()
	var pairs []map[string]string
	var texts []string
	for _, example := range askPython[pythonExample](t, "examples", nil) {
		if example.Valid == nil && example.CRC == "" {
			texts = append(texts, example.Schema)
		}
	}
	for _, reader := range texts {
		for _, writer := range texts {
			pairs = append(pairs, map[string]string{"reader": reader, "writer": writer})
		}
	}
	for seed := range 1500 {
		old, next := (&evolver{rand: rand.New(rand.NewPCG(uint64(seed), 13))}).pair(3)
		pairs = append(pairs, map[string]string{"reader": next, "writer": old}, map[string]string{"reader": old, "writer": next})
	}
	answers := askPython[pythonVerdict](t, "compare", pairs)
	if len(answers) != len(pairs) || len(texts) < 50 {
		t.Fatalf("%d answers for %d pairs of %d schemas", len(answers), len(pairs), len(texts))
	}
	fits, fails, crashes := 0, 0, 0
	for i, answer := range answers {
		findings := Readable(mustParse(t, pairs[i]["reader"]), mustParse(t, pairs[i]["writer"]), schema.Karapace)
		messages := []string{}
		for _, f := range findings {
			messages = append(messages, f.Karapace)
		}
		slices.Sort(messages)
		messages = slices.Compact(messages)
		switch {
		case answer.Crash != "":
			crashes++
		case answer.Fits != (len(findings) == 0):
			t.Errorf("%v: we say %v", pairs[i], messages)
		case answer.Fits:
			fits++
		default:
			fails++
			if diff := cmp.Diff(answer.Messages, messages); diff != "" {
				t.Errorf("%v: -library +ours\n%s", pairs[i], diff)
			}
		}
	}
	t.Logf("%d fit, %d do not, the library crashes on %d", fits, fails, crashes)
}

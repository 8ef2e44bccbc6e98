//go:build oracle

package jsonschema

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// python is a process of test/oracle/python/validate.py.
type python struct {
	in  *json.Encoder
	out *bufio.Reader
}

func startPython(t *testing.T) *python {
	t.Helper()
	command := strings.Fields(os.Getenv("PLASTRON_ORACLE_PYTHON"))
	if len(command) == 0 {
		t.Fatal("PLASTRON_ORACLE_PYTHON is not set: run hack/oracle.sh")
	}
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
		_ = cmd.Wait() // The end of the test may have killed it.
	})
	return &python{in: json.NewEncoder(in), out: bufio.NewReader(out)}
}

// verdicts returns true, false or a text for each value.
func (p *python) verdicts(t *testing.T, s any, values []any) []any {
	t.Helper()
	if err := p.in.Encode(object{"schema": s, "values": values}); err != nil {
		t.Fatal(err)
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var list []any
	if err := json.Unmarshal(line, &list); err != nil || len(list) != len(values) {
		t.Fatalf("%s: %v", line, err)
	}
	return list
}

// Our verdicts on values are those of Python's jsonschema. Where it does not
// come to an end, the value is not taken either.
func TestOraclePythonValues(t *testing.T) {
	t.Parallel()
	p := startPython(t)
	count, fit := 0, 0
	for seed := range uint64(1_500) {
		m := newMaker(seed, []Draft{Draft7, Draft2020}[seed%2], everything...)
		e := m.evolved(t, 20)
		v := mustValidator(t, text(t, e.old), schema.Confluent)
		for i, verdict := range p.verdicts(t, e.old, e.values) {
			err := v.Validate([]byte(text(t, e.values[i])))
			count++
			switch verdict {
			case true:
				fit++
				if err != nil {
					t.Errorf("%s, %s: %v", text(t, e.old), text(t, e.values[i]), err)
				}
			case false, "recursion":
				if err == nil {
					t.Errorf("%s, %s: taken, but %v", text(t, e.old), text(t, e.values[i]), verdict)
				}
			default:
				t.Errorf("%s, %s: %v", text(t, e.old), text(t, e.values[i]), verdict)
			}
		}
	}
	t.Logf("%d values, %d of them fit", count, fit)
	if fit < count/10 || fit > count*9/10 {
		t.Error("the values tell nothing")
	}
}

// unsound are the features about which Confluent's rules do not ask all that
// they would have to, with the reason; docs/compatibility.md lists them.
var unsound = map[string]string{
	"oneOf":             "a branch more may be a second one that fits",
	"if":                "then and else are not compared",
	"untyped":           "keywords without a type stand for the type they are about",
	"undeclared":        "required is looked at for declared properties only",
	"default":           "a property with a default may become required: readers are taken to fill it in",
	"contains":          "contains is not compared",
	"patternProperties": "schemas by pattern are not compared",
	"propertyNames":     "propertyNames is not compared",
}

// Where the flavour of Confluent says BACKWARD, no value of the old schema is
// refused by the new one, in the opinion of Python's jsonschema; except for
// features of which that is known.
func TestOraclePythonCompatible(t *testing.T) {
	t.Parallel()
	f := func(t *testing.T, p *python, pairs int, d Draft, features ...string) {
		t.Helper()
		compatible, changed, unfit, example := 0, 0, 0, ""
		for seed := range uint64(pairs) {
			m := newMaker(seed, d, features...)
			e := m.evolved(t, 25)
			old, next := text(t, e.old), text(t, e.next)
			if len(Readable(mustParse(t, next), mustParse(t, old), schema.Confluent)) > 0 {
				continue
			}
			compatible++
			if old == next {
				continue
			}
			changed++
			before, after := p.verdicts(t, e.old, e.values), p.verdicts(t, e.next, e.values)
			for i := range before {
				if before[i] == true && after[i] == false {
					unfit++
					example = old + "\n" + next + "\n" + text(t, e.values[i])
					break
				}
			}
		}
		t.Logf("%s, %v: %d pairs compatible, %d of them different, %d of those unfit", d, features, compatible, changed, unfit)
		known := len(features) == 1 && unsound[features[0]] != ""
		if unfit > 0 && !known {
			t.Errorf("%s, %v: %s", d, features, example)
		}
		if unfit == 0 && known {
			t.Errorf("%s, %v: listed as unsound, but nothing shows it", d, features)
		}
	}

	t.Run("plain", func(t *testing.T) {
		t.Parallel()
		p := startPython(t)
		f(t, p, 1_500, Draft7)
		f(t, p, 1_500, Draft2020)
	})
	for half := range 2 {
		t.Run("features", func(t *testing.T) {
			t.Parallel()
			p := startPython(t)
			for i, feature := range everything {
				pairs := 1_000
				if rare := []string{"default", "contains", "if"}; slices.Contains(rare, feature) {
					pairs = 2_500 // What is not compared shows in few pairs.
				}
				if i%2 == half {
					f(t, p, pairs, Draft7, feature)
				}
			}
		})
	}
}

//go:build oracle

package avro

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// TestJavaDecoderAgrees: when we say that a new schema reads an old one's
// data, Avro's Java library decodes random data of the old schema with the new
// one. When we say that it does not, some value fails, except where the
// decoder is more generous than the specification: it ignores the names of
// records, and random values may miss the symbol or branch that matters.
// hack/oracle.sh builds the other side and names it in the environment.
func TestJavaDecoderAgrees(t *testing.T) {
	t.Parallel()
	command := strings.Fields(os.Getenv("PLASTRON_ORACLE_JAVA"))
	if len(command) == 0 {
		t.Fatal("PLASTRON_ORACLE_JAVA is not set; run hack/oracle.sh")
	}
	const pairs = 2000
	var in bytes.Buffer
	var olds, nexts [pairs]string
	for seed := range pairs {
		e := &evolver{rand: rand.New(rand.NewPCG(uint64(seed), 11))}
		olds[seed], nexts[seed] = e.pair(3)
		in.WriteString(olds[seed] + "\t" + nexts[seed] + "\n")
	}
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(answers) != pairs {
		t.Fatalf("%d answers for %d pairs", len(answers), pairs)
	}
	var fits, fails, generous, names int
	for i, answer := range answers {
		findings := Readable(mustParse(t, nexts[i]), mustParse(t, olds[i]), schema.Confluent)
		decodes := answer == "ok"
		switch {
		case len(findings) == 0 && decodes:
			fits++
		case len(findings) == 0:
			t.Errorf("seed %d: we say readable, the decoder says %q:\nold %s\nnew %s", i, answer, olds[i], nexts[i])
		case !decodes:
			fails++
		case onlyNames(findings):
			names++
		default:
			generous++
		}
	}
	t.Logf("%d fit, %d fail, %d differ in names alone, %d decoded by chance", fits, fails, names, generous)
	if generous*10 > fails {
		t.Errorf("of %d pairs that we call incompatible %d were decoded: too many for chance", fails+generous, generous)
	}
}

func onlyNames(findings []schema.Finding) bool {
	for _, f := range findings {
		if f.Kind != KindNameMismatch {
			return false
		}
	}
	return true
}

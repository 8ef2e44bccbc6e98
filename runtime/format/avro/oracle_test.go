package avro

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	hamba "github.com/hamba/avro/v2"
	twmb "github.com/twmb/avro"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// evolver makes pairs of schemas where the second grew out of the first by the
// changes that people make. Both oracles see nothing but these.
type evolver struct {
	rand  *rand.Rand
	names int
}

func (e *evolver) name(prefix string) string {
	e.names++
	return fmt.Sprintf("%s%d", prefix, e.names)
}

func (e *evolver) one(of ...string) string { return of[e.rand.IntN(len(of))] }

// pair returns two texts of one type.
func (e *evolver) pair(depth int) (old, next string) {
	if depth == 0 {
		return e.scalars()
	}
	switch e.rand.IntN(7) {
	case 0:
		old, next = e.pair(depth - 1)
		return `{"type":"array","items":` + old + `}`, `{"type":"array","items":` + next + `}`
	case 1:
		old, next = e.pair(depth - 1)
		return `{"type":"map","values":` + old + `}`, `{"type":"map","values":` + next + `}`
	case 2, 3, 4:
		return e.records(depth)
	case 5:
		return e.unions()
	default:
		return e.scalars()
	}
}

func (e *evolver) scalars() (old, next string) {
	primitive := func() string {
		return e.one(`"boolean"`, `"int"`, `"long"`, `"float"`, `"double"`, `"bytes"`, `"string"`)
	}
	switch e.rand.IntN(6) {
	case 0:
		return primitive(), primitive()
	case 1:
		n := e.name("E")
		enum := func(def string) string {
			return `{"type":"enum","name":"` + n + `","symbols":` + e.one(`["A","B"]`, `["A","B","C"]`, `["B","A"]`) + def + `}`
		}
		return enum(""), enum(e.one("", `,"default":"A"`))
	case 2:
		n := e.name("F")
		fixed := func() string { return `{"type":"fixed","name":"` + n + `","size":` + e.one("2", "2", "2", "3") + `}` }
		return fixed(), fixed()
	default:
		p := primitive()
		return p, p
	}
}

func (e *evolver) unions() (old, next string) {
	branches := func() string {
		list := []string{`"null"`, `"int"`, `"long"`, `"string"`, `"boolean"`}
		e.rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		return "[" + strings.Join(list[:1+e.rand.IntN(4)], ",") + "]"
	}
	if old = branches(); e.rand.IntN(3) > 0 {
		return old, old
	}
	return old, e.one(branches(), `"int"`, `"string"`)
}

func (e *evolver) records(depth int) (old, next string) {
	n := e.name("R")
	var before, after []string
	for range e.rand.IntN(5) {
		o, a := e.pair(depth - 1)
		f := e.name("f")
		switch e.rand.IntN(8) {
		case 0: // removed
			before = append(before, `{"name":"`+f+`","type":`+o+`}`)
		case 1: // added
			after = append(after, `{"name":"`+f+`",`+e.one(`"type":"int"`, `"type":"int","default":1`, `"type":["null","int"],"default":null`)+`}`)
		case 2: // added, nullable, without default
			after = append(after, `{"name":"`+f+`","type":["null","int"]}`)
		case 3: // renamed
			before = append(before, `{"name":"`+f+`","type":`+o+`}`)
			after = append(after, `{"name":"`+f+`x","type":`+a+e.one("", `,"aliases":["`+f+`"]`)+`}`)
		default:
			before = append(before, `{"name":"`+f+`","type":`+o+`}`)
			after = append(after, `{"name":"`+f+`","type":`+a+`}`)
		}
	}
	e.rand.Shuffle(len(after), func(i, j int) { after[i], after[j] = after[j], after[i] })
	rename := e.one("", "", "", "", "x")
	alias := ""
	if rename != "" {
		alias = e.one("", `,"aliases":["`+n+`"]`)
	}
	record := func(name, more string, fields []string) string {
		return `{"type":"record","name":"` + name + `"` + more + `,"fields":[` + strings.Join(fields, ",") + `]}`
	}
	return record(n, "", before), record(n+rename, alias, after)
}

// TestOraclesAgree compares verdicts with two independent implementations.
// Known disagreements (docs/compatibility.md) are kept apart and counted; any
// other one fails.
func TestOraclesAgree(t *testing.T) {
	t.Parallel()
	const pairs = 4000
	var fits, doesNot, known int
	for seed := range uint64(pairs) {
		e := &evolver{rand: rand.New(rand.NewPCG(seed, 7))}
		old, next := e.pair(3)
		findings := Readable(mustParse(t, next), mustParse(t, old), schema.Confluent)
		ours := len(findings) == 0
		if ours {
			fits++
		} else {
			doesNot++
		}
		if theirs, ok := askHamba(next, old); ok && theirs != ours {
			t.Errorf("seed %d: we say %t, hamba says %t:\nold %s\nnew %s", seed, ours, theirs, old, next)
		}
		theirs, ok := askTwmb(next, old)
		if !ok || theirs == ours {
			continue
		}
		if theirs && onlyNullable(findings, next) {
			known++
			continue
		}
		t.Errorf("seed %d: we say %t, twmb says %t:\nold %s\nnew %s", seed, ours, theirs, old, next)
	}
	if fits < pairs/10 || doesNot < pairs/10 {
		t.Errorf("%d pairs fit and %d do not: the generator is lopsided", fits, doesNot)
	}
	t.Logf("%d fit, %d do not, %d known disagreements", fits, doesNot, known)
}

// onlyNullable reports whether all that is wrong is fields of type ["null", T]
// without default: twmb takes null for their default, the specification and
// both registries do not.
func onlyNullable(findings []schema.Finding, next string) bool {
	for _, f := range findings {
		if f.Kind != KindMissingDefault || !strings.Contains(next, `{"name":"`+f.Info+`","type":["null",`) {
			return false
		}
	}
	return true
}

func askHamba(reader, writer string) (fits, ok bool) {
	r, err := hamba.ParseWithCache(reader, "", &hamba.SchemaCache{})
	if err != nil {
		return false, false
	}
	w, err := hamba.ParseWithCache(writer, "", &hamba.SchemaCache{})
	if err != nil {
		return false, false
	}
	// A checker keeps answers under fingerprints that leave out defaults and
	// aliases, so each pair gets its own.
	return hamba.NewSchemaCompatibility().Compatible(r, w) == nil, true
}

func askTwmb(reader, writer string) (fits, ok bool) {
	r, err := twmb.Parse(reader)
	if err != nil {
		return false, false
	}
	w, err := twmb.Parse(writer)
	if err != nil {
		return false, false
	}
	return twmb.CheckCompatibility(w, r) == nil, true
}

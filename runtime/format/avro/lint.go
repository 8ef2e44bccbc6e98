package avro

import (
	"fmt"
	"strconv"

	"github.com/plastron-dev/plastron/runtime/internal/jsonx"
)

// Rule names a check of Lint, for filters and for people.
type Rule string

// The rules.
const (
	// RuleDefault: a default does not fit the type of its field.
	RuleDefault Rule = "default"
	// RuleFieldName: the name of a field is not an Avro name.
	RuleFieldName Rule = "field-name"
	// RuleAlias: an alias of a type is not an Avro name.
	RuleAlias Rule = "alias"
	// RuleAliases: the attribute "aliases" is not an array of strings.
	RuleAliases Rule = "aliases"
	// RuleLogicalType: a logical type is ignored, since it is unknown or does
	// not suit the type.
	RuleLogicalType Rule = "logical-type"
	// RuleUnion: two branches of a union have the same name.
	RuleUnion Rule = "union"
)

// Problem is something in a schema that parses which is probably a mistake.
type Problem struct {
	Rule Rule
	// Path is the place as a JSON pointer.
	Path string
	// Text says what is wrong and what is allowed.
	Text string
	// Refused marks what Confluent's registry does not take in a new schema;
	// Karapace takes all of it.
	Refused bool
}

// maxProblems bounds the list: a schema of 1e5 wrong fields has one mistake.
const maxProblems = 100

// Lint returns what is probably a mistake in the schema, in the order of the
// text, the first 100 of it. Types from references are not looked at.
func Lint(s *Schema) []Problem {
	l := linter{seen: map[*Type]struct{}{}, external: s.external, budget: maxDefaultChecks}
	l.visit(s.root)
	return l.problems
}

type linter struct {
	path     []step
	seen     map[*Type]struct{}
	external map[*Type]struct{}
	problems []Problem
	budget   int // for checking defaults
}

func (l *linter) report(rule Rule, refused bool, format string, args ...any) {
	if len(l.problems) < maxProblems {
		l.problems = append(l.problems, Problem{Rule: rule, Path: stepsPointer(l.path), Refused: refused, Text: fmt.Sprintf(format, args...)})
	}
}

func (l *linter) below(s step, t *Type) {
	l.path = append(l.path, s)
	l.visit(t)
	l.path = l.path[:len(l.path)-1]
}

// visit enters each named type once. Without names the recursion is as deep as
// the text; a field is only entered where its type is defined, so a chain of
// names does not deepen it.
func (l *linter) visit(t *Type) {
	if t.Named() {
		if _, foreign := l.external[t]; foreign {
			return
		}
		if _, again := l.seen[t]; again {
			return
		}
		l.seen[t] = struct{}{}
		l.aliases(t)
	}
	l.logical(t)
	switch t.Kind {
	case Record:
		for i := range t.Fields {
			l.path = append(l.path, step{key: "fields"}, step{index: i})
			l.field(&t.Fields[i])
			l.path = l.path[:len(l.path)-2]
		}
	case Array:
		l.below(step{key: "items"}, t.Elem)
	case Map:
		l.below(step{key: "values"}, t.Elem)
	case Union:
		l.union(t)
	}
}

func (l *linter) field(f *Field) {
	if !validName(f.Name) {
		l.report(RuleFieldName, true, "the field name %q is not an Avro name: letters, digits and underscores, not starting with a digit", f.Name)
	}
	if f.Default.Valid() {
		if !fits(f.Type, f.Default, 0, &l.budget) {
			l.report(RuleDefault, true, "the default of field %q does not fit its type, %s", f.Name, describe(f.Type))
		}
	}
	l.below(step{key: "type"}, f.Type)
}

func (l *linter) aliases(t *Type) {
	if t.badAliases {
		l.report(RuleAliases, true, `the attribute "aliases" of %s is not an array of names`, t.FullName())
	}
	for _, alias := range t.Aliases {
		if part, bad := invalidPart(alias); bad {
			l.report(RuleAlias, true, "the alias %q is not an Avro name because of %q", alias, part)
		}
	}
}

func (l *linter) logical(t *Type) {
	name, ok := t.declaredLogical()
	if !ok || t.Logical != LogicalNone || knownElsewhere(name, t.Kind) {
		return
	}
	l.report(RuleLogicalType, false, "the logical type %q is ignored: it is unknown, does not suit %s, or its attributes are wrong", name, t.Kind)
}

func (l *linter) union(t *Type) {
	names := map[string]struct{}{}
	for i, branch := range t.Branches {
		if branch.Named() {
			if _, twice := names[branch.FullName()]; twice {
				l.path = append(l.path, step{index: i})
				l.report(RuleUnion, true, "the type %s stands in the union already", branch.FullName())
				l.path = l.path[:len(l.path)-1]
			}
			names[branch.FullName()] = struct{}{}
		}
		l.below(step{index: i}, branch)
	}
}

// declaredLogical is the logical type as the text names it.
func (t *Type) declaredLogical() (string, bool) {
	name, found := "", false
	for _, p := range t.props {
		if p.key == "logicalType" {
			name, found = text(p.value)
		}
	}
	return name, found
}

// knownElsewhere lists logical types of the specification that this proxy
// shows as their underlying type, so they are no mistake.
func knownElsewhere(name string, kind TypeKind) bool {
	switch name {
	case "local-timestamp-millis", "local-timestamp-micros", "timestamp-nanos", "local-timestamp-nanos":
		return kind == Long
	case "uuid", "duration":
		return kind == Fixed
	default:
		return false
	}
}

func describe(t *Type) string {
	if t.Named() {
		return t.Kind.String() + " " + t.FullName()
	}
	return t.Kind.String()
}

// The bounds of checking defaults. Defaults of records may leave out fields
// that have defaults themselves, so a short text can ask for much work.
const (
	maxDefaultChecks = 1_000_000 // in one schema
	maxDefaultDepth  = 64
)

// fits applies the rule by which Java's library takes a default, since version
// 1.12: a union takes a default of any branch, strings stand for bytes, enums
// and fixed whatever they hold, and a record may leave out fields that have
// defaults which fit.
func fits(t *Type, v jsonx.Value, depth int, budget *int) bool {
	*budget--
	if depth > maxDefaultDepth || *budget < 0 {
		return true // Too costly to tell; the data decides.
	}
	kind := v.Type()
	switch t.Kind {
	case Null:
		return kind == jsonx.Null
	case Boolean:
		return kind == jsonx.True || kind == jsonx.False
	case Int:
		n, ok := v.Int64()
		return ok && n >= -1<<31 && n < 1<<31
	case Long:
		_, ok := v.Int64()
		return ok
	case Float, Double:
		return kind == jsonx.Int || kind == jsonx.Float || specialFloat(v)
	case String, Bytes, Enum, Fixed:
		return kind == jsonx.String
	case Union:
		for _, branch := range t.Branches {
			if fits(branch, v, depth+1, budget) {
				return true
			}
		}
		return false
	case Record:
		return kind == jsonx.Object && recordFits(t, v, depth, budget)
	default:
		return elementsFit(t, v, depth, budget)
	}
}

func recordFits(t *Type, v jsonx.Value, depth int, budget *int) bool {
	for i := range t.Fields {
		f := &t.Fields[i]
		*budget -= v.Len() / 16 // Get looks at each member.
		value, given := v.Get(f.Name)
		if !given {
			value = f.Default
		}
		if !value.Valid() || !fits(f.Type, value, depth+1, budget) {
			return false
		}
	}
	return true
}

func elementsFit(t *Type, v jsonx.Value, depth int, budget *int) bool {
	want := jsonx.Array
	if t.Kind == Map {
		want = jsonx.Object
	}
	if v.Type() != want {
		return false
	}
	for it := v.Iter(); it.Next(); {
		if !fits(t.Elem, it.Value(), depth+1, budget) {
			return false
		}
	}
	return true
}

func specialFloat(v jsonx.Value) bool {
	for _, name := range []string{"NaN", "Infinity", "-Infinity", "INF", "-INF"} {
		if v.Is(name) {
			return true
		}
	}
	return false
}

func stepsPointer(steps []step) string {
	size := 0
	for _, s := range steps {
		size += 1 + max(len(s.key), 6)
	}
	b := make([]byte, 0, size)
	for _, s := range steps {
		b = append(b, '/')
		if s.key == "" {
			b = strconv.AppendInt(b, int64(s.index), 10)
			continue
		}
		b = append(b, s.key...) // an attribute of Avro, which needs no escape
	}
	return string(b)
}

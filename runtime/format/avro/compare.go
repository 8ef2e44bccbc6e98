package avro

import (
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Readable returns every reason why reader cannot read data that writer wrote,
// in the order in which a walk over the reader meets them; none means it can.
// The rules are those of the Avro specification's schema resolution as both
// registries apply them. The flavours differ in one of them: whether an alias
// of a type is read relative to the type's namespace (Confluent) or as it
// stands (Karapace).
//
// The walk is linear in the size of the schemas for all but contrived ones and
// gives up with a finding of kind KindTooComplex beyond a fixed budget.
func Readable(reader, writer *Schema, flavour schema.Flavour) []schema.Finding {
	c := comparer{
		flavour: flavour,
		lowest:  stillOpen,
		fine:    &result{ok: true},
		steps:   maxSteps,
	}
	c.path = c.pathRoom[:0]
	r := c.compare(reader.root, writer.root)
	if c.exhausted {
		return []schema.Finding{tooComplex()}
	}
	if r.ok {
		return nil
	}
	return r.flatten(nil, map[*result]struct{}{})
}

// The budgets of one comparison. 1e6 steps are about 100 ms; real schemas need
// some thousands. The depth bounds the stack: a schema nested deeper than this
// through names is not one that a person wrote.
const (
	maxSteps    = 1_000_000
	maxNesting  = 10_000
	maxFindings = 1_000

	// Passing over the branches of a union is that much cheaper than a step,
	// as is looking for names among aliases and fields, and writing messages.
	branchesPerStep = 16
	namesPerStep    = 8
	bytesPerStep    = 16

	stillOpen = 1 << 30 // deeper than any depth
)

type pair struct{ reader, writer *Type }

// result is what is known about a pair of types.
type result struct {
	ok bool
	// finding is set for a result that is one finding and nothing else; inner
	// are the results below that failed, in the order of the walk. Results are
	// shared, findings are not copied upwards: a record that is used in many
	// places is reported once, and the memory for a chain of records does not
	// grow with its square.
	finding *schema.Finding
	inner   []*result

	// open is true while the pair is being compared; depth is its position on
	// the way from the root.
	open  bool
	depth int
}

func (r *result) flatten(findings []schema.Finding, seen map[*result]struct{}) []schema.Finding {
	if _, again := seen[r]; again || len(findings) >= maxFindings {
		return findings
	}
	seen[r] = struct{}{}
	if r.finding != nil {
		findings = append(findings, *r.finding)
	}
	for _, inner := range r.inner {
		findings = inner.flatten(findings, seen)
	}
	return findings
}

func (r *result) add(inner *result) {
	if !inner.ok {
		r.ok = false
		r.inner = append(r.inner, inner)
	}
}

func (r *result) fail(f schema.Finding) {
	r.add(failed(f))
}

func failed(f schema.Finding) *result { return &result{finding: &f} }

// comparer walks a reader and a writer together.
//
// A pair of records that is met again while it is still being compared counts
// as readable: that is how a recursive type is read. The answer for a pair
// below may rest on that assumption, and if the upper pair turns out not to be
// readable, such an answer must not be reused elsewhere:
//
//	T1 comparing A assumes A while it compares B, and B is readable
//	T2 A itself fails, inside a union where another branch takes its place
//	T3 another field needs B: without forgetting B it would count as readable
//
// So a pair that was found readable while it leaned on an open pair is kept on
// the trail, and forgotten when that pair fails. An answer "not readable" needs
// no such care: fewer assumptions do not make it better.
type comparer struct {
	flavour   schema.Flavour
	known     memo
	fine      *result // the answer for everything that reads and is not remembered
	trail     []pair
	lowest    int // lowest depth of an open pair that was leaned on
	depth     int
	steps     int
	exhausted bool
	path      []step
	pathRoom  [16]step // most schemas are no deeper, and spare an allocation
}

// step is one step of the way: a key, or a position when the key is empty.
// Keys and numbers become text only when there is a finding to place.
type step struct {
	key   string
	index int
}

// compare answers for any two types.
func (c *comparer) compare(reader, writer *Type) *result {
	c.steps--
	if c.steps < 0 || c.exhausted {
		c.exhausted = true
		return c.fine // The walk is void; end it quickly.
	}
	if !reader.Named() || reader.Kind != writer.Kind {
		return c.types(reader, writer)
	}
	key := pair{reader, writer}
	if r := c.known.get(key); r != nil {
		if r.open {
			c.lowest = min(c.lowest, r.depth)
			return c.fine
		}
		return r
	}
	return c.named(key)
}

// named compares two named types of one kind and remembers the answer.
func (c *comparer) named(key pair) *result {
	if c.depth >= maxNesting {
		c.exhausted = true
		return c.fine
	}
	r := &result{ok: true, open: true, depth: c.depth}
	c.known.put(key, r)
	outer, mark := c.lowest, len(c.trail)
	c.lowest = stillOpen
	c.depth++
	c.define(r, key.reader, key.writer)
	c.depth--
	r.open = false

	leans := c.lowest < r.depth
	switch {
	case !r.ok:
		for _, p := range c.trail[mark:] {
			c.known.drop(p)
		}
		c.trail = c.trail[:mark]
	case leans:
		c.trail = append(c.trail, key)
	default:
		c.trail = c.trail[:mark] // Nothing above can fail them any more.
	}
	if !leans {
		c.lowest = stillOpen // It leaned on itself at most.
	}
	c.lowest = min(c.lowest, outer)
	return r
}

// types compares everything but two named types of one kind.
func (c *comparer) types(reader, writer *Type) *result {
	if writer.Kind <= String && (reader.Kind == writer.Kind || promotes(writer.Kind, reader.Kind)) {
		return c.fine
	}
	switch {
	case reader.Kind == Union && writer.Kind == Union:
		return c.unions(reader, writer)
	case writer.Kind == Union:
		r := &result{ok: true}
		for i, branch := range writer.Branches {
			c.belowAt(i, r, reader, branch)
		}
		return r
	case reader.Kind == Union:
		if c.unionReads(reader, writer) {
			return c.fine
		}
		return failed(c.missingBranch(writer, false))
	case reader.Kind != writer.Kind:
		return failed(c.typeMismatch(reader, writer))
	case reader.Kind == Array:
		return c.inside("items", reader.Elem, writer.Elem)
	default:
		return c.inside("values", reader.Elem, writer.Elem)
	}
}

// unions compares two unions: some branch of the reader has to read each
// branch of the writer.
func (c *comparer) unions(reader, writer *Type) *result {
	r := c.fine
	for i, branch := range writer.Branches {
		if c.unionReads(reader, branch) {
			continue
		}
		if r.ok {
			r = &result{ok: true}
		}
		c.pushAt(i)
		r.fail(c.missingBranch(branch, true))
		c.pop()
	}
	return r
}

// unionReads reports whether some branch of the reader reads the writer, which
// is no union.
func (c *comparer) unionReads(reader, writer *Type) bool {
	if c.steps -= len(reader.Branches) / branchesPerStep; c.steps < 0 || c.exhausted {
		c.exhausted = true
		return true
	}
	for _, branch := range reader.Branches {
		// Looking at kind and name first keeps a union of n records against
		// another one from comparing n² pairs of records.
		if branch.Kind != writer.Kind && !promotes(writer.Kind, branch.Kind) ||
			branch.Named() && !c.sameName(branch, writer) {
			continue
		}
		if c.compare(branch, writer).ok {
			return true
		}
	}
	return false
}

// define compares two named types of one kind by their definitions.
func (c *comparer) define(r *result, reader, writer *Type) {
	if !c.sameName(reader, writer) {
		c.push("name")
		r.fail(c.nameMismatch(writer))
		c.pop()
	}
	switch reader.Kind {
	case Fixed:
		if reader.Size != writer.Size {
			c.push("size")
			r.fail(c.sizeMismatch(reader, writer))
			c.pop()
		}
	case Enum:
		if missing := c.missingSymbols(reader, writer); len(missing) > 0 {
			c.push("symbols")
			r.fail(c.symbolsMissing(missing))
			c.pop()
		}
	default:
		c.push("fields")
		c.steps -= len(reader.Fields) / namesPerStep
		for i := range reader.Fields {
			c.pushAt(i)
			c.field(r, &reader.Fields[i], writer)
			c.pop()
		}
		c.pop()
	}
}

func (c *comparer) field(r *result, field *Field, writer *Type) {
	c.steps -= len(field.Aliases) / namesPerStep
	if written := writerField(writer, field); written != nil {
		c.below("type", r, field.Type, written.Type)
		return
	}
	switch {
	case field.Default.Valid():
	case field.Type.Kind == Enum && field.Type.HasDefault:
		// Both registries compare the enum with the record here. It fails as
		// it should, but with the message of a type mismatch.
		c.below("type", r, field.Type, writer)
	default:
		r.fail(c.defaultMissing(field))
	}
}

// writerField finds the field whose data the reader's field takes: the one
// with its name, else the first with one of its aliases.
func writerField(writer *Type, field *Field) *Field {
	if i := writer.FieldIndex(field.Name); i >= 0 {
		return &writer.Fields[i]
	}
	for _, alias := range field.Aliases {
		if i := writer.FieldIndex(alias); i >= 0 {
			return &writer.Fields[i]
		}
	}
	return nil
}

// sameName applies the rule of both registries: the names without namespace
// are equal, or an alias of the reader is the full name of the writer.
func (c *comparer) sameName(reader, writer *Type) bool {
	if reader.Short == writer.Short {
		return true
	}
	c.steps -= len(reader.Aliases) / namesPerStep
	for _, alias := range reader.Aliases {
		if writer.isFullName(alias) {
			return true
		}
		if c.flavour == schema.Confluent && alias == writer.Short && reader.Space == writer.Space {
			return true
		}
	}
	return false
}

func (c *comparer) missingSymbols(reader, writer *Type) []string {
	if reader.HasDefault && reader.SymbolIndex(reader.Default) >= 0 {
		return nil
	}
	var missing []string
	for _, symbol := range writer.Symbols {
		c.steps--
		if reader.SymbolIndex(symbol) < 0 {
			missing = append(missing, symbol)
		}
	}
	return missing
}

// promotes reports whether data of one primitive type may be read as another
// one.
func promotes(writer, reader TypeKind) bool {
	switch reader {
	case Long:
		return writer == Int
	case Float:
		return writer == Int || writer == Long
	case Double:
		return writer == Int || writer == Long || writer == Float
	case Bytes:
		return writer == String
	case String:
		return writer == Bytes
	default:
		return false
	}
}

// inside compares types one step further down.
func (c *comparer) inside(key string, reader, writer *Type) *result {
	c.push(key)
	r := c.compare(reader, writer)
	c.pop()
	return r
}

func (c *comparer) below(key string, r *result, reader, writer *Type) {
	r.add(c.inside(key, reader, writer))
}

func (c *comparer) belowAt(index int, r *result, reader, writer *Type) {
	c.pushAt(index)
	r.add(c.compare(reader, writer))
	c.pop()
}

func (c *comparer) push(key string)  { c.path = append(c.path, step{key: key}) }
func (c *comparer) pushAt(index int) { c.path = append(c.path, step{index: index}) }
func (c *comparer) pop()             { c.path = c.path[:len(c.path)-1] }

package protobuf

import "strings"

// decl is a declared type: a message (or group) or an enum.
type decl struct {
	full string
	// message is nil for an enum.
	message *Message
	enum    *Enum
	unit    *unit
}

// local is the name without the package.
func (d *decl) local() string {
	return strings.TrimPrefix(strings.TrimPrefix(d.full, d.unit.file.Package), ".")
}

// unit is one file of a schema: the schema itself, a reference, or a
// well-known file.
type unit struct {
	file *File
	// path is what other files import it by, empty for the schema itself.
	path string
	text string
}

// names finds the declaration that a name means. Names are indexed by their
// last part: nearly always one type has it, and then finding it costs one
// look-up and no new string, however deep the scope is.
type names struct {
	byLast map[string][]*decl
	// over is the name with which bytes went beyond maxNames.
	over string
	// bytes and longest are the length of all full names and of the longest.
	bytes, longest int
}

func newNames() *names { return &names{byLast: map[string][]*decl{}} }

// add declares all types of a file. It reports false when their full names
// together are too long.
func (n *names) add(u *unit) bool {
	n.scope(u, u.file.Package, u.file.Messages, u.file.Enums)
	for _, e := range u.file.Extends {
		n.groups(u, u.file.Package, e.Groups)
	}
	return n.bytes <= maxNames
}

func (n *names) scope(u *unit, scope string, messages []*Message, enums []*Enum) {
	for _, m := range messages {
		n.message(u, scope, m)
	}
	for _, e := range enums {
		if n.bytes > maxNames {
			return
		}
		n.declare(&decl{full: dotted(scope, e.Name), enum: e, unit: u}, e.Name)
	}
}

func (n *names) message(u *unit, scope string, m *Message) {
	if n.bytes > maxNames {
		return
	}
	full := dotted(scope, m.Name)
	n.declare(&decl{full: full, message: m, unit: u}, m.Name)
	n.scope(u, full, m.Messages, m.Enums)
	n.groups(u, full, m.Groups)
	for _, o := range m.Oneofs {
		n.groups(u, full, o.Groups)
	}
	for _, e := range m.Extends {
		n.groups(u, full, e.Groups)
	}
}

func (n *names) groups(u *unit, scope string, groups []*Group) {
	for _, g := range groups {
		n.message(u, scope, g.Body)
	}
}

func (n *names) declare(d *decl, name string) {
	n.bytes += len(d.full)
	if n.bytes > maxNames {
		n.over = d.full
	}
	n.longest = max(n.longest, len(d.full))
	last := lastPart(name)
	n.byLast[last] = append(n.byLast[last], d)
}

func dotted(scope, name string) string {
	if scope == "" {
		return name
	}
	return scope + "." + name
}

func lastPart(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// finder is names with a limit on the work; it is for one use.
type finder struct {
	*names
	steps int
}

const maxVisits = 2_000_000

func (n *names) finder() *finder { return &finder{names: n, steps: maxVisits} }

func (f *finder) exhausted() bool { return f.steps < 0 }

// find returns the type that name means in scope, by the rules of Protobuf: a
// leading dot makes it absolute, otherwise the innermost scope that has it
// wins. Of types with equal names the last one counts, which is that of the
// schema itself.
func (f *finder) find(scope, name string) *decl { return f.findBelow("", scope, name) }

// findBelow is find where scopes around base do not count.
func (f *finder) findBelow(base, scope, name string) *decl {
	if f.exhausted() {
		return nil
	}
	absolute := strings.HasPrefix(name, ".")
	name = strings.TrimPrefix(name, ".")
	var best *decl
	for _, d := range f.byLast[lastPart(name)] {
		f.steps--
		outer, ok := outside(d.full, name)
		if !ok || absolute && outer != "" {
			continue
		}
		if !encloses(outer, scope) || outer != "" && len(outer) < len(base) {
			continue
		}
		if best != nil && len(d.full) < len(best.full) {
			continue
		}
		best = d
	}
	return best
}

// anywhere returns the first type whose full name ends with name, which is all
// that Karapace asks for.
func (f *finder) anywhere(name string) *decl {
	if f.exhausted() {
		return nil
	}
	name = strings.TrimPrefix(name, ".")
	for _, d := range f.byLast[lastPart(name)] {
		f.steps--
		if _, ok := outside(d.full, name); ok {
			return d
		}
	}
	return nil
}

// resolve finds by the rules of Protobuf, and otherwise as Karapace does.
func (f *finder) resolve(scope, name string) *decl {
	if d := f.find(scope, name); d != nil {
		return d
	}
	return f.anywhere(name)
}

// outside returns what is left of full without its end name.
func outside(full, name string) (outer string, ok bool) {
	outer, ok = strings.CutSuffix(full, name)
	if !ok || outer == "" {
		return "", ok
	}
	return strings.CutSuffix(outer, ".")
}

// encloses reports whether outer is scope or one around it.
func encloses(outer, scope string) bool {
	if outer == "" {
		return true
	}
	rest, ok := strings.CutPrefix(scope, outer)
	return ok && (rest == "" || rest[0] == '.')
}

package jsonx

import "fmt"

// node is one value of the table. Children of an array or object follow it
// directly; in an object they alternate between key and value.
type node struct {
	kind  Type
	flag  uint8
	start uint32 // first byte of the token
	end   uint32 // byte after the token, or after the closing bracket
	next  uint32 // index of the node after this one's subtree
	count uint32 // elements of an array, members of an object
}

// flagEscaped marks a string that contains a backslash: its bytes are not its
// text.
const flagEscaped = 1

// Doc is a parsed document. The zero value is ready for Parse. A Doc refers to
// the bytes it was parsed from; the caller must not change them while it or a
// Value of it is in use. Reading a Doc is safe for concurrent use, parsing into
// it is not.
type Doc struct {
	src   []byte
	text  string // what src was made from, if it was
	nodes []node
	stack []uint32
}

// ParseText is Parse for a text: the texts of its strings are then parts of it
// and not copies, which suits whoever keeps many of them.
func (d *Doc) ParseText(text string, limits Limits) error {
	err := d.Parse([]byte(text), limits)
	if err == nil {
		d.text = text
	}
	return err
}

// Parse replaces the contents of the document by those of src. The text must
// be exactly one JSON value, with white space around it. A returned error is
// an *Error.
func (d *Doc) Parse(src []byte, limits Limits) error {
	p := parser{doc: d, src: src, maxDepth: ceilingDepth, maxNodes: ceilingBytes}
	if limits.MaxDepth > 0 {
		p.maxDepth = min(limits.MaxDepth, ceilingDepth)
	}
	if limits.MaxNodes > 0 {
		p.maxNodes = limits.MaxNodes
	}
	maxBytes := ceilingBytes
	if limits.MaxBytes > 0 {
		maxBytes = min(limits.MaxBytes, ceilingBytes)
	}
	d.src, d.text, d.nodes, d.stack = src, "", d.nodes[:0], d.stack[:0]
	if len(src) > maxBytes {
		return beyond(Bytes, src, maxBytes, fmt.Sprintf("the text has %d bytes, at most %d are allowed", len(src), maxBytes))
	}
	if d.nodes == nil {
		// A schema has a value for every seven bytes or so; a text with more
		// makes the table grow, one with fewer wastes a little.
		d.nodes = make([]node, 0, min(len(src)/6+4, p.maxNodes))
		d.stack = make([]uint32, 0, 16)
	}
	if err := p.document(); err != nil {
		d.nodes = d.nodes[:0]
		return err
	}
	return nil
}

// Root returns the value of the document. It may only be called after a Parse
// that succeeded.
func (d *Doc) Root() Value {
	return Value{doc: d, at: 0}
}

// Reset drops the reference to the caller's bytes, so that a Doc in a pool
// does not keep them alive. Tables that grew very large are dropped as well.
func (d *Doc) Reset() {
	d.src, d.text = nil, ""
	if cap(d.nodes) > 1<<14 {
		d.nodes, d.stack = nil, nil
	}
}

type parser struct {
	doc                *Doc
	src                []byte
	pos                int
	maxDepth, maxNodes int
}

// document runs without recursion: the open arrays and objects are the stack.
// After each value it closes what ends here and steps to the next element.
func (p *parser) document() error {
	for {
		opened, err := p.value()
		if err != nil {
			return err
		}
		if opened {
			continue
		}
		done, err := p.afterValue()
		if err != nil {
			return err
		}
		if done {
			return nil
		}
	}
}

// value reads one value. It reports true when that opened a container in which
// another value (for objects, after its key) has to be read next.
func (p *parser) value() (opened bool, err error) {
	p.space()
	if p.pos == len(p.src) {
		return false, p.fail("unexpected end of the text, a value is missing")
	}
	switch c := p.src[p.pos]; {
	case c == '"':
		return false, p.text()
	case c == '{' || c == '[':
		return p.open(c)
	case c == '-' || c >= '0' && c <= '9':
		return false, p.number()
	case c == 't':
		return false, p.word("true", True)
	case c == 'f':
		return false, p.word("false", False)
	case c == 'n':
		return false, p.word("null", Null)
	default:
		return false, p.fail(fmt.Sprintf("unexpected character %q, a value is missing", rune(c)))
	}
}

func (p *parser) open(c byte) (bool, error) {
	kind, closing := Array, byte(']')
	if c == '{' {
		kind, closing = Object, '}'
	}
	if len(p.doc.stack) >= p.maxDepth {
		return false, beyond(Depth, p.src, p.pos, fmt.Sprintf("values are nested more than %d deep", p.maxDepth))
	}
	at := uint32(len(p.doc.nodes))
	if err := p.add(node{kind: kind, start: uint32(p.pos)}); err != nil {
		return false, err
	}
	p.pos++
	p.space()
	if p.pos < len(p.src) && p.src[p.pos] == closing {
		p.pos++
		n := &p.doc.nodes[at]
		n.end, n.next = uint32(p.pos), at+1
		return false, nil
	}
	p.doc.stack = append(p.doc.stack, at)
	if kind == Object {
		return true, p.key()
	}
	return true, nil
}

// afterValue closes finished containers; it reports true at the end of the
// document.
func (p *parser) afterValue() (done bool, err error) {
	for {
		p.space()
		depth := len(p.doc.stack)
		if depth == 0 {
			if p.pos != len(p.src) {
				return false, p.fail("unexpected text after the value")
			}
			return true, nil
		}
		n := &p.doc.nodes[p.doc.stack[depth-1]]
		n.count++
		if p.pos == len(p.src) {
			return false, p.fail("unexpected end of the text, an array or object is not closed")
		}
		switch c := p.src[p.pos]; {
		case c == ',':
			p.pos++
			if n.kind == Object {
				p.space()
				return false, p.key()
			}
			return false, nil
		case c == ']' && n.kind == Array, c == '}' && n.kind == Object:
			p.pos++
			n.end, n.next = uint32(p.pos), uint32(len(p.doc.nodes))
			p.doc.stack = p.doc.stack[:depth-1]
		default:
			return false, p.fail(fmt.Sprintf("unexpected character %q, a comma or the closing bracket is missing", rune(c)))
		}
	}
}

func (p *parser) key() error {
	if p.pos == len(p.src) || p.src[p.pos] != '"' {
		return p.fail("a key in quotes is missing")
	}
	if err := p.text(); err != nil {
		return err
	}
	p.space()
	if p.pos == len(p.src) || p.src[p.pos] != ':' {
		return p.fail("the colon after a key is missing")
	}
	p.pos++
	return nil
}

func (p *parser) word(w string, kind Type) error {
	end := p.pos + len(w)
	if end > len(p.src) || string(p.src[p.pos:end]) != w {
		return p.fail("unknown word, true, false or null is expected")
	}
	start := p.pos
	p.pos = end
	return p.leaf(kind, 0, start)
}

func (p *parser) leaf(kind Type, flag uint8, start int) error {
	return p.add(node{kind: kind, flag: flag, start: uint32(start), end: uint32(p.pos), next: uint32(len(p.doc.nodes) + 1)})
}

func (p *parser) add(n node) error {
	if len(p.doc.nodes) >= p.maxNodes {
		return beyond(Nodes, p.src, p.pos, fmt.Sprintf("the text holds more than %d values", p.maxNodes))
	}
	p.doc.nodes = append(p.doc.nodes, n)
	return nil
}

func (p *parser) space() {
	for p.pos < len(p.src) {
		switch p.src[p.pos] {
		case ' ', '\n', '\t', '\r':
			p.pos++
		default:
			return
		}
	}
}

func (p *parser) fail(reason string) error {
	return newError(Syntax, p.src, p.pos, reason)
}

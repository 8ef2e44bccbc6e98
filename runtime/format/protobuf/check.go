package protobuf

// checker reports types that are used and defined nowhere. The rule is
// Karapace's, which is much looser than a compiler's: a type exists if any
// type of the file or of its references ends with that name, or if it is a
// well-known one whose file is imported by any of them.
type checker struct {
	finder  *finder
	imports map[string]struct{}
	seen    map[string]struct{}
}

func (s *Schema) checkTypes() error {
	c := checker{finder: s.names.finder(), imports: map[string]struct{}{}, seen: map[string]struct{}{}}
	for _, u := range s.units {
		for _, i := range u.file.Imports {
			c.imports[i.Path] = struct{}{}
		}
	}
	missing := c.messages(s.file.Messages)
	switch {
	case c.finder.exhausted():
		return tooLarge("too many types have names that end alike")
	case missing != "":
		return malformed("type \"%s\" is not defined", missing)
	}
	return nil
}

// messages returns the first type that is missing, or nothing. Types of rpcs,
// of extend blocks and in groups are not looked at.
func (c *checker) messages(messages []*Message) string {
	for _, m := range messages {
		for _, o := range m.Oneofs {
			if missing := c.fields(o.Fields); missing != "" {
				return missing
			}
		}
		if missing := c.fields(m.Fields); missing != "" {
			return missing
		}
		if missing := c.messages(m.Messages); missing != "" {
			return missing
		}
	}
	return ""
}

func (c *checker) fields(fields []Field) string {
	for i := range fields {
		f := &fields[i]
		if f.Key != "" && !c.exists(f.Key) {
			return f.Key
		}
		if !c.exists(f.Type) {
			return f.Type
		}
	}
	return ""
}

func (c *checker) exists(name string) bool {
	if isScalar(name) {
		return true
	}
	if _, again := c.seen[name]; again {
		return true
	}
	if c.finder.anywhere(name) == nil {
		w, ok := wellKnown(name)
		if !ok {
			return false
		}
		if _, imported := c.imports[w.path]; !imported {
			return false
		}
	}
	c.seen[name] = struct{}{}
	return true
}

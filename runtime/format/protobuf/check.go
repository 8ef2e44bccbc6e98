package protobuf

// checker reports types that are used and defined nowhere. The rule is
// Karapace's, which is much looser than a compiler's: a type exists if any
// type of the file or of its references ends with that name, or if it is a
// well-known one whose file is imported by any of them.
type checker struct {
	finder  *finder
	imports map[string]struct{}
	seen    map[string]struct{}
	at      string // the field that is looked at
}

func (s *Schema) checkTypes() error {
	c := checker{finder: s.names.finder(), imports: map[string]struct{}{}, seen: map[string]struct{}{}}
	for _, u := range s.units {
		for _, i := range u.file.Imports {
			c.imports[i.Path] = struct{}{}
		}
	}
	missing := c.messages(s.file.Package, s.file.Messages)
	switch {
	case c.finder.exhausted():
		return tooLarge("too many types have names that end alike").at(c.at)
	case missing != "":
		e := malformed("type \"%s\" is not defined", missing).at(c.at)
		e.verbatim = true
		return e
	}
	return nil
}

// messages returns the first type that is missing, or nothing. Types of rpcs,
// of extend blocks and in groups are not looked at.
func (c *checker) messages(outer string, messages []*Message) string {
	for _, m := range messages {
		scope := dotted(outer, m.Name)
		for _, o := range m.Oneofs {
			if missing := c.fields(scope, o.Fields); missing != "" {
				return missing
			}
		}
		if missing := c.fields(scope, m.Fields); missing != "" {
			return missing
		}
		if missing := c.messages(scope, m.Messages); missing != "" {
			return missing
		}
	}
	return ""
}

func (c *checker) fields(scope string, fields []Field) string {
	for i := range fields {
		f := &fields[i]
		missing := ""
		switch {
		case f.Key != "" && !c.exists(f.Key):
			missing = f.Key
		case !c.exists(f.Type):
			missing = f.Type
		}
		if missing != "" || c.finder.exhausted() {
			c.at = dotted(scope, f.Name)
			return missing
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

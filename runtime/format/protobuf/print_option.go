package protobuf

// quoter is how the text of a string is written between its quotes.
type quoter func(string) string

func (p *printer) optionStatement(o Option, q quoter) {
	p.text("option ")
	p.option(o, q)
	p.line(";")
}

// options prints options in brackets: one in the same line, more on lines of
// their own.
func (p *printer) options(options []Option) {
	switch len(options) {
	case 0:
		return
	case 1:
		p.text(" [")
		p.option(options[0], plainEscaped)
		p.text("]")
		return
	}
	p.line(" [")
	p.indent++
	for i, o := range options {
		p.option(o, plainEscaped)
		if i < len(options)-1 {
			p.text(",")
		}
		p.line()
	}
	p.indent--
	p.text("]")
}

func (p *printer) option(o Option, q quoter) {
	p.text(o.Name, " = ")
	switch o.Value.Kind {
	case String:
		p.text(`"`, q(o.Value.Text), `"`)
	case Block:
		p.line("{")
		p.block(o.Value)
		p.text("}")
	case List:
		p.list(o.Value)
	default:
		p.text(o.Value.Text)
	}
}

// block prints the entries of a block, one a line.
func (p *printer) block(v Value) {
	p.indent++
	items := v.items()
	for i, item := range items {
		p.text(v.inner.keys[i], ": ")
		p.inside(item)
		if i < len(items)-1 {
			p.text(",")
		}
		p.line()
	}
	p.indent--
}

// inside prints a value inside of a block. Karapace knows only strings there
// and quotes numbers and names too.
func (p *printer) inside(v Value) {
	switch {
	case v.Kind == Block:
		p.line("{")
		p.block(v)
		p.text("}")
	case v.Kind == List:
		p.line("[")
		p.indent++
		items := v.items()
		for i, item := range items {
			p.inside(item)
			if i < len(items)-1 {
				p.text(",")
			}
			p.line()
		}
		p.indent--
		p.text("]")
	case v.Kind == String || p.dialect == karapace:
		p.text(`"`, plainEscaped(v.Text), `"`)
	default:
		p.text(v.Text)
	}
}

// list prints a list that is the value of an option itself.
func (p *printer) list(v Value) {
	items := v.items()
	item := func(v Value) {
		switch v.Kind {
		case Ident, Number, Bool:
			p.text(v.Text)
		default:
			p.inside(v)
		}
	}
	if len(items) == 1 {
		p.text("[")
		item(items[0])
		p.text("]")
		return
	}
	p.line("[")
	p.indent++
	for i, v := range items {
		item(v)
		if i < len(items)-1 {
			p.text(",")
		}
		p.line()
	}
	p.indent--
	p.text("]")
}

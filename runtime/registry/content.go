package registry

import (
	"cmp"
	"slices"
	"strings"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

// versionProperty is the metadata property in which a schema that was
// registered as version -1 carries its own number (registry contract 5.3).
const versionProperty = "confluent:version"

// prepared is a registration whose schema was read: references numbered, text
// in the form in which it is stored.
type prepared struct {
	Registration
	parsed format.Parsed
	config Config
	// asked is what the client says beside the text, extra what is stored: with
	// what the newest version or the configuration adds.
	asked, extra record.Extra
}

// prepare reads a schema as a candidate for the subject. Imports are taken as
// they are: nothing is normalized, validated or added (registry contract
// 14.8).
func (r *Registry) prepare(v *store.View, q Registration) (prepared, error) {
	p := prepared{Registration: q, config: r.config(v, q.Subject)}
	previous := newest(live(v.Entries(q.Subject)))
	if q.Inherit && previous != nil {
		p.Schema = previous.Schema
	}
	if p.Schema.Text == "" {
		return prepared{}, &Error{Kind: EmptySchema}
	}
	how, targets := strict, Live
	if q.ID > 0 {
		how, targets = lenient, WithDeleted
	}
	numbered, err := number(v, q.Subject, p.Schema, targets)
	if err != nil {
		return prepared{}, err
	}
	p.Schema = numbered
	if p.parsed, err = r.parse(v, q.Subject, p.Schema, how); err != nil {
		return prepared{}, invalid(p.Schema, err)
	}
	if err := r.retag(v, &p, previous, how); err != nil {
		return prepared{}, err
	}
	importing := q.ID > 0 || isImport(r.mode(v, q.Subject))
	p.print(r.flavour, !importing && (q.Normalize || isSet(p.config.Normalize)))
	p.addMetadata(previous, importing)
	return p, nil
}

// print turns the text into the one that is stored.
func (p *prepared) print(f schema.Flavour, normalize bool) {
	if !normalize {
		p.Schema.Text = format.Text(p.parsed, f, format.AsWritten)
		return
	}
	p.Schema.Text = format.Text(p.parsed, f, format.Normalized)
	if f == schema.Confluent {
		p.Schema.References = sortReferences(p.Schema.References)
	}
}

func sortReferences(refs []schema.Reference) []schema.Reference {
	out := slices.Clone(refs)
	slices.SortStableFunc(out, func(a, b schema.Reference) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Version, b.Version))
	})
	return slices.Compact(out)
}

// addMetadata says what is stored beside the text: what the client sent or else
// what the newest version has, over the default of the configuration and under
// its override.
func (p *prepared) addMetadata(previous *Entry, importing bool) {
	var said record.Metadata
	switch {
	case p.Metadata != nil:
		said = *p.Metadata
		p.asked.Metadata = said.Text()
	case previous != nil && !importing:
		said = withoutProperty(previous.Extra.ParsedMetadata(), versionProperty)
	}
	if !importing {
		said = p.config.OverrideMetadata.Over(said.Over(p.config.DefaultMetadata))
	}
	p.extra.Metadata = said.Text()
	if previous != nil && !importing {
		p.extra.RuleSet = previous.Extra.RuleSet
	}
}

// configured reports whether the configuration adds metadata, so that what the
// client sent is never stored as it is.
func (p *prepared) configured() bool {
	return !p.config.DefaultMetadata.Empty() || !p.config.OverrideMetadata.Empty()
}

// withoutProperty returns the metadata without one property.
func withoutProperty(m record.Metadata, name string) record.Metadata {
	if _, ok := m.Properties[name]; !ok {
		return m
	}
	rest := make(map[string]string, len(m.Properties)-1)
	for key, value := range m.Properties {
		if key != name {
			rest[key] = value
		}
	}
	m.Properties = rest
	return m
}

// plain returns the content beside the text without the number that a schema
// may carry of itself.
func plain(x record.Extra) record.Extra {
	if strings.Contains(x.Metadata, versionProperty) {
		x.Metadata = withoutProperty(x.ParsedMetadata(), versionProperty).Text()
	}
	return x
}

// sameText returns the newest entry whose content is equal byte for byte.
func sameText(entries []*Entry, s schema.Schema, x record.Extra) *Entry {
	for _, e := range slices.Backward(entries) {
		if sameSchema(e.Schema, s) && plain(e.Extra) == plain(x) {
			return e
		}
	}
	return nil
}

func sameSchema(a, b schema.Schema) bool {
	return a.Type == b.Type && a.Text == b.Text && slices.Equal(a.References, b.References)
}

// equal finds the schema among entries, also where another product stored it
// in its own print.
func (r *Registry) equal(v *store.View, entries []*Entry, p prepared, x record.Extra) *Entry {
	if e := sameText(entries, p.Schema, x); e != nil {
		return e
	}
	may := func(e *Entry) bool {
		return e.Schema.Type == p.Schema.Type && slices.Equal(e.Schema.References, p.Schema.References) && plain(e.Extra) == plain(x)
	}
	return r.newestThat(v, entries, may, func(stored format.Parsed) bool { return r.print(stored) == p.Schema.Text })
}

// newestThat returns the newest entry that may be the wanted one and, once
// parsed, is it.
func (r *Registry) newestThat(v *store.View, entries []*Entry, may func(*Entry) bool, is func(format.Parsed) bool) *Entry {
	for _, e := range slices.Backward(entries) {
		if !may(e) {
			continue
		}
		if parsed, err := r.parseEntry(v, e); err == nil && is(parsed) {
			return e
		}
	}
	return nil
}

// registered returns the live version of the subject that holds the schema.
func (r *Registry) registered(v *store.View, p prepared) *Entry {
	entries := live(v.Entries(p.Subject))
	if len(entries) == 0 {
		return nil
	}
	var e *Entry
	if !p.configured() && p.asked != p.extra {
		e = r.equal(v, entries, p, p.asked)
	}
	if e == nil {
		e = r.equal(v, entries, p, p.extra)
	}
	wrongPlace := p.Version > 0 && e != nil && p.Version != e.Version
	wrongID := p.ID > 0 && e != nil && p.ID != e.ID
	if e == nil || wrongPlace || wrongID || !sound(v, e) {
		return nil
	}
	return e
}

// sound reports whether the id of an entry stands for the entry's own schema.
// After two primaries at once it may not, and must not be handed out.
func sound(v *store.View, e *Entry) bool {
	holders := v.ByID(v.Naming().Context(e.Subject), e.ID)
	return len(holders) > 0 && holders[0].SameContent(e)
}

// print is the text in which the flavour stores a schema.
func (r *Registry) print(p format.Parsed) string { return format.Text(p, r.flavour, format.AsWritten) }

package registryhttp

import (
	"slices"
	"strconv"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/registry"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// appendVersion appends a version of a subject (registry contract 3.1).
func (a *api) appendVersion(dst []byte, e *registry.Entry, o shape) []byte {
	dst = httpserver.AppendQuoted(append(dst, `{"subject":`...), string(e.Subject))
	dst = strconv.AppendInt(append(dst, `,"version":`...), int64(e.Version), 10)
	dst = strconv.AppendInt(append(dst, `,"id":`...), int64(e.ID), 10)
	if o.extended {
		dst = a.appendGUID(dst, e)
	}
	dst = append(dst, ',')
	dst = a.appendSchema(dst, e, o)
	if o.extended {
		dst = appendRow(dst, e)
	}
	return append(dst, '}')
}

// shape says which fields an entity has.
type shape struct {
	// extended adds what Karapace does not have.
	extended bool
	// alwaysTyped adds the type of Avro schemas too.
	alwaysTyped bool
	// bare leaves references out, as Karapace does in lookups.
	bare bool
	// nameless leaves subject and version out of a schema by id.
	nameless bool
	// qualified names the context in the subjects of references.
	qualified bool
	// text is sent in the place of the stored one, when it is not empty.
	text string
	// tags are what findTags found.
	tags []registry.Tagged
}

// shape is that of an answer about e: with what the client can take, and in the
// form that the query asks for.
func (a *api) shape(c *call, e *registry.Entry) shape {
	o := c.shape()
	q := c.query()
	o.tags = a.foundTags(q, e)
	o.qualified = q.Get("referenceFormat") == "qualified"
	if form := q.Get("format"); form != "" {
		o.text, _ = a.registry.Formatted(e, form)
	}
	return o
}

// text is the schema alone, in the form that the query asks for.
func (a *api) text(c *call, e *registry.Entry) []byte {
	if o := a.shape(c, e); o.text != "" {
		return []byte(o.text)
	}
	return []byte(e.Schema.Text)
}

func (c *call) shape() shape { return shape{extended: c.extended, alwaysTyped: c.extended} }

// appendSchema appends type, references and text as members, without braces.
func (a *api) appendSchema(dst []byte, e *registry.Entry, o shape) []byte {
	if o.alwaysTyped || e.Schema.Type != schema.Avro {
		dst = httpserver.AppendQuoted(append(dst, `"schemaType":`...), string(e.Schema.Type))
		dst = append(dst, ',')
	}
	if len(e.Schema.References) > 0 && !o.bare {
		dst = appendReferences(dst, a.references(e, o))
		dst = append(dst, ',')
	}
	dst = appendMetadata(dst, e)
	dst = append(dst, `"schema":`...)
	if o.text != "" {
		dst = httpserver.AppendQuoted(dst, o.text)
	} else {
		dst = e.AppendQuotedText(dst)
	}
	if len(o.tags) > 0 {
		dst = appendTags(append(dst, ','), o.tags)
		dst = dst[:len(dst)-1]
	}
	return dst
}

// appendMetadata appends the metadata, if there is any, as a member with a
// comma behind it.
func appendMetadata(dst []byte, e *registry.Entry) []byte {
	if e.Extra.Metadata == "" {
		return dst
	}
	dst = append(append(dst, `"metadata":`...), e.Extra.Metadata...)
	return append(dst, ',')
}

// references returns those of an entry as they are to be shown.
func (a *api) references(e *registry.Entry, o shape) []schema.Reference {
	if !o.qualified || a.naming.Context(e.Subject) == schema.DefaultContext {
		return e.Schema.References
	}
	refs := slices.Clone(e.Schema.References)
	for i, ref := range refs {
		refs[i].Subject = a.registry.Target(e.Subject, ref)
	}
	return refs
}

// quotedLength is about the length of the text as a JSON string.
func quotedLength(e *registry.Entry) int { return len(e.Schema.Text) * 5 / 4 }

func appendReferences(dst []byte, refs []schema.Reference) []byte {
	dst = append(dst, `"references":[`...)
	for i, ref := range refs {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = httpserver.AppendQuoted(append(dst, `{"name":`...), ref.Name)
		dst = httpserver.AppendQuoted(append(dst, `,"subject":`...), string(ref.Subject))
		dst = strconv.AppendInt(append(dst, `,"version":`...), int64(ref.Version), 10)
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

func (a *api) appendGUID(dst []byte, e *registry.Entry) []byte {
	return httpserver.AppendQuoted(append(dst, `,"guid":`...), a.registry.GUID(e))
}

// appendRow appends what is known of a stored version beyond its schema.
func appendRow(dst []byte, e *registry.Entry) []byte {
	if e.Timestamp > 0 {
		dst = strconv.AppendInt(append(dst, `,"ts":`...), e.Timestamp, 10)
	}
	return strconv.AppendBool(append(dst, `,"deleted":`...), e.Deleted)
}

// appendRegistered appends the answer of a registration: the id alone, or, for
// those who asked, the whole schema (registry contract 3.4).
func (a *api) appendRegistered(dst []byte, e *registry.Entry, o shape) []byte {
	dst = strconv.AppendInt(append(dst, `{"id":`...), int64(e.ID), 10)
	if !o.extended {
		return append(dst, '}')
	}
	dst = strconv.AppendInt(append(dst, `,"version":`...), int64(e.Version), 10)
	dst = append(a.appendGUID(dst, e), ',')
	dst = appendRow(a.appendSchema(dst, e, o), e)
	return append(dst, '}')
}

// idExtras are the optional members of a schema by id.
type idExtras struct {
	maxID    schema.ID // 0 for none
	subjects []schema.Subject
	listed   bool // subjects are asked for
}

// appendByID appends a schema by id (registry contract 3.2).
func (a *api) appendByID(dst []byte, e *registry.Entry, o shape, x idExtras) []byte {
	dst = append(dst, '{')
	if o.extended {
		if !o.nameless {
			dst = httpserver.AppendQuoted(append(dst, `"subject":`...), string(e.Subject))
			dst = strconv.AppendInt(append(dst, `,"version":`...), int64(e.Version), 10)
			dst = append(dst, ',')
		}
		dst = httpserver.AppendQuoted(append(dst, `"guid":`...), a.registry.GUID(e))
		dst = append(dst, ',')
	}
	dst = a.appendSchema(dst, e, o)
	if o.extended {
		dst = appendRow(dst, e)
	}
	if x.maxID > 0 {
		dst = strconv.AppendInt(append(dst, `,"maxId":`...), int64(x.maxID), 10)
	}
	if x.listed {
		dst = appendStrings(append(dst, `,"subjects":`...), x.subjects)
	}
	return append(dst, '}')
}

// appendContextIDs appends a list of ids with their contexts.
func appendContextIDs(dst []byte, ids []registry.ContextID) []byte {
	dst = append(dst, '[')
	for i, id := range ids {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = httpserver.AppendQuoted(append(dst, `{"context":`...), id.Context)
		dst = strconv.AppendInt(append(dst, `,"id":`...), int64(id.ID), 10)
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// appendStrings appends a list of strings.
func appendStrings[S ~string](dst []byte, list []S) []byte {
	dst = append(dst, '[')
	for i, s := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = httpserver.AppendQuoted(dst, string(s))
	}
	return append(dst, ']')
}

// appendNumbers appends a list of numbers.
func appendNumbers[N ~int32](dst []byte, list []N) []byte {
	dst = append(dst, '[')
	for i, n := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendInt(dst, int64(n), 10)
	}
	return append(dst, ']')
}

// appendMember appends {"name":"value"}, or {} for an empty value.
func appendMember(dst []byte, name, value string) []byte {
	if value == "" {
		return append(dst, "{}"...)
	}
	dst = httpserver.AppendQuoted(append(dst, '{'), name)
	dst = httpserver.AppendQuoted(append(dst, ':'), value)
	return append(dst, '}')
}

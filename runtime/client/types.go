package client

import "github.com/plastron-dev/plastron/runtime/schema"

// Registered is a schema at its place in a subject.
type Registered struct {
	Subject schema.Subject
	Version schema.Version
	ID      schema.ID
	Schema  schema.Schema
	// GUID identifies the content; empty when the registry does not tell.
	GUID string
	// Deleted says that the version is soft-deleted, as far as the registry
	// tells.
	Deleted bool
}

// Use is one place where a schema is registered.
type Use struct {
	Subject schema.Subject `json:"subject"`
	Version schema.Version `json:"version"`
}

// Compatibility is the answer of a compatibility check.
type Compatibility struct {
	Compatible bool
	// Messages are the reasons, in the registry's words; empty when
	// compatible.
	Messages []string
}

// Settings is what can be configured for a subject or for the whole registry.
// An empty field is not set.
type Settings struct {
	Level schema.Level
}

// Health is what a registry instance tells about itself. Fields that only
// Karapace and this project know are zero elsewhere.
type Health struct {
	// Healthy is the verdict of the instance.
	Healthy bool
	// Ready says that the schemas topic has been read to its end.
	Ready bool
	// Primary says that this instance takes the writes.
	Primary bool
	// PrimaryURL is the address of the instance that does, "" when unknown.
	PrimaryURL string
	// Offset is the last offset of the schemas topic that was read, and
	// EndOffset the highest known one.
	Offset, EndOffset int64
}

// wireSchema is the entity of registry contract 3.1 and 3.4, in both
// directions.
type wireSchema struct {
	Subject    schema.Subject     `json:"subject,omitempty"`
	Version    schema.Version     `json:"version,omitempty"`
	ID         schema.ID          `json:"id,omitempty"`
	GUID       string             `json:"guid,omitempty"`
	Type       string             `json:"schemaType,omitempty"`
	References []schema.Reference `json:"references,omitempty"`
	Text       string             `json:"schema"`
	Deleted    bool               `json:"deleted,omitempty"`
}

// requestOf is the body that registers, looks up or checks s. The type of an
// Avro schema is left out: that is what every registry understands.
func requestOf(s schema.Schema) wireSchema {
	w := wireSchema{Text: s.Text, References: s.References}
	if s.Type != schema.Avro {
		w.Type = string(s.Type)
	}
	return w
}

// schema returns the content, with Avro for an absent type. Unknown types are
// kept: the caller says that it cannot use them.
func (w wireSchema) schema() schema.Schema {
	t := schema.Type(w.Type)
	if t == "" {
		t = schema.Avro
	}
	return schema.Schema{Type: t, Text: w.Text, References: w.References}
}

func (w wireSchema) registered() Registered {
	return Registered{Subject: w.Subject, Version: w.Version, ID: w.ID, Schema: w.schema(), GUID: w.GUID, Deleted: w.Deleted}
}

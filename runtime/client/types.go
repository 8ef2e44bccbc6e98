package client

import (
	"encoding/json"
	"net/url"
	"strconv"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// Registration is a schema with what may be said about it.
type Registration struct {
	Schema schema.Schema
	// Normalize says whether the registry compares and stores it in its normal
	// form; nil leaves that to the registry.
	Normalize *bool
	// Metadata and RuleSet are JSON objects, nil for none. Registries that do
	// not have them ignore them.
	Metadata, RuleSet json.RawMessage
}

func (r Registration) query() url.Values {
	if r.Normalize == nil {
		return nil
	}
	return url.Values{"normalize": {strconv.FormatBool(*r.Normalize)}}
}

func (r Registration) body() wireSchema {
	w := requestOf(r.Schema)
	w.Metadata, w.RuleSet = r.Metadata, r.RuleSet
	return w
}

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
	// Version of the registry, as Karapace and this project tell it.
	Version string
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
	Metadata   json.RawMessage    `json:"metadata,omitempty"`
	RuleSet    json.RawMessage    `json:"ruleSet,omitempty"`
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

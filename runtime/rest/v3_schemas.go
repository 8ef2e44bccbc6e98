package rest

import (
	"context"
	"time"

	"github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/internal/lru"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/serde"
)

// SchemaChoice says which schema one side of a record of version 3 has. At most
// one of ID, Version and Text is set; with none, it is the newest version of
// the subject.
type SchemaChoice struct {
	// Subject names the subject, or else Strategy how it is made (TopicName
	// when empty).
	Subject  schema.Subject
	Strategy string
	ID       schema.ID
	Version  schema.Version
	Text     string
	// Kind is the language of Text.
	Kind schema.Type
}

// choice is a SchemaChoice at its place.
type choice struct {
	SchemaChoice
	topic string
	side  side
}

// chosen is what a choice came to.
type chosen struct {
	*codec
	subject schema.Subject
	version schema.Version
	weight  int // in a cache
}

// latestAge is how long the newest version of a subject is believed to be that.
const latestAge = time.Second

// choices remembers what choices came to.
type choices struct {
	*schemas
	fixed, latest *lru.Cache[choice, chosen]
}

func newChoices(s *schemas, settings Settings, clock func() time.Time) *choices {
	aged := func(age time.Duration) lru.Config {
		return lru.Config{Count: settings.CachedSchemas, Weight: cachedBytes, Age: age, Clock: clock}
	}
	return &choices{schemas: s, fixed: lru.New[choice, chosen](aged(registeredAge)), latest: lru.New[choice, chosen](aged(latestAge))}
}

// find returns the codec of a choice, registering a text on the way. Kinds:
// InvalidSchema, RegistryRefused, Improper for a choice that makes no sense.
func (c *choices) find(ctx context.Context, in choice) (chosen, error) {
	if c.registry == nil {
		return chosen{}, fail(RegistryRefused, "No schema registry is configured, which the schema of the %s needs", in.side)
	}
	cache := c.fixed
	if in.ID == 0 && in.Version == 0 && in.Text == "" {
		cache = c.latest
	}
	return cache.Get(ctx, in, func(ctx context.Context) (chosen, int, error) {
		out, err := c.load(ctx, in)
		if err != nil {
			return out, 0, err
		}
		return out, len(in.Text) + out.weight, nil
	})
}

func (c *choices) load(ctx context.Context, in choice) (chosen, error) {
	switch {
	case in.Text != "":
		return c.loadText(ctx, in)
	case in.ID != 0:
		return c.loadID(ctx, in)
	default:
		return c.loadVersion(ctx, in)
	}
}

// loadText registers a text under its subject.
func (c *choices) loadText(ctx context.Context, in choice) (chosen, error) {
	text := schema.Schema{Type: in.Kind, Text: in.Text}
	at := inline{topic: in.topic, side: in.side, kind: in.Kind, text: in.Text}
	parsed, err := format.Parse(text, c.references(ctx), c.limits)
	if err != nil {
		return chosen{}, invalidText(at, err)
	}
	out, err := c.codec(parsed, in.Text)
	if err != nil {
		return chosen{}, invalidText(at, err)
	}
	if out.subject, err = c.subjectOf(in, parsed); err != nil {
		return chosen{}, err
	}
	if out.id, err = c.registry.Register(ctx, out.subject, text); err != nil {
		return chosen{}, choiceFailure(err, "Error when registering schema. format = %s, subject = %s", in.Kind, out.subject)
	}
	out.version, err = c.versionOf(ctx, out.id, out.subject)
	return out, err
}

// loadID demands that the schema is registered under the subject, in one of its
// versions.
func (c *choices) loadID(ctx context.Context, in choice) (chosen, error) {
	text, err := c.registry.ByID(ctx, in.ID)
	if err != nil {
		return chosen{}, choiceFailure(err, "Error when fetching schema by id. schemaId = %d", in.ID)
	}
	out, parsed, err := c.known(ctx, in.ID, text)
	if err != nil {
		return chosen{}, err
	}
	if out.subject, err = c.subjectOf(in, parsed); err != nil {
		return chosen{}, err
	}
	out.version, err = c.versionOf(ctx, in.ID, out.subject)
	return out, err
}

// loadVersion finds a version, or the newest, of a subject that does not depend
// on the schema.
func (c *choices) loadVersion(ctx context.Context, in choice) (chosen, error) {
	subject, err := c.subjectOf(in, nil)
	if err != nil {
		return chosen{}, err
	}
	version := in.Version
	if version == 0 {
		version = schema.Latest
	}
	found, err := c.registry.Version(ctx, subject, version)
	if err != nil {
		return chosen{}, choiceFailure(err, "Error when fetching schema by version. subject = %s, version = %s", subject, version)
	}
	out, _, err := c.known(ctx, found.ID, found.Schema)
	out.subject, out.version = subject, found.Version
	return out, err
}

// known makes the codec of a schema that the registry has.
func (c *choices) known(ctx context.Context, id schema.ID, text schema.Schema) (chosen, format.Parsed, error) {
	parsed, err := format.ParseStored(text, c.references(ctx), c.limits.OrDefaults())
	if err != nil {
		return chosen{}, nil, unknownID(text.Type, id, err)
	}
	out, err := c.codec(parsed, text.Text)
	if err != nil {
		return chosen{}, nil, unknownID(text.Type, id, err)
	}
	out.id = id
	return out, parsed, nil
}

// codec makes a codec with the encodings of Confluent's clients, which version
// 3 has: bytes as Latin-1, and unions with tags, which every codec reads.
func (c *choices) codec(p format.Parsed, text string) (chosen, error) {
	var data dataCodec
	var err error
	if avro, ok := p.(*format.Avro); ok {
		data, err = serde.NewAvroCodecWith(avro, avroJSON(schema.Confluent))
	} else {
		data, err = c.newDataCodec(p)
	}
	return chosen{codec: &codec{parsed: p, data: data}, weight: weightOf(text, data)}, err
}

// subjectOf is the subject that a choice names or makes. Without a schema only
// the topic can make one.
func (c *choices) subjectOf(in choice, p format.Parsed) (schema.Subject, error) {
	switch {
	case in.Subject != "":
		return in.Subject, nil
	case p == nil && (in.Strategy == RecordName || in.Strategy == TopicRecordName):
		return "", fail(Improper, "The subject name strategy %s needs 'schema' or 'schema_id'", in.Strategy)
	default:
		return subjectOf(in.Strategy, in.topic, in.side, p)
	}
}

// versionOf is the version that a schema has in a subject.
func (c *choices) versionOf(ctx context.Context, id schema.ID, subject schema.Subject) (schema.Version, error) {
	uses, err := c.registry.Uses(ctx, id)
	if err != nil {
		return 0, choiceFailure(err, "Error when fetching schema version. subject = %s, schemaId = %d", subject, id)
	}
	newest := client.Use{}
	for _, u := range uses {
		if u.Subject == subject && u.Version > newest.Version {
			newest = u
		}
	}
	if newest.Version == 0 {
		return 0, fail(RegistryRefused, "Error when fetching schema version. subject = %s, schemaId = %d: it is not registered there", subject, id)
	}
	return newest.Version, nil
}

func choiceFailure(err error, text string, values ...any) *Error {
	e := fail(RegistryRefused, text, values...)
	e.Err = err
	return e
}

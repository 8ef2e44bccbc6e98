package rest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/internal/lru"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/serde"
)

// registeredAge is how long it is believed that a text is registered and that
// an id belongs to a subject. Both end when somebody deletes the version.
const registeredAge = 10 * time.Minute

// cachedBytes bounds the schema texts behind each cache, with the expressions
// that were compiled from them.
const cachedBytes = 32 << 20

// dataCodec turns JSON into the data of one schema and back, without header.
type dataCodec interface {
	AppendBinary(dst, json []byte) ([]byte, error)
	AppendJSON(dst, data []byte) ([]byte, error)
}

// codec is a schema, ready to use.
type codec struct {
	id     schema.ID
	parsed format.Parsed
	data   dataCodec
}

// schemas finds codecs by id and by text.
//
// A text is remembered together with where it was registered, never by itself:
// the same text for the key, or for another topic, has to be registered there
// too, or an incompatible schema would slip through.
type schemas struct {
	registry Registry
	strategy string
	validate bool
	limits   format.Limits
	flavour  schema.Flavour
	avro     serde.AvroOptions
	protobuf serde.ProtobufOptions
	byID     *lru.Cache[schema.ID, *codec]
	byGUID   *lru.Cache[schema.GUID, *codec]
	byText   *lru.Cache[inline, *codec]
	belongs  *lru.Cache[belonging, struct{}]
}

// inline is an inline schema at its place.
type inline struct {
	topic string
	side  side
	kind  schema.Type
	text  string
}

type belonging struct {
	id      schema.ID
	subject schema.Subject
}

func newSchemas(r Registry, s Settings, clock func() time.Time) *schemas {
	aged := lru.Config{Count: s.CachedSchemas, Weight: cachedBytes, Age: registeredAge, Clock: clock}
	forever := lru.Config{Count: s.CachedSchemas, Weight: cachedBytes}
	return &schemas{
		registry: r,
		strategy: s.NameStrategy,
		validate: s.NameValidation,
		limits:   s.Limits,
		flavour:  s.Flavour,
		avro:     avroJSON(s.AvroJSON),
		protobuf: protobufJSON(s.ProtobufJSON),
		byID:     lru.New[schema.ID, *codec](forever),
		byGUID:   lru.New[schema.GUID, *codec](forever),
		byText:   lru.New[inline, *codec](aged),
		belongs:  lru.New[belonging, struct{}](aged),
	}
}

// resolve returns the codec for one side of a produce request. Kinds:
// InvalidSchema, RegistryRefused, Unsupported.
func (s *schemas) resolve(ctx context.Context, topic string, of side, f Format, source SchemaSource) (*codec, error) {
	if s.registry == nil {
		return nil, fail(RegistryRefused, "No schema registry is configured, which the format %s needs", f)
	}
	if source.ID == 0 {
		return s.resolveText(ctx, inline{topic: topic, side: of, kind: f.SchemaType(), text: source.Text})
	}
	c, err := s.resolveID(ctx, source.ID)
	if err != nil {
		return nil, unknownID(f.SchemaType(), source.ID, err)
	}
	if err := s.check(ctx, topic, of, c); err != nil {
		return nil, unknownID(f.SchemaType(), source.ID, err)
	}
	return c, nil
}

// resolveID returns the codec of an id. Its errors are those of the registry
// client, of the parser and of the codec.
func (s *schemas) resolveID(ctx context.Context, id schema.ID) (*codec, error) {
	return s.byID.Get(ctx, id, func(ctx context.Context) (*codec, int, error) {
		text, err := s.registry.ByID(ctx, id)
		if err != nil {
			return nil, 0, err
		}
		return s.stored(ctx, id, text)
	})
}

// stored makes the codec of a schema that the registry has.
func (s *schemas) stored(ctx context.Context, id schema.ID, text schema.Schema) (*codec, int, error) {
	parsed, err := format.ParseStored(text, s.references(ctx), s.limits.OrDefaults())
	if err != nil {
		return nil, 0, err
	}
	data, err := s.newDataCodec(parsed)
	if err != nil {
		return nil, 0, err
	}
	return &codec{id: id, parsed: parsed, data: data}, weightOf(text.Text, data), nil
}

// weightOf is what a codec counts in a cache.
func weightOf(text string, data dataCodec) int {
	if heavy, ok := data.(interface{ Weight() int }); ok {
		return len(text) + heavy.Weight()
	}
	return len(text)
}

// wireSchema is what a record says about its schema.
type wireSchema struct {
	id   schema.ID
	guid schema.GUID // zero when the id counts
}

// forReading returns the codec for what was found in a record.
func (s *schemas) forReading(ctx context.Context, w wireSchema) (*codec, error) {
	if s.registry == nil {
		return nil, fail(Unsupported, "no schema registry is configured")
	}
	if w.guid == (schema.GUID{}) {
		return s.resolveID(ctx, w.id)
	}
	return s.byGUID.Get(ctx, w.guid, func(ctx context.Context) (*codec, int, error) {
		text, err := s.registry.ByGUID(ctx, w.guid)
		if err != nil {
			return nil, 0, err
		}
		return s.stored(ctx, 0, text)
	})
}

// resolveText registers a text where it belongs and returns its codec.
func (s *schemas) resolveText(ctx context.Context, in inline) (*codec, error) {
	return s.byText.Get(ctx, in, func(ctx context.Context) (*codec, int, error) {
		text := schema.Schema{Type: in.kind, Text: in.text}
		parsed, err := format.Parse(text, s.references(ctx), s.limits)
		if err != nil {
			return nil, 0, invalidText(in, err)
		}
		data, err := s.newDataCodec(parsed)
		if err != nil {
			return nil, 0, invalidText(in, err)
		}
		subject, err := subjectOf(s.strategy, in.topic, in.side, parsed)
		if err != nil {
			return nil, 0, err
		}
		id, err := s.registry.Register(ctx, subject, text)
		if err != nil {
			e := fail(RegistryRefused, "Error when registering schema.format = %s, subject = %s", in.kind, subject)
			e.Err = err
			return nil, 0, e
		}
		return &codec{id: id, parsed: parsed, data: data}, weightOf(in.text, data), nil
	})
}

// check demands that a schema is registered under the expected subject. A "no"
// is not remembered: it may be registered there the next moment.
func (s *schemas) check(ctx context.Context, topic string, of side, c *codec) error {
	if !s.validate {
		return nil
	}
	subject, err := subjectOf(s.strategy, topic, of, c.parsed)
	if err != nil {
		return err
	}
	_, err = s.belongs.Get(ctx, belonging{c.id, subject}, func(ctx context.Context) (struct{}, int, error) {
		uses, err := s.registry.Uses(ctx, c.id)
		if err == nil && !slices.ContainsFunc(uses, func(u client.Use) bool { return u.Subject == subject }) {
			err = fail(InvalidSchema, "the schema is not registered under subject %s", subject)
		}
		return struct{}{}, len(subject), err
	})
	return err
}

// references reads the schemas that others refer to.
func (s *schemas) references(ctx context.Context) format.Resolver {
	return func(r schema.Reference) (schema.Schema, error) {
		v, err := s.registry.Version(ctx, r.Subject, r.Version)
		return v.Schema, err
	}
}

func invalidText(in inline, err error) *Error {
	e := fail(InvalidSchema, "Invalid schema. format = %s, schema = %s", in.kind, shorten([]byte(in.text)))
	e.Err = err
	return e
}

// unknownID tells a schema that is not there, or is of no use, from a registry
// that cannot be asked.
func unknownID(t schema.Type, id schema.ID, err error) *Error {
	kind := InvalidSchema
	if registryIsOut(err) {
		kind = RegistryRefused
	}
	e := fail(kind, "Invalid schema. format = %s, schema_id = %d", t, id)
	e.Err = err
	return e
}

// registryIsOut reports whether an error says nothing about the schema.
func registryIsOut(err error) bool {
	var known *client.Error
	if !errors.As(err, &known) {
		return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
	}
	switch known.Class {
	case client.Unavailable, client.UnknownOutcome, client.Unauthorized, client.Forbidden, client.Canceled:
		return true
	default:
		return false
	}
}

// avroJSON is Karapace's JSON of Avro, or Avro's own JSON encoding, which
// Confluent's proxy has.
func avroJSON(of schema.Flavour) serde.AvroOptions {
	if of == schema.Confluent {
		return serde.AvroOptions{Unions: serde.TaggedUnions, Bytes: serde.Latin1, Logical: serde.Underlying}
	}
	return serde.AvroOptions{}
}

// protobufJSON likewise is Protobuf's own mapping.
func protobufJSON(of schema.Flavour) serde.ProtobufOptions {
	if of == schema.Confluent {
		return serde.ProtobufOptions{Style: serde.CanonicalJSON}
	}
	return serde.ProtobufOptions{}
}

// newDataCodec chooses the codec by the schema's own type, which wins over the
// format that a request names.
func (s *schemas) newDataCodec(p format.Parsed) (dataCodec, error) {
	switch p := p.(type) {
	case *format.Avro:
		return serde.NewAvroCodecWith(p, s.avro)
	case *format.JSON:
		return serde.NewJSONCodec(p, serde.JSONOptions{Flavour: s.flavour, Limits: s.limits})
	case *format.Protobuf:
		return serde.NewProtobufCodecWith(p.Schema, s.protobuf)
	default:
		return nil, fail(Unsupported, "Schemas of type %s cannot be used by this proxy yet", p.Type())
	}
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hamba/avro/v2"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// item is the value of the Avro and JSON records.
type item struct {
	ID string `avro:"id" json:"id"`
}

const (
	itemJSON = `{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"id":{"type":"string"}},"required":["id"]}`
	// The shape of google.protobuf.Timestamp, so that its Go type fits.
	stampProtobuf = "syntax = \"proto3\";\npackage interop;\nmessage Stamp {\n  int64 seconds = 1;\n  int32 nanos = 2;\n}\n"
)

// formats send records of each format through a broker.
func formats() []check {
	parsed := avro.MustParse(order)
	return []check{
		{"Avro: records through Kafka", travel(sr.Schema{Schema: order}, item{},
			func(i int) any { return item{ID: fmt.Sprint(i)} },
			sr.EncodeFn(func(v any) ([]byte, error) { return avro.Marshal(parsed, v) }),
			sr.DecodeFn(func(b []byte, v any) error { return avro.Unmarshal(parsed, b, v) }),
			sr.GenerateFn(func() any { return new(item) }))},
		{"JSON: records through Kafka", travel(sr.Schema{Schema: itemJSON, Type: sr.TypeJSON}, item{},
			func(i int) any { return item{ID: fmt.Sprint(i)} },
			sr.EncodeFn(json.Marshal), sr.DecodeFn(json.Unmarshal), sr.GenerateFn(func() any { return new(item) }))},
		{"Protobuf: records through Kafka", travel(sr.Schema{Schema: stampProtobuf, Type: sr.TypeProtobuf}, &timestamppb.Timestamp{},
			func(i int) any { return &timestamppb.Timestamp{Seconds: int64(i)} },
			sr.EncodeFn(func(v any) ([]byte, error) { return proto.Marshal(v.(proto.Message)) }),
			sr.DecodeFn(func(b []byte, v any) error { return proto.Unmarshal(b, v.(proto.Message)) }),
			sr.GenerateFn(func() any { return new(timestamppb.Timestamp) }), sr.Index(0))},
	}
}

// travel registers a schema, produces records to a new topic and reads them
// back in a group. The type of kind is the one that make returns.
func travel(schema sr.Schema, kind any, make func(int) any, options ...sr.EncodingOpt) func(context.Context, target) error {
	return func(ctx context.Context, t target) error {
		if t.kafka == "" {
			return errors.New("no broker was named in INTEROP_KAFKA")
		}
		topic := t.unique + "-records-" + schema.Type.String()
		made, err := t.CreateSchema(ctx, topic+"-value", schema)
		if err != nil {
			return err
		}
		var serde sr.Serde
		serde.Register(made.ID, kind, options...)
		client, err := kgo.NewClient(kgo.SeedBrokers(t.kafka), kgo.ConsumeTopics(topic), kgo.ConsumerGroup(topic),
			kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.DefaultProduceTopic(topic))
		if err != nil {
			return err
		}
		defer client.Close()
		if _, err := kadm.NewClient(client).CreateTopic(ctx, 1, 1, nil, topic); err != nil {
			return err
		}
		const records = 20
		for i := range records {
			data, err := serde.Encode(make(i))
			if err != nil {
				return err
			}
			if err := client.ProduceSync(ctx, &kgo.Record{Value: data}).FirstErr(); err != nil {
				return err
			}
		}
		return readBack(ctx, client, &serde, made.ID, records, make)
	}
}

func readBack(ctx context.Context, client *kgo.Client, serde *sr.Serde, id, records int, make func(int) any) error {
	for read := 0; read < records; {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return fmt.Errorf("after %d of %d records: %w", read, records, err)
		}
		for _, record := range fetches.Records() {
			got, _, err := serde.DecodeID(record.Value)
			if err != nil {
				return err
			}
			value, err := serde.DecodeNew(record.Value)
			if err != nil {
				return err
			}
			if err := errors.Join(equal("id", got, id), equal("record", asJSON(value), asJSON(make(read)))); err != nil {
				return err
			}
			read++
		}
	}
	return nil
}

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

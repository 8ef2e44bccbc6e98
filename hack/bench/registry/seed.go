package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/hack/bench/traffic"
	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// subject is the name of the i-th subject.
func subject(i int) string { return fmt.Sprintf("topic-%d-value", i) }

// seed writes the records of n subjects with one version each, as a registry
// would have, before there is one. text says what the i-th one's schema is.
func seed(ctx context.Context, on *broker, n int, id func(i int) int, text func(i int) string) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(on.address), kgo.DefaultProduceTopic(topic), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerBatchCompression(kgo.NoCompression()), kgo.MaxBufferedRecords(10_000))
	if err != nil {
		return fmt.Errorf("making the client that seeds: %w", err)
	}
	defer client.Close()
	failures := make(chan error, 1)
	for i := range n {
		s := schema.Subject(subject(i))
		value := record.SchemaValue{
			Subject: s, Version: 1, ID: schema.ID(id(i)), Schema: schema.Schema{Type: schema.Avro, Text: text(i)},
		}
		client.Produce(ctx, &kgo.Record{Key: record.SchemaOf(s, 1).Bytes(), Value: value.Bytes()}, func(_ *kgo.Record, err error) {
			if err == nil {
				return
			}
			select {
			case failures <- err:
			default:
			}
		})
	}
	err = client.Flush(ctx)
	select {
	case failure := <-failures:
		err = errors.Join(err, failure)
	default:
	}
	if err != nil {
		return fmt.Errorf("seeding %s: %w", topic, err)
	}
	return nil
}

// ids gives the i-th schema an id of its own.
func ids(i int) int { return i + 1 }

// kilobyte is the i-th distinct text of one KiB.
func kilobyte(i int) string { return traffic.Avro(fmt.Sprint(i), 1<<10) }

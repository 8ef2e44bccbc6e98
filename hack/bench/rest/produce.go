package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/plastron-dev/plastron/hack/bench/traffic"
)

// kind is a format, with a record of about 200 bytes in it.
type kind struct{ topic, contentType, schema, value string }

func kinds() []kind {
	text := strings.Repeat("x", 120)
	value := `{"name":"a record of about two hundred bytes","number":1234567,"text":"` + text + `"}`
	return []kind{
		{"json", "application/vnd.kafka.json.v2+json", "", value},
		{
			"avro", "application/vnd.kafka.avro.v2+json",
			`"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"name\",\"type\":\"string\"},{\"name\":\"number\",\"type\":\"long\"},{\"name\":\"text\",\"type\":\"string\"}]}"`, value,
		},
		{
			"protobuf", "application/vnd.kafka.protobuf.v2+json",
			`"syntax = \"proto3\"; message R { string name = 1; int64 number = 2; string text = 3; }"`, value,
		},
	}
}

// body is a request with n records, of the schema with the id unless that is
// empty.
func (k kind) body(id string, n int) string {
	record := `{"value":` + k.value + `}`
	head := ""
	if id != "" {
		head = `"value_schema_id":` + id + `,`
	}
	return `{` + head + `"records":[` + strings.Repeat(record+",", n-1) + record + `]}`
}

// register has the proxy register the schema, and returns its id.
func (b *bench) register(ctx context.Context, k kind) (id string, err error) {
	if k.schema == "" {
		return "", nil
	}
	answer, err := b.post(ctx, "/topics/"+k.topic, k.contentType, `{"value_schema":`+k.schema+`,"records":[{"value":`+k.value+`}]}`)
	_, id, _ = strings.Cut(answer, `"value_schema_id":`)
	return strings.TrimRight(id, "}"), err
}

// produce measures requests with one record and with a hundred.
func (b *bench) produce(ctx context.Context) error {
	perSecond := map[string]float64{}
	for _, k := range kinds() {
		id, err := b.register(ctx, k)
		if err != nil {
			return err
		}
		if k.topic == "json" {
			few, err := b.load(ctx, k, id, 1, 4)
			if err != nil {
				return err
			}
			b.AtMost("produce json, 1 record, 4 connections, p50", few.P50, "ms", 0.5, few.detail)
		}
		one, err := b.load(ctx, k, id, 1, 50)
		if err != nil {
			return err
		}
		perSecond[k.topic] = one.perSecond
		if k.topic == "json" {
			if err := b.steady(ctx, k, one.perSecond); err != nil {
				return err
			}
		}
		name := "produce " + k.topic + ", 1 record, 50 connections"
		switch k.topic {
		case "json":
			b.AtLeast(name, one.perSecond, "requests/s", 25_000, one.detail)
		case "avro":
			b.AtLeast(name, one.perSecond, "requests/s", 0.6*perSecond["json"], one.detail)
		default:
			b.AtLeast(name, one.perSecond, "requests/s", 0.5*perSecond["json"], one.detail)
		}
		hundred, err := b.load(ctx, k, id, 100, 15)
		if err != nil {
			return err
		}
		name = "produce " + k.topic + ", 100 records, 15 connections"
		switch k.topic {
		case "json":
			b.AtLeast(name, 100*hundred.perSecond, "records/s", 400_000, hundred.detail)
		case "avro":
			b.AtLeast(name, 100*hundred.perSecond, "records/s", 200_000, hundred.detail)
		default:
			b.Seen(name, 100*hundred.perSecond, "records/s", hundred.detail)
		}
	}
	return nil
}

// steady measures how late answers are when requests come at fixed times, at
// 70 % of what the proxy can do.
func (b *bench) steady(ctx context.Context, k kind, capacity float64) error {
	rate := 0.7 * capacity
	got, err := b.run(ctx, k, "", 1, traffic.Load{Connections: 50, Duration: b.round, Rate: rate})
	if err != nil {
		return err
	}
	b.AtMost("produce json, 1 record, 70 % of capacity, p99 of p50", got.P99/got.P50, "", 5,
		fmt.Sprintf("p50 %.2f ms, p99 %.2f ms at %.0f req/s, open loop", got.P50, got.P99, rate))
	return nil
}

// loaded is the median of the rounds of a load.
type loaded struct {
	P50, P99, perSecond float64
	detail              string
}

// load is a closed loop.
func (b *bench) load(ctx context.Context, k kind, id string, records, connections int) (loaded, error) {
	return b.run(ctx, k, id, records, traffic.Load{Connections: connections, Duration: b.round})
}

func (b *bench) run(ctx context.Context, k kind, id string, records int, load traffic.Load) (loaded, error) {
	request := b.target.AppendPostOf(nil, "/topics/"+k.topic, k.contentType, []byte(k.body(id, records)))
	source := func(dst []byte, _ int64) []byte { return append(dst, request...) }
	var p50, p99, perSecond, busy []float64
	for range b.rounds {
		var r traffic.Result
		seconds, err := b.working(func() error {
			r = traffic.Run(ctx, b.target, source, load)
			if r.Failed > 0 {
				return fmt.Errorf("%d of %d requests failed: %s", r.Failed, r.Requests, r.Reason)
			}
			return ctx.Err()
		})
		if err != nil {
			return loaded{}, err
		}
		p50, p99, perSecond = append(p50, r.P50), append(p99, r.P99), append(perSecond, r.PerSecond())
		busy = append(busy, seconds/float64(r.Requests*records))
	}
	return loaded{traffic.Median(p50), traffic.Median(p99), traffic.Median(perSecond), b.each(traffic.Median(busy), 1)}, nil
}

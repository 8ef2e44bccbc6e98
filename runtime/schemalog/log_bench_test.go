package schemalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/store"
)

// benchLog starts a log on an embedded broker with n schemas of about 600
// bytes, and returns how long it took to read them.
func benchLog(b *testing.B, n int) (*Log, *store.Store, time.Duration) {
	b.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, topic))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(cluster.Close)
	opts := []kgo.Opt{kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.MetadataMinAge(50 * time.Millisecond), kgo.DisableClientMetrics()}
	client, err := kgo.NewClient(append(opts, kgo.DefaultProduceTopic(topic))...)
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	padding := strings.Repeat(`{\"name\":\"field\",\"type\":\"string\"},`, 14)
	recs := make([]*kgo.Record, n)
	for i := range recs {
		recs[i] = foreign(fmt.Sprint("topic-", i/10, "-value"), i%10+1, i+1, fmt.Sprint(i, padding))
	}
	if err := client.ProduceSync(b.Context(), recs...).FirstErr(); err != nil {
		b.Fatal(err)
	}
	s := store.New()
	l := New(Config{Reader: opts, Writer: opts}, s)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	began := time.Now()
	go func() { done <- l.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
	if err := l.AwaitWritable(b.Context()); err != nil {
		b.Fatal(err)
	}
	return l, s, time.Since(began)
}

// BenchmarkStart reads a topic of 10,000 schemas, connecting included.
func BenchmarkStart(b *testing.B) {
	var total time.Duration
	n := 0
	for b.Loop() {
		_, s, took := benchLog(b, 10_000)
		if s.View().MaxID(".") != 10_000 {
			b.Fatal("not everything was read")
		}
		total += took
		n++
	}
	b.ReportMetric(float64(total.Milliseconds())/float64(n), "ms/replay")
}

// BenchmarkAppend measures one append after the other, each until it is read
// back.
func BenchmarkAppend(b *testing.B) {
	l, _, _ := benchLog(b, 10_000)
	b.ReportAllocs()
	var took []time.Duration
	i := 0
	for b.Loop() {
		i++
		began := time.Now()
		if _, err := l.Append(b.Context(), []record.Record{schemaRecord("bench", i, 20_000+i, fmt.Sprint("text ", i))}); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50us")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99us")
}

// BenchmarkAppendTogether has many writers at once, who share round trips.
func BenchmarkAppendTogether(b *testing.B) {
	l, _, _ := benchLog(b, 1)
	ids := make(chan int, 1)
	ids <- 100
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := <-ids
			ids <- i + 1
			subject := fmt.Sprint("bench", i%100)
			if _, err := l.Append(b.Context(), []record.Record{schemaRecord(subject, i, i, fmt.Sprint("text ", i))}); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "appends/s")
}

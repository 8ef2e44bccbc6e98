package store

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// benchLog is n schemas of about 600 bytes, ten versions to a subject.
func benchLog(n int) []record.Record {
	recs := make([]record.Record, n)
	for i := range recs {
		fields := make([]string, 10)
		for f := range fields {
			fields[f] = fmt.Sprintf(`{"name":"field_%d_%d","type":["null","string"]}`, i, f)
		}
		text := fmt.Sprintf(`{"fields":[%s],"name":"Record%d","namespace":"dev.example","type":"record"}`, strings.Join(fields, ","), i)
		rec := schemaRecord(fmt.Sprintf("topic-%d-value", i/10), text, i%10+1, i+1)
		rec.RawKey, rec.Offset = rec.Key.Bytes(), int64(i)
		recs[i] = rec
	}
	return recs
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkReplay applies 10,000 schemas in batches and reports what one of
// them takes in memory, its text being about 600 bytes.
func BenchmarkReplay(b *testing.B) {
	const n = 10_000
	recs := benchLog(n)
	text, value := 0, 0
	for _, rec := range recs {
		v, _ := record.ParseSchemaValue(rec.Value)
		text += len(v.Schema.Text)
		value += len(rec.Value)
	}
	before := heap()
	var s *Store
	for b.Loop() {
		s = New()
		for at := 0; at < n; at += 500 {
			s.Apply(recs[at : at+500])
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "schemas/s")
	b.ReportMetric(float64(heap()-before)/n, "heapB/schema")
	b.ReportMetric(float64(text)/n, "textB/schema")
	b.ReportMetric(float64(value)/n, "valueB/schema")
	runtime.KeepAlive(s)
	runtime.KeepAlive(recs)
}

// BenchmarkAppend applies one record to stores of different sizes; the cost
// must not follow the size.
func BenchmarkAppend(b *testing.B) {
	for _, n := range []int{100, 10_000, 50_000} {
		s := New()
		s.Apply(benchLog(n))
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i++
				rec := schemaRecord(fmt.Sprintf("new-%d", i%1000), fmt.Sprint("text", i), i/1000+1, 1_000_000+i)
				rec.RawKey, rec.Offset = rec.Key.Bytes(), int64(n+i)
				s.Apply([]record.Record{rec})
			}
		})
	}
}

func BenchmarkByID(b *testing.B) {
	s := New()
	s.Apply(benchLog(10_000))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i++
		if len(s.View().ByID(schema.DefaultContext, schema.ID(i%10_000+1))) != 1 {
			b.Fatal(i)
		}
	}
}

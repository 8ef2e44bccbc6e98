package resthttp

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkProduceOneJSON is a request with one record of about 200 bytes, one
// after the other, on kfake. p50-us is what the project promises to keep below
// 1000.
func BenchmarkProduceOneJSON(b *testing.B) {
	p := newProxy(b)
	body := `{"records":[{"value":{"text":"` + strings.Repeat("x", 180) + `"}}]}`
	var took []time.Duration
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		p.post(b, "/topics/one", body, ctJSON)
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-us")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-us")
}

// BenchmarkProduceHundred is a request with 100 records.
func BenchmarkProduceHundred(b *testing.B) {
	f := func(name, contentType, prefix, value string) {
		b.Run(name, func(b *testing.B) {
			p := newProxy(b)
			body := `{` + prefix + `"records":[` + strings.Repeat(`{"value":`+value+`},`, 99) + `{"value":` + value + `}]}`
			b.ReportAllocs()
			for b.Loop() {
				p.post(b, "/topics/one", body, contentType)
			}
			b.ReportMetric(float64(100*b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
	f("json", ctJSON, "", `{"text":"`+strings.Repeat("x", 180)+`"}`)
	schema := quote(`{"type":"record","name":"R","fields":[{"name":"text","type":"string"}]}`)
	f("avro", ctAvro, `"value_schema":`+schema+`,`, `{"text":"`+strings.Repeat("x", 180)+`"}`)
}

// BenchmarkProduceOneJSONParallel has as many requests under way as a proxy
// with some clients.
func BenchmarkProduceOneJSONParallel(b *testing.B) {
	p := newProxy(b)
	body := `{"records":[{"value":{"text":"` + strings.Repeat("x", 180) + `"}}]}`
	b.SetParallelism(25)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			p.post(b, "/topics/one", body, ctJSON)
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
}

// BenchmarkConsume reads 10,000 records of about 200 bytes at once.
func BenchmarkConsume(b *testing.B) {
	const total = 10_000
	p := newProxy(b)
	record := `{"value":{"text":"` + strings.Repeat("x", 180) + `"}}`
	for range total / 1000 {
		p.post(b, "/topics/one", `{"records":[`+strings.Repeat(record+",", 999)+record+`]}`, ctJSON)
	}
	p.expect(http.MethodPost, "/consumers/g", `{"name":"i","format":"json"}`, 200, `{...}`)
	p.expect(http.MethodPost, "/consumers/g/instances/i/assignments", `{"partitions":[{"topic":"one","partition":0}]}`, 204, "")
	for b.Loop() {
		w := httptest.NewRecorder()
		p.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/consumers/g/instances/i/records", nil))
		if n := strings.Count(w.Body.String(), `"offset"`); n != total {
			b.Fatalf("%d records", n)
		}
		p.expect(http.MethodPost, "/consumers/g/instances/i/positions/beginning", `{"partitions":[{"topic":"one","partition":0}]}`, 204, "")
	}
	b.ReportMetric(float64(total*b.N)/b.Elapsed().Seconds(), "records/s")
}

func (p *proxy) post(b *testing.B, path, body, contentType string) {
	b.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		b.Fatal(fmt.Sprint(w.Code, w.Body))
	}
}

package browser

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
)

const (
	orderV1 = `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"string"}]}`
	orderV2 = `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"string"},{"name":"note","type":["null","string"],"default":null}]}`
	orderV3 = `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"string"},{"name":"total","type":"shop.Money","default":{"cents":12345678901234567}}]}`
	money   = `{"type":"record","name":"Money","namespace":"shop","fields":[{"name":"cents","type":"long"}]}`

	address  = "syntax = \"proto3\";\npackage shop;\n\nmessage Address {\n  string street = 1;\n}\n"
	shipment = "syntax = \"proto3\";\npackage shop;\n\nimport \"address.proto\";\n\nmessage Shipment {\n  Address to = 1;\n}\n"

	customer = `{"type":"object","properties":{"name":{"type":"string"}}}`

	// hostile is a subject that is markup, and evil a schema that holds some.
	hostile = `<img src=x onerror="alert(1)">`
	evil    = `{"type":"record","name":"Evil","doc":"</code></pre><script>alert(2)</script><img src=x onerror=alert(3)>","fields":[]}`
)

const (
	many      = 3000 // Subjects that are only there to be many
	referrers = 25   // Versions that refer to Money besides the order
)

// names are subjects that are hard to put into an address.
var names = []string{hostile, "a/b c?d#e%f", "..", "javascript:alert(4)", "größe-日本", `"quoted" & 'so'`}

// seed fills a registry with something of everything.
func seed(t testing.TB, s *server) {
	t.Helper()
	s.register("money-value", "AVRO", money)
	ref := reference{Name: "shop.Money", Subject: "money-value", Version: 1}
	s.register("orders-value", "AVRO", orderV1)
	s.register("orders-value", "AVRO", orderV2)
	s.register("orders-value", "AVRO", orderV3, ref)
	s.do(http.MethodDelete, "/subjects/orders-value/versions/1", "")
	s.do(http.MethodPut, "/config/orders-value", `{"compatibility":"FULL"}`)

	s.register("address-value", "PROTOBUF", address)
	s.register("shipment-value", "PROTOBUF", shipment, reference{Name: "address.proto", Subject: "address-value", Version: 1})
	if slices.Contains(s.types(), "JSON") {
		s.register("customer-value", "JSON", customer)
	}
	s.register("gone-value", "AVRO", `"string"`)
	s.do(http.MethodDelete, "/subjects/gone-value", "")
	s.register(":.eu:orders-value", "AVRO", orderV1)
	s.do(http.MethodPut, "/config/short", `{"alias":"orders-value"}`)
	s.do(http.MethodPut, "/config/:.eu:", `{"compatibility":"NONE"}`)
	for _, name := range names {
		s.register(name, "AVRO", evil)
	}
	fill(t, s, referrers, func(n int) (string, string) {
		text := fmt.Sprintf(`{"type":"record","name":"Invoice%d","fields":[{"name":"total","type":"shop.Money"}]}`, n)
		return fmt.Sprintf("invoice-%02d", n), registration(t, "AVRO", text, []reference{ref})
	})
	fill(t, s, many, func(n int) (string, string) {
		return fmt.Sprintf("load-%04d-value", n), `{"schema":"\"long\""}`
	})
}

// fill registers n subjects, many at a time.
func fill(t testing.TB, s *server, n int, what func(int) (subject, body string)) {
	t.Helper()
	next := make(chan int)
	var writers sync.WaitGroup
	for range 32 {
		writers.Go(func() {
			for i := range next {
				subject, body := what(i)
				if _, err := s.try(http.MethodPost, "/subjects/"+subject+"/versions", body); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	writers.Wait()
}

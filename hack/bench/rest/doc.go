// Command rest measures the REST proxy against the bars of docs/performance.md:
// producing and consuming through HTTP, streams of version 3, and the memory of
// consumers. Broker, registry and proxy are processes of their own that it
// starts from one plastron binary; generator, broker and proxy share the
// machine, so that processor time for each record is the figure that compares.
// With addresses of real brokers it starts no broker; with the URL of a proxy,
// Plastron's or another one, it starts nothing, and leaves out what only a
// process of its own can tell (memory, processor time).
//
//	go run ./hack/bench/rest bin/plastron                    some two minutes
//	go run ./hack/bench/rest -quick bin/plastron             a look
//	go run ./hack/bench/rest -brokers kafka:9092 bin/plastron
//	go run ./hack/bench/rest -brokers kafka:9092 -url http://127.0.0.1:8082
//
// Files: main.go, cluster.go (the processes), produce.go, consume.go (reading,
// and memory), stream.go.
package main

// Command rest measures the REST proxy against the bars of docs/performance.md:
// producing and consuming through HTTP, streams of version 3, and the memory of
// consumers. Broker, registry and proxy are processes of their own that it
// starts from one plastron binary; generator, broker and proxy share the
// machine, so that processor time for each record is the figure that compares.
//
//	go run ./hack/bench/rest bin/plastron           some two minutes
//	go run ./hack/bench/rest -quick bin/plastron    a look
//
// Files: main.go, cluster.go (the processes), produce.go, consume.go (reading,
// and memory), stream.go.
package main

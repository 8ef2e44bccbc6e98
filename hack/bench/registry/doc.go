// Command registry measures a registry and holds each figure against its bar:
//
//	go run ./hack/bench/registry bin/plastron            # some three minutes
//	go run ./hack/bench/registry -quick bin/plastron     # rounds of a second
//	go run ./hack/bench/registry -only many bin/plastron
//	go run ./hack/bench/registry -json - bin/plastron    # figures as JSON
//
// It starts the binary as a registry and as a broker; generator, registry and
// broker, a process each, share the cores of the machine.
// What is compared is measured A B A B, and of rounds the median counts. It
// prints PASS or over and ends well either way: a figure that was taken on a
// busy machine says nothing. Memory is read from /proc, so it needs Linux.
//
// Files: main.go (flags, order), node.go (broker and registry), seed.go (topics
// with many schemas), traffic.go (throughput and latencies), scale.go (memory,
// replay, many schemas). Bars, table and JSON are those of package measure.
package main

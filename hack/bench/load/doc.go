// Command load puts a registry under load and prints throughput and
// latencies. It works against any registry by its URL, and compares two of
// them in one run, A B A B, so that a noisy machine disturbs both alike:
//
//	go run ./hack/bench/load -a http://127.0.0.1:8081 -workload id -connections 50
//	go run ./hack/bench/load -a http://127.0.0.1:8081 -b bare -workload id
//	go run ./hack/bench/load -a http://127.0.0.1:8081 -b http://user:secret@127.0.0.1:8091 -rate 2000
//
// The target "bare" is a net/http server of our own that answers every request
// with one fixed body: what this machine can do at most. Without -rate each
// connection sends its next request when the last is answered (closed loop);
// with -rate requests are due at fixed times, and latency counts from the time
// at which a request was due, not sent (open loop), so that a stall is not
// hidden by the requests that it kept from being sent.
//
// It registers its schemas under subjects that begin with "load-" and leaves
// them there.
//
// Files: main.go (flags, rounds), workload.go (requests), report.go (figures).
// The requests are sent by hack/bench/traffic.
package main

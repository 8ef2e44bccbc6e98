// Package traffic sends requests to an HTTP server as cheaply as it can and
// measures how long the answers take. The benchmarks below hack/bench share
// their two cores with the server that they measure, so every microsecond of
// the generator is one that the server does not get: requests are encoded
// before they are due, a connection is a socket with a buffer, and of an answer
// only the status and the end are looked at. One request is in flight per
// connection; there is no pipelining, which no client of a registry does.
//
// It is used by hack/bench/load, registry, rest and operator.
//
// Files: target.go (where to), conn.go (one connection), run.go (closed and
// open loop), await.go (until a server is there), result.go (latencies), schema.go (texts that are registered),
// bare.go (what a server without a registry does on this machine).
package traffic
